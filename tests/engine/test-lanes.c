/* test-lanes.c — one lane for all tasks gives what a lane for each gives
 *
 * Where the rows of all tasks are diagnosed a lane runs for each: with the same step
 * without that, everything has to come out alike within rounding.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sharp-net.h"

#define STEPS 3

static char *table;

static const struct { const char *balancer, *sets; } balancers[] = {
  { "equal", "" },
  { "equal", "reduction=sum" },
  { "equal", "heads=plain" },
  { "fixed", "weights=y0:0.5,y1:2" },
  { "uw", "" },
  { "rlw", "" },
  { "gls", "" },
};

/* @any: merges by weights that differ too. */
static const struct { const char *sharp, *sets; gboolean any, merges; } sharps[] = {
  { "none", "", TRUE, TRUE },
  { "sam", "rho=0.05", TRUE, TRUE },
  { "sam", "rho=y1:0.1", TRUE, FALSE },
  { "asam", "", TRUE, TRUE },
  { "gsam", "", FALSE, TRUE },
  { "looksam", "k=2", FALSE, TRUE },
  { "esam", "", TRUE, TRUE },
  { "esam", "rho=0", TRUE, FALSE },
  { "fsam", "", TRUE, TRUE },
  { "wsam", "", FALSE, TRUE },
  { "wsam", "decouple=false", FALSE, TRUE },
  { "rwp", "", TRUE, TRUE },
  { "rwp", "batches=halves", TRUE, FALSE },
};

static double
longest (const float *v,
         gsize        n)
{
  double most = 0.0;

  for (gsize i = 0; i < n; i++)
    most = MAX (most, fabs ((double) v[i]));

  return most;
}

static void
compare (const char  *what,
         guint        step,
         const float *found,
         const float *expected,
         gsize        n)
{
  double scale = longest (expected, n), off = 0.0;

  for (gsize i = 0; i < n; i++)
    off = MAX (off, fabs ((double) found[i] - expected[i]));
  if (!(off <= 1e-5 * scale))
    g_test_fail_printf ("%s: step %u is off by %g of %g", what, step, off, scale);
}

static gboolean
weights_are_alike (Bench   *bench,
                   MtlStep *step)
{
  const double *w = mtl_step_report (step, MTL_PART_LOSS)->weights;

  for (guint k = 1; k < bench->k; k++)
    if (w[k] < w[0] || w[k] > w[0])
      return FALSE;

  return TRUE;
}

static void
take_one (Bench    *bench,
          MtlStep  *step,
          guint64   n,
          gboolean  diagnose)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_step_take (step, bench->theta, bench->batch, n, 1, diagnose, &error));
  g_assert_no_error (error);
}

static void
check_pair (Bench *bench,
            guint  s,
            guint  b)
{
  MtlStep *apart = new_step (bench, balancers[b].balancer, balancers[b].sets, sharps[s].sharp,
                             sharps[s].sets);
  MtlStep *merged = new_step (bench, balancers[b].balancer, balancers[b].sets, sharps[s].sharp,
                              sharps[s].sets);
  g_autofree char *what = g_strdup_printf ("%s (%s) with %s (%s)", sharps[s].sharp,
                                           sharps[s].sets, balancers[b].balancer,
                                           balancers[b].sets);

  for (guint n = 0; n < STEPS; n++)
    {
      gboolean merges;

      take_one (bench, apart, n, TRUE);
      take_one (bench, merged, n, FALSE);
      merges = sharps[s].merges && (sharps[s].any || weights_are_alike (bench, apart));
      g_assert_true (mtl_step_report (apart, MTL_PART_LOSS)->valid);
      g_assert_cmpint (mtl_step_report (merged, MTL_PART_LOSS)->valid, ==, !merges);
      compare (what, n, mtl_step_gradient (merged), mtl_step_gradient (apart), bench->d);
      compare (what, n, mtl_step_gradient (merged) + bench->d,
               mtl_step_gradient (apart) + bench->d, bench->p - bench->d);
      g_assert_cmpint (mtl_step_descent (merged) != NULL, ==, mtl_step_descent (apart) != NULL);
      if (mtl_step_descent (apart) != NULL)
        compare (what, n, mtl_step_descent (merged), mtl_step_descent (apart), bench->p);
      for (guint k = 0; k < bench->k; k++)
        g_assert_cmpfloat (mtl_step_losses (merged)[k], ==, mtl_step_losses (apart)[k]);
    }
  mtl_step_free (apart);
  mtl_step_free (merged);
}

static void
test_lanes (gconstpointer data)
{
  guint s = GPOINTER_TO_UINT (data);
  Bench bench;

  bench_open (&bench, net, table, ROWS, ROWS, 2);
  for (guint b = 0; b < G_N_ELEMENTS (balancers); b++)
    check_pair (&bench, s, b);
  bench_clear (&bench);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (2 * ROWS);
  for (guint s = 0; s < G_N_ELEMENTS (sharps); s++)
    {
      g_autofree char *path = g_strdup_printf ("/lanes/%s/%u", sharps[s].sharp, s);

      g_test_add_data_func (path, GUINT_TO_POINTER (s), test_lanes);
    }
  status = g_test_run ();
  g_unlink (table);
  g_free (table);

  return status;
}
