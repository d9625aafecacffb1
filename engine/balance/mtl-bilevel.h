/* mtl-bilevel.h — what the balancers share that learn weights from a second half of the batch
 *
 * The weights of the tasks are w = softmax(a), Σ w_k = 1. One half of the batch, B_in, says
 * where a step under these weights would lead, the other one, B_out, what that is worth:
 *
 *   θ'(a) = θ − r·Σ_k w_k·F_k,    F_k = ∂l_k(B_in)/∂θ,    V_k = ∂l_k(B_out)/∂θ' at θ'
 *
 * over the trunk and all heads. F does not depend on a, so the slope of an outer loss in a is
 * exact without second derivatives:
 *
 *   ∂l_k(θ'(a); B_out)/∂a_j = −r·Σ_i ⟨V_k, F_i⟩·∂w_i/∂a_j
 *                           = −r·w_j·(C_kj − Σ_i w_i·C_ki),    C = V·Fᵀ
 *
 * Logits are stepped by Adam (Kingma, Ba, arXiv 1412.6980, Algorithm 1: β 0.9 and 0.999,
 * ε 1e-8).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

#define MTL_BILEVEL_INNER 0
#define MTL_BILEVEL_OUTER 1

/* Arrays of the state, before those that a method adds. */
enum
{
  MTL_BILEVEL_LOGITS,
  MTL_BILEVEL_MOMENTS,                            /* the three of mtl-small-adam.h */
  MTL_BILEVEL_N_ARRAYS = MTL_BILEVEL_MOMENTS + 3
};

void             mtl_bilevel_declare (guint                   n_tasks,
                                      gsize                   n_columns,
                                      const MtlSetting       *set,
                                      MtlStateSpec           *spec);
/* w ← softmax(a) over the tasks of the call. Fits MtlBalancer.weigh. */
MtlBalanceStatus mtl_bilevel_weigh   (const MtlBalanceInput  *in,
                                      double                 *w,
                                      GError                **error);
/* a ← a − what Adam makes of @slope [n_tasks] at @rate. */
void             mtl_bilevel_step    (const MtlBalanceInput  *in,
                                      const double           *slope,
                                      double                  rate);
/* As mtl_step_descend() and mtl_step_products(), with @w and @m of the tasks of the call. */
void             mtl_bilevel_descend (MtlStep                *step,
                                      const MtlBalanceInput  *in,
                                      const float            *from,
                                      const MtlGrads         *rows,
                                      const double           *w,
                                      double                  rate);
void             mtl_bilevel_products
                                     (MtlStep                *step,
                                      const MtlBalanceInput  *in,
                                      const MtlGrads         *a,
                                      const MtlGrads         *b,
                                      double                 *m);
/* Runs both halves. @rate: 0 is that of the model; @rows [n_tasks²]: row k is the slope of the
 * outer loss of task k in a. */
gboolean         mtl_bilevel_slopes  (MtlStep                *step,
                                      const MtlBalanceInput  *in,
                                      double                  rate,
                                      double                 *rows,
                                      GError                **error);
/* @n_steps of plain descent on Σ w_k·l_k over the inner half, to the moved weights; uses both
 * sets and leaves the gradients at θ in the inner one. @here, @there: [K], losses before and
 * after. */
gboolean         mtl_bilevel_unroll  (MtlStep                *step,
                                      const MtlBalanceInput  *in,
                                      const double           *w,
                                      double                  rate,
                                      guint                   n_steps,
                                      double                 *here,
                                      double                 *there,
                                      GError                **error);
/* Of mtl_bilevel_slopes(): two halves. Fits MtlBalancer.passes. */
void             mtl_bilevel_passes  (const MtlSetting       *set,
                                      guint                   n_tasks,
                                      double                 *forward,
                                      double                 *backward);
