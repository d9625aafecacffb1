/* mtw-observatory.c — plots, log and problems of a run, under the canvas
 *
 * While frozen nothing is pulled: the plots stay as they are, the status
 * goes on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-observatory.h"

#include <math.h>

#include "mtw-log-page.h"
#include "mtw-plots-page.h"
#include "mtw-problem-page.h"
#include "mtw-run-words.h"

#define CONFLICT_EVERY (G_USEC_PER_SEC / 2)
#define GRAIN          0.005  /* of the progress bar */
#define BREATH         (1.6 * G_USEC_PER_SEC)   /* of the dot, in or out */

struct _MtwObservatory
{
  AdwBin           parent_instance;

  gboolean         frozen;
  gboolean         silent;   /* the header tells how far the run is */
  gboolean         maximised;
  gboolean         was_maximised;   /* before one panel took it all */
  gint64           conflict_shown;  /* monotonic time */

  GtkWidget       *dot;
  GtkLabel        *status;
  GtkWidget       *squeezer;
  GtkProgressBar  *progress;
  GtkLabel        *detail;
  GtkToggleButton *maximise;
  GtkStack        *pages;
  MtwPlotsPage    *plots;
  MtwLogPage      *log;
  MtwProblemPage  *problems;
};

enum
{
  PROP_LAYOUT = 1,
  PROP_FROZEN,
  PROP_MAXIMISED,
  N_PROPERTIES
};

enum
{
  DRAW_LANDSCAPE,
  CANCEL_LANDSCAPE,
  MEASURE_FLATNESS,
  MEASURE_CURVATURE,
  JUMP_TO_BLOCK,
  APPLY_FIX,
  MESSAGE,
  N_SIGNALS
};

static const char *const signal_names[N_SIGNALS] = {
  "draw-landscape", "cancel-landscape", "measure-flatness", "measure-curvature",
  "jump-to-block", "apply-fix", "message",
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwObservatory, mtw_observatory, ADW_TYPE_BIN)

/* --- pages --- */

static void
set_maximised (MtwObservatory *self,
               gboolean        maximised)
{
  if (!maximised)
    mtw_plots_page_show_all (self->plots);
  if (self->maximised == maximised)
    return;

  self->maximised = maximised;
  gtk_button_set_icon_name (GTK_BUTTON (self->maximise), maximised ? "view-restore-symbolic"
                                                                   : "view-fullscreen-symbolic");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAXIMISED]);
}

/* One panel alone has the whole observatory, and that the whole page. */
static void
single_cb (MtwObservatory *self)
{
  if (!mtw_plots_page_has_single (self->plots))
    {
      set_maximised (self, self->was_maximised);
      return;
    }

  self->was_maximised = self->maximised;
  set_maximised (self, TRUE);
}

static void
layout_cb (MtwObservatory *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAYOUT]);
}

static void
measure_cb (MtwObservatory *self,
            const char     *what)
{
  g_signal_emit_by_name (self, what);
}

static void
cancel_cb (MtwObservatory *self)
{
  g_signal_emit (self, signals[CANCEL_LANDSCAPE], 0);
}

static void
message_cb (MtwObservatory *self,
            const char     *words)
{
  g_signal_emit (self, signals[MESSAGE], 0, words);
}

static void
add_cb (GtkWidget  *widget,
        const char *action_name,
        GVariant   *parameter)
{
  mtw_plots_page_add (MTW_OBSERVATORY (widget)->plots);
}

static void
log_jump_cb (MtwObservatory *self,
             double          epoch)
{
  mtw_observatory_show_page (self, "plots");
  mtw_plots_page_set_cursor (self->plots, epoch);
}

static void
problem_jump_cb (MtwObservatory *self,
                 const char     *block)
{
  g_signal_emit (self, signals[JUMP_TO_BLOCK], 0, block);
}

static void
problem_fix_cb (MtwObservatory *self,
                int             number)
{
  g_signal_emit (self, signals[APPLY_FIX], 0, number);
}

/* --- what is new --- */

static void
set_words (GtkLabel   *label,
           const char *words)
{
  if (g_strcmp0 (gtk_label_get_label (label), words) != 0)
    gtk_label_set_label (label, words);
}

/* While it trains the dot breathes, in those frames that are drawn anyway: an
 * animation of CSS would ask for all of them. */
