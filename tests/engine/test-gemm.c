/* test-gemm.c — each set's products against sums in double precision
 *
 * Errors are relative to the sum of the magnitudes of what is summed. What lies
 * beyond a matrix is NaN where it is read and 0xff where it is written, so that
 * a kernel that leaves its part is seen.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define TOLERANCE 2e-6
#define MARGIN    7      /* floats between two rows */

typedef struct
{
  gsize m, n, k;
} Size;

static const Size sizes[] = {
  { 1, 1, 1 }, { 32, 256, 1296 }, { 32, 10, 128 }, { 7, 33, 5 }, { 8, 32, 16 }, { 9, 31, 17 },
  { 6, 16, 40 }, { 5, 17, 3 }, { 13, 64, 1 }, { 3, 48, 31 }, { 64, 100, 33 }, { 2, 15, 64 },
};

typedef struct
{
  const MtlKernels *kernels;
  Size              size;
} Subject;

typedef struct
{
  gsize  m, n, k;
  float *a, *b, *bias;   /* a: m×k or k×m, b: k×n or n×k, with MARGIN between rows */
  float *panels;
  gsize  lda, ldb, ldc;
  float *c;
} Product;

static float *
random_matrix (MtlRng rng,
               gsize  rows,
               gsize  columns,
               gsize  ld)
{
  float *matrix = g_new (float, rows * ld);

  for (gsize i = 0; i < rows * ld; i++)
    matrix[i] = i % ld < columns ? (float) mtl_rng_normal (rng, i) : NAN;

  return matrix;
}

static void
set_up (Product          *it,
        const MtlKernels *kernels,
        const Size       *size,
        gboolean          turn_a,
        gboolean          turn_b)
{
  gsize m = size->m, n = size->n, k = size->k;

  it->m = m;
  it->n = n;
  it->k = k;
  it->lda = (turn_a ? m : k) + MARGIN;
  it->ldb = (turn_b ? k : n) + MARGIN;
  it->ldc = n + MARGIN;
  it->a = random_matrix (mtl_rng_new (1, 0), turn_a ? k : m, turn_a ? m : k, it->lda);
  it->b = random_matrix (mtl_rng_new (2, 0), turn_b ? n : k, turn_b ? k : n, it->ldb);
  it->bias = random_matrix (mtl_rng_new (3, 0), 1, n, n + MARGIN);
  it->c = random_matrix (mtl_rng_new (4, 0), m, n, it->ldc);
  it->panels = g_new (float, mtl_gemm_packed_size (kernels->gemm, k, n));
  kernels->gemm->pack (k, n, it->b, it->ldb, turn_b, 0, mtl_gemm_panels (kernels->gemm, n),
                       it->panels);
}

static void
clear (Product *it)
{
  g_free (it->a);
  g_free (it->b);
  g_free (it->bias);
  g_free (it->c);
  g_free (it->panels);
}

static void
check_element (const Product *it,
               gsize          i,
               gsize          j,
               gboolean       turn_a,
               gboolean       turn_b,
               double         start)
{
  double sum = start, scale = fabs (start);

  for (gsize p = 0; p < it->k; p++)
    {
      double a = turn_a ? it->a[p * it->lda + i] : it->a[i * it->lda + p];
      double b = turn_b ? it->b[j * it->ldb + p] : it->b[p * it->ldb + j];

      sum += a * b;
      scale += fabs (a * b);
    }
  if (!(fabs (it->c[i * it->ldc + j] - sum) <= TOLERANCE * scale))
    g_error ("%zu×%zu×%zu: element %zu, %zu is %.9g, expected %.9g", it->m, it->n, it->k, i, j,
             (double) it->c[i * it->ldc + j], sum);
}

/* @before: c as it was, which is what is added to; NULL: the bias is, or nothing. */
static void
check (const Product *it,
       const float   *before,
       gboolean       bias,
       gboolean       turn_a,
       gboolean       turn_b)
{
  for (gsize i = 0; i < it->m; i++)
    for (gsize j = 0; j < it->ldc; j++)
      if (j >= it->n)
        g_assert_true (isnan (it->c[i * it->ldc + j]));
      else
        check_element (it, i, j, turn_a, turn_b,
                       before != NULL ? before[i * it->ldc + j] : bias ? it->bias[j] : 0.0);
}

