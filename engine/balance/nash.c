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
 * Stationary points, zero gradients and `update-every`: mtl-bargainer.c.
 *
 * Source: Navon et al., “Multi-Task Learning as a Bargaining Game”, ICML 2022.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-bargainer.h"

#include <glib/gi18n-lib.h>

enum
{
  MAX_NORM,
  UPDATE_EVERY,
};

static const MtlParam nash_params[] = {
  {
    .id = "max-norm",
    .title = N_("Longest Step"),
    .summary = N_("The direction is shortened to this length, 1 in the authors’ code; 0 is off, "
                  "and then it is the root of the number of tasks"),
    .type = MTL_NUMBER,
    .maximum = 1e9,
    .initial = 1.0,
  },
  { MTL_BARGAINER_UPDATE_EVERY, .summary = N_("Steps from one bargain to the next") },
  { .id = NULL },
};

static MtlBalanceStatus
nash_weigh (const MtlBalanceInput  *in,
            double                 *w,
            GError                **error)
{
  return mtl_bargainer_weigh (in, 1.0, in->set[MAX_NORM].number, in->set[UPDATE_EVERY].number, w,
                              error);
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
  .declare = mtl_bargainer_declare,
  .weigh = nash_weigh,
};
