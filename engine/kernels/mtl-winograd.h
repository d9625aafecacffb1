/* mtl-winograd.h — 3×3 convolutions of stride 1 with fewer products
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
 * That takes 16 products for 36. Factors of ½ are all there is: the error is that
 * of the sums by definition, or little more.
 *
 * An output tile of 4×4, from an input tile of 6×6, takes 36 products for 144. The
 * matrices are those of Toom and Cook for the points 0, ±a, ±b and ∞: with N the
 * product of a point's distances to the other finite ones, a row of G is
 * (1, p, p²)/N, a column of Aᵀ (1, p, p², p³), and a row of Bᵀ has the coefficients
 * of the polynomial whose zeros are those others. a = 5/8 and b = 3/2 have powers
 * that floats hold, and half the error of Lavin and Gray's 1 and 2: over 64
 * channels 8e-7 of the norm of y, over 256 channels 1.4e-6, which is three times
 * that of a tile of 2×2.
 *
 * Lavin, Gray, “Fast Algorithms for Convolutional Neural Networks”, CVPR 2016,
 * arXiv 1509.09308, sec. 4.1 and 4.3. On the points: Barabasz, Anderson, Soodhalter,
 * Gregg, “Error Analysis and Improving the Accuracy of Winograd Convolution for Deep
 * Neural Networks”, ACM TOMS 46 (2020), arXiv 1803.10986.
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
  gsize tile;                /* 2 or 4 */
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
