/* mtw-measures.c — a window of figures: sharpness, curvature, conflict of the weights now
 *
 * What a measurement takes is said before it begins: a moment after the last change of what
 * is chosen, a few passes are timed on another thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-measures.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtw-findings-view.h"
#include "mtw-form.h"
#include "mtw-number.h"

#define PAUSE 300   /* ms without a change before passes are timed */

struct _MtwMeasures
{
  AdwWindow      parent_instance;

  MtwSession    *session;
  GPtrArray     *probes;      /* of const MtlMethod, in the order of the choice */
  guint          timer;       /* until passes are timed; 0: none is waited for */
  GCancellable  *timing;      /* NULL: no passes are timed */
  MtlRecord     *timed;       /* the run whose passes were; NULL: none */
  GtkFileChooserNative *chooser;   /* NULL: closed */

  MtwForm       *form;
  AdwComboRow   *choice;
  GtkLabel      *cost;
  GtkLabel      *status;
  GtkProgressBar *progress;
  GtkButton     *measure;
  GtkButton     *cancel;
  MtwFindingsView *found;
};

G_DEFINE_FINAL_TYPE (MtwMeasures, mtw_measures, ADW_TYPE_WINDOW)

static const MtlMethod *
get_probe (MtwMeasures *self)
{
  return g_ptr_array_index (self->probes, adw_combo_row_get_selected (self->choice));
}

static const MtlChosen *
get_chosen (MtwMeasures *self)
{
  return mtw_probes_get (mtw_session_get_probes (self->session), get_probe (self)->id);
}

static void
set_words (GtkLabel   *label,
           const char *words)
{
  if (g_strcmp0 (gtk_label_get_label (label), words) != 0)
    gtk_label_set_label (label, words);
}

/* --- what was found --- */

static void
show_findings (MtwMeasures         *self,
               const MtlProbeFrame *frame,
               MtlFindings         *findings)
{
  gboolean any;

  mtw_findings_view_show (self->found, findings,
                          mtl_catalogue_find (MTL_KIND_PROBE, frame->probe, NULL),
                          mtw_session_get_record (self->session));
  any = mtw_findings_view_n_rows (self->found) > 0;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "figures.copy", any);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "figures.save", any);
}

/* “Curvature after epoch 3: 43 %, 12 s left; 832 passes” (transfer full) */
static char *
describe (MtwMeasures         *self,
          const MtlProbeFrame *frame)
{
  const MtlMethod *probe = mtl_catalogue_find (MTL_KIND_PROBE, frame->probe, NULL);
  const char *failure = mtw_session_get_failure (self->session);
  g_autofree char *done = mtw_number_percent (frame->done, 2);
  g_autofree char *left = NULL;

  if (probe == NULL)
    return g_strdup (_("Nothing has been measured yet."));
  if (failure != NULL)
    /* Translators: a measurement, and why it failed. */
    return g_strdup_printf (_("%s failed: %s"), _(probe->title), failure);
  if (frame->finished && frame->done < 1.0)
    return g_strdup_printf (_("%s: stopped at %s"), _(probe->title), done);
  if (frame->finished)
    return g_strdup_printf (_("%s after epoch %" G_GUINT64_FORMAT ", on %" G_GSIZE_FORMAT
                              " samples"), _(probe->title), frame->epoch, frame->samples);
  if (!isfinite (frame->seconds_left))
    return g_strdup_printf (_("%s: getting data ready…"), _(probe->title));

  left = mtw_number_time (frame->seconds_left);
  /* Translators: a measurement, the epoch of the weights it looks at, how much of it is done,
   * the time that is left, and how many passes through the network it takes in all. */
  return g_strdup_printf (_("%s after epoch %" G_GUINT64_FORMAT ": %s, %s left; %.0f passes in "
                            "all"), _(probe->title), frame->epoch, done, left, frame->passes);
}

/* --- what it takes --- */

static void time_soon (MtwMeasures *self);

