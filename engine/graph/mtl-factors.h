/* mtl-factors.h — the K gradients of one dense weight, kept as their factors
 *
 * The gradient of task k in the weight W (n_out×n_in) of a dense layer is
 *
 *   dW_k = dZ_kᵀ·X        X: rows×n_in, the layer's input; dZ_k: rows×n_out
 *
 * with the same X for all tasks. What balancing asks of the dW_k follows without
 * them:
 *
 *   ⟨dW_i, dW_j⟩  = ⟨dZ_i, G·dZ_j⟩,     G = X·Xᵀ: rows×rows
 *   Σ w_k·dW_k    = (Σ w_k·dZ_k)ᵀ·X     one product instead of K
 *   ⟨D, dW_k⟩     = ⟨X·Dᵀ, dZ_k⟩
 *
 * Entries of G are sums in float, inner products are taken in double.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-pool.h"

typedef struct _MtlFactors MtlFactors;

/* Whether factors cost less than K gradients written out, and take no more memory but for what
 * workers multiply in. */
gboolean    mtl_factors_pay     (guint              n_tasks,
                                 gsize              rows,
                                 gsize              n_in,
                                 gsize              n_out);
/* @rows: at most; @n_workers: of the largest pool that is handed in. */
MtlFactors *mtl_factors_new     (guint              n_tasks,
                                 gsize              rows,
                                 gsize              n_in,
                                 gsize              n_out,
                                 guint              n_workers);
void        mtl_factors_free    (MtlFactors        *self);
/* All gradients are zero. */
void        mtl_factors_clear   (MtlFactors        *self);
/* @x: rows×n_in; @dz: [K] of rows×n_out, NULL: zero. Both are copied. */
void        mtl_factors_set     (MtlFactors        *self,
                                 MtlPool           *pool,
                                 gsize              rows,
                                 const float       *x,
                                 const float *const *dz);
/* m ← m + ⟨dW_i, dW_j⟩, K×K. @pool (nullable) does not change the result; here and below. */
void        mtl_factors_gram    (MtlFactors        *self,
                                 MtlPool           *pool,
                                 double            *m);
/* direction ← direction + Σ w_k·dW_k, n_out×n_in. */
void        mtl_factors_combine (MtlFactors        *self,
                                 MtlPool           *pool,
                                 const double      *w,
                                 float             *direction);
/* m_k ← m_k + ⟨@d, dW_k⟩, with @d n_out×n_in. */
void        mtl_factors_along   (MtlFactors        *self,
                                 const float       *d,
                                 double            *m);
/* The first element of dW_@task whose factors are not finite; n_out·n_in: all are. */
gsize       mtl_factors_first_not_finite
                                (const MtlFactors  *self,
                                 guint              task);
