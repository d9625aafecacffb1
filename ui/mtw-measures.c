/* mtw-measures.c — a window of figures: sharpness, curvature, conflict of the weights now
 *
 * The list holds empty strings, one for each finding: a cell finds its words by its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-measures.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-number.h"

#define DIGITS 4

struct _MtwMeasures
{
  AdwWindow      parent_instance;

  MtwSession    *session;
  GPtrArray     *probes;      /* of const MtlMethod, in the order of the choice */
  MtlFindings   *shown;       /* NULL: none */
  MtlRecord     *record;      /* of the run that they are about */
  GtkDropDown   *choice;
  GtkLabel      *summary;
  GtkLabel      *status;
  GtkButton     *measure;
  GtkButton     *cancel;
  GtkStringList *rows;
  GtkColumnView *view;
};

G_DEFINE_FINAL_TYPE (MtwMeasures, mtw_measures, ADW_TYPE_WINDOW)

/* --- cells --- */

typedef char *(*Words) (MtwMeasures      *self,
                        const MtlFinding *finding);

static char *
name_measure (MtwMeasures      *self,
              const MtlFinding *finding)
{
  return g_strdup (_(finding->measure->title));
}

static char *
name_subject (MtwMeasures      *self,
              const MtlFinding *finding)
{
  char **tasks = mtl_record_info (self->record)->tasks;

  if (finding->task == MTL_ALL_TASKS)
    return g_strdup (_("All tasks"));
  if (finding->other == MTL_ALL_TASKS)
    return g_strdup (tasks[finding->task]);

  /* Translators: a pair of tasks. */
  return g_strdup_printf (_("%s × %s"), tasks[finding->task], tasks[finding->other]);
}

static char *
name_block (MtwMeasures      *self,
            const MtlFinding *finding)
{
  return g_strdup (finding->block != NULL ? finding->block : "");
}

/* “eigenvalue 2.3” */
static char *
name_place (MtwMeasures      *self,
            const MtlFinding *finding)
{
  g_autofree char *x = mtw_number (finding->x, DIGITS);

  if (finding->measure->x == NULL || isnan (finding->x))
    return g_strdup ("");

  return g_strdup_printf ("%s %s", _(finding->measure->x), x);
}

static char *
show_value (MtwMeasures      *self,
            const MtlFinding *finding)
{
  return mtw_number (finding->value, DIGITS);
}

static char *
show_error (MtwMeasures      *self,
            const MtlFinding *finding)
{
  return isnan (finding->error) ? g_strdup ("") : mtw_number (finding->error, 2);
}

static const struct { const char *title; Words words; gboolean figure; } columns[] = {
  { N_("Measure"), name_measure, FALSE },
  { N_("Task"), name_subject, FALSE },
  { N_("Block"), name_block, FALSE },
  { N_("At"), name_place, FALSE },
  { N_("Value"), show_value, TRUE },
  { N_("Uncertainty"), show_error, TRUE },
};

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), columns[GPOINTER_TO_UINT (column)].figure ? 1 : 0);
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (MtwMeasures              *self,
         GtkListItem              *item,
         GtkSignalListItemFactory *factory)
{
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
  const MtlFinding *finding = mtl_findings_get (self->shown, gtk_list_item_get_position (item));
  GtkWidget *label = gtk_list_item_get_child (item);
  g_autofree char *words = columns[column].words (self, finding);

  gtk_label_set_label (GTK_LABEL (label), words);
  gtk_widget_set_tooltip_text (label, finding->measure->error != NULL
                               && columns[column].words == show_error
                               ? _(finding->measure->error) : NULL);
}

static void
add_column (MtwMeasures *self,
            guint        column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkColumnViewColumn) view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (column));
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  view_column = gtk_column_view_column_new (_(columns[column].title), factory);
  gtk_column_view_column_set_expand (view_column, TRUE);
  gtk_column_view_append_column (self->view, view_column);
}

/* --- what is shown --- */