static void
show_dot (MtwObservatory *self,
          MtlRecord      *record)
{
  static const char *const looks[] = {
    [MTL_RUN_PREPARING] = "training", [MTL_RUN_TRAINING] = "training",
    [MTL_RUN_PAUSED] = "paused", [MTL_RUN_FAILED] = "failed", [MTL_RUN_LOST] = NULL,
  };
  MtlProgress progress = { .status = MTL_RUN_DONE };
  const char *classes[] = { "dot", NULL, NULL };
  double phase = fmod ((double) g_get_monotonic_time () / BREATH, 2.0);
  gboolean breathes;

  if (record != NULL)
    mtl_record_progress (record, &progress);
  classes[1] = looks[progress.status];
  if (classes[1] == NULL || !gtk_widget_has_css_class (self->dot, classes[1]))
    gtk_widget_set_css_classes (self->dot, classes);
  gtk_widget_set_visible (self->dot, record != NULL && !self->silent);

  breathes = progress.status == MTL_RUN_TRAINING && adw_get_enable_animations (self->dot);
  gtk_widget_set_opacity (self->dot, breathes ? 0.8 + 0.2 * cos (G_PI * phase) : 1.0);
}

static void
update_status (MtwObservatory *self)
{
  MtlRecord *record = mtw_plots_page_get_data (self->plots)->record;
  g_autofree char *status = mtw_run_status (record);
  g_autofree char *detail = mtw_run_detail (record);
  double done = mtw_run_done (record);

  show_dot (self, record);
  gtk_widget_set_visible (self->squeezer, record != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->status), !self->silent);
  set_words (self->status, status);
  set_words (self->detail, detail);
  /* Each setting asks for a new layout: only by steps that can be seen. */
  if (fabs (gtk_progress_bar_get_fraction (self->progress) - done) >= GRAIN)
    gtk_progress_bar_set_fraction (self->progress, done);
}

/* Page and observatory may be hidden; then what was pulled is drawn later. */
static void
pull (MtwObservatory *self)
{
  MtwCurves *curves = mtw_plots_page_get_data (self->plots)->curves;

  if (curves != NULL && mtw_curves_pull (curves)
      && gtk_widget_get_mapped (GTK_WIDGET (self->plots)))
    mtw_plots_page_refresh (self->plots);
}

void
mtw_observatory_refresh (MtwObservatory *self)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  update_status (self);
  mtw_log_page_refresh (self->log);
  if (!self->frozen)
    pull (self);
}

void
mtw_observatory_set_tells (MtwObservatory *self,
                           gboolean        tells)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  if (self->silent == !tells)
    return;

  self->silent = !tells;
  update_status (self);
}

void
mtw_observatory_set_record (MtwObservatory *self,
                            MtlRecord      *record)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  if (mtw_plots_page_get_data (self->plots)->record == record)
    return;

  mtw_plot_data_set_record (mtw_plots_page_get_data (self->plots), record);
  mtw_log_page_set_record (self->log, record);
  mtw_plots_page_renew (self->plots);
  update_status (self);
}

void
mtw_observatory_set_conflict (MtwObservatory         *self,
                              const MtlConflictFrame *frame)
{
  MtwPlotData *data = mtw_plots_page_get_data (self->plots);
  gint64 now = g_get_monotonic_time ();

  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  if (self->frozen || (frame == NULL && data->conflict == NULL))
    return;
  if (frame != NULL && data->conflict != NULL
      && (now - self->conflict_shown < CONFLICT_EVERY || frame->step == data->conflict->step))
    return;

  self->conflict_shown = now;
  mtw_plot_data_set_conflict (data, frame);
  mtw_plots_page_refresh_plot (self->plots, "conflict");
}

void
mtw_observatory_set_grid (MtwObservatory      *self,
                          MtlGrid             *grid,
                          const MtlProbeFrame *frame)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  if (mtw_plot_data_set_grid (mtw_plots_page_get_data (self->plots), grid, frame))
    mtw_plots_page_refresh (self->plots);
}

void
mtw_observatory_set_findings (MtwObservatory      *self,
                              MtlFindings         *findings,
                              const MtlProbeFrame *frame)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  if (mtw_plot_data_set_findings (mtw_plots_page_get_data (self->plots), findings, frame))
    mtw_plots_page_refresh_plot (self->plots, "density");
}

void
mtw_observatory_set_cost (MtwObservatory *self,
                          double          seconds)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  mtw_plots_page_get_data (self->plots)->cost = seconds;
  mtw_plots_page_refresh_plot (self->plots, "density");
}

