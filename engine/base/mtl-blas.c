/* mtl-blas.c — the only file that includes cblas.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-blas.h"

#include <cblas.h>

static blasint
to_blasint (gsize n)
{
  g_assert (n <= G_MAXINT32);

  return (blasint) n;
}

static CBLAS_TRANSPOSE
to_cblas (MtlTranspose transpose)
{
  return transpose == MTL_TRANSPOSED ? CblasTrans : CblasNoTrans;
}

void
mtl_blas_init (void)
{
  openblas_set_num_threads (1);
}

const char *
mtl_blas_core (void)
{
  return openblas_get_corename ();
}

void
mtl_blas_gemm (MtlTranspose  trans_a,
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
               gsize         ldc)
{
  cblas_sgemm (CblasRowMajor, to_cblas (trans_a), to_cblas (trans_b),
               to_blasint (m), to_blasint (n), to_blasint (k),
               1.0f, a, to_blasint (lda), b, to_blasint (ldb),
               beta, c, to_blasint (ldc));
}

double
mtl_blas_dot (gsize        n,
              const float *x,
              const float *y)
{
  return cblas_dsdot (to_blasint (n), x, 1, y, 1);
}

void
mtl_blas_axpy (gsize        n,
               float        alpha,
               const float *x,
               float       *y)
{
  cblas_saxpy (to_blasint (n), alpha, x, 1, y, 1);
}
