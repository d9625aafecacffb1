/* mtw-plot-input.c — questions that several plots ask of their input
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot-input.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define STEADY 0.02  /* of the value: a smaller change in an epoch is none */

static const MtlRecordInfo *
info (const MtwPlotInput *input)
{
  return input->record != NULL ? mtl_record_info (input->record) : NULL;
}

guint
mtw_input_n_tasks (const MtwPlotInput *input)
{
  return input->record != NULL ? info (input)->n_tasks : 0;
}

const char *
mtw_input_task (const MtwPlotInput *input,
                guint               task)
{
  return task < mtw_input_n_tasks (input) ? info (input)->tasks[task] : "";
}

guint
mtw_input_chosen (const MtwPlotInput *input)
{
  guint n = mtw_input_n_tasks (input);

  if (n == 0 && input->grid != NULL)
    n = mtl_grid_n_tasks (input->grid);

  return n > 0 ? MIN (input->task, n - 1) : 0;
}

const MtlProbeFrame *
mtw_input_running (const MtwPlotInput *input,
                   const char         *id)
{
  const MtlProbeFrame *frames[] = { input->probe, input->measure };

  for (guint i = 0; i < G_N_ELEMENTS (frames); i++)
    if (frames[i] != NULL && !frames[i]->finished && g_str_equal (frames[i]->probe, id))
      return frames[i];

  return NULL;
}

double
mtw_input_per_epoch (const MtwPlotInput *input)
{
  return input->record != NULL ? MAX ((double) info (input)->steps_per_epoch, 1) : 1;
}

double
mtw_input_epochs (const MtwPlotInput *input)
{
  MtwCurve *epochs;
  double known = 0;

  if (input->record == NULL)
    return 0;

  epochs = mtw_curves_get (input->curves, "epoch/steps");
  if (epochs != NULL && mtw_curve_length (epochs) > 0)
    known = mtw_curve_points (epochs)[mtw_curve_length (epochs) - 1].x;

  return MAX (known, mtw_curves_step (input->curves) / mtw_input_per_epoch (input));
}

static MtwCurve *
filled (MtwCurve *curve)
{
  return curve != NULL && mtw_curve_length (curve) > 0 ? curve : NULL;
}

MtwCurve *
mtw_input_curve (const MtwPlotInput *input,
                 const char         *family,
                 guint               task)
{
  if (input->curves == NULL)
    return NULL;

  return filled (mtw_curves_get (input->curves, "%s/%s", family, mtw_input_task (input, task)));
}

MtwCurve *
mtw_input_pair (const MtwPlotInput *input,
                const char         *family,
                guint               i,
                guint               j)
{
  if (input->curves == NULL)
    return NULL;

  return filled (mtw_curves_get (input->curves, "%s/%s/%s", family, mtw_input_task (input, i),
                                 mtw_input_task (input, j)));
}

const MtlMethod *
mtw_input_method (const MtwPlotInput *input,
                  const char         *setting)
{
  const MtlSetting *value;

  if (input->record == NULL || info (input)->design == NULL)
    return NULL;
  value = mtl_chosen_get (mtl_design_experiment (info (input)->design), setting);

  return value != NULL && value->method != NULL ? mtl_chosen_method (value->method) : NULL;
}

void
mtw_input_grow (const MtwCurve *curve,
                gboolean        positive,
                double         *low,
                double         *high)
{
  MtwSpan span;
  gsize n = curve != NULL ? mtw_curve_length (curve) : 0;

  if (n == 0)
    return;
  mtw_curve_span (curve, 0, n, &span);
  if (span.n == 0)
    return;

  *high = MAX (*high, span.high);
  if (!positive || span.low > 0)
    {
      *low = MIN (*low, span.low);
      return;
    }
  for (gsize i = 0; i < n; i++)
    if (mtw_curve_points (curve)[i].y > 0)
      *low = MIN (*low, mtw_curve_points (curve)[i].y);
}

/* The mean of the last tenth of an epoch against that of an epoch before; a
 * curve with a point an epoch is compared point by point. */
const char *
mtw_input_trend (const MtwPlotInput *input,
                 MtwCurve           *curve)
{
  gsize n = mtw_curve_length (curve);
  gsize epoch = (gsize) MAX (mtw_input_per_epoch (input), 1);
  gsize window, back;
  MtwSpan now, before;
  double change;

  if (n < 2)
    return _("steady");
  if (mtw_curve_points (curve)[n - 1].x - mtw_curve_points (curve)[n - 2].x >= 1 && n < epoch)
    epoch = n / 2;
  window = CLAMP (epoch / 10, 1, n / 2);
  back = MIN (epoch, n - window);
  mtw_curve_span (curve, n - window, n, &now);
  mtw_curve_span (curve, n - window - back, n - back, &before);
  if (now.n == 0 || before.n == 0)
    return _("steady");

  change = now.sum / now.n - before.sum / before.n;
  if (fabs (change) <= STEADY * fabs (before.sum / before.n))
    return _("steady");

  return change < 0 ? _("falling") : _("rising");
}

void
mtw_input_add_columns (const MtwPlotInput *input,
                       MtwTable           *table,
                       const char         *title)
{
  for (guint k = 0; k < mtw_input_n_tasks (input); k++)
    mtw_table_add_column (table, "%s/%s", title, mtw_input_task (input, k));
}

/* The y of @curve at exactly @x; @place goes forward with x. */
static double
exact (const MtwCurve *curve,
       gsize          *place,
       double          x)
{
  if (curve == NULL)
    return NAN;

  *place = mtw_curve_seek (curve, *place, x);
  if (*place >= mtw_curve_length (curve) || mtw_curve_points (curve)[*place].x != x)
    return NAN;

  return mtw_curve_points (curve)[*place].y;
}

void
mtw_input_add_rows (MtwTable  *table,
                    MtwCurve  *lead,
                    double     scale,
                    MtwCurve **curves,
                    guint      n_curves)
{
  g_autofree double *row = g_new (double, n_curves + 1);
  g_autofree gsize *places = g_new0 (gsize, n_curves + 1);

  for (gsize i = 0; lead != NULL && i < mtw_curve_length (lead); i++)
    {
      double x = mtw_curve_points (lead)[i].x;

      row[0] = x * scale;
      for (guint c = 0; c < n_curves; c++)
        row[c + 1] = exact (curves[c], &places[c], x);
      mtw_table_add_row (table, row);
    }
}
