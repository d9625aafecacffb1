/* mtl-pair.h — how two gradients lie to each other, from their inner products
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  double   cosine;      /* C; 0 where a gradient is zero */
  double   similarity;  /* Φ = 2·n_i·n_j / (n_i² + n_j²): 1 where both are zero, 0 where one is */
  double   curvature;   /* ξ = (1 − C²)·|g_i − g_j|² / |g_i + g_j|²; NaN where that is 0/0 */
  gboolean zero;        /* one of them is, so that it conflicts with nothing */
} MtlPair;

/* Of two vectors with |a|² = @aa, |b|² = @bb and ⟨a, b⟩ = @ab. */
MtlPair mtl_pair (double aa,
                  double bb,
                  double ab);
