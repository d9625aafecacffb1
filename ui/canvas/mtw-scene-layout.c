/* mtw-scene-layout.c — boxes of all that a scene has
 *
 * From the inside out: a body's blocks, moved out of the way of the frames among
 * them, and their beads make the size of its frame. Then from the outside in all
 * of it goes to where the frame is. A frame stands where its first port is the
 * one of the closed block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene-private.h"

#include <math.h>

#include "mtl-look.h"

/* Between a body and its frame. */
#define SIDE      24.0   /* room for the rims */
#define ABOVE     12.0
#define BELOW     16.0
#define EMPTY     80.0   /* as large as a body without blocks is */
#define GRID      8.0    /* by whole ones of which blocks are shifted, so as to stay on it */
#define PORT_GAP  14.0   /* between ports of a frame, at least */

static MtwItem *
item_at (const MtwScene *self,
         guint           n)
{
  return &g_array_index (self->items, MtwItem, n);
}

/* --- beads --- */

static gboolean
may_ride (const MtwItem *item)
{
  const MtlChosen *what = mtl_block_what (item->block);

  return mtl_look_is_bead (mtl_chosen_kind (what), mtl_chosen_method (what))
         && item->n_in == 1 && item->n_out == 1;
}

/* Lets the reader ride where @link, the only one of its output, comes from. */
static void
ride (MtwScene *self,
      MtwLink  *link)
{
  const MtwItem *before = item_at (self, link->from);
  MtwItem *bead = item_at (self, link->to);

  link->inside = TRUE;
  bead->host = before->host >= 0 ? before->host : (int) link->from;
  bead->hops = before->host >= 0 ? before->hops + 1 : 0;
  item_at (self, bead->host)->tail = link->to;
}

/* For each item the link by which it is to ride, or NULL. (transfer container) */
static MtwLink **
find_riders (MtwScene *self)
{
  g_autofree guint *n_out = g_new0 (guint, self->items->len + 1);
  g_autofree guint *n_in = g_new0 (guint, self->items->len + 1);
  MtwLink **riders = g_new0 (MtwLink *, self->items->len + 1);

  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      /* What leads from a frame inwards is no reader of the group's output. */
      n_out[link->from] += link->rim != MTW_RIM_IN;
      n_in[link->to] += link->rim != MTW_RIM_OUT;
    }
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      if (link->rim == MTW_RIM_NONE && n_out[link->from] == 1 && n_in[link->to] == 1
          && item_at (self, link->from)->n_out == 1 && may_ride (item_at (self, link->to)))
        riders[link->to] = link;
    }

  return riders;
}

/* Strings grow from their carrier outwards: a bead is threaded once its producer is. */
void
mtw_scene_thread_beads (MtwScene *self)
{
  g_autofree MtwLink **riders = find_riders (self);
  gboolean again = TRUE;

  while (again)
    {
      again = FALSE;
      for (guint i = 0; i < self->items->len; i++)
        {
          MtwLink *link = riders[i];

          if (link == NULL || link->inside
              || (riders[link->from] != NULL && !riders[link->from]->inside))
            continue;
          ride (self, link);
          again = TRUE;
        }
    }
}

static void
place_beads (MtwScene *self,
             int       frame)
{
  for (guint i = 0; i < self->items->len; i++)
    {
      MtwItem *bead = item_at (self, i);
      graphene_point_t place;

      if (bead->frame != frame || bead->host < 0)
        continue;
      place = mtw_scene_port (self, bead->host, TRUE, 0);
      place.x += bead->hops * MTW_BEAD_STEP;
      graphene_rect_init (&bead->box, place.x - MTW_BEAD_SIZE / 2, place.y - MTW_BEAD_SIZE / 2,
                          MTW_BEAD_SIZE, MTW_BEAD_SIZE);
    }
}

/* --- frames --- */

graphene_rect_t
mtw_item_closed_box (const MtwItem *item)
{
  const MtlChosen *what = mtl_block_what (item->block);

  return GRAPHENE_RECT_INIT (mtl_block_x (item->block), mtl_block_y (item->block),
                             mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what)),
                             MTW_BLOCK_HEIGHT);
}

double
mtw_item_rise (const MtwItem *item)
{
  if (item->n_in == 0)
    return 0;

  return item->ports[0] - MTW_BLOCK_HEIGHT / (item->n_in + 1);
}

static gboolean
find_body (const MtwScene  *self,
           int              frame,
           graphene_rect_t *body)
{
  gboolean any = FALSE;

  for (guint i = 0; i < self->items->len; i++)
    {
      const MtwItem *item = item_at (self, i);

      if (item->frame != frame)
        continue;
      if (any)
        graphene_rect_union (body, &item->box, body);
      else
        *body = item->box;
      any = TRUE;
    }

  return any;
}

/* The ports of one side: each level with the end that it stands for, from top to
 * bottom in the group's order, and in the frame. @origin: of the body. */
