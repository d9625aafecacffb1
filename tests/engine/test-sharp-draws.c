/* test-sharp-draws.c — sharpness methods that draw or that choose samples
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sharp-net.h"

static char *table;

/* --- noise --- */

/* |ε_f| is about σ·|w_f|·sqrt(size f), by size about σ·|w_f|; vectors stay. */
static void
check_noise (Bench         *bench,
             const float   *moved,
             gboolean       rms,
             double         sigma)
{
  guint n_filters = 0;
  double sum = 0.0;

  for (guint n = 0; n < mtl_plan_n_tensors (bench->plan); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, n);
      gsize rows = tensor->shape.rank > 1 ? tensor->shape.size[0] : 1;
      gsize size = tensor->size / rows;

      for (gsize f = 0; f < rows; f++)
        {
          double w2 = 0.0, e2 = 0.0;

          for (gsize i = tensor->offset + f * size; i < tensor->offset + (f + 1) * size; i++)
            {
              double e = (double) moved[i] - bench->theta[i];

              w2 += (double) bench->theta[i] * bench->theta[i];
              e2 += e * e;
            }
          if (tensor->shape.rank < 2)
            g_assert_cmpfloat (e2, ==, 0.0);
          else if (size >= 100)
            {
              sum += e2 / (sigma * sigma * w2 * (rms ? 1.0 : size));
              n_filters++;
            }
        }
    }
  g_assert_cmpuint (n_filters, >, 100);
  /* A mean of 120 filters of 200 squares: 0.009 of deviation. */
  g_assert_cmpfloat_with_epsilon (sum / n_filters, 1.0, 0.04);
}

static void
test_noise (void)
{
  g_autofree float *first = NULL;
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  for (guint rms = 0; rms < 2; rms++)
    {
      step = new_step (&bench, "equal", "", "rwp",
                       rms ? "sigma=0.2 noise-scale=filter-rms" : "sigma=0.2");
      take (&bench, step, 0);
      check_noise (&bench, mtl_step_moved (step), rms, 0.2);
      g_free (first);
      first = g_memdup2 (mtl_step_moved (step), bench.p * sizeof *first);
      take (&bench, step, 1);
      g_assert_cmpfloat (worst (first, mtl_step_moved (step), bench.p), >, 1e-2);
      take (&bench, step, 0);
      g_assert_cmpmem (first, bench.p * sizeof *first, mtl_step_moved (step),
                       bench.p * sizeof *first);
      mtl_step_free (step);
    }
  bench_clear (&bench);
}

/* (transfer full): the gradient of equal weights on rows first … first + n - 1 of the batch. */
static float *
find_gradient (Bench      *bench,
               const char *sharp,
               const char *sets,
               gsize       first,
               gsize       n)
{
  MtlStep *step = new_step (bench, "equal", "", sharp, sets);
  g_autoptr(MtlBatch) part = mtl_batch_new_like (bench->batch);
  MtlBatch *whole = bench->batch;
  guint32 rows[ROWS];
  float *gradient;

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) (first + i);
  mtl_batch_take (part, whole, rows, n);
  bench->batch = part;
  take (bench, step, 0);
  bench->batch = whole;
  gradient = g_memdup2 (mtl_step_gradient (step), bench->p * sizeof *gradient);
  mtl_step_free (step);

  return gradient;
}

/* λ of the noisy gradient and 1 − λ of the clean one, which are of one batch or of a half each. */
static void
test_mixture (gconstpointer data)
{
  gboolean halves = GPOINTER_TO_INT (data);
  gsize n = halves ? ROWS / 2 : ROWS;
  g_autofree float *noisy = NULL;
  g_autofree float *clean = NULL;
  g_autofree float *mixed = NULL;
  Bench bench;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  noisy = find_gradient (&bench, "rwp", "sigma=0.1 lambda=1", 0, n);
  clean = find_gradient (&bench, "none", "", ROWS - n, n);
  mixed = find_gradient (&bench, "rwp", halves ? "sigma=0.1 lambda=0.3 batches=halves"
                                               : "sigma=0.1 lambda=0.3", 0, ROWS);
  g_assert_cmpfloat (worst (noisy, clean, bench.p), >, 1e-2);
  for (gsize i = 0; i < bench.p; i++)
    noisy[i] = 0.3f * noisy[i] + 0.7f * clean[i];
  g_assert_cmpfloat (worst (mixed, noisy, bench.p), <, 1e-5);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  g_test_add_func ("/sharp/noise", test_noise);
  g_test_add_data_func ("/sharp/mixture/same", GINT_TO_POINTER (FALSE), test_mixture);
  g_test_add_data_func ("/sharp/mixture/halves", GINT_TO_POINTER (TRUE), test_mixture);
  status = g_test_run ();
  remove_table (table);

  return status;
}
