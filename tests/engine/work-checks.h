/* work-checks.h — what holds for the work of any network, for tests
 *
 * Lanes against one pass for each task, the merged lane against the sum of
 * rows, reach and order of tensors, and lifetimes in the arena worked out anew.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "engine-bench.h"

#define RELATIVE 1e-6  /* of the largest element: only the order of sums may differ */

static inline void
check_row (const char *what,
           Bench      *bench,
           MtlGrads   *found,
           MtlGrads   *expected,
           guint       k)
{
  double trunk = worst (mtl_grads_row (found, k), mtl_grads_row (expected, k), bench->d);
  double head = worst (mtl_grads_head (found, k), mtl_grads_head (expected, k),
                       mtl_plan_task (bench->plan, k)->n_weights);

  if (!(trunk <= RELATIVE) || !(head <= RELATIVE))
    g_test_fail_printf ("%s: task %u: the trunk is off by %.3g, the head by %.3g", what, k, trunk,
                        head);
}

/* All lanes at once against one pass for each task. */
static inline void
check_lanes (const char *name,
             Bench      *bench)
{
  g_autoptr(MtlGrads) all = mtl_grads_new (bench->plan);
  g_autoptr(MtlGrads) one = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);
  double losses[MTL_MAX_TASKS], alone[MTL_MAX_TASKS];

  mtl_work_run (bench->work, &pass, losses, all, NULL);
  for (guint k = 0; k < bench->k; k++)
    {
      pass.tasks = G_GUINT64_CONSTANT (1) << k;
      mtl_work_run (bench->work, &pass, alone, one, NULL);
      check_row (name, bench, all, one, k);
      if (losses[k] != alone[k])
        g_test_fail_printf ("%s: task %u: loss %.17g, alone %.17g", name, k, losses[k], alone[k]);
      for (guint j = 0; j < bench->k; j++)
        if (j != k && !isnan (alone[j]))
          g_test_fail_printf ("%s: task %u is not run, but its loss is %g", name, j, alone[j]);
    }
}

/* The merged lane against the sum of the rows; heads as they are. */
static inline void
check_merged (const char *name,
              Bench      *bench)
{
  static const double weights[] = { 0.3, 1.7, 0.05, 2.0 };
  g_autoptr(MtlGrads) all = mtl_grads_new (bench->plan);
  g_autoptr(MtlGrads) merged = mtl_grads_new (bench->plan);
  g_autofree float *sum = g_new0 (float, bench->d + 1);
  g_autofree float *direction = g_new (float, bench->d + 1);
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);
  double losses[MTL_MAX_TASKS], again[MTL_MAX_TASKS];

  mtl_work_run (bench->work, &pass, losses, all, NULL);
  mtl_grads_combine (all, weights, bench->pool, sum);
  for (gsize i = 0; i < bench->d; i++)
    direction[i] = 1e9f;
  mtl_work_run_sum (bench->work, &pass, weights, again, merged, NULL, direction);

  if (!(worst (direction, sum, bench->d) <= 2 * RELATIVE))
    g_test_fail_printf ("%s: the merged direction is off by %.3g", name,
                        worst (direction, sum, bench->d));
  for (guint k = 0; k < bench->k; k++)
    {
      const float *head = mtl_grads_head (merged, k);
      double off = worst (head, mtl_grads_head (all, k), mtl_plan_task (bench->plan, k)->n_weights);

      if (!(off <= 2 * RELATIVE))
        g_test_fail_printf ("%s: head %u of the merged pass is off by %.3g", name, k, off);
      if (losses[k] != again[k] && !(isnan (losses[k]) && isnan (again[k])))
        g_test_fail_printf ("%s: loss %u is %.17g, merged %.17g", name, k, losses[k], again[k]);
    }
}

/* A row is exactly zero in every tensor that its task does not reach. */
static inline void
check_reach (const char *name,
             Bench      *bench)
{
  g_autoptr(MtlGrads) all = mtl_grads_new (bench->plan);
  MtlPass pass = bench_pass (bench, all_of (bench->k), MTL_PASS_TRAIN);

  mtl_work_run (bench->work, &pass, NULL, all, NULL);
  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);

      for (guint k = 0; tensor->offset < bench->d && k < bench->k; k++)
        for (gsize i = tensor->offset; i < tensor->offset + tensor->size; i++)
          if ((tensor->tasks >> k & 1) == 0 && mtl_grads_row (all, k)[i] != 0.0f)
            g_error ("%s: task %u does not reach %s.%s, but its row is %g there", name, k,
                     tensor->block, tensor->name, mtl_grads_row (all, k)[i]);
    }
}

/* Trunk first, then the heads by task, then running statistics; each in document
 * order and without a gap. */
static inline void
check_order (const char *name,
             Bench      *bench)
{
  gsize at = 0;
  int part = -1;
  guint place = 0;

  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);
      int here = mtl_count_tasks (tensor->tasks) > 1
                 ? -1 : (int) g_bit_nth_lsf ((gulong) tensor->tasks, -1);
      guint block = 0;

      if (at >= bench->p)
        here = MTL_MAX_TASKS;
      while (strcmp (mtl_block_id (mtl_design_block (bench->design, block)), tensor->block) != 0)
        block++;
      if (tensor->offset != at || here < part || (here == part && block < place))
        g_error ("%s: tensor %s.%s of part %d stands at %" G_GSIZE_FORMAT ", expected after part "
                 "%d at %" G_GSIZE_FORMAT, name, tensor->block, tensor->name, here,
                 tensor->offset, part, at);
      g_assert_true ((here < 0) == (tensor->offset < bench->d));
      g_assert_true ((here == MTL_MAX_TASKS) == (tensor->offset >= bench->p));
      at += tensor->size;
      part = here;
      place = block;
    }
  g_assert_cmpuint (at, ==, mtl_plan_n_theta (bench->plan));
}