static void
place_ports (MtwScene *self,
             guint     n,
             MtwRim    rim)
{
  MtwItem *item = item_at (self, n);
  guint count = rim == MTW_RIM_IN ? item->n_in : item->n_out;
  float *ports = item->ports + (rim == MTW_RIM_IN ? 0 : item->n_in);
  double low = MTW_FRAME_HEADER + ABOVE / 2, high = item->box.size.height - ABOVE / 2;

  for (guint port = 0; port < count; port++)
    ports[port] = MTW_FRAME_HEADER
                  + (item->box.size.height - MTW_FRAME_HEADER) * (port + 1) / (count + 1);
  for (guint i = self->links->len; i-- > 0;)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      if (rim == MTW_RIM_IN && link->rim == rim && link->from == n)
        ports[link->from_port] = item->origin.y
                                 + mtw_scene_port (self, link->to, FALSE, link->to_port).y;
      else if (rim == MTW_RIM_OUT && link->rim == rim && link->to == n)
        ports[link->to_port] = item->origin.y
                               + mtw_scene_port (self, link->from, TRUE, link->from_port).y;
    }

  for (guint port = 0; port < count; port++)
    {
      ports[port] = CLAMP (ports[port], low, high);
      low = MIN (ports[port] + PORT_GAP, high);
    }
}

/* Between the closed block and the whole frame, while it opens or closes. */
static void
scale_frame (MtwItem *item)
{
  graphene_rect_t closed = mtw_item_closed_box (item);
  double t = item->open;

  for (guint i = 0; i < item->n_in + item->n_out; i++)
    {
      guint count = i < item->n_in ? item->n_in : item->n_out;
      guint port = i < item->n_in ? i : i - item->n_in;

      item->ports[i] = t * item->ports[i]
                       + (1 - t) * closed.size.height * (port + 1) / (count + 1);
    }
  item->box.size.width = t * item->box.size.width + (1 - t) * closed.size.width;
  item->box.size.height = t * item->box.size.height + (1 - t) * closed.size.height;
}

static double
round_up (double x)
{
  return ceil (x / GRID) * GRID;
}

/* The frame around the blocks in it; its origin is from its own corner as yet. */
static void
size_frame (MtwScene *self,
            guint     n)
{
  MtwItem *item = item_at (self, n);
  graphene_rect_t body;

  double closed = mtw_item_closed_box (item).size.width, wide, high, left, top;

  if (!find_body (self, n, &body))
    body = GRAPHENE_RECT_INIT (0, 0, EMPTY, EMPTY / 2);
  left = floor (body.origin.x / GRID) * GRID;
  top = floor (body.origin.y / GRID) * GRID;
  wide = MAX (body.origin.x + body.size.width - left + 2 * SIDE, MTW_FRAME_WIDTH);
  high = body.origin.y + body.size.height - top + MTW_FRAME_HEADER + ABOVE + BELOW;
  item->box.size.width = closed + round_up (wide - closed);
  item->box.size.height = round_up (high);
  item->origin = GRAPHENE_POINT_INIT (SIDE - left, MTW_FRAME_HEADER + ABOVE - top);
  item->ports = g_new0 (float, item->n_in + item->n_out + 1);
  place_ports (self, n, MTW_RIM_IN);
  place_ports (self, n, MTW_RIM_OUT);
  scale_frame (item);
}

/* --- all --- */

static void
place_body (MtwScene       *self,
            int             frame,
            const MtwScene *still)
{
  g_autoptr(GArray) rooms = mtw_scene_rooms (self, frame);

  for (guint i = 0; i < self->items->len; i++)
    {
      MtwItem *item = item_at (self, i);
      graphene_rect_t closed;
      int same;

      if (item->frame != frame || item->host >= 0)
        continue;
      same = still != NULL ? mtw_scene_find (still, item->id) : -1;
      closed = mtw_item_closed_box (item);
      item->shift = same >= 0 ? mtw_scene_item (still, same)->shift
                    : mtw_rooms_shift (rooms, &closed.origin, closed.size.width, i);
      if (item->open > 0)
        closed = GRAPHENE_RECT_INIT (closed.origin.x, closed.origin.y - mtw_item_rise (item),
                                     item->box.size.width, item->box.size.height);
      graphene_rect_offset_r (&closed, item->shift.x, item->shift.y, &item->box);
    }

  place_beads (self, frame);
}

void
mtw_scene_lay_out (MtwScene       *self,
                   const MtwScene *still)
{
  /* What is in a frame comes after it. */
  for (guint i = self->items->len; i-- > 0;)
    if (item_at (self, i)->open > 0)
      {
        place_body (self, i, still);
        size_frame (self, i);
      }
  place_body (self, -1, still);

  for (guint i = 0; i < self->items->len; i++)
    {
      MtwItem *item = item_at (self, i);

      if (item->frame >= 0)
        {
          const graphene_point_t *origin = &item_at (self, item->frame)->origin;

          graphene_rect_offset (&item->box, origin->x, origin->y);
        }
      item->origin.x += item->box.origin.x;
      item->origin.y += item->box.origin.y;
    }
}
