/* test-phases.c — what is prepared of weights for a phase, against doing without
 *
 * The same network with convolutions by tiles, whose filters are transformed for
 * the phase that reads them, and by sums as they are defined, which prepare
 * nothing. Batch norms divide the passes into phases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "work-checks.h"

#define ROWS      75     /* three shards, the last of 11 rows */
#define TOLERANCE 1e-4   /* of the largest element: sums of tiles differ */

static const char net[] =
  "d glyph-pairs train-size=75 test-size=8\nc1 conv2d channels=8 kernel=9 stride=5 < d.image\n"
  "n1 batch-norm < c1.out\nc2 conv2d channels=32 kernel=3 padding=1 algorithm=%s < n1.out\n"
  "n2 batch-norm < c2.out\nt2 tanh < n2.out\n"
  "c3 conv2d channels=48 kernel=3 padding=1 algorithm=%s < t2.out\nn3 batch-norm < c3.out\n"
  "t3 tanh < n3.out\nc4 conv2d channels=16 kernel=3 algorithm=%s < t3.out\nf flatten < c4.out\n"
  "h0 dense units=10 < f.out\nh1 dense units=10 < f.out\nleft task < h0.out\n"
  "right task < h1.out";

static void
open_with (Bench      *bench,
           const char *algorithm)
{
  g_auto(GStrv) parts = g_strsplit (net, "%s", -1);
  g_autofree char *text = g_strjoinv (algorithm, parts);

  bench_open (bench, text, NULL, ROWS, ROWS, 2);
}

static void
check_losses (const double *found,
              const double *expected)
{
  for (guint k = 0; k < 2; k++)
    g_assert_cmpfloat_with_epsilon (found[k], expected[k], TOLERANCE);
}

static void
test_phases (gconstpointer data)
{
  Bench tiles, sums;
  double found[2], expected[2];
  g_autoptr(MtlGrads) of_tiles = NULL;
  g_autoptr(MtlGrads) of_sums = NULL;

  open_with (&tiles, data);
  open_with (&sums, "direct");
  of_tiles = mtl_grads_new (tiles.plan);
  of_sums = mtl_grads_new (sums.plan);
  for (MtlPassMode mode = MTL_PASS_TRAIN; mode <= MTL_PASS_EVALUATE; mode++)
    {
      MtlPass pass = bench_pass (&tiles, all_of (2), mode);
      MtlPass plain = bench_pass (&sums, all_of (2), mode);

      mtl_work_run (tiles.work, &pass, found, NULL, NULL);
      mtl_work_run (sums.work, &plain, expected, NULL, NULL);
      check_losses (found, expected);
      mtl_work_run (tiles.work, &pass, found, of_tiles, NULL);
      mtl_work_run (sums.work, &plain, expected, of_sums, NULL);
      check_losses (found, expected);
      for (guint k = 0; k < 2; k++)
        g_assert_cmpfloat (worst (mtl_grads_row (of_tiles, k), mtl_grads_row (of_sums, k),
                                  tiles.d), <=, TOLERANCE);
    }
  bench_clear (&sums);
  bench_clear (&tiles);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/phases/winograd-2", "winograd-2", test_phases);
  g_test_add_data_func ("/phases/winograd-4", "winograd-4", test_phases);

  return g_test_run ();
}
