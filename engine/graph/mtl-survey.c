/* mtl-survey.c — what follows from a design, for those above the engine
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-survey.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-design-flatten.h"
#include "mtl-network.h"

struct _MtlSurvey
{
  gint        refs;     /* atomic */
  MtlNetwork *network;  /* constant once made */
};

/**
 * mtl_survey_new:
 *
 * May read the file of a table to learn its columns.
 *
 * Returns: (transfer full): what follows from @design
 */
MtlSurvey *
mtl_survey_new (const MtlDesign *design)
{
  MtlSurvey *self = g_new0 (MtlSurvey, 1);

  self->refs = 1;
  self->network = mtl_network_new (design, NULL);

  return self;
}

MtlSurvey *
mtl_survey_ref (const MtlSurvey *self)
{
  MtlSurvey *mutable = (MtlSurvey *) self;

  g_atomic_int_inc (&mutable->refs);

  return mutable;
}

void
mtl_survey_unref (const MtlSurvey *self)
{
  MtlSurvey *mutable = (MtlSurvey *) self;

  if (!g_atomic_int_dec_and_test (&mutable->refs))
    return;

  mtl_network_free (mutable->network);
  g_free (mutable);
}

const MtlDesign *
mtl_survey_design (const MtlSurvey *self)
{
  return self->network->whole;
}

guint
mtl_survey_n_problems (const MtlSurvey *self)
{
  return self->network->problems->len;
}

const MtlProblem *
mtl_survey_problem (const MtlSurvey *self,
                    guint            n)
{
  return g_ptr_array_index (self->network->problems, n);
}

gboolean
mtl_survey_check (const MtlSurvey  *self,
                  GError          **error)
{
  for (guint n = 0; n < mtl_survey_n_problems (self); n++)
    {
      const MtlProblem *problem = mtl_survey_problem (self, n);

      if (!problem->warning)
        {
          g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN, problem->message);
          return FALSE;
        }
    }

  return TRUE;
}

gboolean
mtl_survey_trains (const MtlSurvey *self)
{
  return mtl_survey_check (self, NULL);
}

guint
mtl_survey_n_tasks (const MtlSurvey *self)
{
  return self->network->n_tasks;
}

const char *
mtl_survey_task (const MtlSurvey *self,
                 guint            task)
{
  g_return_val_if_fail (task < self->network->n_tasks, NULL);

  return mtl_block_id (self->network->nodes[self->network->task_nodes[task]].block);
}

int
mtl_survey_task_index (const MtlSurvey *self,
                       const char      *id)
{
  int node = mtl_network_find (self->network, id);

  return node < 0 ? -1 : self->network->nodes[node].task;
}

static const MtlNode *
find_node (const MtlSurvey *self,
           const char      *block)
{
  int node = mtl_network_find (self->network, block);

  return node < 0 ? NULL : &self->network->nodes[node];
}

/* Whether a flat block is @block or within it. */
static gboolean
is_part (const MtlNode *node,
         const char    *block)
{
  const char *id = mtl_block_id (node->block);
  gsize length = strlen (block);

  return strncmp (id, block, length) == 0 && (id[length] == '\0' || id[length] == '/');
}

/* How many flat blocks @block is or stands for; they are nodes *first and those after it,
 * as a use's blocks are in the place of the use. */
static guint
find_parts (const MtlNetwork *network,
            const char       *block,
            guint            *first)
{
  int node = mtl_network_find (network, block);
  guint end;

  *first = node < 0 ? 0 : (guint) node;
  while (node < 0 && *first < network->n_nodes && !is_part (&network->nodes[*first], block))
    ++*first;
  end = *first;
  while (end < network->n_nodes && is_part (&network->nodes[end], block))
    end++;

  return end - *first;
}

MtlShape
mtl_survey_shape (const MtlSurvey *self,
                  const char      *block,
                  guint            output)
{
  g_autofree char *port = NULL;
  g_autofree char *inner = mtl_design_flat_output (self->network->whole, block, output, &port);
  const MtlNode *node = find_node (self, inner != NULL ? inner : block);

  if (inner != NULL && node != NULL && node->op->method.group == NULL)
    output = (guint) mtl_network_output (self->network, (guint) (node - self->network->nodes),
                                         port);
  if (node == NULL || !node->known || output >= node->shape.n_out)
    return (MtlShape) { 0 };

  return node->shape.out[output];
}

guint64
mtl_survey_tasks (const MtlSurvey *self,
                  const char      *block)
{
  guint64 tasks = 0;
  guint first, n_parts = find_parts (self->network, block, &first);

  for (guint n = first; n < first + n_parts; n++)
    tasks |= self->network->nodes[n].tasks;

  return tasks;
}

