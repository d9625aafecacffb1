/* mtl-blas.h — the only door to BLAS
 *
 * Matrices are row-major; `ld` is the distance of two rows in elements.
 * OpenBLAS is pinned to one thread: shards are shared out by MtlPool, so that
 * no bit of a result depends on the number of threads.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef enum
{
  MTL_PLAIN,
  MTL_TRANSPOSED,
} MtlTranspose;

/* To be called once before any other, by mtl_pool_new(). */
void   mtl_blas_init (void);

/* The processor whose kernels it took; OPENBLAS_CORETYPE decides where it is set. */
const char *mtl_blas_core (void);

/* c ← a·b + beta·c; a is m×k, b is k×n after transposing. */
void   mtl_blas_gemm (MtlTranspose  trans_a,
                      MtlTranspose  trans_b,
                      gsize         m,
                      gsize         n,
                      gsize         k,
                      const float  *a,
                      gsize         lda,
                      const float  *b,
                      gsize         ldb,
                      float         beta,
                      float        *c,
                      gsize         ldc);
/* Summed in double precision. */
double mtl_blas_dot  (gsize         n,
                      const float  *x,
                      const float  *y);
/* y ← y + alpha·x */
void   mtl_blas_axpy (gsize         n,
                      float         alpha,
                      const float  *x,
                      float        *y);
