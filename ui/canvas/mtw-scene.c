/* mtw-scene.c — where everything of a design lies on the canvas
 *
 * Making a scene is linear in blocks and wires, so a drag can make one for
 * each movement of the pointer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene.h"

#include <math.h>

#include "mtl-look.h"

#define FORK_SHARE   0.55   /* of the way to the nearest head */

/* Beyond the boxes of its blocks; the label has its place in what is above. */
#define REGION_SIDE  12.0
#define TRUNK_ABOVE  34.0
#define HEAD_ABOVE   26.0
#define HEAD_BELOW   18.0

static MtwItem *
item_at (const MtwScene *self,
         guint           n)
{
  return &g_array_index (self->items, MtwItem, n);
}

static guint
count_outputs (const MtwScene *self,
               const MtlBlock *block)
{
  return mtl_block_is_source (block)
         ? mtl_survey_n_outputs (self->survey, mtl_block_id (block))
         : mtl_block_n_outputs (block);
}

static int
find_output (const MtwScene *self,
             const MtwItem  *item,
             const char     *port)
{
  for (guint i = 0; i < item->n_out; i++)
    {
      const char *name = mtl_block_is_source (item->block)
                         ? mtl_survey_output (self->survey, item->id, i)
                         : mtl_block_output (item->block, i);

      if (g_strcmp0 (name, port) == 0)
        return i;
    }

  return -1;
}

static int
find_input (const MtwItem *item,
            const char    *port)
{
  for (guint i = 0; i < item->n_in; i++)
    if (g_strcmp0 (mtl_block_input (item->block, i), port) == 0)
      return i;

  return -1;
}

static int
only_task (guint64 tasks)
{
  return tasks != 0 && (tasks & (tasks - 1)) == 0 ? g_bit_nth_lsf (tasks, -1) : -1;
}

static void
add_items (MtwScene *self)
{
  guint n = mtl_design_n_blocks (self->design);

  g_array_set_size (self->items, n);
  for (guint i = 0; i < n; i++)
    {
      const MtlBlock *block = mtl_design_block (self->design, i);
      const MtlChosen *what = mtl_block_what (block);
      MtwItem *item = item_at (self, i);
      int width = mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what));

      item->block = block;
      item->id = mtl_block_id (block);
      item->host = item->tail = -1;
      item->n_in = mtl_block_n_inputs (block);
      item->n_out = count_outputs (self, block);
      /* A block newer than the survey reaches nothing yet. */
      item->tasks = mtl_design_find (mtl_survey_design (self->survey), item->id) != NULL
                    ? mtl_survey_tasks (self->survey, item->id) : 0;
      item->head = only_task (item->tasks);
      graphene_rect_init (&item->box, mtl_block_x (block), mtl_block_y (block),
                          width, MTW_BLOCK_HEIGHT);
      g_hash_table_insert (self->index, (gpointer) item->id, GUINT_TO_POINTER (i + 1));
    }
}

static void
add_links (MtwScene *self)
{
  for (guint i = 0; i < mtl_design_n_wires (self->design); i++)
    {
      const MtlWire *wire = mtl_design_wire (self->design, i);
      int from = mtw_scene_find (self, wire->from);
      int to = mtw_scene_find (self, wire->to);
      int output = from >= 0 ? find_output (self, item_at (self, from), wire->from_port) : -1;
      int input = to >= 0 ? find_input (item_at (self, to), wire->to_port) : -1;
      MtwLink link = { .wire = i, .fork = -1 };

      /* A source may have lost the column that the wire was drawn from. */
      if (from < 0 || to < 0 || input < 0)
        continue;

      link.from = from;
      link.to = to;
      link.from_port = MAX (output, 0);
      link.to_port = input;
      link.tasks = item_at (self, to)->tasks;
      if (mtl_design_find (mtl_survey_design (self->survey), wire->from) != NULL)
        link.shape = mtl_survey_shape (self->survey, wire->from, link.from_port);
      g_array_append_val (self->links, link);
    }
}

static gboolean
may_ride (const MtwItem *item)
{
  const MtlChosen *what = mtl_block_what (item->block);

  return mtl_look_is_bead (mtl_chosen_kind (what), mtl_chosen_method (what))
         && item->n_in == 1 && item->n_out == 1;
}

/* Lets @bead ride where @link, the only one of its output, comes from. */
static void
ride (MtwScene *self,
      MtwLink  *link)
{
  MtwItem *bead = item_at (self, link->to);
  int host = item_at (self, link->from)->host;
  MtwItem *carrier;
  int last;
  graphene_point_t place;

  link->inside = TRUE;
  bead->host = host >= 0 ? host : (int) link->from;
  carrier = item_at (self, bead->host);
  last = carrier->tail;
  if (last >= 0)
    {
      graphene_rect_get_center (&item_at (self, last)->box, &place);
      place.x += MTW_BEAD_STEP;
    }
  else
    {
      place = mtw_scene_port (self, bead->host, TRUE, link->from_port);
    }

  carrier->tail = link->to;
  graphene_rect_init (&bead->box, place.x - MTW_BEAD_SIZE / 2, place.y - MTW_BEAD_SIZE / 2,
                      MTW_BEAD_SIZE, MTW_BEAD_SIZE);
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
      n_out[mtw_scene_link (self, i)->from]++;
      n_in[mtw_scene_link (self, i)->to]++;
    }
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      if (n_out[link->from] == 1 && n_in[link->to] == 1
          && item_at (self, link->from)->n_out == 1 && may_ride (item_at (self, link->to)))
        riders[link->to] = link;
    }

  return riders;
}

