/* learned.c — what the balancer learns for each task, step by step
 *
 * A method names the arrays that it would have shown: the log-variances of uncertainty
 * weighting, the logits of FAMO. Where it names several the first is shown; after a change
 * of method, that of the present one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtw-family.h"
#include "mtw-pen.h"

#define PREFIX "state/"

/* The last x of the curve @name; NaN: it has no point. */
static double
last_x (const MtwPlotInput *input,
        const char         *name)
{
  MtwCurve *curve = mtw_curves_get (input->curves, "%s", name);
  gsize n = curve != NULL ? mtw_curve_length (curve) : 0;

  return n > 0 ? mtw_curve_points (curve)[n - 1].x : NAN;
}

/* (transfer full) (nullable): “state/logit”, which goes on longest. */
static char *
find_family (const MtwPlotInput *input)
{
  g_auto(GStrv) names = NULL;
  const char *best = NULL;
  double end = -1.0;

  if (input->record == NULL || input->curves == NULL)
    return NULL;

  names = mtl_record_names (input->record);
  for (char **name = names; *name != NULL; name++)
    if (g_str_has_prefix (*name, PREFIX) && last_x (input, *name) > end)
      {
        end = last_x (input, *name);
        best = *name;
      }

  return best != NULL ? g_strndup (best, (gsize) (strrchr (best, '/') - best)) : NULL;
}

static char *
learned_subtitle (const MtwPlotInput *input)
{
  g_autofree char *family = find_family (input);

  return family != NULL ? g_strdup (family + strlen (PREFIX)) : NULL;
}

static char *
learned_waiting (const MtwPlotInput *input)
{
  const MtlMethod *balancer = mtw_input_method (input, "balancer");
  g_autofree char *family = find_family (input);

  if (family != NULL && mtw_family_is_there (input, family))
    return NULL;
  if (mtw_input_n_tasks (input) > 0 && mtw_input_epochs (input) > 0 && balancer != NULL)
    /* Translators: a gradient balancer that keeps nothing from step to step. */
    return g_strdup_printf (_("%s learns nothing of the tasks."), _(balancer->title));

  return g_strdup (_("Press Train to see what the balancer learns."));
}

static void
learned_draw (MtwPen *pen)
{
  g_autofree char *family = find_family (pen->input);

  if (family != NULL)
    mtw_family_draw (pen, family, FALSE);
}

static char *
learned_describe (const MtwPlotInput *input)
{
  g_autofree char *family = find_family (input);

  return family != NULL ? mtw_family_describe (input, family + strlen (PREFIX), family)
                        : learned_waiting (input);
}

static MtwTable *
learned_table (const MtwPlotInput *input,
               gboolean            every_step)
{
  g_autofree char *family = find_family (input);

  return mtw_family_table (input, TRUE, family != NULL ? family + strlen (PREFIX) : "value",
                           family != NULL ? family : PREFIX);
}

const MtwPlotKind mtw_plot_learned = {
  .id = "learned",
  .title = N_("Learned by Balancer"),
  .info = N_("What the gradient balancer keeps for each task from step to step, such as the "
             "log-variances of uncertainty weighting or the logits of FAMO. The faint line is "
             "every step, the strong line its moving average."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_LOG | MTW_PLOT_SMOOTH,
  .subtitle = learned_subtitle,
  .waiting = learned_waiting,
  .draw = learned_draw,
  .describe = learned_describe,
  .table = learned_table,
};
