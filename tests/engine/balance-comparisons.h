/* balance-comparisons.h — checks that compare a balancer with itself
 *
 * Asked again, in other coordinates, in another order of the tasks, or with
 * rows made longer or shorter.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "balance-answers.h"

static char *
check_repeats (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p)
{
  Answer a, again;
  char *wrong = answer (balancer, chosen, p, &a);

  if (wrong == NULL)
    wrong = answer (balancer, chosen, p, &again);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    if (a.w[i] != again.w[i] && !(isnan (a.w[i]) && isnan (again.w[i])))
      wrong = g_strdup_printf ("w_%u is %g, then %g from the same seed", i, a.w[i], again.w[i]);

  return wrong != NULL ? wrong : compare_directions (p, again.d, a.d, 0.0);
}

/* Turning the coordinates by Q = I − 2·v·vᵀ/|v|² turns d with them. */
static char *
check_rotates (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p)
{
  Answer a, turned;
  double v[MOST_COLUMNS], norm2 = 0.0, expected[MOST_COLUMNS];
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint n = 0; n < p->columns; n++)
    {
      v[n] = draw_normal (p);
      norm2 += v[n] * v[n];
    }

  for (guint i = 0; i <= p->k; i++)
    {
      double *row = i < p->k ? p->rows + i * p->columns : expected;
      double dot = 0.0;

      if (i == p->k)
        memcpy (expected, a.d, sizeof expected);
      for (guint n = 0; n < p->columns; n++)
        dot += row[n] * v[n];
      for (guint n = 0; n < p->columns; n++)
        row[n] -= 2.0 * dot / norm2 * v[n];
    }
  measure_problem (p);

  if (wrong == NULL)
    wrong = answer (balancer, chosen, p, &turned);
  if (wrong == NULL && a.status != turned.status)
    wrong = g_strdup_printf ("status %d, turned %d", a.status, turned.status);

  return wrong != NULL ? wrong : compare_directions (p, turned.d, expected, TOLERANCE * a.size);
}

/* (transfer full): the PER_TASK settings at different values, so that a method
 * that mixes up its tasks is found out. All are below the losses, as bounds have to be. */
static MtlChosen *
make_uneven (const MtlBalancer *balancer,
             const MtlChosen   *chosen)
{
  static const double values[] = { 0.3, 0.1, 0.25, 0.2, 0.15, 0.4, 0.35, 0.05 };
  g_autoptr(GString) words = g_string_new (NULL);
  MtlChosen *uneven = mtl_chosen_ref (chosen);

  for (guint i = 0; i < MOST_TASKS; i++)
    g_string_append_printf (words, "%s%s:%g", i > 0 ? "," : "", task_ids[i],
                            values[i % G_N_ELEMENTS (values)] / (1 + i / G_N_ELEMENTS (values)));

  for (guint n = 0; n < mtl_method_n_params (&balancer->method, MTL_KIND_BALANCER); n++)
    {
      const MtlParam *param = mtl_method_param (&balancer->method, MTL_KIND_BALANCER, n);
      MtlChosen *changed;

      if (param->type != MTL_PER_TASK)
        continue;

      changed = mtl_chosen_with (uneven, param->id, words->str, NULL);
      mtl_chosen_unref (uneven);
      uneven = changed;
    }

  return uneven;
}

static char *
check_permutes (const MtlBalancer *balancer,
                const MtlChosen   *chosen,
                Problem           *p)
{
  g_autoptr(MtlChosen) uneven = make_uneven (balancer, chosen);
  Problem other = *p;
  guint32 order[MOST_TASKS];
  Answer a, b;
  char *wrong = answer (balancer, uneven, p, &a);

  for (guint i = 0; i < p->k; i++)
    order[i] = i;
  mtl_rng_shuffle (p->rng, order, p->k);
  for (guint i = 0; i < p->k; i++)
    {
      memcpy (other.rows + i * p->columns, p->rows + order[i] * p->columns,
              sizeof (double) * p->columns);
      other.losses[i] = p->losses[order[i]];
      other.task[i] = p->task[order[i]];
    }
  measure_problem (&other);

  if (wrong == NULL)
    wrong = answer (balancer, uneven, &other, &b);

  return wrong != NULL ? wrong : compare_directions (p, b.d, a.d, TOLERANCE * a.size);
}

