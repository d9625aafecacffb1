/* mtl-adam.h — the arithmetic that Adam and AdamW share
 *
 *   g ← g + λ·w                      (Adam: coupled decay)
 *   w ← (1 − η·λ)·w                  (AdamW: decoupled decay)
 *   m ← β₁·m + (1 − β₁)·g,  v ← β₂·v + (1 − β₂)·g²
 *   w ← w − η·m̂ / (√v̂ + ε),  m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
 *
 * With AMSGrad (Reddi, Kale, Kumar, ICLR 2018, arXiv 1904.09237, Algorithm 2)
 * v̂ = u / (1 − β₂ᵗ), where u ← max (u, v) never falls.
 *
 * The corrections are computed in double: with β₂ = 0.999 the first is 10⁻³,
 * of which a float would keep four digits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-optimizer.h"

typedef struct
{
  double   beta1, beta2;
  double   epsilon;
  double   coupled;    /* λ of Adam, or 0 */
  double   decoupled;  /* λ of AdamW, or 0 */
  gboolean decay_all;  /* also where step->decay is 0 */
  gboolean amsgrad;
} MtlAdam;

enum
{
  MTL_ADAM_MEAN,     /* m */
  MTL_ADAM_SQUARE,   /* v */
  MTL_ADAM_LARGEST,  /* u, with amsgrad alone */
  MTL_ADAM_N_MOMENTS
};

/* As MtlOptimizer.update, with m and v for moments, and u where amsgrad. */
void mtl_adam_update (const MtlAdam          *adam,
                      const MtlOptimizerStep *step,
                      gsize                   first,
                      gsize                   n,
                      const float            *gradient,
                      float                  *weights,
                      float *const           *moments);
