/* test-balance-columns.c — directions made coordinate by coordinate, and outliers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-balance.h"
#include "mtl-balancer.h"

#define K       3
#define COLUMNS 3
#define DRAWS   4000

static const double j4[K * COLUMNS] = { 3, 0, 1, -2, 1, 1, 0, -3, .5 };

static MtlChosen *
choose (const char *id,
        const char *param,
        const char *value)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, id, NULL);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_BALANCER, method);
  g_autoptr(GError) error = NULL;
  MtlChosen *chosen;

  if (param == NULL)
    return g_steal_pointer (&initial);
  chosen = mtl_chosen_with (initial, param, value, &error);
  g_assert_no_error (error);

  return chosen;
}

static void
balance (const MtlChosen *chosen,
         const double    *jacobian,
         guint64          seed,
         double          *d)
{
  g_autoptr(GError) error = NULL;
  double w[K];
  const char *status;

  mtl_balance_matrix (chosen, jacobian, K, COLUMNS, NULL, seed, w, d, &status, &error);
  g_assert_no_error (error);
}

/* P is .6, .25 and 1: the columns have (3, −2), (1, −3) and 2.5 to choose from, each
 * by a draw of its own. At u = .5 that is 3, −3, 2.5. */
static void
test_graddrop_picks (void)
{
  static const double wanted[] = { .6, .25 };
  g_autoptr(MtlChosen) chosen = choose ("graddrop", NULL, NULL);
  guint positive[2] = { 0 }, halfway = 0;

  for (guint64 seed = 0; seed < DRAWS; seed++)
    {
      double d[COLUMNS];

      balance (chosen, j4, seed, d);
      g_assert_true (d[0] == 3.0 || d[0] == -2.0);
      g_assert_true (d[1] == 1.0 || d[1] == -3.0);
      g_assert_cmpfloat (d[2], ==, 2.5);
      positive[0] += d[0] > 0.0;
      positive[1] += d[1] > 0.0;
      halfway += d[0] > 0.0 && d[1] < 0.0;
    }

  /* Five standard deviations. */
  for (guint c = 0; c < 2; c++)
    g_assert_cmpfloat_with_epsilon (positive[c] / (double) DRAWS, wanted[c],
                                    5.0 * sqrt (wanted[c] * (1.0 - wanted[c]) / DRAWS));
  g_assert_cmpfloat_with_epsilon (halfway / (double) DRAWS, .6 * .75,
                                  5.0 * sqrt (.45 * .55 / DRAWS));
}

static void
test_graddrop_leaks (void)
{
  g_autoptr(MtlChosen) all = choose ("graddrop", "leak", "1");
  g_autoptr(MtlChosen) second = choose ("graddrop", "leak", "task2:0.5");

  for (guint64 seed = 0; seed < 64; seed++)
    {
      double d[COLUMNS];

      balance (all, j4, seed, d);
      g_assert_cmpfloat (d[0], ==, 1.0);
      g_assert_cmpfloat (d[1], ==, -2.0);
      balance (second, j4, seed, d);
      g_assert_true (d[0] == 3.0 - 1.0 || d[0] == -2.0);
      g_assert_true (d[1] == 1.0 || d[1] == -3.0 + 0.5);
    }
}

/* A piece of the columns is what it is of the whole. */
static void
test_pieces (void)
{
  static const char *const ids[] = { "graddrop", "trimmed-mean" };
  const double *row[K] = { j4, j4 + COLUMNS, j4 + 2 * COLUMNS };
  const MtlRows rows = { .n_columns = COLUMNS, .doubles = row };
  const guint task[K] = { 0, 1, 2 };

  for (guint n = 0; n < G_N_ELEMENTS (ids); n++)
    for (guint64 seed = 0; seed < 16; seed++)
      {
        g_autoptr(MtlChosen) chosen = choose (ids[n], NULL, NULL);
        const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
        MtlBalanceInput in = {
          .n_tasks = K, .task = task, .rows = &rows, .set = mtl_chosen_settings (chosen),
          .rng = mtl_rng_new (seed, MTL_STREAM_LOSS_PART), .chosen = chosen,
        };
        double w[K], whole[COLUMNS], piece;

        g_assert_cmpint (mtl_balancer_weigh (balancer, &in, w, NULL), ==, MTL_BALANCE_OK);
        mtl_balancer_combine (balancer, &in, w, 0, COLUMNS, whole);
        for (guint c = 0; c < COLUMNS; c++)
          {
            mtl_balancer_combine (balancer, &in, w, c, 1, &piece);
            g_assert_cmpfloat (piece, ==, whole[c]);
          }
      }
}

/* Two of the three tasks of a run: Krum takes their mean, and so does what is trimmed. */
static void
test_lacks_a_task (void)
{
  static const char *const words[][3] = { { "krum", NULL, NULL }, { "trimmed-mean", "trim", "1" } };
  const double gramian[] = { 10, -5, -5, 6 };
  const double *row[] = { j4, j4 + COLUMNS };
  const MtlRows rows = { .n_columns = COLUMNS, .doubles = row };
  const guint task[] = { 0, 1 };

  for (guint n = 0; n < G_N_ELEMENTS (words); n++)
    {
      g_autoptr(MtlChosen) chosen = choose (words[n][0], words[n][1], words[n][2]);
      const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
      MtlBalanceInput in = {
        .n_tasks = 2, .n_run = K, .task = task, .gramian = gramian, .rows = &rows,
        .set = mtl_chosen_settings (chosen), .chosen = chosen,
      };
      double w[2], d[COLUMNS];

      g_assert_cmpint (mtl_balancer_weigh (balancer, &in, w, NULL), ==,
                       n == 0 ? MTL_BALANCE_FALLBACK : MTL_BALANCE_OK);
      mtl_balancer_combine (balancer, &in, w, 0, COLUMNS, d);
      for (guint c = 0; c < COLUMNS; c++)
        g_assert_cmpfloat (d[c], ==, 0.5 * (row[0][c] + row[1][c]));
    }
}

static void
refuse (const char *id,
        const char *param,
        const char *value,
        guint       n_tasks,
        const char *part)
{
  g_autoptr(MtlChosen) chosen = choose (id, param, value);
  g_autoptr(GError) error = NULL;
  double w[K], d[COLUMNS];
  const char *status;

  g_assert_false (mtl_balance_matrix (chosen, j4, n_tasks, COLUMNS, NULL, 1, w, d, &status,
                                      &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);
  if (strstr (error->message, part) == NULL)
    g_test_fail_printf ("%s: “%s” does not say “%s”", id, error->message, part);
}

static void
test_refusals (void)
{
  refuse ("krum", NULL, NULL, 2, "krum takes 3 tasks or more; here are 2");
  refuse ("krum", "n-byzantine", "1", 3, "take 4 tasks or more; here are 3");
  refuse ("krum", "n-selected", "4", 3, "take 4 tasks or more; here are 3");
  refuse ("trimmed-mean", "trim", "2", 3, "trim 2 takes 5 tasks or more; here are 3");
  refuse ("graddrop", "rescale", "unit", 3, "cannot be rescaled");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/balance/columns/graddrop-picks", test_graddrop_picks);
  g_test_add_func ("/balance/columns/graddrop-leaks", test_graddrop_leaks);
  g_test_add_func ("/balance/columns/pieces", test_pieces);
  g_test_add_func ("/balance/columns/lacks-a-task", test_lacks_a_task);
  g_test_add_func ("/balance/columns/refusals", test_refusals);

  return g_test_run ();
}