static void
multiply_rows (const Problem *from,
               const double  *factors,
               Problem       *to)
{
  *to = *from;
  for (guint i = 0; i < from->k * from->columns; i++)
    to->rows[i] *= factors[i / from->columns];
  measure_problem (to);
}

static char *
check_linear_scaling (const MtlBalancer *balancer,
                      const MtlChosen   *chosen,
                      Problem           *p)
{
  double left[MOST_TASKS], right[MOST_TASKS], both[MOST_TASKS], expected[MOST_COLUMNS];
  Problem by_left, by_right, by_both;
  Answer a, b, sum;
  char *wrong;

  for (guint i = 0; i < p->k; i++)
    {
      left[i] = 0.1 + 1.9 * draw_unit (p);
      right[i] = 0.1 + 1.9 * draw_unit (p);
      both[i] = 2.0 * left[i] + 3.0 * right[i];
    }
  multiply_rows (p, left, &by_left);
  multiply_rows (p, right, &by_right);
  multiply_rows (p, both, &by_both);

  wrong = answer (balancer, chosen, &by_left, &a);
  if (wrong == NULL)
    wrong = answer (balancer, chosen, &by_right, &b);
  if (wrong == NULL)
    wrong = answer (balancer, chosen, &by_both, &sum);
  for (guint n = 0; wrong == NULL && n < p->columns; n++)
    expected[n] = 2.0 * a.d[n] + 3.0 * b.d[n];

  return wrong != NULL ? wrong : compare_directions (p, sum.d, expected, 1e-7 * sum.size);
}

/* A(factor·G) against power·A(G). */
static char *
compare_scaled (const MtlBalancer *balancer,
                const MtlChosen   *chosen,
                const Problem     *p,
                const double      *factors,
                double             expected_factor)
{
  Problem scaled;
  Answer a, b;
  char *wrong = answer (balancer, chosen, p, &a);

  multiply_rows (p, factors, &scaled);
  if (wrong == NULL)
    wrong = answer (balancer, chosen, &scaled, &b);
  for (guint n = 0; wrong == NULL && n < p->columns; n++)
    a.d[n] *= expected_factor;

  return wrong != NULL
           ? wrong
           : compare_directions (p, b.d, a.d, TOLERANCE * expected_factor * a.size);
}

static char *
check_scale_invariant (const MtlBalancer *balancer,
                       const MtlChosen   *chosen,
                       Problem           *p)
{
  double factors[MOST_TASKS];

  for (guint i = 0; i < p->k; i++)
    factors[i] = pow (10.0, 4.0 * draw_unit (p) - 2.0);

  return compare_scaled (balancer, chosen, p, factors, 1.0);
}

static char *
check_homogeneous (const MtlBalancer *balancer,
                   const MtlChosen   *chosen,
                   Problem           *p)
{
  double factor = pow (10.0, 10.0 * draw_unit (p) - 5.0);
  double factors[MOST_TASKS];

  for (guint i = 0; i < p->k; i++)
    factors[i] = factor;

  return compare_scaled (balancer, chosen, p, factors, factor);
}

/* A factor of a loss is one of its gradient too. */
static char *
check_loss_scale (const MtlBalancer *balancer,
                  const MtlChosen   *chosen,
                  Problem           *p)
{
  double factors[MOST_TASKS] = { 0.0 };
  Problem scaled;
  Answer a, b;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; i < p->k; i++)
    factors[i] = pow (10.0, 4.0 * draw_unit (p) - 2.0);
  multiply_rows (p, factors, &scaled);
  for (guint i = 0; i < p->k; i++)
    scaled.losses[i] *= factors[i];
  if (wrong == NULL)
    wrong = answer (balancer, chosen, &scaled, &b);

  /* Where d cancels its direction is rounding. */
  if (wrong != NULL || a.length <= 1e-6 * a.size || b.length <= 1e-6 * b.size)
    return wrong;
  for (guint n = 0; n < p->columns; n++)
    b.d[n] *= a.length / b.length;

  return compare_directions (p, b.d, a.d, TOLERANCE * a.size);
}
