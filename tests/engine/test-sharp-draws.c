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

/* --- tensors --- */

/* The bits of the tensors that moved 1/β as far as by SAM; others stayed. */
static guint
find_moved (Bench       *bench,
            const float *moved,
            const float *sam,
            double       beta)
{
  guint bits = 0;

  for (guint n = 0; mtl_plan_tensor (bench->plan, n)->offset < bench->p; n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, n);
      double difference = 0.0, expected = 0.0;

      for (gsize i = tensor->offset; i < tensor->offset + tensor->size; i++)
        {
          double by = ((double) sam[i] - bench->theta[i]) / beta;
          double off = (double) moved[i] - bench->theta[i];

          difference = MAX (difference, MIN (fabs (off - by), fabs (off)));
          expected = MAX (expected, fabs (off));
        }
      g_assert_cmpfloat (difference, <, 1e-5);
      bits |= expected > 0.0 ? 1u << n : 0;
    }

  return bits;
}

static void
test_tensors (void)
{
  guint n_moved = 0, n_steps = 100, n_tensors = 12, before = 0, changes = 0;
  Bench bench;
  MtlStep *sam, *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  sam = new_step (&bench, "equal", "", "sam", "rho=0.5");
  step = new_step (&bench, "equal", "", "esam", "rho=0.5 beta=0.4 gamma=1");
  for (guint n = 0; n < n_steps; n++)
    {
      guint bits;

      take (&bench, sam, n);
      take (&bench, step, n);
      bits = find_moved (&bench, mtl_step_moved (step), mtl_step_moved (sam), 0.4);
      n_moved += (guint) __builtin_popcount (bits);
      changes += bits != before;
      before = bits;
    }
  /* Of 1200 draws: a deviation of 0.014. */
  g_assert_cmpuint (changes, >, n_steps / 2);
  g_assert_cmpfloat_with_epsilon ((double) n_moved / (n_steps * n_tensors), 0.4, 0.05);
  mtl_step_free (sam);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* β = γ = 1 is SAM, to the bit. */
static void
test_all_is_sam (void)
{
  Bench bench;
  MtlStep *sam, *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  sam = new_step (&bench, "mgda", "", "sam", "rho=0.5");
  step = new_step (&bench, "mgda", "", "esam", "rho=0.5 beta=1 gamma=1");
  take (&bench, sam, 0);
  take (&bench, step, 0);
  g_assert_cmpmem (mtl_step_gradient (step), bench.p * sizeof (float), mtl_step_gradient (sam),
                   bench.p * sizeof (float));
  mtl_step_free (sam);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* --- samples --- */

static struct
{
  double sum, first, moved;
  double evaluated[3];
} samples;

/* Looks at the samples, at θ and elsewhere, then follows the first half of them. */
static gboolean
looker_step (MtlStep           *step,
             const MtlSetting  *set,
             MtlState          *state,
             GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  gsize n = mtl_step_n_samples (step);
  g_autofree double *losses = g_new0 (double, n);
  g_autofree double *moved = g_new0 (double, n);
  g_autofree guint32 *rows = g_new (guint32, n);

  g_assert_true (mtl_step_gradients (step, mtl_step_theta (step), mtl_step_tasks (step), g, error));
  mtl_step_add_samples (step, mtl_step_theta (step), mtl_step_tasks (step), 1.0, losses);
  memcpy (mtl_step_moved (step), mtl_step_theta (step),
          mtl_step_n_weights (step) * sizeof (float));
  mtl_step_add_samples (step, mtl_step_moved (step), mtl_step_tasks (step), 1.0, moved);
  samples.sum = samples.first = samples.moved = 0.0;
  for (gsize r = 0; r < n; r++)
    {
      rows[r] = (guint32) r;
      samples.sum += losses[r];
      samples.moved += fabs (moved[r] - losses[r]);
      samples.first += r < n / 2 ? losses[r] : 0.0;
    }
  mtl_step_evaluate (step, mtl_step_moved (step), 5, samples.evaluated);
  mtl_step_narrow (step, rows, n / 2);
  g_assert_true (mtl_step_gradients (step, mtl_step_moved (step), mtl_step_tasks (step), s,
                                     error));
  g_assert_true (mtl_step_balance (step, MTL_PART_LOSS, s, 1.0, error));
  mtl_step_heads (step, s);

  return TRUE;
}

static const MtlSharp looker = {
  .method = { .id = "looker", .title = "Looker", .summary = "Looks", .reference = "None" },
  .n_rows = 2, .step = looker_step,
};

/* The parts of all samples are the mean loss; a narrowed step is one of those rows alone. */
static void
test_samples (void)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_SHARP, &looker.method);
  g_autofree float *half = NULL;
  double mean = 0.0;
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  half = find_gradient (&bench, "none", "", 0, ROWS / 2);
  step = new_step (&bench, "equal", "", "none", "");
  mtl_step_set_sharp (step, chosen);
  take (&bench, step, 0);
  for (guint k = 0; k < bench.k; k++)
    mean += mtl_plan_task (bench.plan, k)->weight * mtl_step_losses (step)[k] / bench.k;
  g_assert_cmpfloat_with_epsilon (samples.sum, mean, 1e-6 * mean);
  g_assert_cmpfloat_with_epsilon (samples.moved, 0.0, 1e-7 * mean);
  g_assert_cmpfloat (samples.first, >, 0.2 * mean);
  g_assert_cmpfloat (samples.first, <, 0.8 * mean);
  g_assert_cmpfloat (worst (mtl_step_gradient (step), half, bench.p), <, 1e-5);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* By running statistics and without draws, of the tasks asked for. */
static void
test_evaluate (void)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_SHARP, &looker.method);
  MtlPass pass;
  double losses[3];
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  step = new_step (&bench, "equal", "", "none", "");
  mtl_step_set_sharp (step, chosen);
  samples.evaluated[1] = -1.0;
  take (&bench, step, 0);
  pass = bench_pass (&bench, 7, MTL_PASS_EVALUATE);
  mtl_work_run (bench.work, &pass, losses, NULL, NULL);
  g_assert_cmpfloat (samples.evaluated[0], ==, losses[0]);
  g_assert_cmpfloat (samples.evaluated[1], ==, -1.0);
  g_assert_cmpfloat (samples.evaluated[2], ==, losses[2]);
  g_assert_cmpfloat (losses[0], !=, mtl_step_losses (step)[0]);
  mtl_step_free (step);
  bench_clear (&bench);
}

