/* mtl-bargainer.c — bargains of a step: who takes part, and how long they hold
 *
 * A task whose gradient is zero is left out. At a Pareto-stationary point w
 * diverges and there is no bargain: d = 0. That is judged by the shortest vector
 * between the unit gradients, because it does not depend on their lengths; for
 * two tasks by the cosine itself.
 *
 * The last w serves until the next bargain is due; only the shortening is done
 * anew. A stationary step does not count as an update.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bargainer.h"

#include <math.h>

#include "mtl-solvers.h"

#define SHORTEST_SQUARE 1e-12          /* of the hull of the unit gradients */
#define LOWEST_COSINE   (-1.0 + 1e-10) /* of two tasks */

enum
{
  STATE_WEIGHTS,  /* [K of the run]: of the last update */
  STATE_AGE,      /* [1]: steps since then; 0: none was made yet */
};

void
mtl_bargainer_declare (guint             n_tasks,
                       gsize             n_columns,
                       const MtlSetting *set,
                       MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "weights", n_tasks, FALSE, 1.0, FALSE);
  mtl_state_declare (spec, "age", 1, FALSE, 0.0, FALSE);
}

static gboolean
is_stationary (const double  *cosines,
               guint          n,
               gboolean      *stationary,
               GError       **error)
{
  g_autofree double *w = g_new (double, n);
  double length;

  if (!mtl_min_norm (cosines, NULL, n, w, error))
    return FALSE;

  length = mtl_gram_length (cosines, n, w);
  *stationary = length * length < SHORTEST_SQUARE || (n == 2 && cosines[1] < LOWEST_COSINE);

  return TRUE;
}

/* For alpha = 1 the bargain is that of unit gradients, w_k·|g_k| solving the
 * equations of the cosines; for others their lengths count. */
static void
lengthen (const double *norms,
          guint         n,
          double       *cosines)
{
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      cosines[i * n + j] *= norms[i] * norms[j];
}

/* Strikes the bargain of the tasks whose gradient is not zero. */
static MtlBalanceStatus
bargain (const MtlBalanceInput  *in,
         double                  alpha,
         double                 *w,
         GError                **error)
{
  guint k = in->n_tasks;
  g_autofree guint *kept = g_new (guint, k);
  g_autofree double *norms = g_new (double, k);
  g_autofree double *cosines = g_new (double, k * k);
  g_autofree double *struck = g_new (double, k);
  guint n = mtl_gram_cosines (in->gramian, k, kept, norms, cosines);
  gboolean stationary;

  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  if (!is_stationary (cosines, n, &stationary, error))
    return MTL_BALANCE_REFUSED;
  if (stationary)
    return MTL_BALANCE_STATIONARY;

  if (alpha != 1.0)
    lengthen (norms, n, cosines);
  if (!mtl_bargain (cosines, n, alpha, struck, error))
    return MTL_BALANCE_REFUSED;

  for (guint i = 0; i < n; i++)
    w[kept[i]] = alpha != 1.0 ? struck[i] : struck[i] / norms[i];

  return MTL_BALANCE_OK;
}

static void
shorten (const MtlBalanceInput *in,
         double                 most,
         double                *w)
{
  double length = mtl_gram_length (in->gramian, in->n_tasks, w);

  for (guint i = 0; most > 0.0 && length > most && i < in->n_tasks; i++)
    w[i] *= most / length;
}

MtlBalanceStatus
mtl_bargainer_weigh (const MtlBalanceInput  *in,
                     double                  alpha,
                     double                  max_norm,
                     double                  update_every,
                     double                 *w,
                     GError                **error)
{
  double *last = mtl_state_doubles (in->state, STATE_WEIGHTS);
  double *age = mtl_state_doubles (in->state, STATE_AGE);
  gboolean reuses = *age > 0.0 && *age < update_every;
  MtlBalanceStatus status = reuses ? MTL_BALANCE_OK : bargain (in, alpha, w, error);

  if (status != MTL_BALANCE_OK)
    return status;

  *age = reuses ? *age + 1.0 : 1.0;
  for (guint i = 0; i < in->n_tasks; i++)
    if (reuses)
      w[i] = last[in->task[i]];
    else
      last[in->task[i]] = w[i];

  shorten (in, max_norm, w);
  return MTL_BALANCE_OK;
}
