/* balance-answers.h — what a balancer answers to a problem, through the door
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "balance-problems.h"
#include "mtl-balancer.h"

#define TOLERANCE 1e-8

typedef struct
{
  MtlBalanceStatus status;
  double           w[MOST_TASKS];
  double           d[MOST_COLUMNS];
  double           length;  /* |d| */
  double           size;    /* what rounding in d is relative to: see measure_size() */
} Answer;

/* Returns what is wrong, NULL if nothing is. */
typedef char *(*Check) (const MtlBalancer *balancer,
                        const MtlChosen   *chosen,
                        Problem           *problem);

static const char *const task_ids[] = { "a", "b", "c", "d", "e", "f", "g", "h",
                                        "i", "j", "k", "l", "m", "n", "o", "p" };

G_STATIC_ASSERT (MOST_TASKS <= G_N_ELEMENTS (task_ids));

/* Σ |w_k|·|g_k|; without weights Σ |g_k|. A d that is made of rows which the method
 * keeps as floats is as exact as these: TOLERANCE of this size is 1e-6 of theirs. */
static inline double
measure_size (const Problem *p,
              MtlState      *state,
              const double  *w)
{
  const MtlStateSpec *spec = mtl_state_spec (state);
  double size = 0.0;

  for (guint i = 0; i < p->k; i++)
    size += (isnan (w[i]) ? 1.0 : fabs (w[i])) * sqrt (p->gramian[i * p->k + i]);

  for (guint n = 0; n < spec->n; n++)
    for (gsize i = 0; spec->arrays[n].floats && i < spec->arrays[n].length; i++)
      size = MAX (size, 1e-6 / TOLERANCE * p->k * fabs (mtl_state_floats (state, n)[i]));

  return size;
}

static inline char *
answer (const MtlBalancer *balancer,
        const MtlChosen   *chosen,
        const Problem     *p,
        Answer            *to)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) spread = mtl_chosen_for_tasks (chosen, task_ids, MOST_TASKS, &error);
  const MtlSetting *set = mtl_chosen_settings (spread);
  g_autoptr(MtlState) state = NULL;
  MtlStateSpec spec = { 0 };
  const double *row[MOST_TASKS];
  MtlRows rows = { .n_columns = p->columns, .doubles = row };
  MtlBalanceInput in = {
    .n_tasks = p->k, .task = p->task, .losses = p->losses, .gramian = p->gramian,
    .cross = p->gramian, .rows = &rows, .rate = 1.0, .set = set,
    .rng = mtl_rng_new (1, MTL_STREAM_LOSS_PART), .chosen = spread,
  };

  if (balancer->declare != NULL)
    balancer->declare (MOST_TASKS, p->columns, set, &spec);
  in.state = state = mtl_state_new (&spec);

  for (guint i = 0; i < p->k; i++)
    row[i] = p->rows + i * p->columns;
  *to = (Answer) { 0 };
  to->status = mtl_balancer_weigh (balancer, &in, to->w, &error);
  if (to->status == MTL_BALANCE_REFUSED)
    return g_strdup (error->message);

  mtl_balancer_combine (balancer, &in, to->w, 0, p->columns, to->d);
  for (guint n = 0; n < p->columns; n++)
    to->length += to->d[n] * to->d[n];
  to->length = sqrt (to->length);
  to->size = measure_size (p, state, to->w);

  return NULL;
}

/* ⟨d, g_i⟩ */
static inline double
gain (const Problem *p,
      const Answer  *a,
      guint          i)
{
  double sum = 0.0;

  for (guint n = 0; n < p->columns; n++)
    sum += a->d[n] * p->rows[i * p->columns + n];

  return sum;
}

/* What is wrong with d where it should be @expected, to @tolerance. */
static inline char *
compare_directions (const Problem *p,
                    const double  *found,
                    const double  *expected,
                    double         tolerance)
{
  for (guint n = 0; n < p->columns; n++)
    if (!(fabs (found[n] - expected[n]) <= tolerance))
      return g_strdup_printf ("d_%u is %.12g, expected %.12g to %.3g", n, found[n], expected[n],
                              tolerance);

  return NULL;
}
