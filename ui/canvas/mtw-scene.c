/* mtw-scene.c — where everything of a design lies on the canvas
 *
 * Making a scene is linear in blocks and wires, with a pass over them for each open
 * group and each fork, so a drag can make one for each movement of the pointer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-scene-private.h"

#include "mtw-path.h"

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

/* `stage1/conv1`: what @name is called in the frame. (transfer full) */
static char *
path_of (const MtwScene *self,
         int             frame,
         const char     *name)
{
  return mtw_path_join (frame >= 0 ? item_at (self, frame)->id : NULL, name);
}

static void
add_item (MtwScene       *self,
          const MtlBlock *block,
          int             frame)
{
  MtwItem item = { .block = block, .frame = frame, .host = -1, .tail = -1 };

  item.id = path_of (self, frame, mtl_block_id (block));
  item.n_in = mtl_block_n_inputs (block);
  item.n_out = count_outputs (self, block);
  /* A block newer than the survey reaches nothing yet. */
  item.tasks = mtl_design_find (mtl_survey_design (self->survey), item.id) != NULL
               ? mtl_survey_tasks (self->survey, item.id) : 0;
  item.head = only_task (item.tasks);
  g_array_append_val (self->items, item);
  g_hash_table_insert (self->index, item.id, GUINT_TO_POINTER (self->items->len));
}

/* The blocks of the design, or of the body of @frame, and of the groups open there. */
static void
add_items (MtwScene        *self,
           const MtlDesign *graph,
           int              frame,
           GHashTable      *open)
{
  for (guint i = 0; i < mtl_design_n_blocks (graph); i++)
    {
      const MtlBlock *block = mtl_design_block (graph, i);
      const MtlGroup *group = mtl_block_group (block);
      guint n = self->items->len, parts;

      add_item (self, block, frame);
      parts = open != NULL && group != NULL
              ? GPOINTER_TO_UINT (g_hash_table_lookup (open, item_at (self, n)->id)) : 0;
      if (parts == 0)
        continue;
      item_at (self, n)->open = parts / 1000.0;
      add_items (self, mtl_group_body (group), n, open);
    }
}

static void
append_link (MtwScene *self,
             int       from,
             int       from_port,
             int       to,
             int       to_port,
             MtwLink   link)
{
  /* A source may have lost the column that the wire was drawn from. */
  if (from < 0 || to < 0 || to_port < 0)
    return;

  link.from = from;
  link.to = to;
  link.from_port = MAX (from_port, 0);
  link.to_port = to_port;
  link.fork = -1;
  link.tasks = item_at (self, link.rim == MTW_RIM_OUT ? from : to)->tasks;
  g_array_append_val (self->links, link);
}

static void
add_wires (MtwScene        *self,
           const MtlDesign *graph,
           int              frame)
{
  for (guint i = 0; i < mtl_design_n_wires (graph); i++)
    {
      const MtlWire *wire = mtl_design_wire (graph, i);
      g_autofree char *producer = path_of (self, frame, wire->from);
      g_autofree char *reader = path_of (self, frame, wire->to);
      int from = mtw_scene_find (self, producer), to = mtw_scene_find (self, reader);
      int output = from >= 0 ? find_output (self, item_at (self, from), wire->from_port) : -1;
      int input = to >= 0 ? find_input (item_at (self, to), wire->to_port) : -1;
      MtwLink link = { .wire = i };

      if (mtl_design_find (mtl_survey_design (self->survey), producer) != NULL)
        link.shape = mtl_survey_shape (self->survey, producer, MAX (output, 0));
      append_link (self, from, output, to, input, link);
    }
}

/* The end `block.port` of a body: its item, −1: none, and the port. */
static int
find_end (const MtwScene *self,
          int             frame,
          const char     *end,
          gboolean        output,
          int            *port)
{
  g_auto(GStrv) parts = g_strsplit (end, ".", 2);
  g_autofree char *path = path_of (self, frame, parts[0]);
  int item = mtw_scene_find (self, path);

  if (item >= 0)
    *port = output ? find_output (self, item_at (self, item), parts[1])
                   : find_input (item_at (self, item), parts[1]);
  return item;
}

static void
add_rims (MtwScene *self,
          int       frame)
{
  const MtlGroup *group = mtl_block_group (item_at (self, frame)->block);
  const MtlGroupPort *inputs = mtl_group_inputs (group), *outputs = mtl_group_outputs (group);
  int port = -1;

  for (guint i = 0; inputs[i].name != NULL; i++)
    for (guint j = 0; inputs[i].ends[j] != NULL; j++)
      {
        int to = find_end (self, frame, inputs[i].ends[j], FALSE, &port);

        append_link (self, frame, i, to, port, (MtwLink) { .rim = MTW_RIM_IN });
      }
  for (guint i = 0; outputs[i].name != NULL; i++)
    {
      int from = find_end (self, frame, outputs[i].ends[0], TRUE, &port);

      append_link (self, from, port, frame, i, (MtwLink) { .rim = MTW_RIM_OUT });
    }
}

static void
add_links (MtwScene *self)
{
  add_wires (self, self->design, -1);
  for (guint i = 0; i < self->items->len; i++)
    if (item_at (self, i)->open > 0)
      {
        add_wires (self, mtw_scene_graph (self, i), i);
        add_rims (self, i);
      }
}

static void
place_links (MtwScene *self)
{
  for (guint i = 0; i < self->links->len; i++)
    {
      MtwLink *link = &g_array_index (self->links, MtwLink, i);

      link->start = mtw_scene_port (self, link->from, link->rim != MTW_RIM_IN, link->from_port);
      link->end = mtw_scene_port (self, link->to, link->rim == MTW_RIM_OUT, link->to_port);
    }
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

static void
clear_item (gpointer item)
{
  g_free (((MtwItem *) item)->id);
  g_free (((MtwItem *) item)->ports);
}

MtwScene *
mtw_scene_new (MtlDesign      *design,
               MtlSurvey      *survey,
               GHashTable     *open,
               const MtwScene *still)
{
  MtwScene *self = g_new0 (MtwScene, 1);
  guint n_tasks = mtl_survey_n_tasks (survey);

  self->design = mtl_design_ref (design);
  self->survey = mtl_survey_ref (survey);
  self->items = g_array_new (FALSE, TRUE, sizeof (MtwItem));
  g_array_set_clear_func (self->items, clear_item);
  self->links = g_array_new (FALSE, TRUE, sizeof (MtwLink));
  self->forks = g_array_new (FALSE, TRUE, sizeof (MtwForkPlace));
  self->regions = g_array_new (FALSE, TRUE, sizeof (MtwRegion));
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  self->all_tasks = n_tasks >= 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n_tasks) - 1;

  add_items (self, design, -1, open);
  add_links (self);
  mtw_scene_thread_beads (self);
  mtw_scene_lay_out (self, still);
  place_links (self);
  mtw_scene_find_forks (self);
  mtw_scene_find_regions (self);
  find_bounds (self);
  return self;
}

void
mtw_scene_free (MtwScene *self)
{
  g_hash_table_unref (self->index);
  g_array_unref (self->items);
  g_array_unref (self->links);
  g_array_unref (self->forks);
  g_array_unref (self->regions);
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