void
mtw_observatory_set_survey (MtwObservatory  *self,
                            const MtlSurvey *survey)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  mtw_problem_page_set_survey (self->problems, survey);
}

/* --- the object --- */

static void
set_frozen (MtwObservatory *self,
            gboolean        frozen)
{
  self->frozen = frozen;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FROZEN]);
  if (!frozen)
    pull (self);
}

static void
mtw_observatory_get_property (GObject    *object,
                              guint       id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MtwObservatory *self = MTW_OBSERVATORY (object);

  if (id == PROP_LAYOUT)
    g_value_set_string (value, mtw_observatory_get_layout (self));
  else
    g_value_set_boolean (value, id == PROP_FROZEN ? self->frozen : self->maximised);
}

static void
mtw_observatory_set_property (GObject      *object,
                              guint         id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MtwObservatory *self = MTW_OBSERVATORY (object);

  if (id == PROP_LAYOUT)
    mtw_observatory_set_layout (self, g_value_get_string (value));
  else if (id == PROP_FROZEN)
    set_frozen (self, g_value_get_boolean (value));
  else
    set_maximised (self, g_value_get_boolean (value));
}

static void
install (GObjectClass   *object_class,
         GtkWidgetClass *widget_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GType type = G_TYPE_FROM_CLASS (object_class);

  properties[PROP_LAYOUT] = g_param_spec_string ("layout", NULL, NULL, NULL, flags);
  properties[PROP_FROZEN] = g_param_spec_boolean ("frozen", NULL, NULL, FALSE, flags);
  properties[PROP_MAXIMISED] = g_param_spec_boolean ("maximised", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  for (guint i = 0; i < N_SIGNALS; i++)
    if (i < JUMP_TO_BLOCK)
      signals[i] = g_signal_new (signal_names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
    else
      signals[i] = g_signal_new (signal_names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, i == APPLY_FIX ? G_TYPE_INT : G_TYPE_STRING);

  gtk_widget_class_install_property_action (widget_class, "observatory.layout", "layout");
  gtk_widget_class_install_property_action (widget_class, "observatory.frozen", "frozen");
  gtk_widget_class_install_property_action (widget_class, "observatory.maximised", "maximised");
  gtk_widget_class_install_action (widget_class, "observatory.add", NULL, add_cb);
}

static void
mtw_observatory_class_init (MtwObservatoryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mtw_observatory_get_property;
  object_class->set_property = mtw_observatory_set_property;
  install (object_class, widget_class);

  g_type_ensure (MTW_TYPE_PLOTS_PAGE);
  g_type_ensure (MTW_TYPE_LOG_PAGE);
  g_type_ensure (MTW_TYPE_PROBLEM_PAGE);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-observatory.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, dot);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, status);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, squeezer);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, progress);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, detail);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, maximise);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, pages);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, plots);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, log);
  gtk_widget_class_bind_template_child (widget_class, MtwObservatory, problems);
  gtk_widget_class_bind_template_callback (widget_class, single_cb);
  gtk_widget_class_bind_template_callback (widget_class, layout_cb);
  gtk_widget_class_bind_template_callback (widget_class, measure_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, message_cb);
  gtk_widget_class_bind_template_callback (widget_class, log_jump_cb);
  gtk_widget_class_bind_template_callback (widget_class, problem_jump_cb);
  gtk_widget_class_bind_template_callback (widget_class, problem_fix_cb);
}

static void
mtw_observatory_init (MtwObservatory *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  update_status (self);
}

GtkWidget *
mtw_observatory_new (void)
{
  return g_object_new (MTW_TYPE_OBSERVATORY, NULL);
}

/* --- what is shown --- */

void
mtw_observatory_show_plot (MtwObservatory *self,
                           const char     *id)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  mtw_observatory_show_page (self, "plots");
  mtw_plots_page_show_plot (self->plots, id);
}

void
mtw_observatory_show_page (MtwObservatory *self,
                           const char     *page)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  gtk_stack_set_visible_child_name (self->pages, page);
}

const char *
mtw_observatory_get_layout (MtwObservatory *self)
{
  return mtw_plots_page_get_layout (self->plots);
}

void
mtw_observatory_set_layout (MtwObservatory *self,
                            const char     *layout)
{
  g_return_if_fail (MTW_IS_OBSERVATORY (self));

  mtw_plots_page_set_layout (self->plots, layout);
}
