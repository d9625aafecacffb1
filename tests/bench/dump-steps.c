/* dump-steps.c — training steps laid open, for judge.py
 *
 *   dump-steps FILE STEPS [KEY=VALUE…]
 *
 * Trains a design for some steps, on two threads, and writes to standard output
 * one line of JSON, then a record of each step. The line says what the network
 * is, as the plan has it: blocks in order of computation with settings, inputs
 * and shapes, tasks, tensors with their places in θ, and what is in a record.
 *
 * A record holds the weights before the step, the batch, losses, outputs and
 * gradients of each task, the running statistics that follow, and the
 * decisions: where the slope of a block jumps, which side of the jump each
 * value was on. Of these a last bit decides, and who compares two roundings of
 * the same network has to know them. To read them when the pass is over, every
 * output is given a place of its own, which changes no bit of a result.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mtl-model.h"
#include "mtl-plan-private.h"
#include "mtl-setup.h"
#include "mtl-step-private.h"
#include "mtl-work-private.h"

#define THREADS   2
#define ALIGNMENT 64

typedef struct
{
  MtlDesign  *design;
  MtlNetwork *network;
  MtlPlan    *plan;
  MtlPool    *pool;
  MtlWork    *work;
  MtlModel   *model;
  MtlStep    *step;
  MtlBatch   *batch;
  MtlGrads   *grads;
  guint32    *order;
  guint64     seed;
} Run;

/* --- places of their own --- */

