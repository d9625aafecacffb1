/* sweep-guess.c — how far a sweep is, and how long it will take
 *
 * A run takes what its row took under other seeds or, where none is known, what
 * runs take in the mean. What is left of all of them is shared by the jobs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <glib/gi18n.h>
#include <math.h>

gboolean
sweep_is_finished (const SweepPlan *self,
                   const SweepCell *cell)
{
  return cell->run != NULL
         && (cell->status == MTL_RUN_FAILED
             || (cell->status == MTL_RUN_DONE && (self->probe == NULL || cell->measured)));
}

guint
sweep_n_finished (const SweepPlan *self)
{
  guint n_finished = 0;

  for (guint n = 0; n < self->cells->len; n++)
    n_finished += sweep_is_finished (self, self->cells->pdata[n]);

  return n_finished;
}

/* What is known of a whole run of @cell, or NaN. */
static double
find_length (const SweepPlan *self,
             const SweepCell *cell)
{
  if (cell->running)
    return cell->guess;

  return cell->status == MTL_RUN_DONE && sweep_is_finished (self, cell) ? cell->seconds : NAN;
}

static double
guess_length (const SweepPlan *self,
              const SweepCell *cell)
{
  double sum[2] = { 0.0, 0.0 };   /* of the row, of all */
  guint n[2] = { 0, 0 };

  for (guint i = 0; i < self->cells->len; i++)
    {
      const SweepCell *other = self->cells->pdata[i];
      double length = find_length (self, other);

      if (isnan (length))
        continue;
      for (guint scope = other->row == cell->row ? 0 : 1; scope < 2; scope++)
        {
          sum[scope] += length;
          n[scope]++;
        }
    }

  if (n[0] > 0)
    return sum[0] / n[0];

  return n[1] > 0 ? sum[1] / n[1] : NAN;
}

char *
sweep_time_left (const SweepPlan *self,
                 guint            n_jobs)
{
  double seconds = 0.0;

  for (guint n = 0; n < self->cells->len; n++)
    {
      const SweepCell *cell = self->cells->pdata[n];
      double length = cell->running && !isnan (cell->guess) ? cell->guess
                                                            : guess_length (self, cell);

      if (isnan (length))
        return g_strdup ("");
      if (!sweep_is_finished (self, cell))
        seconds += MAX (0.0, length - cell->seconds);
    }

  seconds /= n_jobs;
  if (seconds == 0.0)
    return g_strdup ("");
  if (seconds < 60.0)
    return g_strdup_printf (_(", %.0f s left"), ceil (seconds));
  if (seconds < 3600.0)
    return g_strdup_printf (_(", %.0f min left"), ceil (seconds / 60.0));

  return g_strdup_printf (_(", %.0f h %02.0f min left"), floor (seconds / 3600.0),
                          floor (fmod (seconds, 3600.0) / 60.0));
}