static void
show_findings (MtwMeasures *self,
               MtlFindings *findings)
{
  guint n = findings != NULL ? mtl_findings_count (findings) : 0;
  g_auto(GStrv) rows = g_new0 (char *, n + 1);

  if (findings == self->shown)
    return;

  gtk_string_list_splice (self->rows, 0, g_list_model_get_n_items (G_LIST_MODEL (self->rows)),
                          NULL);
  g_clear_pointer (&self->shown, mtl_findings_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  if (findings == NULL)
    return;

  self->shown = mtl_findings_ref (findings);
  self->record = mtl_record_ref (mtw_session_get_record (self->session));
  for (guint i = 0; i < n; i++)
    rows[i] = g_strdup ("");
  gtk_string_list_splice (self->rows, 0, 0, (const char *const *) rows);
}

/* “Curvature: 43 %, 12 s left; 832 passes” (transfer full) */
static char *
describe (const MtlProbeFrame *frame)
{
  const MtlMethod *probe = mtl_catalogue_find (MTL_KIND_PROBE, frame->probe, NULL);
  g_autofree char *done = mtw_number_percent (frame->done, 2);
  g_autofree char *left = NULL;

  if (probe == NULL)
    return g_strdup (_("Nothing has been measured yet."));
  if (frame->finished && frame->done < 1.0)
    return g_strdup_printf (_("%s: stopped at %s"), _(probe->title), done);
  if (frame->finished)
    return g_strdup_printf (_("%s after epoch %" G_GUINT64_FORMAT ", on %" G_GSIZE_FORMAT
                              " samples"), _(probe->title), frame->epoch, frame->samples);
  if (!isfinite (frame->seconds_left))
    return g_strdup_printf (_("%s: getting data ready…"), _(probe->title));

  left = mtw_number_time (frame->seconds_left);
  /* Translators: a measurement, how much of it is done, the time that is left, and how many
   * passes through the network it takes in all. */
  return g_strdup_printf (_("%s: %s, %s left; %.0f passes in all"), _(probe->title), done, left,
                          frame->passes);
}

static void
refresh (MtwMeasures *self)
{
  MtlProbeFrame frame;
  MtlFindings *findings = mtw_session_get_findings (self->session, &frame);
  gboolean running = *frame.probe != '\0' && !frame.finished;
  g_autofree char *words = describe (&frame);

  if (mtw_session_get_record (self->session) == NULL)
    findings = NULL;
  show_findings (self, findings);
  if (g_strcmp0 (gtk_label_get_label (self->status), words) != 0)
    gtk_label_set_label (self->status, words);
  gtk_widget_set_visible (GTK_WIDGET (self->measure), !running);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), running);
}

static const MtlMethod *
get_probe (MtwMeasures *self)
{
  return g_ptr_array_index (self->probes, gtk_drop_down_get_selected (self->choice));
}

static void
chosen_cb (MtwMeasures *self)
{
  gtk_label_set_label (self->summary, _(get_probe (self)->summary));
}

static void
measure_cb (MtwMeasures *self)
{
  g_autoptr(MtlChosen) probe = mtl_chosen_new (MTL_KIND_PROBE, get_probe (self));
  g_autoptr(GError) error = NULL;

  if (mtw_session_measure (self->session, probe, &error))
    refresh (self);
  else
    gtk_label_set_label (self->status, error->message);
}

static void
cancel_cb (MtwMeasures *self)
{
  mtw_session_cancel_probe (self->session);
  refresh (self);
}

/* --- the object --- */

static void
mtw_measures_dispose (GObject *object)
{
  MtwMeasures *self = MTW_MEASURES (object);

  g_clear_object (&self->session);

  G_OBJECT_CLASS (mtw_measures_parent_class)->dispose (object);
}

static void
mtw_measures_finalize (GObject *object)
{
  MtwMeasures *self = MTW_MEASURES (object);

  g_clear_pointer (&self->shown, mtl_findings_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  g_ptr_array_unref (self->probes);

  G_OBJECT_CLASS (mtw_measures_parent_class)->finalize (object);
}

static void
mtw_measures_class_init (MtwMeasuresClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_measures_dispose;
  G_OBJECT_CLASS (klass)->finalize = mtw_measures_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/mtw-measures.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, choice);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, summary);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, status);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, measure);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, cancel);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, rows);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, view);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, measure_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
mtw_measures_init (MtwMeasures *self)
{
  g_autoptr(GtkStringList) titles = gtk_string_list_new (NULL);

  self->probes = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    if (mtl_probe_measures (*m) != NULL)
      {
        g_ptr_array_add (self->probes, (gpointer) *m);
        gtk_string_list_append (titles, _((*m)->title));
      }
  gtk_drop_down_set_model (self->choice, G_LIST_MODEL (titles));
  chosen_cb (self);
  for (guint c = 0; c < G_N_ELEMENTS (columns); c++)
    add_column (self, c);
}

/**
 * mtw_measures_new:
 * @session: kept by reference; its weights are measured
 */
GtkWidget *
mtw_measures_new (MtwSession *session)
{
  MtwMeasures *self = g_object_new (MTW_TYPE_MEASURES, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "tick", G_CALLBACK (refresh), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "run-changed", G_CALLBACK (refresh), self,
                           G_CONNECT_SWAPPED);
  refresh (self);

  return GTK_WIDGET (self);
}