static void
move_out (MtlPlan  *plan,
          MtlPlace *place,
          gsize     sample)
{
  if (place->at == MTL_NOWHERE || sample == 0)
    return;
  *place = (MtlPlace) { plan->whole, TRUE };
  plan->whole += (sample * plan->capacity + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void
spread_out (MtlPlan *plan)
{
  plan->whole = (plan->whole + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  for (guint s = 0; s < plan->n_steps; s++)
    {
      MtlPlanStep *step = &plan->steps[s];

      move_out (plan, &step->kept, step->needs.kept);
      for (guint n = 0; n < step->n_out; n++)
        move_out (plan, &step->out[n].y, step->out[n].size * sizeof (float));
    }
}

/* --- decisions --- */

typedef struct
{
  const char *op;
  const char *kind;   /* what judge.py is told */
  gsize       kept;   /* bytes of each output in what the op keeps; 0: the sign of the output */
} Decision;

static const Decision decisions[] = {
  { "relu", "sign", 0 },
  { "leaky-relu", "sign", 0 },
  { "max-pool", "place", sizeof (guint16) },
  { "conv-relu-pool", "place-or-none", 1 },
};

static void
write_floats (const float *values,
              gsize        n)
{
  fwrite (values, sizeof *values, n, stdout);
}

static const Decision *
find_decision (const MtlPlanStep *step)
{
  for (guint n = 0; step->op != NULL && n < G_N_ELEMENTS (decisions); n++)
    if (strcmp (step->op->method.id, decisions[n].op) == 0)
      return &decisions[n];

  return NULL;
}

static void
write_decision (const Run         *run,
                const MtlPlanStep *step,
                const Decision    *decision)
{
  gsize n = run->batch->rows * step->out[0].size;
  const float *y = (const float *) (gpointer) (run->work->whole + step->out[0].y.at);

  if (decision->kept > 0)
    {
      fwrite (run->work->whole + step->kept.at, decision->kept, n, stdout);
      return;
    }
  for (gsize i = 0; i < n; i++)
    putchar (y[i] > 0.0f);
}

/* --- the line --- */

static void
add_text (JsonBuilder *to,
          const char  *name,
          const char  *value)
{
  json_builder_set_member_name (to, name);
  json_builder_add_string_value (to, value);
}

static void
add_count (JsonBuilder *to,
           const char  *name,
           gsize        value)
{
  json_builder_set_member_name (to, name);
  json_builder_add_int_value (to, (gint64) value);
}

static void
add_shape (JsonBuilder    *to,
           const MtlShape *shape)
{
  json_builder_begin_array (to);
  for (guint d = 0; d < shape->rank; d++)
    json_builder_add_int_value (to, (gint64) shape->size[d]);
  json_builder_end_array (to);
}

static void
add_settings (JsonBuilder     *to,
              const MtlChosen *what)
{
  const MtlMethod *method = mtl_chosen_method (what);
  MtlKind kind = mtl_chosen_kind (what);

  json_builder_set_member_name (to, "set");
  json_builder_begin_object (to);
  for (guint n = 0; n < mtl_method_n_params (method, kind); n++)
    {
      const MtlParam *param = mtl_method_param (method, kind, n);
      g_autofree char *text = mtl_setting_to_text (&mtl_chosen_settings (what)[n], param);

      add_text (to, param->id, text);
    }
  json_builder_end_object (to);
}

static void
add_block (JsonBuilder      *to,
           const MtlNetwork *network,
           const MtlNode    *node)
{
  json_builder_begin_object (to);
  add_text (to, "id", mtl_block_id (node->block));
  add_text (to, "op", mtl_chosen_method (mtl_block_what (node->block))->id);
  add_settings (to, mtl_block_what (node->block));
  json_builder_set_member_name (to, "in");
  json_builder_begin_array (to);
  for (guint l = 0; l < node->links->len; l++)
    {
      const MtlLink *link = mtl_node_link (node, l);

      json_builder_begin_array (to);
      json_builder_add_string_value (to, mtl_block_id (network->nodes[link->node].block));
      json_builder_add_int_value (to, link->port);
      json_builder_end_array (to);
    }
  json_builder_end_array (to);
  json_builder_set_member_name (to, "out");
  json_builder_begin_array (to);
  for (guint n = 0; node->op != NULL && n < node->shape.n_out; n++)
    add_shape (to, &node->shape.out[n]);
  json_builder_end_array (to);
  json_builder_end_object (to);
}

static void
add_blocks (JsonBuilder      *to,
            const MtlNetwork *network)
{
  json_builder_set_member_name (to, "blocks");
  json_builder_begin_array (to);
  for (guint n = 0; n < network->n_order; n++)
    if (network->nodes[network->order[n]].tasks != 0)
      add_block (to, network, &network->nodes[network->order[n]]);
  json_builder_end_array (to);
}

static void
add_tasks (JsonBuilder   *to,
           const MtlPlan *plan)
{
  json_builder_set_member_name (to, "tasks");
  json_builder_begin_array (to);
  for (guint k = 0; k < plan->n_tasks; k++)
    {
      const MtlTask *task = &plan->tasks[k];

      json_builder_begin_object (to);
      add_text (to, "id", task->id);
      add_text (to, "loss", mtl_chosen_method (plan->chosen[k])->id);
      add_settings (to, plan->chosen[k]);
      json_builder_set_member_name (to, "weight");
      json_builder_add_double_value (to, task->weight);
      add_count (to, "target", task->target.size);
      add_count (to, "n_weights", task->n_weights);
      json_builder_end_object (to);
    }
  json_builder_end_array (to);
}

static void
add_tensors (JsonBuilder   *to,
             const MtlPlan *plan)
{
  json_builder_set_member_name (to, "tensors");
  json_builder_begin_array (to);
  for (guint n = 0; n < plan->tensors->len; n++)
    {
      const MtlTensor *tensor = &g_array_index (plan->tensors, MtlTensor, n);

      json_builder_begin_object (to);
      add_text (to, "block", tensor->block);
      add_text (to, "name", tensor->name);
      json_builder_set_member_name (to, "shape");
      add_shape (to, &tensor->shape);
      add_count (to, "offset", tensor->offset);
      json_builder_end_object (to);
    }
  json_builder_end_array (to);
}

/* Of a fused step the last block is named: there the values are that decide. */
static void
add_decisions (JsonBuilder   *to,
               const MtlPlan *plan)
{
  json_builder_set_member_name (to, "decisions");
  json_builder_begin_array (to);
  for (guint s = 0; s < plan->n_steps; s++)
    {
      const MtlPlanStep *step = &plan->steps[s];
      const Decision *decision = find_decision (step);

      if (decision == NULL)
        continue;
      json_builder_begin_object (to);
      add_text (to, "block", step->last);
      add_text (to, "kind", decision->kind);
      add_count (to, "n", plan->capacity * step->out[0].size);
      add_count (to, "bytes", MAX (decision->kept, 1));
      json_builder_end_object (to);
    }
  json_builder_end_array (to);
}

static void
print_line (const Run *run)
{
  const MtlPlan *plan = run->plan;
  const MtlSourceInfo *info = mtl_data_info (plan->data);
  g_autoptr(JsonBuilder) to = json_builder_new ();
  g_autoptr(JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (to);
  add_text (to, "name", mtl_design_name (run->design));
  add_count (to, "rows", plan->capacity);
  add_count (to, "n_theta", plan->n_theta);
  add_count (to, "n_weights", plan->n_weights);
  add_count (to, "n_trunk", plan->n_trunk);
  json_builder_set_member_name (to, "ports");
  json_builder_begin_array (to);
  for (guint n = 0; n < info->n_ports; n++)
    add_shape (to, &info->shapes[n]);
  json_builder_end_array (to);
  add_blocks (to, run->network);
  add_tasks (to, plan);
  add_tensors (to, plan);
  add_decisions (to, plan);
  json_builder_end_object (to);

  root = json_builder_get_root (to);
  text = json_to_string (root, FALSE);
  puts (text);
}

/* --- the run --- */

static void
fail (const GError *error)
{
  fprintf (stderr, "dump-steps: %s\n", error->message);
  exit (1);
}

static MtlDesign *
load_design (const char *path,
             char      **sets)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autoptr(GBytes) json = NULL;
  MtlDesign *design;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &error))
    fail (error);
  json = g_bytes_new (text, length);
  design = mtl_design_parse (json, path, NULL, &error);
  for (; design != NULL && *sets != NULL; sets++)
    {
      g_auto(GStrv) parts = g_strsplit (*sets, "=", 2);
      MtlDesign *next = mtl_design_with_value (design, parts[0],
                                               parts[1] != NULL ? parts[1] : "", &error);

      mtl_design_unref (design);
      design = next;
    }
  if (design == NULL)
    fail (error);

  return design;
}

static void
begin (Run        *run,
       const char *path,
       char      **sets)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlData) data = NULL;
  gsize n_rows, capacity;

  run->design = load_design (path, sets);
  data = mtl_setup_data (run->design, NULL, &error);
  if (data == NULL)
    fail (error);
  n_rows = mtl_data_rows (data, MTL_DATA_TRAIN);
  capacity = MIN ((gsize) mtl_setup_number (run->design, "batch"), n_rows);
  run->plan = mtl_plan_new (run->design, data, capacity, TRUE, 0, &error);
  if (run->plan == NULL)
    fail (error);

  run->network = mtl_network_new (run->design, data);
  run->seed = (guint64) mtl_setup_number (run->design, "seed");
  spread_out (run->plan);
  run->pool = mtl_pool_new (THREADS);
  run->work = mtl_work_new (run->plan, run->pool);
  run->model = mtl_model_new (run->plan, run->seed);
  run->step = mtl_step_new (run->work);
  run->grads = mtl_grads_new (run->plan);
  mtl_step_set_balancer (run->step, MTL_PART_LOSS, mtl_setup_method (run->design, "balancer"));
  mtl_step_set_balancer (run->step, MTL_PART_FLAT, mtl_setup_flat_balancer (run->design));
  mtl_step_set_sharp (run->step, mtl_setup_method (run->design, "sharpness"));
  mtl_model_set_optimizer (run->model, mtl_setup_method (run->design, "optimizer"));
  mtl_model_set_schedule (run->model, mtl_setup_method (run->design, "schedule"));
  run->batch = mtl_batch_new (data, capacity);
  run->order = g_new (guint32, n_rows);
  mtl_data_order (run->seed, 0, run->order, n_rows);
}