/* What is chosen takes what @frame says. (transfer full) */
static char *
describe_cost (MtwMeasures         *self,
               const MtlProbeFrame *frame)
{
  g_autofree char *time = mtw_number_time (frame->seconds);

  if (!mtw_session_is_live (self->session))
    /* Translators: a time, “40 s”. */
    return g_strdup_printf (_("Takes about %s."), time);

  /* Translators: a time, “40 s”, and the number of an epoch. */
  return g_strdup_printf (_("Takes about %s beside training, which goes on; measures the weights "
                            "as they are then (now after epoch %" G_GUINT64_FORMAT ")."), time,
                          frame->epoch);
}

static void
timed_cb (GObject      *object,
          GAsyncResult *result,
          gpointer      data)
{
  MtwMeasures *self = MTW_MEASURES (object);
  MtlProbeFrame frame;
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (mtw_session_estimate_finish (result, &frame, &error))
    words = describe_cost (self, &frame);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->timing);
  set_words (self->cost, words != NULL ? words : error->message);
}

static gboolean
time_cb (gpointer data)
{
  MtwMeasures *self = data;
  g_autoptr(GError) error = NULL;

  self->timer = 0;
  self->timing = g_cancellable_new ();
  if (mtw_session_estimate (self->session, get_chosen (self), self->timing, self, timed_cb,
                            &error))
    {
      self->timed = mtl_record_ref (mtw_session_get_record (self->session));
      return G_SOURCE_REMOVE;
    }

  g_clear_object (&self->timing);
  set_words (self->cost, error->message);
  return G_SOURCE_REMOVE;
}

static void
stop_timing (MtwMeasures *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->timing != NULL)
    g_cancellable_cancel (self->timing);
  g_clear_object (&self->timing);
  g_clear_pointer (&self->timed, mtl_record_unref);
}

/* Cancels what is being timed, of what was chosen before. */
static void
time_soon (MtwMeasures *self)
{
  stop_timing (self);
  if (mtw_session_get_record (self->session) == NULL)
    {
      set_words (self->cost, _("There are no weights yet. Press Train first."));
      return;
    }

  set_words (self->cost, _("Timing a few passes…"));
  self->timer = g_timeout_add (PAUSE, time_cb, self);
}

/* --- the whole --- */

static void
refresh (MtwMeasures *self)
{
  MtlProbeFrame frame;
  MtlFindings *findings = mtw_session_get_findings (self->session, &frame);
  gboolean running = *frame.probe != '\0' && !frame.finished;
  g_autofree char *words = describe (self, &frame);
  MtlRecord *record = mtw_session_get_record (self->session);

  show_findings (self, &frame, record != NULL ? findings : NULL);
  set_words (self->status, words);
  gtk_progress_bar_set_fraction (self->progress, running ? CLAMP (frame.done, 0, 1) : 0);
  gtk_widget_set_visible (GTK_WIDGET (self->progress), running);
  gtk_widget_set_visible (GTK_WIDGET (self->measure), !running);
  gtk_widget_set_sensitive (GTK_WIDGET (self->measure), record != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->cancel), running);
  /* Weights have come since, or are those of another run. */
  if (record != self->timed && self->timer == 0)
    time_soon (self);
}

static void
show_form (MtwMeasures *self)
{
  const MtlChosen *chosen = get_chosen (self);
  const MtlMethod *probe = get_probe (self);
  g_autofree char *prefix = g_strdup_printf ("probes.%s.", probe->id);

  mtw_form_begin_probe (self->form, mtw_session_get_document (self->session),
                        mtw_session_get_probes (self->session));
  mtw_form_want_shared (self->form, &chosen, (const char *const[]) { prefix, NULL }, FALSE);
  mtw_form_end (self->form);
  mtw_form_set_help (self->form, MTL_KIND_PROBE, probe);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self->form), _(probe->summary));
}

static void
chosen_cb (MtwMeasures *self)
{
  if (self->session == NULL)
    return;

  show_form (self);
  time_soon (self);
}

static void
measure_cb (MtwMeasures *self)
{
  g_autoptr(GError) error = NULL;

  if (mtw_session_measure (self->session, get_chosen (self), &error))
    refresh (self);
  else
    set_words (self->status, error->message);
}

static void
cancel_cb (MtwMeasures *self)
{
  mtw_session_cancel_probe (self->session);
  refresh (self);
}

