/* mtw-scene-forks.c — where the trunk ends: forks, and the regions of trunk and heads
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene-private.h"

#define FORK_SHARE   0.55   /* of the way to the nearest head */

/* Beyond the boxes of its blocks; the label has its place in what is above. */
#define REGION_SIDE  12.0
#define TRUNK_ABOVE  34.0
#define HEAD_ABOVE   26.0
#define HEAD_BELOW   18.0

static gboolean
splits (const MtwScene *self,
        guint           item,
        guint           port)
{
  guint n = 0;
  gboolean differs = FALSE;
  const MtwItem *from = mtw_scene_item (self, item);

  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      if (link->rim != MTW_RIM_NONE || link->from != item || link->from_port != port)
        continue;
      n++;
      differs |= link->tasks != 0 && link->tasks != from->tasks;
    }

  return n > 1 && differs;
}

/* A source has no weights to fight over, so its split is no fork. */
static int
fork_of (MtwScene *self,
         guint     item,
         guint     port)
{
  MtwForkPlace fork = { .item = item, .port = port, .tasks = mtw_scene_item (self, item)->tasks };
  double reach = G_MAXDOUBLE;

  for (guint i = 0; i < self->forks->len; i++)
    if (mtw_scene_fork (self, i)->item == item && mtw_scene_fork (self, i)->port == port)
      return i;
  if (mtl_block_is_source (mtw_scene_item (self, item)->block) || !splits (self, item, port))
    return -1;

  fork.start = mtw_scene_port (self, item, TRUE, port);
  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      if (link->rim == MTW_RIM_NONE && link->from == item && link->from_port == port
          && link->end.x > fork.start.x)
        reach = MIN (reach, link->end.x - fork.start.x);
    }

  fork.place = fork.start;
  fork.place.x += reach < G_MAXDOUBLE ? MAX (FORK_SHARE * reach, 30) : 42;
  g_array_append_val (self->forks, fork);
  return self->forks->len - 1;
}

void
mtw_scene_find_forks (MtwScene *self)
{
  g_autofree guint *n_out = g_new0 (guint, self->items->len + 1);

  for (guint i = 0; i < self->links->len; i++)
    n_out[mtw_scene_link (self, i)->from] += mtw_scene_link (self, i)->rim == MTW_RIM_NONE;
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      /* Most have one reader: to look for more would be quadratic. */
      if (link->rim == MTW_RIM_NONE && n_out[link->from] > 1)
        link->fork = fork_of (self, link->from, link->from_port);
    }
}

static void
add_region (MtwScene *self,
            int       head,
            double    above,
            double    below)
{
  MtwRegion region = { .head = head };
  gboolean any = FALSE;

  for (guint i = 0; i < self->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self, i);
      gboolean shared = item->tasks != 0 && item->head < 0;

      /* A bead on a source belongs to the data, as its carrier does. What is in a
       * frame belongs where that does. */
      if (item->frame >= 0 || mtl_block_is_source (item->block)
          || (item->host >= 0 && mtl_block_is_source (mtw_scene_item (self, item->host)->block))
          || (head < 0 ? !shared : item->head != head))
        continue;
      if (any)
        graphene_rect_union (&region.box, &item->box, &region.box);
      else
        region.box = item->box;
      region.tasks |= item->tasks;
      any = TRUE;
    }

  if (!any)
    return;
  region.box.origin.x -= REGION_SIDE;
  region.box.size.width += 2 * REGION_SIDE;
  region.box.origin.y -= above;
  region.box.size.height += above + below;
  g_array_append_val (self->regions, region);
}

void
mtw_scene_find_regions (MtwScene *self)
{
  add_region (self, -1, TRUNK_ABOVE, TRUNK_ABOVE);
  for (guint task = 0; task < mtl_survey_n_tasks (self->survey); task++)
    add_region (self, task, HEAD_ABOVE, HEAD_BELOW);
}
