/* report.c — a run's figures in words and as JSON
 *
 * Every figure is read from the record's curves at the number of the epoch,
 * so a live run and a stored one say the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "report.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

static double value_of (MtlRecord  *record,
                        guint64     n,
                        const char *format,
                        ...) G_GNUC_PRINTF (3, 4);

static double
value_of (MtlRecord  *record,
          guint64     n,
          const char *format,
          ...)
{
  g_autofree char *name = NULL;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  return mtl_record_value (record, name, (double) n);
}

void
cli_report_start (MtlRecord *record)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "start");
  json_builder_set_member_name (builder, "run");
  json_builder_add_string_value (builder, info->run != NULL ? info->run : "");
  cli_json_member (builder, "parameters", (double) info->n_weights);
  cli_json_strings (builder, "tasks", info->tasks);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

/* {"left": {"loss": …, "accuracy": …}, …} from epoch/SPLIT/FIGURE/TASK. */
static void
add_split (JsonBuilder *builder,
           MtlRecord   *record,
           const char  *split,
           guint64      n)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  g_auto(GStrv) names = mtl_record_names (record);
  g_autofree char *prefix = g_strdup_printf ("epoch/%s/", split);

  json_builder_set_member_name (builder, split);
  json_builder_begin_object (builder);
  for (guint k = 0; k < info->n_tasks; k++)
    {
      g_autofree char *suffix = g_strdup_printf ("/%s", info->tasks[k]);

      json_builder_set_member_name (builder, info->tasks[k]);
      json_builder_begin_object (builder);
      for (guint i = 0; names[i] != NULL; i++)
        {
          const char *figure = names[i] + strlen (prefix);
          g_autofree char *name = NULL;

          if (!g_str_has_prefix (names[i], prefix) || !g_str_has_suffix (figure, suffix))
            continue;
          name = g_strndup (figure, strlen (figure) - strlen (suffix));
          cli_json_member (builder, name, mtl_record_value (record, names[i], (double) n));
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static double
pair_cosine (MtlRecord  *record,
             guint64     n,
             const char *family,
             guint       i,
             guint       j)
{
  char **tasks = mtl_record_info (record)->tasks;

  if (i == j)
    return 1.0;

  return value_of (record, n, "epoch/%scosine/%s/%s", family, tasks[MIN (i, j)],
                   tasks[MAX (i, j)]);
}

static void
add_conflict (JsonBuilder *builder,
              MtlRecord   *record,
              const char  *family,
              guint64      n)
{
  guint k = mtl_record_info (record)->n_tasks;

  cli_json_member (builder, "share", value_of (record, n, "epoch/%sconflict", family));
  json_builder_set_member_name (builder, "cosine");
  json_builder_begin_array (builder);
  for (guint i = 0; i < k; i++)
    {
      json_builder_begin_array (builder);
      for (guint j = 0; j < k; j++)
        cli_json_number (builder, pair_cosine (record, n, family, i, j));
      json_builder_end_array (builder);
    }
  json_builder_end_array (builder);
}

static void
add_weights (JsonBuilder *builder,
             MtlRecord   *record,
             const char  *family,
             guint64      n)
{
  const MtlRecordInfo *info = mtl_record_info (record);

  json_builder_set_member_name (builder, "weights");
  json_builder_begin_object (builder);
  for (guint k = 0; k < info->n_tasks; k++)
    cli_json_member (builder, info->tasks[k],
                     value_of (record, n, "epoch/%sweight/%s", family, info->tasks[k]));
  json_builder_end_object (builder);
}

void
cli_report_epoch (MtlRecord *record,
                  guint64    n)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  g_autofree char *validated = g_strdup_printf ("epoch/validation/loss/%s",
                                                mtl_record_info (record)->tasks[0]);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "epoch");
  cli_json_member (builder, "epoch", (double) n);
  cli_json_member (builder, "seconds", value_of (record, n, "epoch/seconds"));
  add_split (builder, record, "train", n);
  if (mtl_record_find (record, validated) != NULL)
    add_split (builder, record, "validation", n);
  add_split (builder, record, "test", n);
  json_builder_set_member_name (builder, "conflict");
  json_builder_begin_object (builder);
  add_conflict (builder, record, "", n);
  json_builder_end_object (builder);
  add_weights (builder, record, "", n);
  json_builder_set_member_name (builder, "flat");
  json_builder_begin_object (builder);
  if (mtl_record_find (record, "epoch/flat/conflict") != NULL)
    {
      add_conflict (builder, record, "flat/", n);
      add_weights (builder, record, "flat/", n);
    }
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

void
cli_report_end (MtlRecord *record)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();
  MtlProgress progress;

  mtl_record_progress (record, &progress);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "end");
  json_builder_set_member_name (builder, "run");
  json_builder_add_string_value (builder, mtl_record_info (record)->run != NULL
                                          ? mtl_record_info (record)->run : "");
  json_builder_set_member_name (builder, "status");
  json_builder_add_string_value (builder, mtl_run_status_name (progress.status));
  json_builder_end_object (builder);
  cli_json_print (builder);
}

/* Accuracies are shares, shown in per cent; other metrics as they are. */
static void
append_metric (GString    *text,
               const char *metric,
               double      value)
{
  if (strcmp (metric, "accuracy") == 0)
    g_string_append_printf (text, " · %.1f %%", 100.0 * value);
  else
    g_string_append_printf (text, " · %s %.3f", metric, value);
}

char *
cli_report_words (MtlRecord *record,
                  guint64    n)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  GString *text = g_string_new (NULL);
  double share = value_of (record, n, "epoch/conflict");

  g_string_append_printf (text, _("Epoch %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT ":"), n,
                          info->n_epochs);
  for (guint k = 0; k < info->n_tasks; k++)
    {
      const char *task = info->tasks[k];
      double loss = value_of (record, n, "epoch/test/loss/%s", task);
      const char *split = isnan (loss) ? "train" : "test";

      g_string_append_printf (text, "%s %s %.3f", k > 0 ? "," : "", task,
                              value_of (record, n, "epoch/%s/loss/%s", split, task));
      append_metric (text, info->metrics[k],
                     value_of (record, n, "epoch/%s/%s/%s", split, info->metrics[k], task));
    }
  if (isfinite (share))
    g_string_append_printf (text, _("; conflict %.0f %%"), 100.0 * share);
  g_string_append_printf (text, _("; %.1f s"), value_of (record, n, "epoch/seconds"));

  return g_string_free (text, FALSE);
}