static void
end (Run *run)
{
  g_free (run->order);
  mtl_batch_free (run->batch);
  mtl_grads_free (run->grads);
  mtl_step_free (run->step);
  mtl_model_free (run->model);
  mtl_work_free (run->work);
  mtl_pool_free (run->pool);
  mtl_network_free (run->network);
  mtl_plan_unref (run->plan);
  mtl_design_unref (run->design);
}

static void
fill_batch (Run   *run,
            guint  step)
{
  MtlData *data = run->plan->data;
  gsize n_rows = mtl_data_rows (data, MTL_DATA_TRAIN), n = run->plan->capacity;
  g_autofree guint32 *rows = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    rows[i] = run->order[(step * n + i) % n_rows];
  mtl_batch_fill (run->batch, data, MTL_DATA_TRAIN, rows, n, run->pool);
}

/* What the pass has found, in the order of judge.py's read_record(). */
static void
write_record (Run          *run,
              const double *losses,
              float *const *outputs)
{
  const MtlPlan *plan = run->plan;
  const MtlSourceInfo *info = mtl_data_info (plan->data);
  gsize rows = run->batch->rows;

  write_floats (run->model->theta, plan->n_theta);
  for (guint n = 0; n < info->n_ports; n++)
    write_floats (run->batch->x[n], rows * mtl_shape_size (&info->shapes[n]));
  for (guint k = 0; k < plan->n_tasks; k++)
    write_floats (run->batch->targets[k], rows * plan->tasks[k].target.size);
  fwrite (losses, sizeof *losses, plan->n_tasks, stdout);
  for (guint k = 0; k < plan->n_tasks; k++)
    {
      write_floats (outputs[k], rows * plan->tasks[k].size);
      write_floats (mtl_grads_row (run->grads, k), plan->n_trunk);
      write_floats (mtl_grads_head (run->grads, k), plan->tasks[k].n_weights);
    }
  write_floats (mtl_work_renewed (run->work), plan->n_theta - plan->n_weights);
  for (guint s = 0; s < plan->n_steps; s++)
    if (find_decision (&plan->steps[s]) != NULL)
      write_decision (run, &plan->steps[s], find_decision (&plan->steps[s]));
}

