/* mtl-clip.h — a bound on the length of a gradient
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/**
 * mtl_clip:
 * @gradient: (inout): n floats
 * @most: above 0
 *
 * g ← g · most / (|g| + 10⁻⁶) where |g| > most. Every element has the same
 * factor, so the direction stays.
 *
 * Source: Pascanu, Mikolov, Bengio, ICML 2013, arXiv 1211.5063, Algorithm 1.
 *
 * Returns: |g| as it was
 */
double mtl_clip (float  *gradient,
                 gsize   n,
                 double  most);
