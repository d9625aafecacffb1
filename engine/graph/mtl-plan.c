/* mtl-plan.c — a design compiled for a batch size
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-plan-fuse.h"
#include "mtl-plan-memory.h"
#include "mtl-plan-schedule.h"
#include "mtl-plan-shards.h"
#include "mtl-target.h"

#define MAX_FLOATS (G_GUINT64_CONSTANT (1) << 33)  /* 32 GiB: beyond it sizes could wrap */

/* --- steps --- */

typedef struct
{
  MtlPlan          *plan;
  const MtlNetwork *network;
  int              *step_of;  /* node → step whose outputs stand for the node's; −1: none yet */
  gboolean         *inside;   /* nodes that a fused step swallowed */
} Compiler;

/* FNV-1a: the stream of a block follows from its id alone. */
static guint64
hash_id (const char *id)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *id != '\0'; id++)
    hash = (hash ^ (guchar) *id) * G_GUINT64_CONSTANT (0x100000001b3);

  return hash;
}

static void
link_step (Compiler    *compiler,
           MtlPlanStep *step,
           guint        node)
{
  const MtlNode *it = &compiler->network->nodes[node];

  step->n_in = it->links->len;
  for (guint l = 0; l < it->links->len; l++)
    {
      const MtlLink *link = mtl_node_link (it, l);

      step->in[l] = (MtlInput) { (guint) compiler->step_of[link->node], link->port };
      step->wants_dy = step->wants_dy
                       || compiler->plan->steps[compiler->step_of[link->node]].wants_dy;
    }
}

static void
add_step (Compiler *compiler,
          guint     node)
{
  const MtlNode *it = &compiler->network->nodes[node];
  MtlPlan *plan = compiler->plan;
  MtlPlanStep *step = &plan->steps[plan->n_steps];
  guint chain[MTL_OP_MAX_FUSES] = { node };
  guint n_chain = 1;
  const MtlOp *fused = mtl_plan_find_fused (compiler->network, node, chain, &n_chain);
  const MtlNode *last = &compiler->network->nodes[fused != NULL ? chain[n_chain - 1] : node];

  step->op = fused != NULL ? fused : it->op;
  step->block = mtl_block_id (it->block);
  step->last = mtl_block_id (last->block);
  step->word = hash_id (step->block);
  step->shape = it->shape;
  step->needs = it->needs;
  step->tasks = it->tasks;
  step->task = it->task;
  step->n_out = last->shape.n_out;
  step->shape.n_out = step->n_out;
  for (guint n = 0; n < step->n_out; n++)
    {
      step->shape.out[n] = last->shape.out[n];
      step->out[n].size = mtl_shape_size (&last->shape.out[n]);
    }
  if (fused != NULL)
    {
      step->needs = (MtlOpNeeds) { 0 };
      fused->plan (&step->shape, &step->needs);
      for (guint n = 0; n < n_chain; n++)
        {
          compiler->step_of[chain[n]] = (int) plan->n_steps;
          compiler->inside[chain[n]] = TRUE;
        }
    }
  compiler->step_of[node] = (int) plan->n_steps;
  link_step (compiler, step, node);
  step->wants_dy = step->wants_dy || step->needs.tensors[0].name != NULL;
  plan->n_steps++;
}

static void
add_steps (MtlPlan          *self,
           const MtlNetwork *network)
{
  g_autofree int *step_of = g_new0 (int, network->n_nodes);
  g_autofree gboolean *inside = g_new0 (gboolean, network->n_nodes);
  Compiler compiler = { self, network, step_of, inside };

  self->steps = g_new0 (MtlPlanStep, network->n_nodes);
  for (guint n = 0; n < network->n_order; n++)
    {
      guint node = network->order[n];

      if (network->nodes[node].tasks != 0 && !inside[node])
        add_step (&compiler, node);
    }
}

/* --- tensors --- */

/* AUTO: for a rectifier after it, or for anything else. */
static MtlInit
resolve_init (const MtlNetwork *network,
              const char       *block,
              MtlInit           init)
{
  int node = mtl_network_find (network, block);

  if (init != MTL_INIT_AUTO)
    return init;

  for (guint n = 0; n < network->n_nodes; n++)
    for (guint l = 0; l < network->nodes[n].links->len; l++)
      if ((int) mtl_node_link (&network->nodes[n], l)->node == node
          && network->nodes[n].op != NULL
          && network->nodes[n].op->rectifies)
        return MTL_INIT_KAIMING;

  return MTL_INIT_XAVIER;
}