/* The gradients alone, then the step that training takes from there. */
static void
take_step (Run   *run,
           guint  step)
{
  guint n_tasks = run->plan->n_tasks;
  g_autofree double *losses = g_new0 (double, n_tasks);
  g_autofree float **outputs = g_new0 (float *, n_tasks);
  g_autoptr(GError) error = NULL;
  MtlPass pass = {
    .theta = run->model->theta, .batch = run->batch,
    .tasks = G_MAXUINT64 >> (MTL_MAX_TASKS - n_tasks),
    .mode = MTL_PASS_TRAIN,
    .rng = mtl_rng_derive (mtl_rng_new (run->seed, MTL_STREAM_DROPOUT), step),
  };

  fill_batch (run, step);
  for (guint k = 0; k < n_tasks; k++)
    outputs[k] = g_new0 (float, run->plan->capacity * run->plan->tasks[k].size);
  mtl_work_run (run->work, &pass, losses, run->grads, outputs);
  write_record (run, losses, outputs);
  for (guint k = 0; k < n_tasks; k++)
    g_free (outputs[k]);

  if (!mtl_step_take (run->step, run->model->theta, run->batch, step, run->seed, FALSE, &error))
    fail (error);
  mtl_model_update (run->model, mtl_step_gradient (run->step),
                    mtl_model_rate (run->model, 0.0, 1.0), run->pool);
  mtl_model_renew (run->model, mtl_step_renewed (run->step));
}

int
main (int    argc,
      char **argv)
{
  guint n_steps = argc > 2 ? (guint) strtoul (argv[2], NULL, 10) : 0;
  Run run = { 0 };

  if (n_steps == 0)
    {
      fprintf (stderr, "usage: dump-steps FILE STEPS [KEY=VALUE…]\n");
      return 2;
    }

  begin (&run, argv[1], argv + 3);
  print_line (&run);
  for (guint n = 0; n < n_steps; n++)
    take_step (&run, n);
  end (&run);

  return fflush (stdout) == 0 && !ferror (stdout) ? 0 : 1;
}
