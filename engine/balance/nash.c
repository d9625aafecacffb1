/* nash.c — the bargain of Nash between the tasks
 *
 * Of all d in a ball the one with the largest Π ⟨d, g_k⟩. With d = Σ w_k·g_k
 * it solves (Mw)_k = 1/w_k for w > 0, here by Newton to the last digits and
 * without memory, where the published codes take 20 rounds from the last w.
 *
 * |d|² = Σ w_k·(Mw)_k = K always: the length of the gradients is gone, and with
 * the initial `max-norm` of 1 every step has length 1. The learning rate alone
 * says how far to go. For two tasks d lies on the bisector of the angle.
 *
 * At a Pareto-stationary point w diverges and there is no bargain: d = 0. That
 * is judged by the shortest vector between the unit gradients, because it
 * does not depend on their lengths; for two tasks by the cosine itself. A task
 * whose gradient is zero is left out.
 *
 * With `update-every` > 1 the last w serves in between; only the shortening to
 * `max-norm` is done anew. A stationary step does not count as an update.
 *
 * Source: Navon et al., “Multi-Task Learning as a Bargaining Game”, ICML 2022.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

#define SHORTEST_SQUARE 1e-12          /* of the hull of the unit gradients */
#define LOWEST_COSINE   (-1.0 + 1e-10) /* of two tasks */

enum
{
  MAX_NORM,
  UPDATE_EVERY,
};

enum
{
  STATE_WEIGHTS,  /* [K of the run]: of the last update */
  STATE_AGE,      /* [1]: steps since then; 0: none was made yet */
};

static const MtlParam nash_params[] = {
  {
    .id = "max-norm",
    .title = N_("Longest Step"),
    .summary = N_("The direction is shortened to this length; 0 is off, and then it is the root "
                  "of the number of tasks"),
    .type = MTL_NUMBER,
    .maximum = 1e9,
    .initial = 1.0,
  },
  {
    .id = "update-every",
    .title = N_("Update Every"),
    .summary = N_("Steps from one bargain to the next"),
    .unit = N_("steps"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 1e6,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static void
nash_declare (guint             n_tasks,
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

/* Strikes the bargain of the tasks whose gradient is not zero. */
static MtlBalanceStatus
bargain (const MtlBalanceInput  *in,
         double                 *w,
         GError                **error)
{
  guint k = in->n_tasks;
  g_autofree guint *kept = g_new (guint, k);
  g_autofree double *norms = g_new (double, k);
  g_autofree double *cosines = g_new (double, k * k);
  g_autofree double *unit = g_new (double, k);
  guint n = mtl_gram_cosines (in->gramian, k, kept, norms, cosines);
  gboolean stationary;

  for (guint i = 0; i < k; i++)
    w[i] = 0.0;

  if (!is_stationary (cosines, n, &stationary, error))
    return MTL_BALANCE_REFUSED;
  if (stationary)
    return MTL_BALANCE_STATIONARY;

  /* The bargain of unit gradients: w_k·|g_k| solves the equations of C. */
  if (!mtl_bargain (cosines, n, 1.0, unit, error))
    return MTL_BALANCE_REFUSED;

  for (guint i = 0; i < n; i++)
    w[kept[i]] = unit[i] / norms[i];

  return MTL_BALANCE_OK;
}

static void
shorten (const MtlBalanceInput *in,
         double                *w)
{
  double most = in->set[MAX_NORM].number;
  double length = mtl_gram_length (in->gramian, in->n_tasks, w);

  for (guint i = 0; most > 0.0 && length > most && i < in->n_tasks; i++)
    w[i] *= most / length;
}

static MtlBalanceStatus
nash_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  double *last = mtl_state_doubles (in->state, STATE_WEIGHTS);
  double *age = mtl_state_doubles (in->state, STATE_AGE);
  gboolean reuses = *age > 0.0 && *age < in->set[UPDATE_EVERY].number;
  MtlBalanceStatus status = reuses ? MTL_BALANCE_OK : bargain (in, w, error);

  if (status != MTL_BALANCE_OK)
    return status;

  *age = reuses ? *age + 1.0 : 1.0;
  for (guint i = 0; i < in->n_tasks; i++)
    if (reuses)
      w[i] = last[in->task[i]];
    else
      last[in->task[i]] = w[i];

  shorten (in, w);
  return MTL_BALANCE_OK;
}

const MtlBalancer mtl_balancer_nash = {
  .method = {
    .id = "nash",
    .title = N_("Nash-MTL"),
    .summary = N_("Lets the tasks bargain for the direction; long gradients gain nothing by it"),
    .reference = "Navon, Shamsian, Achituve, Maron, Kawaguchi, Chechik, Fetaya, “Multi-Task "
                 "Learning as a Bargaining Game”, ICML 2022, arXiv 2202.01017",
    .params = nash_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_DESCENT | MTL_CLAIM_PERMUTES | MTL_CLAIM_SCALE_INVARIANT | MTL_CLAIM_STOPS
            | MTL_CLAIM_UNIT_GAIN,
  .declare = nash_declare,
  .weigh = nash_weigh,
};