/* Index of a new tensor behind those that there are. */
static guint
add_tensor (MtlPlan             *self,
            const MtlNetwork    *network,
            const MtlPlanStep   *step,
            const MtlTensorSpec *spec)
{
  MtlTensor tensor = {
    .block = step->block,
    .name = spec->name,
    .shape = spec->shape,
    .init = resolve_init (network, step->block, spec->init),
    .decay = spec->decay,
    .fan_in = spec->fan_in,
    .fan_out = spec->fan_out,
    .value = spec->value,
    .offset = self->n_theta,
    .size = mtl_shape_size (&spec->shape),
    .slot = G_MAXSIZE,
    .tasks = step->tasks,
  };

  self->n_theta += tensor.size;
  g_array_append_val (self->tensors, tensor);

  return self->tensors->len - 1;
}

static void
add_tensors_of (MtlPlan          *self,
                const MtlNetwork *network,
                MtlPlanStep      *step,
                gsize            *slot)
{
  for (guint t = 0; t < MTL_OP_MAX_TENSORS && step->needs.tensors[t].name != NULL; t++)
    {
      guint n = add_tensor (self, network, step, &step->needs.tensors[t]);
      MtlTensor *tensor = &g_array_index (self->tensors, MtlTensor, n);

      step->tensors[step->n_tensors++] = n;
      if (step->needs.n_tiles > 0)
        continue;
      tensor->slot = *slot;
      *slot += tensor->size;
    }
}

static MtlPlanStep *
find_step (MtlPlan    *self,
           const char *block)
{
  for (guint s = 0; s < self->n_steps; s++)
    if (strcmp (self->steps[s].block, block) == 0)
      return &self->steps[s];

  return NULL;
}

static void
add_buffers (MtlPlan          *self,
             const MtlNetwork *network)
{
  for (guint n = 0; n < network->n_nodes; n++)
    {
      MtlPlanStep *step = find_step (self, mtl_block_id (network->nodes[n].block));

      for (guint b = 0; step != NULL && b < MTL_OP_MAX_BUFFERS
                        && step->needs.buffers[b].name != NULL; b++)
        step->buffers[step->n_buffers++] = add_tensor (self, network, step,
                                                       &step->needs.buffers[b]);
    }
}

/* Tensors in document order: first those of two tasks or more, then by task,
 * and behind them what no gradient goes to. */
static void
add_tensors (MtlPlan          *self,
             const MtlNetwork *network)
{
  self->tensors = g_array_new (FALSE, TRUE, sizeof (MtlTensor));

  for (int task = -1; task < (int) self->n_tasks; task++)
    {
      if (task >= 0)
        self->tasks[task].offset = self->n_theta;

      for (guint n = 0; n < network->n_nodes; n++)
        {
          MtlPlanStep *step = find_step (self, mtl_block_id (network->nodes[n].block));
          gboolean here;

          if (step == NULL || step->op == NULL)
            continue;
          here = task < 0 ? mtl_count_tasks (step->tasks) > 1
                          : step->tasks == G_GUINT64_CONSTANT (1) << task;
          if (here)
            add_tensors_of (self, network, step,
                            task < 0 ? &self->slot_trunk : &self->slot_heads);
        }

      if (task < 0)
        self->n_trunk = self->n_theta;
      else
        self->tasks[task].n_weights = self->n_theta - self->tasks[task].offset;
    }

  self->n_weights = self->n_theta;
  add_buffers (self, network);
}

/* --- tasks --- */

static void
add_tasks (MtlPlan          *self,
           const MtlNetwork *network)
{
  self->n_tasks = network->n_tasks;
  self->tasks = g_new0 (MtlTask, self->n_tasks);
  self->task_ids = g_new0 (char *, self->n_tasks + 1);
  self->chosen = g_new0 (MtlChosen *, self->n_tasks);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlNode *node = &network->nodes[network->task_nodes[k]];
      const MtlChosen *what = mtl_block_what (node->block);

      self->chosen[k] = mtl_chosen_ref (mtl_chosen_get (what, "loss")->method);
      self->task_ids[k] = g_strdup (mtl_block_id (node->block));
      self->tasks[k] = (MtlTask) {
        .id = self->task_ids[k],
        .loss = (const MtlLoss *) mtl_chosen_method (self->chosen[k]),
        .set = mtl_chosen_settings (self->chosen[k]),
        .target = *mtl_data_target (self->data, k),
        .size = mtl_shape_size (&node->shape.in[0]),
        .weight = mtl_chosen_get (what, "weight")->number,
      };
      self->tasks[k].items = mtl_loss_items (self->tasks[k].loss, self->tasks[k].set,
                                             &self->tasks[k].target, &node->shape.in[0]);
    }
}

