/* mtl-network.c — the blocks of a design joined, ordered, with shapes and tasks
 *
 * Order is Kahn's, taking the first free block of the document each time, so
 * that it is a function of the design alone. Shapes run along it, tasks
 * against it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-network.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-design-flatten.h"
#include "mtl-design-private.h"

void
mtl_problem_free (MtlProblem *problem)
{
  g_free (problem->block);
  g_free (problem->port);
  g_free (problem->message);
  g_free (problem->advice);
  g_free (problem->fix_key);
  g_free (problem->fix_value);
  g_free (problem);
}

MtlProblem *
mtl_network_complain (MtlNetwork     *self,
                      const MtlBlock *block,
                      const char     *port,
                      char           *message)
{
  MtlProblem *problem = g_new0 (MtlProblem, 1);

  if (block != NULL)
    {
      const char *id = mtl_block_id (block);
      gsize length = strcspn (id, "/");

      problem->block = g_strndup (id, length);
      problem->port = id[length] == '\0' ? g_strdup (port) : NULL;
    }
  problem->message = message;
  g_ptr_array_add (self->problems, problem);

  return problem;
}

int
mtl_network_find (const MtlNetwork *self,
                  const char       *id)
{
  /* Nodes are in document order. */
  return mtl_design_find_index (self->design, id);
}

static int
find_name (const char *const *names,
           const char        *name)
{
  for (guint n = 0; names != NULL && names[n] != NULL; n++)
    if (strcmp (names[n], name) == 0)
      return (int) n;

  return -1;
}

int
mtl_network_output (const MtlNetwork *self,
                    guint             node,
                    const char       *port)
{
  const MtlNode *it = &self->nodes[node];

  if (it->op != NULL)
    return find_name (it->op->ports.outputs, port);

  for (guint n = 0; self->has_info && (int) node == self->source && n < self->info.n_ports; n++)
    if (strcmp (self->info.ports[n], port) == 0)
      return (int) n;

  return -1;
}

/* --- nodes and links --- */

static void
add_nodes (MtlNetwork *self)
{
  self->n_nodes = mtl_design_n_blocks (self->design);
  self->nodes = g_new0 (MtlNode, self->n_nodes);
  self->order = g_new0 (guint, self->n_nodes);
  self->task_nodes = g_new0 (guint, self->n_nodes);
  self->source = -1;

  for (guint n = 0; n < self->n_nodes; n++)
    {
      MtlNode *node = &self->nodes[n];
      const MtlChosen *what;

      node->block = mtl_design_block (self->design, n);
      node->links = g_array_new (FALSE, FALSE, sizeof (MtlLink));
      node->task = -1;
      what = mtl_block_what (node->block);
      if (mtl_block_is_source (node->block))
        node->source = (const MtlSource *) mtl_chosen_method (what);
      else
        node->op = (const MtlOp *) mtl_chosen_method (what);
    }
}

static void
number_tasks (MtlNetwork *self)
{
  for (guint n = 0; n < self->n_nodes && self->n_tasks < MTL_MAX_TASKS; n++)
    if (mtl_block_is_task (self->nodes[n].block))
      {
        self->nodes[n].task = (int) self->n_tasks;
        self->task_nodes[self->n_tasks++] = n;
      }
}

static void
describe_source (MtlNetwork *self,
                 MtlData    *data)
{
  for (guint n = 0; n < self->n_nodes; n++)
    if (self->nodes[n].source != NULL)
      {
        if (self->source >= 0)
          mtl_network_complain (self, self->nodes[n].block, NULL, g_strdup_printf (
            _("A design has one data block, but %s stands beside %s. Delete one of them."),
            mtl_block_id (self->nodes[n].block),
            mtl_block_id (self->nodes[self->source].block)));
        else
          self->source = (int) n;
      }

  if (self->source < 0)
    {
      mtl_network_complain (self, NULL, NULL,
                            g_strdup (_("No data: add a data block, such as Glyph Pairs.")));
    }
  else if (data != NULL)
    {
      self->info = *mtl_data_info (data);
      self->has_info = TRUE;
    }
  else
    {
      const MtlBlock *block = self->nodes[self->source].block;
      g_autoptr(GError) error = NULL;

      self->has_info = mtl_data_describe (mtl_block_what (block), &self->info, &error);
      if (!self->has_info)
        mtl_network_complain (self, block, NULL, g_strdup (error->message));
    }
}

