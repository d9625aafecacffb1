/* mtl-gemm.h — products of matrices whose larger one is laid out beforehand
 *
 * Matrices are row-major; `ld…` is the distance of two rows in floats. The
 * right factor b (k×n) is packed into panels of `panel` columns, in which the
 * n values of a row of b that belong to the panel follow each other:
 *
 *   element (p, j) stands at (j / panel · k + p) · panel + j mod panel,
 *
 * with zeros beyond column n. A weight matrix is packed once for each pass and
 * read by all shards. Sums over k run from 0 up in each element, in chains of a
 * fixed length, whatever the number of rows or columns beside it, so that no bit
 * depends on how a product is cut into pieces by rows or panels.
 *
 * The same source is built for wider and wider vectors, see mtl-kernels.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  gsize panel;    /* columns of a panel */

  /* Panels @first … @end − 1 of b; b(p, j) is b[p·ld + j], or with @transposed
   * b[j·ld + p]. @to: start of all panels. */
  void (*pack)     (gsize        k,
                    gsize        n,
                    const float *b,
                    gsize        ld,
                    gboolean     transposed,
                    gsize        first,
                    gsize        end,
                    float       *to);
  /* c ← bias + a·b, or c ← c + a·b where @add, over panels @first … @end − 1.
   * @panels: start of all panels; @bias (nullable): n values, without @add. */
  void (*multiply) (gsize        m,
                    gsize        n,
                    gsize        k,
                    const float *a,
                    gsize        lda,
                    const float *panels,
                    gsize        first,
                    gsize        end,
                    const float *bias,
                    gboolean     add,
                    float       *c,
                    gsize        ldc);
  /* c ← aᵀ·b, or c ← c + aᵀ·b where @add; a is k×m and not packed. */
  void (*multiply_transposed)
                   (gsize        m,
                    gsize        n,
                    gsize        k,
                    const float *a,
                    gsize        lda,
                    const float *panels,
                    gsize        first,
                    gsize        end,
                    gboolean     add,
                    float       *c,
                    gsize        ldc);
  /* to ← to + 1ᵀ·c, c: m×n. Long sums are taken in double. */
  void (*add_columns)
                   (gsize        m,
                    gsize        n,
                    const float *c,
                    gsize        ldc,
                    float       *to);
} MtlGemmKernels;

/* How many panels n columns take, and how many floats all of them. */
static inline gsize
mtl_gemm_panels (const MtlGemmKernels *self,
                 gsize                 n)
{
  return (n + self->panel - 1) / self->panel;
}

static inline gsize
mtl_gemm_packed_size (const MtlGemmKernels *self,
                      gsize                 k,
                      gsize                 n)
{
  return mtl_gemm_panels (self, n) * self->panel * k;
}
