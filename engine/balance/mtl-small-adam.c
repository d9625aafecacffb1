/* mtl-small-adam.c — Adam on the few numbers that a balancer learns
 *
 *   m ← β₁·m + (1 − β₁)·g,   v ← β₂·v + (1 − β₂)·g²
 *   x ← x − η·m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁^t),  v̂ = v / (1 − β₂^t)
 *
 * with β₁ = 0.9, β₂ = 0.999, ε = 1e-8, in doubles, or plainly x ← x − η·g. A
 * number belongs to a task; where that has no label in a step it rests, moments
 * and t with it, so t is one a task.
 *
 * Source: Kingma, Ba, ICLR 2015, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-small-adam.h"

#include <math.h>

#define BETA1   0.9
#define BETA2   0.999
#define EPSILON 1e-8

/* After the first of its arrays. */
enum
{
  MEAN,
  SQUARE,
  COUNT,
};

const char *const mtl_small_rules[] = { "adam", "gradient", NULL };

void
mtl_small_declare (MtlStateSpec *spec,
                   guint         n_tasks)
{
  mtl_state_declare (spec, "adam-mean", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "adam-square", n_tasks, FALSE, 0.0, FALSE);
  mtl_state_declare (spec, "adam-count", n_tasks, FALSE, 0.0, FALSE);
}

void
mtl_small_step (const MtlBalanceInput *in,
                guint                  rule,
                guint                  first,
                double                 rate,
                const double          *gradient,
                double                *values)
{
  double *mean = mtl_state_doubles (in->state, first + MEAN);
  double *square = mtl_state_doubles (in->state, first + SQUARE);
  double *count = mtl_state_doubles (in->state, first + COUNT);

  for (guint i = 0; i < in->n_tasks; i++)
    {
      guint k = in->task[i];
      double g = gradient[i];

      if (rule == MTL_SMALL_GRADIENT)
        {
          values[k] -= rate * g;
          continue;
        }

      count[k] += 1.0;
      mean[k] += (1.0 - BETA1) * (g - mean[k]);
      square[k] += (1.0 - BETA2) * (g * g - square[k]);
      values[k] -= rate * (mean[k] / (1.0 - pow (BETA1, count[k])))
                   / (sqrt (square[k] / (1.0 - pow (BETA2, count[k]))) + EPSILON);
    }
}
