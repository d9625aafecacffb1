/* mtl-glyph-shapes.c — the ways in which people write the ten digits
 *
 * Points lie in a box of height 1, x to the right and y downwards. A closed
 * loop ends near where it began, not on it, so that jitter leaves some open.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-glyph.h"

#define UP     MTL_PEN_UP
#define START  MTL_PEN_START
#define CURVE  MTL_PEN_CURVE
#define CORNER MTL_PEN_CORNER

const MtlGlyphShape mtl_glyph_shapes[] = {
  /* An oval, and one that is overdrawn at the top. */
  { 0, 3.0, 0.72, { { 0.55, 0.00, START }, { 0.22, 0.13, CURVE }, { 0.03, 0.50, CURVE },
                    { 0.18, 0.87, CURVE }, { 0.50, 1.00, CURVE }, { 0.82, 0.87, CURVE },
                    { 0.97, 0.50, CURVE }, { 0.82, 0.13, CURVE }, { 0.50, 0.01, CURVE } } },
  { 0, 2.0, 0.74, { { 0.70, 0.10, START }, { 0.38, 0.04, CURVE }, { 0.07, 0.40, CURVE },
                    { 0.12, 0.82, CURVE }, { 0.45, 1.00, CURVE }, { 0.84, 0.80, CURVE },
                    { 0.96, 0.38, CURVE }, { 0.74, 0.03, CURVE }, { 0.42, 0.07, CURVE } } },

  /* A bare stroke; with a flag; with flag and foot. */
  { 1, 6.0, 0.20, { { 0.50, 0.00, START }, { 0.50, 0.50, CURVE }, { 0.50, 1.00, CURVE } } },
  { 1, 1.5, 0.42, { { 0.15, 0.26, START }, { 0.60, 0.00, CORNER }, { 0.58, 0.50, CURVE },
                    { 0.56, 1.00, CURVE } } },
  { 1, 0.5, 0.55, { { 0.22, 0.22, START }, { 0.52, 0.00, CORNER }, { 0.52, 0.50, CURVE },
                    { 0.50, 1.00, CURVE }, { 0.10, 1.00, START }, { 0.92, 0.98, CURVE } } },

  /* With a sharp foot; with a loop; like a Z; with a wavy foot. */
  { 2, 3.0, 0.78, { { 0.10, 0.24, START }, { 0.32, 0.03, CURVE }, { 0.70, 0.04, CURVE },
                    { 0.84, 0.30, CURVE }, { 0.62, 0.62, CURVE }, { 0.30, 0.86, CURVE },
                    { 0.03, 1.00, CORNER }, { 0.48, 0.97, CURVE }, { 0.98, 0.98, CURVE } } },
  { 2, 3.0, 0.85, { { 0.12, 0.18, START }, { 0.42, 0.00, CURVE }, { 0.78, 0.12, CURVE },
                    { 0.76, 0.42, CURVE }, { 0.46, 0.78, CURVE }, { 0.14, 0.98, CURVE },
                    { 0.02, 0.84, CURVE }, { 0.24, 0.74, CURVE }, { 0.60, 0.92, CURVE },
                    { 1.00, 0.96, CURVE } } },
  { 2, 1.0, 0.75, { { 0.08, 0.12, START }, { 0.48, 0.02, CURVE }, { 0.86, 0.10, CURVE },
                    { 0.66, 0.50, CURVE }, { 0.06, 1.00, CORNER }, { 0.95, 0.97, CURVE } } },
  { 2, 0.5, 0.90, { { 0.08, 0.30, START }, { 0.26, 0.04, CURVE }, { 0.64, 0.04, CURVE },
                    { 0.68, 0.38, CURVE }, { 0.36, 0.74, CURVE }, { 0.08, 0.94, CORNER },
                    { 0.36, 0.84, CURVE }, { 0.66, 0.98, CURVE }, { 1.00, 0.86, CURVE } } },

  /* Two bows meeting in a point; in a curve; with a flat top. */
  { 3, 3.0, 0.70, { { 0.10, 0.14, START }, { 0.42, 0.00, CURVE }, { 0.82, 0.12, CURVE },
                    { 0.76, 0.34, CURVE }, { 0.36, 0.47, CORNER }, { 0.78, 0.56, CURVE },
                    { 0.92, 0.80, CURVE }, { 0.50, 1.00, CURVE }, { 0.04, 0.88, CURVE } } },
  { 3, 2.0, 0.68, { { 0.08, 0.10, START }, { 0.50, 0.00, CURVE }, { 0.84, 0.18, CURVE },
                    { 0.52, 0.43, CURVE }, { 0.46, 0.50, CURVE }, { 0.84, 0.62, CURVE },
                    { 0.80, 0.92, CURVE }, { 0.40, 1.00, CURVE }, { 0.06, 0.92, CURVE } } },
  { 3, 0.7, 0.70, { { 0.10, 0.04, START }, { 0.86, 0.02, CORNER }, { 0.42, 0.40, CORNER },
                    { 0.82, 0.54, CURVE }, { 0.88, 0.82, CURVE }, { 0.50, 1.00, CURVE },
                    { 0.05, 0.90, CURVE } } },

  /* Open and angular; closed; open and round; open with a long bar. */
  { 4, 3.0, 0.72, { { 0.20, 0.02, START }, { 0.12, 0.28, CURVE }, { 0.06, 0.54, CORNER },
                    { 0.45, 0.54, CURVE }, { 0.86, 0.48, CURVE }, { 0.84, 0.00, START },
                    { 0.80, 0.50, CURVE }, { 0.74, 1.00, CURVE } } },
  { 4, 1.5, 0.74, { { 0.72, 0.00, START }, { 0.40, 0.28, CURVE }, { 0.02, 0.62, CORNER },
                    { 0.50, 0.61, CURVE }, { 1.00, 0.60, CURVE }, { 0.72, 0.02, START },
                    { 0.70, 0.50, CURVE }, { 0.66, 1.00, CURVE } } },
  { 4, 2.5, 0.66, { { 0.12, 0.02, START }, { 0.06, 0.30, CURVE }, { 0.22, 0.48, CURVE },
                    { 0.55, 0.48, CURVE }, { 0.88, 0.34, CURVE }, { 0.90, 0.00, START },
                    { 0.84, 0.50, CURVE }, { 0.76, 1.00, CURVE } } },
  { 4, 0.5, 0.78, { { 0.30, 0.00, START }, { 0.16, 0.30, CURVE }, { 0.04, 0.58, CORNER },
                    { 0.50, 0.56, CURVE }, { 1.00, 0.56, CURVE }, { 0.70, 0.28, START },
                    { 0.66, 0.62, CURVE }, { 0.60, 1.00, CURVE } } },

  /* The bar drawn last; in one go with corners; like an S. */
  { 5, 3.0, 0.72, { { 0.22, 0.04, START }, { 0.16, 0.42, CORNER }, { 0.50, 0.36, CURVE },
                    { 0.84, 0.56, CURVE }, { 0.76, 0.86, CURVE }, { 0.42, 1.00, CURVE },
                    { 0.04, 0.90, CURVE }, { 0.22, 0.04, START }, { 0.56, 0.04, CURVE },
                    { 0.96, 0.00, CURVE } } },
  { 5, 2.0, 0.76, { { 0.96, 0.02, START }, { 0.60, 0.03, CURVE }, { 0.26, 0.06, CORNER },
                    { 0.20, 0.44, CORNER }, { 0.52, 0.40, CURVE }, { 0.80, 0.60, CURVE },
                    { 0.70, 0.88, CURVE }, { 0.36, 1.00, CURVE }, { 0.03, 0.92, CURVE } } },
  { 5, 1.0, 0.82, { { 0.96, 0.00, START }, { 0.56, 0.06, CURVE }, { 0.30, 0.24, CURVE },
                    { 0.44, 0.44, CURVE }, { 0.72, 0.64, CURVE }, { 0.64, 0.92, CURVE },
                    { 0.34, 1.00, CURVE }, { 0.04, 0.94, CURVE } } },

  /* A bow into a loop; upright with a round belly; leaning with a small belly. */
  { 6, 3.0, 0.66, { { 0.72, 0.00, START }, { 0.34, 0.24, CURVE }, { 0.08, 0.60, CURVE },
                    { 0.16, 0.90, CURVE }, { 0.50, 1.00, CURVE }, { 0.86, 0.84, CURVE },
                    { 0.78, 0.60, CURVE }, { 0.44, 0.58, CURVE }, { 0.14, 0.80, CURVE } } },
  { 6, 2.0, 0.60, { { 0.46, 0.00, START }, { 0.20, 0.34, CURVE }, { 0.06, 0.70, CURVE },
                    { 0.28, 0.98, CURVE }, { 0.72, 0.96, CURVE }, { 0.92, 0.72, CURVE },
                    { 0.64, 0.54, CURVE }, { 0.20, 0.68, CURVE } } },
  { 6, 1.0, 0.74, { { 0.90, 0.00, START }, { 0.44, 0.30, CURVE }, { 0.10, 0.72, CURVE },
                    { 0.18, 0.98, CURVE }, { 0.52, 0.94, CURVE }, { 0.66, 0.74, CURVE },
                    { 0.42, 0.66, CURVE }, { 0.14, 0.86, CURVE } } },

  /* Bare; with a bar; with a hook on the left and a round shoulder. */
  { 7, 3.0, 0.70, { { 0.04, 0.08, START }, { 0.48, 0.05, CURVE }, { 0.96, 0.02, CORNER },
                    { 0.66, 0.46, CURVE }, { 0.46, 1.00, CURVE } } },
  { 7, 1.0, 0.74, { { 0.04, 0.06, START }, { 0.50, 0.05, CURVE }, { 0.92, 0.02, CORNER },
                    { 0.64, 0.46, CURVE }, { 0.42, 1.00, CURVE }, { 0.26, 0.52, START },
                    { 0.94, 0.46, CURVE } } },
  { 7, 2.0, 0.68, { { 0.04, 0.26, START }, { 0.12, 0.06, CORNER }, { 0.50, 0.06, CURVE },
                    { 0.90, 0.06, CURVE }, { 0.84, 0.34, CURVE }, { 0.62, 0.66, CURVE },
                    { 0.50, 1.00, CURVE } } },

  /* One stroke that crosses itself, begun at the right; two loops. */
  { 8, 4.0, 0.66, { { 0.82, 0.10, START }, { 0.46, 0.00, CURVE }, { 0.14, 0.18, CURVE },
                    { 0.40, 0.45, CURVE }, { 0.80, 0.70, CURVE }, { 0.74, 0.94, CURVE },
                    { 0.42, 1.00, CURVE }, { 0.14, 0.84, CURVE }, { 0.32, 0.60, CURVE },
                    { 0.68, 0.36, CURVE }, { 0.90, 0.12, CURVE } } },
  { 8, 1.5, 0.62, { { 0.50, 0.01, START }, { 0.18, 0.12, CURVE }, { 0.22, 0.38, CURVE },
                    { 0.50, 0.47, CURVE }, { 0.80, 0.36, CURVE }, { 0.80, 0.12, CURVE },
                    { 0.48, 0.00, CURVE }, { 0.50, 0.47, START }, { 0.14, 0.62, CURVE },
                    { 0.12, 0.88, CURVE }, { 0.50, 1.00, CURVE }, { 0.88, 0.88, CURVE },
                    { 0.86, 0.60, CURVE }, { 0.50, 0.46, CURVE } } },

  /* A straight leg; a leg that curls; in one go without a corner. */
  { 9, 3.0, 0.60, { { 0.84, 0.12, START }, { 0.48, 0.00, CURVE }, { 0.10, 0.20, CURVE },
                    { 0.20, 0.44, CURVE }, { 0.56, 0.46, CURVE }, { 0.88, 0.16, CORNER },
                    { 0.84, 0.56, CURVE }, { 0.72, 1.00, CURVE } } },
  { 9, 1.5, 0.66, { { 0.82, 0.10, START }, { 0.42, 0.00, CURVE }, { 0.08, 0.24, CURVE },
                    { 0.30, 0.48, CURVE }, { 0.70, 0.40, CURVE }, { 0.90, 0.12, CORNER },
                    { 0.90, 0.56, CURVE }, { 0.72, 0.90, CURVE }, { 0.24, 1.00, CURVE } } },
  { 9, 2.0, 0.62, { { 0.80, 0.16, START }, { 0.50, 0.00, CURVE }, { 0.12, 0.18, CURVE },
                    { 0.22, 0.42, CURVE }, { 0.62, 0.38, CURVE }, { 0.82, 0.08, CURVE },
                    { 0.74, 0.50, CURVE }, { 0.48, 1.00, CURVE } } },

  { 0, 0.0, 0.0, { { 0.0, 0.0, UP } } },
};
