/* weights.c — how the balancer weighs the tasks, step by step
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>

#include "mtw-family.h"

static char *
weights_subtitle (const MtwPlotInput *input)
{
  const MtlMethod *balancer = mtw_input_method (input, "balancer");

  return balancer != NULL ? g_strdup (_(balancer->title)) : NULL;
}

static char *
weights_waiting (const MtwPlotInput *input)
{
  const MtlMethod *balancer = mtw_input_method (input, "balancer");

  if (balancer != NULL && g_str_equal (balancer->id, "equal"))
    return g_strdup (_("Equal weighting has no weights to show."));
  if (mtw_family_is_there (input, "weight"))
    return NULL;
  if (mtw_input_n_tasks (input) > 0 && mtw_input_epochs (input) > 0 && balancer != NULL)
    /* Translators: a gradient balancer that does not weigh tasks. */
    return g_strdup_printf (_("%s has no weights to show."), _(balancer->title));

  return g_strdup (_("Press Train to see weights."));
}

static void
weights_draw (MtwPen *pen)
{
  mtw_family_draw (pen, "weight", TRUE);
}

static char *
weights_describe (const MtwPlotInput *input)
{
  return mtw_family_describe (input, _("Weights"), "weight");
}

static MtwTable *
weights_table (const MtwPlotInput *input,
               gboolean            every_step)
{
  return mtw_family_table (input, every_step, "weight", every_step ? "weight" : "epoch/weight");
}

const MtwPlotKind mtw_plot_weights = {
  .id = "weights",
  .title = N_("Task Weights"),
  .info = N_("How much each task counts in the step that the gradient balancer takes. The "
             "faint line is every step, the strong line its moving average."),
  .flags = MTW_PLOT_TIME | MTW_PLOT_LOG | MTW_PLOT_SMOOTH,
  .subtitle = weights_subtitle,
  .waiting = weights_waiting,
  .draw = weights_draw,
  .describe = weights_describe,
  .table = weights_table,
};