/* --- the memory plan --- */

/* Everything that is read or written at a place, from the first to the last time. */
typedef struct
{
  const MtlPlace *place;
  gsize           bytes;
  guint           born, dies;   /* actions, both included */
  const char     *block, *what;
} Life;

static inline void
touch (GArray         *lives,
       const MtlPlace *place,
       gsize           sample,
       guint           action,
       const char     *block,
       const char     *what)
{
  Life life = { place, sample, action, action, block, what };

  if (place->at == MTL_NOWHERE)
    return;
  for (guint n = 0; n < lives->len; n++)
    if (g_array_index (lives, Life, n).place == place)
      {
        g_array_index (lives, Life, n).dies = action;
        return;
      }
  g_array_append_val (lives, life);
}

static inline void
touch_outputs (GArray      *lives,
               MtlPlanStep *step,
               guint        action,
               gboolean     dy)
{
  for (guint n = 0; n < step->n_out; n++)
    if (dy)
      touch (lives, &step->out[n].dy,
             step->out[n].size * sizeof (float) * mtl_count_tasks (step->tasks), action,
             step->block, "dy");
    else
      touch (lives, &step->out[n].y, step->out[n].size * sizeof (float), action, step->block, "y");
}

static inline void
touch_inputs (const MtlPlan *plan,
              GArray        *lives,
              MtlPlanStep   *step,
              guint          action,
              gboolean       dy)
{
  for (guint n = 0; n < step->n_in; n++)
    {
      MtlPlanStep *producer = &plan->steps[step->in[n].step];
      MtlBuffer *out = &producer->out[step->in[n].output];

      if (dy)
        touch (lives, &out->dy, out->size * sizeof (float) * mtl_count_tasks (producer->tasks),
               action, producer->block, "dy");
      else
        touch (lives, &out->y, out->size * sizeof (float), action, producer->block, "y");
    }
}

static inline void
touch_all (const MtlPlan *plan,
           guint          action,
           GArray        *lives)
{
  MtlDo what = plan->actions[action].what;
  MtlPlanStep *step = &plan->steps[plan->actions[action].step];
  gboolean backward = what == MTL_DO_BACKWARD;

  if (!mtl_is_backward (what) || (backward && (step->needs.reads_x || step->task >= 0)))
    touch_inputs (plan, lives, step, action, FALSE);
  if (backward)
    touch_inputs (plan, lives, step, action, TRUE);
  if (mtl_is_backward (what))
    touch_outputs (lives, step, action, TRUE);
  if (what == MTL_DO_FORWARD || (backward && step->needs.reads_y))
    touch_outputs (lives, step, action, FALSE);
  if (what == MTL_DO_FORWARD || backward)
    touch (lives, &step->kept, step->needs.kept, action, step->block, "kept");
}

/* What is whole lives for whole phases: other shards are anywhere in them. */
static inline void
stretch (const MtlPlan *plan,
         Life          *life)
{
  const MtlAction *actions = plan->actions;

  g_assert_true (life->place->whole || actions[life->born].phase == actions[life->dies].phase);
  life->bytes *= life->place->whole ? plan->capacity : plan->shard_rows;
  if (!life->place->whole)
    return;
  while (life->born > 0 && actions[life->born - 1].phase == actions[life->born].phase)
    life->born--;
  while (life->dies + 1 < plan->n_actions
         && actions[life->dies + 1].phase == actions[life->dies].phase)
    life->dies++;
}

static inline void
check_memory (const char *name,
              Bench      *bench)
{
  const MtlPlan *plan = bench->plan;
  g_autoptr(GArray) lives = g_array_new (FALSE, FALSE, sizeof (Life));

  for (guint a = 0; a < plan->n_actions; a++)
    touch_all (plan, a, lives);
  for (guint s = 0; s < plan->n_steps; s++)
    g_assert_cmpuint (plan->scratch + plan->steps[s].needs.scratch, <=, plan->arena);

  for (guint a = 0; a < lives->len; a++)
    {
      Life *one = &g_array_index (lives, Life, a);

      stretch (plan, one);
      g_assert_cmpuint (one->place->at + one->bytes, <=,
                        one->place->whole ? plan->whole : plan->scratch);
      for (guint b = 0; b < a; b++)
        {
          const Life *other = &g_array_index (lives, Life, b);

          if (one->place->whole == other->place->whole
              && one->born <= other->dies && other->born <= one->dies
              && one->place->at < other->place->at + other->bytes
              && other->place->at < one->place->at + one->bytes)
            g_error ("%s: %s of %s and %s of %s share memory while both live", name, one->what,
                     one->block, other->what, other->block);
        }
    }
}

static inline void
check_all (const char *name,
           Bench      *bench)
{
  check_lanes (name, bench);
  check_merged (name, bench);
  check_reach (name, bench);
  check_order (name, bench);
  check_memory (name, bench);
}
