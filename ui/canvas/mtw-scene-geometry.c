/* mtw-scene-geometry.c — ports and curves of a scene
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene.h"

#include <math.h>

#define MIN_HANDLE 18.0
#define HIT_STEPS  24

/* A bead's ports both lie in its middle, where the wire passes under it. */
graphene_point_t
mtw_scene_port (const MtwScene *self,
                guint           n,
                gboolean        output,
                guint           port)
{
  const MtwItem *item = mtw_scene_item (self, n);
  guint count = output ? item->n_out : item->n_in;
  graphene_point_t place = item->box.origin;

  if (item->host >= 0)
    {
      graphene_rect_get_center (&item->box, &place);
      return place;
    }

  place.x += output ? item->box.size.width : 0;
  place.y += item->ports != NULL ? item->ports[output ? item->n_in + port : port]
                                 : item->box.size.height * (port + 1) / (count + 1);
  return place;
}

int
mtw_scene_frame_at (const MtwScene         *self,
                    const graphene_point_t *at)
{
  /* What is in a frame comes after it. */
  for (guint i = self->items->len; i-- > 0;)
    {
      const MtwItem *item = mtw_scene_item (self, i);

      if (item->open > 0 && graphene_rect_contains_point (&item->box, at))
        return i;
    }

  return -1;
}

gboolean
mtw_scene_clip (const MtwScene  *self,
                int              frame,
                graphene_rect_t *clip)
{
  gboolean cut = FALSE;

  for (; frame >= 0; frame = mtw_scene_item (self, frame)->frame)
    {
      const MtwItem *item = mtw_scene_item (self, frame);

      if (item->open >= 1)
        continue;
      if (!cut)
        *clip = item->box;
      else if (!graphene_rect_intersection (clip, &item->box, clip))
        *clip = GRAPHENE_RECT_INIT (0, 0, 0, 0);
      cut = TRUE;
    }

  return cut;
}

const MtlDesign *
mtw_scene_graph (const MtwScene *self,
                 int             frame)
{
  return frame >= 0 ? mtl_group_body (mtl_block_group (mtw_scene_item (self, frame)->block))
                    : self->design;
}

char *
mtw_scene_end (const MtwScene *self,
               guint           n,
               gboolean        output,
               guint           port)
{
  const MtwItem *item = mtw_scene_item (self, n);
  const char *name = !output ? mtl_block_input (item->block, port)
                     : mtl_block_is_source (item->block)
                     ? mtl_survey_output (self->survey, item->id, port)
                     : mtl_block_output (item->block, port);

  return g_strconcat (item->id, ".", name, NULL);
}

void
mtw_cubic (const graphene_point_t *start,
           const graphene_point_t *end,
           graphene_point_t        points[4])
{
  double handle = MAX (fabs (end->x - start->x) / 2, MIN_HANDLE);

  points[0] = points[1] = *start;
  points[2] = points[3] = *end;
  points[1].x += handle;
  points[2].x -= handle;
}

void
mtw_scene_curve (const MtwScene   *self,
                 const MtwLink    *link,
                 graphene_point_t  points[4])
{
  mtw_cubic (link->fork >= 0 ? &mtw_scene_fork (self, link->fork)->place : &link->start,
             &link->end, points);
}

static double
distance_to_curve (const graphene_point_t *at,
                   const graphene_point_t  p[4])
{
  double nearest = G_MAXDOUBLE;

  for (guint i = 0; i <= HIT_STEPS; i++)
    {
      double t = i / (double) HIT_STEPS, s = 1 - t;
      double a = s * s * s, b = 3 * s * s * t, c = 3 * s * t * t, d = t * t * t;
      double x = a * p[0].x + b * p[1].x + c * p[2].x + d * p[3].x;
      double y = a * p[0].y + b * p[1].y + c * p[2].y + d * p[3].y;

      nearest = MIN (nearest, hypot (x - at->x, y - at->y));
    }

  return nearest;
}

int
mtw_scene_link_at (const MtwScene         *self,
                   const graphene_point_t *at,
                   double                  distance)
{
  int found = -1;

  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);
      graphene_point_t points[4];
      double gap;

      if (link->inside)
        continue;
      mtw_scene_curve (self, link, points);
      /* Sampling leaves gaps on a long wire. */
      gap = (fabs (points[3].x - points[0].x) + fabs (points[3].y - points[0].y)) / HIT_STEPS / 2;
      if (distance_to_curve (at, points) <= distance + MIN (gap, distance))
        found = i;
    }

  return found;
}