/* Strings grow from their carrier outwards: a bead is placed once its producer is. */
static void
thread_beads (MtwScene *self)
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

static gboolean
splits (const MtwScene *self,
        guint           item,
        guint           port)
{
  guint n = 0;
  gboolean differs = FALSE;
  const MtwItem *from = item_at (self, item);

  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      if (link->from != item || link->from_port != port)
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
  MtwForkPlace fork = { .item = item, .port = port, .tasks = item_at (self, item)->tasks };
  double reach = G_MAXDOUBLE;

  for (guint i = 0; i < self->forks->len; i++)
    if (mtw_scene_fork (self, i)->item == item && mtw_scene_fork (self, i)->port == port)
      return i;
  if (mtl_block_is_source (item_at (self, item)->block) || !splits (self, item, port))
    return -1;

  fork.start = mtw_scene_port (self, item, TRUE, port);
  for (guint i = 0; i < self->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self, i);

      if (link->from == item && link->from_port == port && link->end.x > fork.start.x)
        reach = MIN (reach, link->end.x - fork.start.x);
    }

  fork.place = fork.start;
  fork.place.x += reach < G_MAXDOUBLE ? MAX (FORK_SHARE * reach, 30) : 42;
  g_array_append_val (self->forks, fork);
  return self->forks->len - 1;
}

static void
place_links (MtwScene *self)
{
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      link->start = mtw_scene_port (self, link->from, TRUE, link->from_port);
      link->end = mtw_scene_port (self, link->to, FALSE, link->to_port);
    }
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      if (!link->inside)
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
      const MtwItem *item = item_at (self, i);
      gboolean shared = item->tasks != 0 && item->head < 0;

      /* A bead on a source belongs to the data, as its carrier does. */
      if (mtl_block_is_source (item->block)
          || (item->host >= 0 && mtl_block_is_source (item_at (self, item->host)->block))
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

static void
add_regions (MtwScene *self)
{
  add_region (self, -1, TRUNK_ABOVE, TRUNK_ABOVE);
  for (guint task = 0; task < mtl_survey_n_tasks (self->survey); task++)
    add_region (self, task, HEAD_ABOVE, HEAD_BELOW);
}

static void
find_bounds (MtwScene *self)
{
  for (guint i = 0; i < self->items->len; i++)
    if (i == 0)
      self->bounds = item_at (self, 0)->box;
    else
      graphene_rect_union (&self->bounds, &item_at (self, i)->box, &self->bounds);

  for (guint i = 0; i < self->regions->len; i++)
    graphene_rect_union (&self->bounds, &g_array_index (self->regions, MtwRegion, i).box,
                         &self->bounds);
}

MtwScene *
mtw_scene_new (MtlDesign *design,
               MtlSurvey *survey)
{
  MtwScene *self = g_new0 (MtwScene, 1);
  guint n_tasks = mtl_survey_n_tasks (survey);

  self->design = mtl_design_ref (design);
  self->survey = mtl_survey_ref (survey);
  self->items = g_array_new (FALSE, TRUE, sizeof (MtwItem));
  self->links = g_array_new (FALSE, TRUE, sizeof (MtwLink));
  self->forks = g_array_new (FALSE, TRUE, sizeof (MtwForkPlace));
  self->regions = g_array_new (FALSE, TRUE, sizeof (MtwRegion));
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  self->all_tasks = n_tasks >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;

  add_items (self);
  add_links (self);
  thread_beads (self);
  place_links (self);
  add_regions (self);
  find_bounds (self);
  return self;
}

void
mtw_scene_free (MtwScene *self)
{
  g_array_unref (self->items);
  g_array_unref (self->links);
  g_array_unref (self->forks);
  g_array_unref (self->regions);
  g_hash_table_unref (self->index);
  mtl_survey_unref (self->survey);
  mtl_design_unref (self->design);
  g_free (self);
}

const MtwItem *
mtw_scene_item (const MtwScene *self,
                guint           n)
{
  return item_at (self, n);
}

int
mtw_scene_find (const MtwScene *self,
                const char     *id)
{
  return (int) GPOINTER_TO_UINT (g_hash_table_lookup (self->index, id)) - 1;
}

const MtwLink *
mtw_scene_link (const MtwScene *self,
                guint           n)
{
  return &g_array_index (self->links, MtwLink, n);
}

const MtwForkPlace *
mtw_scene_fork (const MtwScene *self,
                guint           n)
{
  return &g_array_index (self->forks, MtwForkPlace, n);
}
