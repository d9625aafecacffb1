/* mtw-scene-room.c — the room that open groups take from their neighbours
 *
 * A frame is wider and higher than the block that it was. What stands to the
 * right of that block moves right, what overlaps it from left to right and lies
 * below or above moves down or up. With l_f, r_f the edges of the closed block of
 * frame f and w_f what the frame adds to its width, a block at x moves right by
 *
 *   D (x) = max { E_f : r_f <= x },   E_f = w_f + D (l_f)
 *
 * so that frames above one another share the room to their right. D grows with
 * x, and what was apart stays apart.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene-private.h"

#include <math.h>

#define ROUNDS 4   /* of looking for the place that is shown at a point */

typedef struct
{
  int    item;
  double left, right, middle;   /* of the closed block */
  double wider, higher, lower;  /* what the frame adds */
  double reach;                 /* E */
} Room;

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const Room *x = a, *y = b;

  if (x->left != y->left)
    return x->left < y->left ? -1 : 1;
  return x->item - y->item;
}

static double
shift_right (const GArray *rooms,
             double        x)
{
  double shift = 0;

  for (guint i = 0; i < rooms->len; i++)
    {
      const Room *room = &g_array_index (rooms, Room, i);

      if (room->right <= x)
        shift = MAX (shift, room->reach);
    }

  return shift;
}

GArray *
mtw_scene_rooms (const MtwScene *self,
                 int             frame)
{
  GArray *rooms = g_array_new (FALSE, FALSE, sizeof (Room));

  for (guint i = 0; i < self->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self, i);
      graphene_rect_t closed;
      Room room = { .item = i };

      if (item->frame != frame || item->open <= 0)
        continue;
      closed = mtw_item_closed_box (item);
      room.left = closed.origin.x;
      room.right = closed.origin.x + closed.size.width;
      room.middle = closed.origin.y + closed.size.height / 2;
      room.wider = item->box.size.width - closed.size.width;
      room.higher = mtw_item_rise (item);
      room.lower = item->box.size.height - closed.size.height - room.higher;
      g_array_append_val (rooms, room);
    }

  g_array_sort (rooms, compare);
  /* A frame that ends before another begins stands before it in this order. */
  for (guint i = 0; i < rooms->len; i++)
    {
      Room *room = &g_array_index (rooms, Room, i);

      room->reach = room->wider + shift_right (rooms, room->left);
    }
  return rooms;
}

graphene_point_t
mtw_rooms_shift (const GArray           *rooms,
                 const graphene_point_t *place,
                 double                  width,
                 int                     item)
{
  graphene_point_t shift = { shift_right (rooms, place->x), 0 };

  for (guint i = 0; i < rooms->len; i++)
    {
      const Room *room = &g_array_index (rooms, Room, i);

      if (room->item == item || place->x >= room->right || place->x + width <= room->left)
        continue;
      shift.y += place->y + MTW_BLOCK_HEIGHT / 2 > room->middle ? room->lower : -room->higher;
    }

  return shift;
}

/* Keeps the x that is shown nearest to @shown. */
static void
try_x (const GArray *rooms,
       double        x,
       double        shown,
       double       *nearest)
{
  double off = fabs (*nearest + shift_right (rooms, *nearest) - shown);

  if (fabs (x + shift_right (rooms, x) - shown) < off)
    *nearest = x;
}

/* The x that is shown at @shown; nothing is shown in the width that a frame has
 * gained, and there it is one of the two beside it. */
static double
find_x (const GArray *rooms,
        double        shown)
{
  double nearest = shown;

  for (guint i = 0; i < rooms->len; i++)
    {
      const Room *room = &g_array_index (rooms, Room, i);

      try_x (rooms, MIN (shown - shift_right (rooms, room->right - 1), room->right - 1), shown,
             &nearest);
      try_x (rooms, MAX (shown - room->reach, room->right), shown, &nearest);
    }

  return nearest;
}

graphene_point_t
mtw_scene_place (const MtwScene         *self,
                 int                     frame,
                 const graphene_point_t *at,
                 double                  width,
                 int                     item)
{
  graphene_point_t origin = frame >= 0 ? mtw_scene_item (self, frame)->origin
                                       : GRAPHENE_POINT_INIT (0, 0);
  g_autoptr(GArray) rooms = mtw_scene_rooms (self, frame);
  graphene_point_t place = { find_x (rooms, at->x - origin.x), at->y - origin.y };

  for (guint i = 0; i < ROUNDS; i++)
    place.y = at->y - origin.y - mtw_rooms_shift (rooms, &place, width, item).y;
  return place;
}
