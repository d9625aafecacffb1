/* mtw-run-words.c — a run's progress in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-run-words.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-number.h"

static char *
with_step (const char        *format,
           const MtlProgress *progress)
{
  g_autofree char *step = mtw_number_fixed ((double) progress->step, 0);

  return g_strdup_printf (format, step);
}

char *
mtw_run_status (MtlRecord *record)
{
  MtlProgress progress;
  guint64 n_epochs;

  if (record == NULL)
    return g_strdup (_("Ready"));

  mtl_record_progress (record, &progress);
  n_epochs = mtl_record_info (record)->n_epochs;
  switch (progress.status)
    {
    case MTL_RUN_PREPARING:
      return g_strdup (_("Getting data ready…"));
    case MTL_RUN_PAUSED:
      /* Translators: %s is the number of a step. */
      return with_step (_("Paused at step %s"), &progress);
    case MTL_RUN_DONE:
      return g_strdup_printf (ngettext ("Trained %u epoch", "Trained %u epochs",
                                        (guint) progress.epoch), (guint) progress.epoch);
    case MTL_RUN_STOPPED:
    case MTL_RUN_LOST:
      /* Translators: %s is the number of a step. */
      return with_step (_("Stopped at step %s"), &progress);
    case MTL_RUN_FAILED:
      /* Translators: %s is the number of a step. */
      return with_step (_("Failed at step %s"), &progress);
    case MTL_RUN_TRAINING:
    default:
      /* Translators: the epoch that runs, and how many there will be. */
      return g_strdup_printf (_("Epoch %u of %u"), (guint) MAX (progress.epoch, 1),
                              (guint) n_epochs);
    }
}

char *
mtw_run_detail (MtlRecord *record)
{
  GString *text = g_string_new (NULL);
  MtlProgress progress;
  g_autofree char *step = NULL;

  if (record == NULL)
    return g_string_free (text, FALSE);

  mtl_record_progress (record, &progress);
  step = mtw_number_fixed ((double) progress.step, 0);
  /* Translators: the number of an optimiser step. */
  g_string_append_printf (text, _("Step %s"), step);
  if (progress.step_time > 0)
    {
      g_autofree char *ms = mtw_number (1000 * progress.step_time, 2);

      /* Translators: the time of one step in milliseconds, in a list. */
      g_string_append_printf (text, _(" · %s ms"), ms);
    }
  if (isfinite (progress.time_left) && progress.status == MTL_RUN_TRAINING)
    {
      g_autofree char *left = mtw_number_time (progress.time_left);

      /* Translators: a time such as “2 min 34 s”, in a list. */
      g_string_append_printf (text, _(" · %s left"), left);
    }

  return g_string_free (text, FALSE);
}

double
mtw_run_done (MtlRecord *record)
{
  const MtlRecordInfo *info = record != NULL ? mtl_record_info (record) : NULL;
  MtlProgress progress;
  double total;

  if (info == NULL)
    return 0;
  mtl_record_progress (record, &progress);
  total = (double) info->n_epochs * (double) info->steps_per_epoch;

  return total > 0 ? CLAMP (progress.step / total, 0, 1) : 0;
}
