/* mtl-balance-matrix.c — one aggregation of a given Jacobian
 *
 * The rows are doubles and stay so: Gramian, weights and direction are made
 * without the floats of training, so that published numbers can be compared to
 * the last digits. The methods behind are the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balance.h"

#include <math.h>

#include "mtl-balancer.h"

#define MOST_TASKS 64

static gboolean
check_rows (const double  *jacobian,
            guint          n_tasks,
            gsize          n_columns,
            GError       **error)
{
  if (n_tasks < 1 || n_tasks > MOST_TASKS || n_columns < 1)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "expected 1 to %d rows, a gradient for each task, of one column or more; "
                   "found %u rows of %" G_GSIZE_FORMAT, MOST_TASKS, n_tasks, n_columns);
      return FALSE;
    }

  for (gsize i = 0; i < n_tasks * n_columns; i++)
    if (!isfinite (jacobian[i]))
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
                     "row %" G_GSIZE_FORMAT ", column %" G_GSIZE_FORMAT " of the Jacobian is %g",
                     i / n_columns + 1, i % n_columns + 1, jacobian[i]);
        return FALSE;
      }

  return TRUE;
}

/* Where squares can be summed, so can the products of two rows. */
static gboolean
check_lengths (const double  *jacobian,
               guint          n_tasks,
               gsize          n_columns,
               GError       **error)
{
  for (guint i = 0; i < n_tasks; i++)
    {
      const double *row = jacobian + i * n_columns;
      double sum = 0.0;
      gsize largest = 0;

      for (gsize n = 0; n < n_columns; n++)
        {
          sum += row[n] * row[n];
          largest = fabs (row[n]) > fabs (row[largest]) ? n : largest;
        }

      if (!isfinite (sum))
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
                       "row %u, column %" G_GSIZE_FORMAT " of the Jacobian is %g; the squares of "
                       "a row are to have a sum below %.2g: divide all rows by one number, so "
                       "that none has more than 1e150", i + 1, largest + 1, row[largest],
                       G_MAXDOUBLE);
          return FALSE;
        }
    }

  return TRUE;
}

static double *
new_gramian (const double *jacobian,
             guint         k,
             gsize         n_columns)
{
  double *gramian = g_new (double, k * k);

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j <= i; j++)
      {
        double sum = 0.0;

        for (gsize n = 0; n < n_columns; n++)
          sum += jacobian[i * n_columns + n] * jacobian[j * n_columns + n];
        gramian[i * k + j] = gramian[j * k + i] = sum;
      }

  return gramian;
}

/* Tasks are called task1, task2 … here. (transfer full) */
static char **
name_tasks (guint n_tasks)
{
  char **ids = g_new0 (char *, n_tasks + 1);

  for (guint i = 0; i < n_tasks; i++)
    ids[i] = g_strdup_printf ("task%u", i + 1);

  return ids;
}

static MtlState *
new_state (const MtlBalancer *balancer,
           const MtlSetting  *set,
           guint              n_tasks,
           gsize              n_columns)
{
  MtlStateSpec spec = { 0 };

  if (balancer->declare != NULL)
    balancer->declare (n_tasks, n_columns, set, &spec);

  return mtl_state_new (&spec);
}

static const char *
name_status (MtlBalanceStatus status)
{
  if (status == MTL_BALANCE_STATIONARY)
    return "stationary";

  return status == MTL_BALANCE_FALLBACK ? "fallback" : "ok";
}

/* Refused here as well, where tasks count from 1 as the rows do. */
static gboolean
check_losses (const double  *losses,
              guint          n_tasks,
              GError       **error)
{
  for (guint i = 0; losses != NULL && i < n_tasks; i++)
    if (!isfinite (losses[i]))
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE, "loss %u is %g", i + 1, losses[i]);
        return FALSE;
      }

  return TRUE;
}

/* Cross products are those with the Jacobian itself: there is no other batch. */
static MtlBalanceStatus
balance_rows (const MtlChosen   *chosen,
              const char *const *ids,
              const double      *jacobian,
              guint              n_tasks,
              gsize              n_columns,
              const double      *losses,
              guint64            seed,
              double            *weights,
              double            *direction,
              GError           **error)
{
  const MtlBalancer *method = (const MtlBalancer *) mtl_chosen_method (chosen);
  const MtlSetting *set = mtl_chosen_settings (chosen);
  g_autoptr(MtlState) state = new_state (method, set, n_tasks, n_columns);
  g_autofree double *gramian = new_gramian (jacobian, n_tasks, n_columns);
  guint task[MOST_TASKS];
  const double *row[MOST_TASKS];
  MtlRows rows = { .n_columns = n_columns, .doubles = row };
  MtlBalanceInput in = {
    .n_tasks = n_tasks,
    .task = task,
    .ids = ids,
    .losses = losses,
    .gramian = gramian,
    .cross = gramian,
    .rows = &rows,
    .rate = 1.0,
    .set = set,
    .state = state,
    .rng = mtl_rng_new (seed, MTL_STREAM_LOSS_PART),
    .chosen = chosen,
  };
  MtlBalanceStatus status;

  for (guint i = 0; i < n_tasks; i++)
    {
      task[i] = i;
      row[i] = jacobian + i * n_columns;
    }
  status = mtl_balancer_weigh (method, &in, weights, error);
  if (status != MTL_BALANCE_REFUSED)
    mtl_balancer_combine (method, &in, weights, 0, n_columns, direction);

  return status;
}

gboolean
mtl_balance_matrix (const MtlChosen  *balancer,
                    const double     *jacobian,
                    guint             n_tasks,
                    gsize             n_columns,
                    const double     *losses,
                    guint64           seed,
                    double           *weights,
                    double           *direction,
                    const char      **status,
                    GError          **error)
{
  g_auto(GStrv) ids = NULL;
  const char *const *names;
  g_autoptr(MtlChosen) chosen = NULL;
  MtlBalanceStatus outcome;

  g_return_val_if_fail (mtl_chosen_kind (balancer) == MTL_KIND_BALANCER, FALSE);

  if (!check_rows (jacobian, n_tasks, n_columns, error)
      || !check_lengths (jacobian, n_tasks, n_columns, error)
      || !check_losses (losses, n_tasks, error))
    return FALSE;

  ids = name_tasks (n_tasks);
  names = (const char *const *) ids;
  chosen = mtl_chosen_for_tasks (balancer, names, n_tasks, error);
  if (chosen == NULL)
    return FALSE;

  outcome = balance_rows (chosen, names, jacobian, n_tasks, n_columns, losses, seed, weights,
                          direction, error);
  if (outcome == MTL_BALANCE_REFUSED)
    return FALSE;

  *status = name_status (outcome);
  return TRUE;
}
