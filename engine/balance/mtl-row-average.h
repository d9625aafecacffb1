/* mtl-row-average.h — running means of gradients, kept by a balancer as floats
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

/* y_k ← y_k + step·(factors_k·g_k − y_k) for the tasks of the call. @y: K × d of the run,
 * row-major, the state; @gramian: (out) their inner products, n_tasks². */
void mtl_row_average_move    (const MtlBalanceInput *in,
                              const double          *factors,
                              double                 step,
                              float                 *y,
                              double                *gramian);
/* d ← Σ w_k·y_k of columns [first, first + n) */
void mtl_row_average_combine (const MtlBalanceInput *in,
                              const double          *w,
                              const float           *y,
                              gsize                  first,
                              gsize                  n,
                              double                *d);
