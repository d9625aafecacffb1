/* mtl-bargainer.h — what Nash-MTL and FairGrad share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

/* Of a table of parameters: an entry without its summary. */
#define MTL_BARGAINER_UPDATE_EVERY \
  .id = "update-every", .title = N_("Update Every"), .unit = N_("steps"), \
  .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e6, .initial = 1.0, .rare = TRUE

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
