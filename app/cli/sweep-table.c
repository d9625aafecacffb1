/* sweep-table.c — the table of a sweep, as Markdown and as CSV
 *
 * A cell is the mean over seeds and, of two seeds or more, the sample standard
 * deviation, whose divisor is n − 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

/* --- statistics --- */

static double
find_mean (const GArray *values)
{
  double sum = 0.0;

  for (guint n = 0; n < values->len; n++)
    sum += g_array_index (values, double, n);

  return values->len > 0 ? sum / values->len : NAN;
}

static double
find_deviation (const GArray *values)
{
  double mean = find_mean (values);
  double sum = 0.0;

  for (guint n = 0; n < values->len; n++)
    sum += pow (g_array_index (values, double, n) - mean, 2.0);

  return values->len > 1 ? sqrt (sum / (values->len - 1)) : NAN;
}

/* Both with the decimals that the mean asks for: two from 10 on, else four, or three digits of
 * what would vanish there. */
static const char *
find_format (double mean)
{
  if (fabs (mean) >= 10.0)
    return "%.2f";

  return mean == 0.0 || fabs (mean) >= 0.001 ? "%.4f" : "%.2e";
}

static void
append_number (GString    *text,
               const char *format,
               double      value)
{
  char word[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text, g_ascii_formatd (word, sizeof word, format, value));
}

/* A bar would end the cell. */
static void
append_cell (GString    *text,
             const char *words)
{
  g_auto(GStrv) parts = g_strsplit (words, "|", -1);
  g_autofree char *escaped = g_strjoinv ("\\|", parts);

  g_string_append_printf (text, " %s |", escaped);
}

static void
append_spread (GString      *text,
               const GArray *values)
{
  double mean = find_mean (values);

  g_string_append (text, values->len == 0 ? " –" : " ");
  if (values->len > 0)
    append_number (text, find_format (mean), mean);
  if (values->len > 1)
    {
      g_string_append (text, " ± ");
      append_number (text, find_format (mean), find_deviation (values));
    }
  g_string_append (text, " |");
}

/* Axes of one value are the same in each row; the seeds are what is averaged over. */
static gboolean
is_shown (const SweepAxis *axis)
{
  return axis->place != SWEEP_SEEDS && (axis->values->len > 1 || axis->place >= SWEEP_SHARPNESS);
}

static void
append_seeds (const SweepPlan    *plan,
              const SweepFigures *self,
              GString     *text,
              guint        row)
{
  const SweepAxis *seeds = plan->axes->pdata[0];

  g_string_append_printf (text, " %u", self->n_done[row]);
  if (self->n_done[row] < seeds->values->len)
    /* Translators: “1 of 3” seeds are done */
    g_string_append_printf (text, _(" of %u"), seeds->values->len);
  if (self->n_failed[row] > 0)
    g_string_append_printf (text, _(", %u failed"), self->n_failed[row]);
  g_string_append (text, " |");
}

static void
append_row (const SweepPlan    *plan,
            const SweepFigures *self,
            GString     *text,
            guint        row)
{
  g_string_append_c (text, '|');
  for (guint n = 0; n < plan->axes->len; n++)
    if (is_shown (plan->axes->pdata[n]))
      append_cell (text, sweep_plan_value (plan, plan->axes->pdata[n], row));
  append_seeds (plan, self, text, row);
  for (guint n = 0; n < self->columns->len; n++)
    append_spread (text, ((SweepColumn *) self->columns->pdata[n])->values[row]);
  g_string_append_c (text, '\n');
}

/* What the columns are, so that the table can be understood where it is pasted. */
static void
append_legend (const SweepPlan    *plan,
               const SweepFigures *self,
               GString     *text)
{
  g_string_append_printf (text, _("\nMean ± standard deviation over seeds, after the last epoch, "
                                  "on the %s split."), self->split != NULL ? self->split : "test");
  if (self->selected)
    g_string_append (text, _(" Selected: after the epoch of the lowest mean loss on the validation "
                             "split."));
  g_string_append (text, _(" Conflict: share of steps and pairs of tasks in the last epoch whose "
                           "gradients point apart; late: in the last tenth of the epochs. "
                           "s/epoch: median of a run."));
  if (plan->probe != NULL)
    {
      g_autofree char *curve = sweep_curve (plan->probe, "");
      g_auto(GStrv) parts = g_strsplit (curve, "/", 3);

      g_string_append_printf (text, _(" Rise: of a task's loss, its weights moved uphill "
                                      "(%s)."), parts[1]);
    }
  g_string_append_c (text, '\n');
}

char *
sweep_markdown (const SweepPlan    *plan,
                const SweepFigures *self)
{
  GString *text = g_string_new ("|");
  guint n_columns = 1 + self->columns->len;

  for (guint n = 0; n < plan->axes->len; n++)
    {
      const SweepAxis *axis = plan->axes->pdata[n];

      if (!is_shown (axis))
        continue;
      append_cell (text, axis->title);
      n_columns++;
    }
  append_cell (text, _("seeds"));
  for (guint n = 0; n < self->columns->len; n++)
    append_cell (text, ((SweepColumn *) self->columns->pdata[n])->title);
  g_string_append (text, "\n|");
  for (guint n = 0; n < n_columns; n++)
    g_string_append (text, "---|");
  g_string_append_c (text, '\n');
  for (guint row = 0; row < plan->n_rows; row++)
    append_row (plan, self, text, row);
  append_legend (plan, self, text);

  return g_string_free (text, FALSE);
}

/* A field in quotes where it needs them (RFC 4180). */
static void
append_field (GString    *text,
              const char *words)
{
  g_auto(GStrv) parts = g_strsplit (words, "\"", -1);
  g_autofree char *doubled = g_strjoinv ("\"\"", parts);

  if (strpbrk (words, ",\"\r\n") != NULL)
    g_string_append_printf (text, "\"%s\",", doubled);
  else
    g_string_append_printf (text, "%s,", words);
}

static void
append_figure (GString *text,
               double   value)
{
  g_string_append_c (text, ',');
  if (!isnan (value))
    append_number (text, "%.9g", value);
}

char *
sweep_csv (const SweepPlan    *plan,
           const SweepFigures *self)
{
  GString *text = g_string_new (NULL);

  for (guint n = 1; n < plan->axes->len; n++)
    append_field (text, ((SweepAxis *) plan->axes->pdata[n])->title);
  g_string_append (text, "seeds,failed");
  for (guint n = 0; n < self->columns->len; n++)
    {
      const SweepColumn *column = self->columns->pdata[n];

      g_string_append_printf (text, ",%s,%s_sd", column->name, column->name);
    }

  for (guint row = 0; row < plan->n_rows; row++)
    {
      g_string_append_c (text, '\n');
      for (guint n = 1; n < plan->axes->len; n++)
        append_field (text, sweep_plan_value (plan, plan->axes->pdata[n], row));
      g_string_append_printf (text, "%u,%u", self->n_done[row], self->n_failed[row]);
      for (guint n = 0; n < self->columns->len; n++)
        {
          const SweepColumn *column = self->columns->pdata[n];

          append_figure (text, find_mean (column->values[row]));
          append_figure (text, find_deviation (column->values[row]));
        }
    }
  g_string_append_c (text, '\n');

  return g_string_free (text, FALSE);
}