static gsize
count_weights (const MtlNode *node)
{
  gsize n = 0;

  for (guint t = 0; t < MTL_OP_MAX_TENSORS && node->needs.tensors[t].name != NULL; t++)
    n += mtl_shape_size (&node->needs.tensors[t].shape);

  return n;
}

gsize
mtl_survey_n_weights (const MtlSurvey *self,
                      const char      *block)
{
  gsize sum = 0;
  guint first, n_parts = find_parts (self->network, block, &first);

  for (guint n = first; n < first + n_parts; n++)
    sum += count_weights (&self->network->nodes[n]);

  return sum;
}

/**
 * mtl_survey_n_reached:
 * @tasks: a set of tasks; G_MAXUINT64 for all of the trunk
 *
 * Returns: how many weights are reached by exactly @tasks
 */
gsize
mtl_survey_n_reached (const MtlSurvey *self,
                      guint64          tasks)
{
  gsize sum = 0;

  for (guint n = 0; n < self->network->n_nodes; n++)
    {
      const MtlNode *node = &self->network->nodes[n];
      gboolean shared = (node->tasks & (node->tasks - 1)) != 0;

      if (node->tasks == tasks || (tasks == G_MAXUINT64 && shared))
        sum += count_weights (node);
    }

  return sum;
}

guint
mtl_survey_n_outputs (const MtlSurvey *self,
                      const char      *block)
{
  const MtlBlock *it = mtl_design_find (self->network->whole, block);

  if (it == NULL)
    return 0;
  if (!mtl_block_is_source (it))
    return mtl_block_n_outputs (it);

  return self->network->has_info ? self->network->info.n_ports : 0;
}

const char *
mtl_survey_output (const MtlSurvey *self,
                   const char      *block,
                   guint            output)
{
  const MtlBlock *it = mtl_design_find (self->network->whole, block);

  if (it == NULL || output >= mtl_survey_n_outputs (self, block))
    return NULL;

  return mtl_block_is_source (it) ? self->network->info.ports[output]
                                  : mtl_block_output (it, output);
}

guint
mtl_survey_n_targets (const MtlSurvey *self)
{
  return self->network->has_info ? self->network->info.n_targets : 0;
}

const char *
mtl_survey_target (const MtlSurvey *self,
                   guint            n)
{
  return n < mtl_survey_n_targets (self) ? self->network->info.targets[n].name : NULL;
}

/* A block that lost its reader to the wire is no reason against the wire. */
static gboolean
is_leftover (const MtlNetwork *edited,
             const MtlProblem *problem)
{
  guint first = 0, n_parts = 0;

  if (problem->block != NULL)
    n_parts = find_parts (edited, problem->block, &first);
  for (guint n = first; n < first + n_parts; n++)
    if (!edited->nodes[n].known || edited->nodes[n].tasks != 0)
      return FALSE;

  return n_parts > 0;
}

/* The problems that a block gained by an edit, as few words as there are. */
static char *
new_problem (const MtlSurvey  *self,
             const MtlNetwork *edited)
{
  for (guint n = 0; n < edited->problems->len; n++)
    {
      const MtlProblem *problem = g_ptr_array_index (edited->problems, n);
      gboolean old = problem->warning || is_leftover (edited, problem);

      for (guint o = 0; o < self->network->problems->len && !old; o++)
        old = strcmp (((MtlProblem *) g_ptr_array_index (self->network->problems, o))->message,
                      problem->message) == 0;
      if (!old)
        return g_strdup (problem->message);
    }

  return NULL;
}

/**
 * mtl_survey_refusal:
 * @from: an output, `block.port`
 * @to: an input, `block.port`
 *
 * Tries the wire on a copy of the design: an edit is cheap and the rules
 * stand in one place.
 *
 * Returns: (transfer full) (nullable): what speaks against the wire
 */
char *
mtl_survey_refusal (const MtlSurvey *self,
                    const char      *from,
                    const char      *to)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) edited = mtl_design_with_wire (self->network->whole, from, to, &error);
  g_autoptr(MtlNetwork) network = NULL;
  g_autofree char *message = NULL;
  const char *needs;

  if (edited == NULL)
    return g_strdup (error->message);

  network = mtl_network_new (edited, NULL);
  message = new_problem (self, network);
  if (message == NULL)
    return NULL;

  /* “conv2 needs channels × height × width, but …” becomes the need alone. */
  needs = strstr (message, "needs ");
  if (needs != NULL && strstr (needs, ", but ") != NULL)
    return g_strndup (needs, (gsize) (strstr (needs, ", but ") - needs));

  return g_steal_pointer (&message);
}