/* A setting that the engine refuses: its row has its value back. */
static void
refused_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *message)
{
  MtwMeasures *self = MTW_MEASURES (widget);

  stop_timing (self);
  self->timed = mtl_record_ref (mtw_session_get_record (self->session));
  set_words (self->cost, g_variant_get_string (message, NULL));
}

/* --- out of the window --- */

static void
copy_cb (GtkWidget  *widget,
         const char *name,
         GVariant   *parameter)
{
  MtwMeasures *self = MTW_MEASURES (widget);
  g_autofree char *text = mtw_findings_view_to_text (self->found);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
  set_words (self->status, _("Figures copied"));
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  g_autoptr(MtwMeasures) self = data;
  g_autofree char *name = g_file_get_basename (G_FILE (object));
  g_autoptr(GError) error = NULL;
  g_autofree char *words = NULL;

  if (g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    words = g_strdup_printf (_("Saved %s"), name);
  else
    words = g_strdup_printf (_("Cannot save %s: %s"), name, error->message);
  set_words (self->status, words);
}

void
mtw_measures_write (MtwMeasures *self,
                    GFile       *file)
{
  g_autofree char *text = NULL;
  g_autoptr(GBytes) bytes = NULL;

  g_return_if_fail (MTW_IS_MEASURES (self));

  text = mtw_findings_view_to_csv (self->found);
  bytes = g_bytes_new (text, strlen (text));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                       written_cb, g_object_ref (self));
}

static void
response_cb (MtwMeasures          *self,
             int                   response,
             GtkFileChooserNative *chooser)
{
  g_autoptr(GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser));

  if (response == GTK_RESPONSE_ACCEPT && file != NULL && mtw_findings_view_n_rows (self->found) > 0)
    mtw_measures_write (self, file);
  g_clear_object (&self->chooser);
}

static void
save_cb (GtkWidget  *widget,
         const char *action,
         GVariant   *parameter)
{
  MtwMeasures *self = MTW_MEASURES (widget);
  g_autofree char *name = g_strdup_printf ("%s.csv", get_probe (self)->id);

  if (self->chooser != NULL)
    return;

  self->chooser = gtk_file_chooser_native_new (_("Save Figures"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _("_Save"),
                                               _("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
  g_signal_connect_object (self->chooser, "response", G_CALLBACK (response_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* --- the object --- */

static void
mtw_measures_dispose (GObject *object)
{
  MtwMeasures *self = MTW_MEASURES (object);

  stop_timing (self);
  if (self->chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (mtw_measures_parent_class)->dispose (object);
}

static void
mtw_measures_finalize (GObject *object)
{
  MtwMeasures *self = MTW_MEASURES (object);

  g_ptr_array_unref (self->probes);

  G_OBJECT_CLASS (mtw_measures_parent_class)->finalize (object);
}

static void
add_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "inspector.refused", "s", refused_cb);
  gtk_widget_class_install_action (widget_class, "figures.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "figures.save", NULL, save_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_c, GDK_CONTROL_MASK,
                                       "figures.copy", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK,
                                       "figures.save", NULL);
}

static void
mtw_measures_class_init (MtwMeasuresClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_measures_dispose;
  G_OBJECT_CLASS (klass)->finalize = mtw_measures_finalize;

  g_type_ensure (MTW_TYPE_FORM);
  g_type_ensure (MTW_TYPE_FINDINGS_VIEW);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/mtw-measures.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, form);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, choice);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, cost);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, status);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, progress);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, measure);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, cancel);
  gtk_widget_class_bind_template_child (widget_class, MtwMeasures, found);
  gtk_widget_class_bind_template_callback (widget_class, chosen_cb);
  gtk_widget_class_bind_template_callback (widget_class, measure_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  add_actions (widget_class);
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
  adw_combo_row_set_model (self->choice, G_LIST_MODEL (titles));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "figures.copy", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "figures.save", FALSE);
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
  g_signal_connect_object (session, "notify::state", G_CALLBACK (time_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (mtw_session_get_probes (session), "changed", G_CALLBACK (chosen_cb),
                           self, G_CONNECT_SWAPPED);
  chosen_cb (self);
  refresh (self);

  return GTK_WIDGET (self);
}