static gboolean
check_network (const MtlNetwork  *network,
               GError           **error)
{
  for (guint n = 0; n < network->problems->len; n++)
    {
      const MtlProblem *problem = g_ptr_array_index (network->problems, n);

      if (!problem->warning)
        {
          g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN, problem->message);
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
check_memory (const MtlPlan  *self,
              gsize           budget,
              GError        **error)
{
  gsize bytes = mtl_plan_arena_size (self) + mtl_plan_whole_size (self)
                + mtl_plan_rows_size (self);
  g_autofree char *needed = NULL;
  g_autofree char *allowed = NULL;

  if (self->n_weights < MAX_FLOATS && (budget == 0 || bytes <= budget))
    return TRUE;

  needed = g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS | G_FORMAT_SIZE_LONG_FORMAT);
  allowed = g_format_size_full (budget, G_FORMAT_SIZE_IEC_UNITS);
  g_set_error (error, MTL_ERROR, MTL_ERROR_MEMORY,
               _("Training needs %s for activations and the gradients of %u tasks, "
                 "but %s are allowed. Choose a smaller batch or narrower layers."),
               needed, self->n_tasks, allowed);
  return FALSE;
}

MtlPlan *
mtl_plan_new (const MtlDesign  *design,
              MtlData          *data,
              gsize             capacity,
              gboolean          trains,
              gsize             budget,
              GError          **error)
{
  g_autoptr(MtlNetwork) network = mtl_network_new (design, data);
  g_autoptr(MtlPlan) self = NULL;

  g_return_val_if_fail (capacity > 0, NULL);

  if (!check_network (network, error))
    return NULL;

  self = g_new0 (MtlPlan, 1);
  self->refs = 1;
  self->design = mtl_design_ref (design);
  self->flat = mtl_design_ref (network->design);
  self->data = mtl_data_ref (data);
  self->capacity = capacity;
  self->trains = trains;
  add_tasks (self, network);
  add_steps (self, network);
  add_tensors (self, network);
  mtl_plan_choose_shards (self);
  mtl_plan_schedule (self);
  mtl_plan_place_buffers (self);

  if (!check_memory (self, budget, error))
    return NULL;

  return g_steal_pointer (&self);
}

MtlPlan *
mtl_plan_ref (MtlPlan *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_plan_unref (MtlPlan *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  for (guint k = 0; k < self->n_tasks; k++)
    mtl_chosen_unref (self->chosen[k]);
  g_clear_pointer (&self->tensors, g_array_unref);
  g_strfreev (self->task_ids);
  g_free (self->chosen);
  g_free (self->actions);
  g_free (self->tasks);
  g_free (self->steps);
  mtl_data_unref (self->data);
  mtl_design_unref (self->flat);
  mtl_design_unref (self->design);
  g_free (self);
}

const MtlDesign *
mtl_plan_design (const MtlPlan *self)
{
  return self->design;
}

MtlData *
mtl_plan_data (const MtlPlan *self)
{
  return self->data;
}

gsize
mtl_plan_capacity (const MtlPlan *self)
{
  return self->capacity;
}

guint
mtl_plan_n_tasks (const MtlPlan *self)
{
  return self->n_tasks;
}

const MtlTask *
mtl_plan_task (const MtlPlan *self,
               guint          task)
{
  return &self->tasks[task];
}

const char *const *
mtl_plan_task_ids (const MtlPlan *self)
{
  return (const char *const *) self->task_ids;
}

guint
mtl_plan_n_tensors (const MtlPlan *self)
{
  return self->tensors->len;
}

const MtlTensor *
mtl_plan_tensor (const MtlPlan *self,
                 guint          n)
{
  return &g_array_index (self->tensors, MtlTensor, n);
}

gsize
mtl_plan_n_trunk (const MtlPlan *self)
{
  return self->n_trunk;
}

gsize
mtl_plan_n_weights (const MtlPlan *self)
{
  return self->n_weights;
}

gsize
mtl_plan_n_theta (const MtlPlan *self)
{
  return self->n_theta;
}

gsize
mtl_plan_arena_size (const MtlPlan *self)
{
  return self->arena;
}

gsize
mtl_plan_whole_size (const MtlPlan *self)
{
  return self->whole;
}

gsize
mtl_plan_rows_size (const MtlPlan *self)
{
  gsize rows = self->n_tasks * self->n_trunk + (self->n_weights - self->n_trunk);
  gsize slot = self->n_tasks * self->slot_trunk + self->slot_heads;
  gsize shards = mtl_plan_count_shards (self, self->capacity);

  return self->trains ? (rows + slot * MIN (shards, MTL_MAX_SLOTS)) * sizeof (float) : 0;
}