static void
test_products (gconstpointer data)
{
  const Subject *subject = data;
  const MtlGemmKernels *gemm = subject->kernels->gemm;

  for (guint turns = 0; turns < 4; turns++)
    for (guint kind = 0; kind < 3; kind++)
      {
        gboolean turn_a = turns & 1, turn_b = turns >> 1, add = kind == 0, bias = kind == 1;
        g_autofree float *before = NULL;
        Product it;
        gsize end;

        if (turn_a && bias)
          continue;
        set_up (&it, subject->kernels, &subject->size, turn_a, turn_b);
        end = mtl_gemm_panels (gemm, it.n);
        before = add ? g_memdup2 (it.c, it.m * it.ldc * sizeof (float)) : NULL;
        if (turn_a)
          gemm->multiply_transposed (it.m, it.n, it.k, it.a, it.lda, it.panels, 0, end, add, it.c,
                                     it.ldc);
        else
          gemm->multiply (it.m, it.n, it.k, it.a, it.lda, it.panels, 0, end,
                          bias ? it.bias : NULL, add, it.c, it.ldc);
        check (&it, before, bias, turn_a, turn_b);
        clear (&it);
      }
}

/* Rows and panels one by one give the bits of all at once. */
static void
test_pieces (gconstpointer data)
{
  const Subject *subject = data;
  const MtlGemmKernels *gemm = subject->kernels->gemm;
  g_autofree float *whole = NULL;
  Product it;
  gsize end;

  set_up (&it, subject->kernels, &subject->size, FALSE, FALSE);
  end = mtl_gemm_panels (gemm, it.n);
  gemm->multiply (it.m, it.n, it.k, it.a, it.lda, it.panels, 0, end, it.bias, FALSE, it.c, it.ldc);
  whole = g_memdup2 (it.c, it.m * it.ldc * sizeof (float));
  for (gsize panel = end; panel > 0; panel--)
    for (gsize i = 0; i < it.m; i++)
      gemm->multiply (1, it.n, it.k, it.a + i * it.lda, it.lda, it.panels, panel - 1, panel,
                      it.bias, FALSE, it.c + i * it.ldc, it.ldc);
  g_assert_cmpmem (it.c, it.m * it.ldc * sizeof (float), whole,
                   it.m * it.ldc * sizeof (float));
  clear (&it);
}

/* What a packed panel has beyond the last column. */
static void
test_padding (gconstpointer data)
{
  const Subject *subject = data;
  gsize panel = subject->kernels->gemm->panel;

  for (guint turn_b = 0; turn_b < 2; turn_b++)
    {
      Product it;

      set_up (&it, subject->kernels, &subject->size, FALSE, turn_b);
      for (gsize p = 0; p < it.k; p++)
        for (gsize j = it.n; j < mtl_gemm_panels (subject->kernels->gemm, it.n) * panel; j++)
          g_assert_cmpfloat (it.panels[(j / panel * it.k + p) * panel + j % panel], ==, 0.0f);
      clear (&it);
    }
}

/* Sums over the rows of b, added to the bias. */
static void
test_columns (gconstpointer data)
{
  const Subject *subject = data;
  g_autofree float *start = NULL;
  Product it;

  set_up (&it, subject->kernels, &subject->size, TRUE, FALSE);
  start = g_memdup2 (it.bias, it.n * sizeof *start);
  subject->kernels->gemm->add_columns (it.k, it.n, it.b, it.ldb, it.bias);
  for (gsize j = 0; j < it.n; j++)
    {
      double sum = start[j], scale = fabs (sum);

      for (gsize p = 0; p < it.k; p++)
        {
          sum += it.b[p * it.ldb + j];
          scale += fabs (it.b[p * it.ldb + j]);
        }
      if (!(fabs (it.bias[j] - sum) <= TOLERANCE * scale))
        g_error ("%zu×%zu: column %zu sums to %.9g, expected %.9g", it.k, it.n, j,
                 (double) it.bias[j], sum);
    }
  clear (&it);
}

int
main (int   argc,
      char *argv[])
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    for (guint n = 0; n < G_N_ELEMENTS (sizes); n++)
      {
        Subject *subject = g_new (Subject, 1);
        g_autofree char *words = g_strdup_printf ("%s/%zux%zux%zu", kernels->name, sizes[n].m,
                                                  sizes[n].n, sizes[n].k);
        g_autofree char *products = g_strdup_printf ("/gemm/products/%s", words);
        g_autofree char *pieces = g_strdup_printf ("/gemm/pieces/%s", words);
        g_autofree char *padding = g_strdup_printf ("/gemm/padding/%s", words);
        g_autofree char *columns = g_strdup_printf ("/gemm/columns/%s", words);

        *subject = (Subject) { kernels, sizes[n] };
        g_test_add_data_func (products, subject, test_products);
        g_test_add_data_func (padding, subject, test_padding);
        g_test_add_data_func (columns, subject, test_columns);
        g_test_add_data_func_full (pieces, subject, test_pieces, g_free);
      }

  return g_test_run ();
}