/* A task with no label among the samples that are looked at is left out of the step. */
static void
test_narrow_labels (void)
{
  g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_SHARP, &looker.method);
  const MtlTask *task;
  Bench bench;
  MtlStep *step;

  bench_open (&bench, net, table, ROWS, ROWS, 1);
  for (guint r = 0; r < ROWS / 2; r++)
    bench.batch->targets[1][r] = NAN;
  step = new_step (&bench, "mgda", "", "none", "");
  mtl_step_set_sharp (step, chosen);
  take (&bench, step, 0);
  task = mtl_plan_task (bench.plan, 1);
  for (gsize i = task->offset; i < task->offset + task->n_weights; i++)
    g_assert_cmpfloat (mtl_step_gradient (step)[i], ==, 0.0f);
  g_assert_false (isnan (mtl_step_losses (step)[1]));
  g_assert_true (isnan (mtl_step_report (step, MTL_PART_LOSS)->weights[1]));
  g_assert_cmpfloat (worst (mtl_step_gradient (step), bench.theta, bench.d), >, 0.0);
  take (&bench, step, 1);
  mtl_step_free (step);
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
  g_test_add_func ("/sharp/tensors", test_tensors);
  g_test_add_func ("/sharp/all-is-sam", test_all_is_sam);
  g_test_add_func ("/sharp/samples", test_samples);
  g_test_add_func ("/sharp/evaluate", test_evaluate);
  g_test_add_func ("/sharp/narrow-labels", test_narrow_labels);
  status = g_test_run ();
  remove_table (table);

  return status;
}