/* The place of @link among the links of a reader: by input port, then by age. */
static void
insert_link (GArray  *links,
             MtlLink  link)
{
  guint at = links->len;

  while (at > 0 && g_array_index (links, MtlLink, at - 1).input > link.input)
    at--;
  g_array_insert_val (links, at, link);
}

static void
complain_of_port (MtlNetwork    *self,
                  const MtlNode *from,
                  const MtlWire *wire)
{
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint n = 0; n < self->info.n_ports; n++)
    g_string_append_printf (names, "%s%s", n > 0 ? ", " : "", self->info.ports[n]);
  mtl_network_complain (self, from->block, wire->from_port, g_strdup_printf (
    _("%s has no output called %s; it has %s. Connect %s anew."),
    wire->from, wire->from_port, names->str, wire->to));
}

static void
add_links (MtlNetwork *self)
{
  for (guint w = 0; w < mtl_design_n_wires (self->design); w++)
    {
      const MtlWire *wire = mtl_design_wire (self->design, w);
      int from = mtl_network_find (self, wire->from);
      int to = mtl_network_find (self, wire->to);
      int input, output;

      if (from < 0 || to < 0 || self->nodes[to].op == NULL)
        continue;

      input = find_name (self->nodes[to].op->ports.inputs, wire->to_port);
      output = mtl_network_output (self, (guint) from, wire->from_port);
      if (output < 0 && self->nodes[from].source != NULL && self->has_info)
        complain_of_port (self, &self->nodes[from], wire);
      if (input < 0)
        continue;

      /* A source that cannot be read yet still counts as connected. */
      insert_link (self->nodes[to].links,
                   (MtlLink) { (guint) from, (guint) MAX (output, 0), (guint) input });
      self->nodes[from].n_readers++;
    }
}

/* --- order --- */

static gboolean
is_free (const MtlNetwork *self,
         const gboolean   *placed,
         guint             node)
{
  const MtlNode *it = &self->nodes[node];

  for (guint n = 0; n < it->links->len; n++)
    if (!placed[mtl_node_link (it, n)->node])
      return FALSE;

  return !placed[node];
}

static void
sort_nodes (MtlNetwork *self)
{
  g_autofree gboolean *placed = g_new0 (gboolean, self->n_nodes);
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint n = 0; n < self->n_nodes; n++)
        if (is_free (self, placed, n))
          {
            placed[n] = TRUE;
            self->order[self->n_order++] = n;
            moved = TRUE;
          }
    }

  for (guint n = 0; n < self->n_nodes; n++)
    if (!placed[n])
      {
        mtl_network_complain (self, self->nodes[n].block, NULL, g_strdup_printf (
          _("%s is part of a loop: its output comes back to its input. Delete one of the wires."),
          mtl_block_id (self->nodes[n].block)));
        return;
      }
}

static void
reach_tasks (MtlNetwork *self)
{
  for (guint n = self->n_order; n > 0; n--)
    {
      MtlNode *node = &self->nodes[self->order[n - 1]];

      if (node->task >= 0)
        node->tasks |= G_GUINT64_CONSTANT (1) << node->task;
      for (guint l = 0; l < node->links->len; l++)
        self->nodes[mtl_node_link (node, l)->node].tasks |= node->tasks;
    }
}

/* --- shapes --- */

static guint
count_names (const char *const *names)
{
  return names != NULL ? g_strv_length ((char **) names) : 0;
}

/* An input of a use may feed several blocks within: one complaint is enough. */
static gboolean
has_complaint (const MtlNetwork *self,
               const MtlBlock   *block,
               const char       *port)
{
  for (guint n = 0; n < self->problems->len; n++)
    {
      const MtlProblem *problem = g_ptr_array_index (self->problems, n);

      if (g_strcmp0 (problem->block, mtl_block_id (block)) == 0
          && g_strcmp0 (problem->port, port) == 0)
        return TRUE;
    }

  return FALSE;
}

static void
complain_of_input (MtlNetwork    *self,
                   const MtlNode *node,
                   const char    *port)
{
  const MtlBlock *use = mtl_design_outer_input (self->whole, mtl_block_id (node->block), port,
                                                &port);
  const MtlBlock *block = use != NULL ? use : node->block;
  MtlProblem *problem;

  if (use != NULL && has_complaint (self, use, port))
    return;

  problem = mtl_network_complain (self, block, port,
    node->task >= 0
    ? g_strdup_printf (_("%s has no head: connect a block to its input."), mtl_block_id (block))
    : g_strdup_printf (_("%s has nothing at its input: connect a block to it."),
                       mtl_block_id (block)));
  problem->advice = g_strdup (_("Connect to…"));
}

