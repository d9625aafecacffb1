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
  mtl_grads_combine (all, weights, sum);
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

/* Trunk first, then the heads by task; each in document order and without a gap. */
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

      while (strcmp (mtl_block_id (mtl_design_block (bench->design, block)), tensor->block) != 0)
        block++;
      if (tensor->offset != at || here < part || (here == part && block < place))
        g_error ("%s: tensor %s.%s of part %d stands at %" G_GSIZE_FORMAT ", expected after part "
                 "%d at %" G_GSIZE_FORMAT, name, tensor->block, tensor->name, here,
                 tensor->offset, part, at);
      g_assert_true ((here < 0) == (tensor->offset < bench->d));
      at += tensor->size;
      part = here;
      place = block;
    }
  g_assert_cmpuint (at, ==, bench->p);
}

/* --- the memory plan --- */

typedef struct
{
  gsize       from, to;    /* bytes */
  guint       born, dies;  /* moments, both included */
  const char *block, *what;
} Life;

static inline void
add_life (GArray     *lives,
          const Life *life)
{
  if (life->from != MTL_NO_BUFFER)
    g_array_append_val (lives, *life);
}

/* What one output needs: written at i, read by every reader forward, and again
 * backward at 2n − 1 − i by those who say that they look at it. */
static inline void
add_output (const MtlPlan *plan,
            guint          s,
            guint          o,
            GArray        *lives)
{
  const MtlPlanStep *it = &plan->steps[s];
  guint end = 2 * plan->n_steps - 1;
  gsize bytes = it->out[o].size * MTL_SHARD_ROWS * sizeof (float);
  Life y = { it->out[o].y, it->out[o].y + bytes, s, it->needs.reads_y ? end - s : s, it->block,
             "y" };
  Life dy = { it->out[o].dy, it->out[o].dy + bytes * mtl_count_tasks (it->tasks), end - s, end - s,
              it->block, "dy" };

  for (guint r = 0; r < plan->n_steps; r++)
    for (guint i = 0; i < plan->steps[r].n_in; i++)
      if (plan->steps[r].in[i].step == s && plan->steps[r].in[i].output == o)
        {
          gboolean again = plan->steps[r].needs.reads_x || plan->steps[r].task >= 0;

          y.dies = MAX (y.dies, again ? end - r : r);
          dy.born = MIN (dy.born, end - r);
        }
  add_life (lives, &y);
  add_life (lives, &dy);
}

static inline void
check_memory (const char *name,
              Bench      *bench)
{
  const MtlPlan *plan = bench->plan;
  g_autoptr(GArray) lives = g_array_new (FALSE, FALSE, sizeof (Life));
  guint end = 2 * plan->n_steps - 1;

  for (guint s = 0; s < plan->n_steps; s++)
    {
      const MtlPlanStep *it = &plan->steps[s];
      Life kept = { it->kept, it->kept + it->needs.kept * MTL_SHARD_ROWS, s, end - s, it->block,
                    "kept" };

      if (it->op == NULL)
        continue;
      add_life (lives, &kept);
      for (guint o = 0; o < it->n_out; o++)
        add_output (plan, s, o, lives);
      g_assert_cmpuint (plan->scratch + it->needs.scratch, <=, plan->arena);
    }

  for (guint a = 0; a < lives->len; a++)
    {
      const Life *one = &g_array_index (lives, Life, a);

      g_assert_cmpuint (one->to, <=, plan->scratch);
      for (guint b = 0; b < a; b++)
        {
          const Life *other = &g_array_index (lives, Life, b);

          if (one->born <= other->dies && other->born <= one->dies
              && one->from < other->to && other->from < one->to)
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
