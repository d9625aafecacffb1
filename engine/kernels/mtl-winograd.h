/* mtl-winograd.h — 3×3 convolutions of stride 1 with 16 products for 36
 *
 * An output tile Y of 2×2 depends on an input tile d of 4×4, and
 *
 *   Y = Aᵀ [ Σ_c (G·g·Gᵀ) ∘ (Bᵀ·d·B) ] A        over the channels c
 *
 *       1  1  1  0           1  0  0            1  0 −1  0
 *  Aᵀ = 0  1 −1 −1      G =  ½  ½  ½       Bᵀ = 0  1  1  0
 *                            ½ −½  ½            0 −1  1  0
 *                            0  0  1            0  1  0 −1
 *
 * so that for each of the 16 places of a tile there is one product of matrices,
 * tiles × channels by channels × filters. The gradient of the input is the same
 * with filters turned by half a circle; that of the weights is
 *
 *   dg = Gᵀ [ Σ_t (Bᵀ·d·B) ∘ (A·dY·Aᵀ) ] G      over the tiles t
 *
 * Factors of ½ are all there is: the error is that of the sums by definition,
 * or little more.
 *
 * Lavin, Gray, “Fast Algorithms for Convolutional Neural Networks”, CVPR 2016,
 * arXiv 1509.09308, sec. 4.1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  gsize in, height, width;   /* channels and size of what is read */
  gsize out, rows, columns;  /* … of what is written */
  gsize padding;             /* zeros at each side, at most 2 */
} MtlWinograd;

typedef struct
{
  gsize    n_samples;
  const float *x;            /* n_samples × in × height × width */
  const float *weights;      /* of prepare() */
  const float *bias;         /* of out values, or NULL */
  gboolean     add;          /* to what is in y */
  float       *y;            /* n_samples × out × rows × columns */
  float       *scratch;
} MtlWinogradRun;

typedef struct
{
  gsize               n_samples;
  const float        *x;
  guint               n_lanes;
  const float *const *dy;    /* of each lane */
  float *const       *dw;    /* of each lane: out × in × 3 × 3 */
  gboolean            over;  /* write over what is in dw, else add to it */
  gsize               first, end;  /* panels of filters, as of a product with `out` columns */
  float              *scratch;
} MtlWinogradGrad;

typedef struct
{
  /* Floats that prepare() makes, and that run() and grad() work in. */
  gsize (*prepared)     (const MtlWinograd     *shape);
  gsize (*scratch)      (const MtlWinograd     *shape);
  gsize (*grad_scratch) (const MtlWinograd     *shape);
  /* Panels @first … @end − 1 of the filters, as of a product with `out` columns.
   * @turned: w is in × out × 3 × 3, and is turned by half a circle. */
  void  (*prepare)      (const MtlWinograd     *shape,
                         const float           *w,
                         gboolean               turned,
                         gsize                  first,
                         gsize                  end,
                         float                 *to);
  void  (*run)          (const MtlWinograd     *shape,
                         const MtlWinogradRun  *run);
  void  (*grad)         (const MtlWinograd     *shape,
                         const MtlWinogradGrad *grad);
} MtlWinogradKernels;
