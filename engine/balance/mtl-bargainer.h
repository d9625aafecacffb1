/* mtl-bargainer.h — what Nash-MTL and FairGrad share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

/* The state of a balancer that answers with mtl_bargainer_weigh(). */
void             mtl_bargainer_declare (guint                   n_tasks,
                                        gsize                   n_columns,
                                        const MtlSetting       *set,
                                        MtlStateSpec           *spec);
/* Weights w > 0 with (Mw)_k = w_k^(−1/alpha), shortened so that |d| ≤ @max_norm
 * unless that is 0; a task without gradient is left out. They serve for
 * @update_every steps. */
MtlBalanceStatus mtl_bargainer_weigh   (const MtlBalanceInput  *in,
                                        double                  alpha,
                                        double                  max_norm,
                                        double                  update_every,
                                        double                 *w,
                                        GError                **error);