/* Whether every input port that needs a wire has one; complains of those that have none. */
static gboolean
is_complete (MtlNetwork *self,
             MtlNode    *node)
{
  guint n_inputs = count_names (node->op->ports.inputs) - (node->op->ports.last_optional ? 1 : 0);
  gboolean complete = TRUE;

  for (guint port = 0; port < n_inputs; port++)
    {
      gboolean found = FALSE;

      for (guint l = 0; l < node->links->len; l++)
        found = found || mtl_node_link (node, l)->input == port;
      if (found)
        continue;

      complain_of_input (self, node, node->op->ports.inputs[port]);
      complete = FALSE;
    }

  return complete;
}

static void
infer_source (MtlNetwork *self,
              MtlNode    *node)
{
  node->shape.n_out = self->info.n_ports;
  for (guint n = 0; n < self->info.n_ports; n++)
    node->shape.out[n] = self->info.shapes[n];
  node->known = TRUE;
}

static void
infer_op (MtlNetwork *self,
          MtlNode    *node)
{
  g_autoptr(GError) error = NULL;

  node->shape.set = mtl_chosen_settings (mtl_block_what (node->block));
  node->shape.n_in = node->links->len;
  node->shape.n_out = count_names (node->op->ports.outputs);
  for (guint n = 0; n < node->links->len; n++)
    {
      const MtlLink *link = mtl_node_link (node, n);
      const MtlNode *from = &self->nodes[link->node];

      if (!from->known || link->port >= from->shape.n_out)
        return;
      node->shape.in[n] = from->shape.out[link->port];
    }

  if (node->op->infer != NULL && !node->op->infer (&node->shape, &error))
    {
      mtl_network_complain (self, node->block, NULL,
                            mtl_network_name_parties (self, node, error->message));
      return;
    }

  node->known = TRUE;
  if (node->op->plan != NULL)
    node->op->plan (&node->shape, &node->needs);
}

static void
infer_shapes (MtlNetwork *self)
{
  for (guint n = 0; n < self->n_order; n++)
    {
      MtlNode *node = &self->nodes[self->order[n]];

      if (node->source != NULL && (int) self->order[n] == self->source && self->has_info)
        infer_source (self, node);
      else if (node->op != NULL && node->op->method.group == NULL && is_complete (self, node))
        {
          if (node->links->len > MTL_MAX_PORTS)
            mtl_network_complain (self, node->block, NULL, g_strdup_printf (
              _("%s reads %u blocks; %d is the most. Join some of them first."),
              mtl_block_id (node->block), node->links->len, MTL_MAX_PORTS));
          else
            infer_op (self, node);
        }
    }
}

static void
flatten (MtlNetwork *self)
{
  g_autoptr(GPtrArray) refusals
    = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_refusal_free);

  self->design = mtl_design_expand (self->whole, refusals);
  for (guint n = 0; n < refusals->len; n++)
    {
      const MtlRefusal *refusal = g_ptr_array_index (refusals, n);

      mtl_network_complain (self, mtl_design_find (self->design, refusal->block), NULL,
                            g_strdup (refusal->message));
    }
}

MtlNetwork *
mtl_network_new (const MtlDesign *design,
                 MtlData         *data)
{
  MtlNetwork *self = g_new0 (MtlNetwork, 1);

  self->whole = mtl_design_ref (design);
  self->problems = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_problem_free);
  flatten (self);
  add_nodes (self);
  number_tasks (self);
  describe_source (self, data);
  add_links (self);
  sort_nodes (self);
  reach_tasks (self);
  infer_shapes (self);

  mtl_network_check (self);

  /* The info of an opened source belongs to it. */
  if (data != NULL)
    self->info = (MtlSourceInfo) { 0 };

  return self;
}

void
mtl_network_free (MtlNetwork *self)
{
  for (guint n = 0; n < self->n_nodes; n++)
    g_array_unref (self->nodes[n].links);
  if (self->has_info)
    mtl_source_info_clear (&self->info);
  g_ptr_array_unref (self->problems);
  mtl_design_unref (self->design);
  mtl_design_unref (self->whole);
  g_free (self->nodes);
  g_free (self->order);
  g_free (self->task_nodes);
  g_free (self);
}
