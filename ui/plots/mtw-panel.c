/* mtw-panel.c — a plot in its frame: title, menus, maximise
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-panel.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtw-card.h"
#include "mtw-plot-input.h"
#include "mtw-plot-save.h"
#include "mtw-table-window.h"

#define RADIUS 12   /* as of .card */

struct _MtwPanel
{
  AdwBin         parent_instance;

  MtwPlotData   *data;
  GMenu         *kinds;
  GMenu         *tasks;
  GtkLabel      *title;
  GtkWidget     *task_button;
  GtkLabel      *task_name;
  GtkLabel      *subtitle;
  GtkWidget     *cancel;
  GtkWidget     *again;
  GtkLabel      *info;
  GtkButton     *maximise;
  MtwPlot       *plot;
  GtkButton     *waiting_button;

  guint          task;
  gboolean       log_scale;
  double         smoothing;
};

enum
{
  PROP_KIND = 1,
  PROP_TASK,
  PROP_LOG_SCALE,
  PROP_SMOOTHING,
  N_PROPERTIES
};

enum
{
  MAXIMISE,
  REMOVE,
  MEASURE,
  CANCEL,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwPanel, mtw_panel, ADW_TYPE_BIN)

/* --- what is shown --- */

static gboolean
is_running (MtwPanel *self)
{
  const MtwPlotKind *kind = mtw_plot_get_kind (self->plot);
  MtwPlotInput input;

  mtw_plot_get_input (self->plot, &input);
  return kind->probe != NULL && mtw_input_running (&input, kind->probe) != NULL;
}

static void
set_subtitle (MtwPanel   *self,
              const char *words)
{
  if (g_strcmp0 (gtk_label_get_label (self->subtitle), words != NULL ? words : "") != 0)
    gtk_label_set_label (self->subtitle, words != NULL ? words : "");
}

/* While a landscape is drawn its button would start it anew. */
static void
update_frame (MtwPanel *self)
{
  const MtwPlotKind *kind = mtw_plot_get_kind (self->plot);
  gboolean running = is_running (self);
  MtwPlotInput input;
  g_autofree char *words = NULL;
  g_autofree char *waiting = NULL;

  mtw_plot_get_input (self->plot, &input);
  words = mtw_plot_subtitle (kind, &input);
  waiting = mtw_plot_waiting (kind, &input);
  /* The task has a button of its own. */
  if (gtk_widget_get_visible (self->task_button)
      && g_strcmp0 (words, mtw_input_task (&input, mtw_input_chosen (&input))) == 0)
    g_clear_pointer (&words, g_free);
  set_subtitle (self, words);

  gtk_widget_set_visible (GTK_WIDGET (self->waiting_button),
                          waiting != NULL && kind->button != NULL && !running);
  gtk_widget_set_visible (self->again, waiting == NULL && kind->button != NULL && !running);
  gtk_widget_set_visible (self->cancel, running);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.measure", input.record != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.copy", waiting == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.save-as", waiting == NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.show-table", waiting == NULL);
}

void
mtw_panel_refresh (MtwPanel *self)
{
  g_return_if_fail (MTW_IS_PANEL (self));

  update_frame (self);
  mtw_plot_refresh (self->plot);
}

void
mtw_panel_renew_tasks (MtwPanel *self)
{
  MtwPlotInput input;
  guint n;

  mtw_plot_get_input (self->plot, &input);
  n = mtw_input_n_tasks (&input);
  g_menu_remove_all (self->tasks);
  for (guint k = 0; k < n; k++)
    {
      g_autoptr(GMenuItem) item = g_menu_item_new (mtw_input_task (&input, k), NULL);

      g_menu_item_set_action_and_target (item, "panel.task", "u", k);
      g_menu_append_item (self->tasks, item);
    }

  gtk_label_set_label (self->task_name, mtw_input_task (&input, mtw_input_chosen (&input)));
  gtk_widget_set_visible (self->task_button,
                          mtw_plot_chooses (mtw_plot_get_kind (self->plot), &input));
  mtw_panel_refresh (self);
}

static void
set_kind (MtwPanel   *self,
          const char *id)
{
  const MtwPlotKind *kind = id != NULL ? mtw_plot_kind_find (id) : NULL;
  MtwPlotInput input;

  if (kind == NULL)
    kind = mtw_plot_kinds ()[0];
  if (mtw_plot_get_kind (self->plot) == kind)
    return;

  mtw_plot_set_kind (self->plot, kind);
  mtw_plot_get_input (self->plot, &input);
  self->log_scale = input.log_scale;
  self->smoothing = input.smoothing;
  gtk_label_set_label (self->title, _(kind->title));
  gtk_label_set_label (self->info, _(kind->info));
  if (kind->button != NULL)
    {
      gtk_button_set_label (self->waiting_button, _(kind->button));
      gtk_widget_set_tooltip_text (self->again, _(kind->button));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->again),
                                      GTK_ACCESSIBLE_PROPERTY_LABEL, _(kind->button), -1);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.log-scale",
                                 (kind->flags & MTW_PLOT_LOG) != 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "panel.smoothing",
                                 (kind->flags & MTW_PLOT_SMOOTH) != 0);
  mtw_panel_renew_tasks (self);
  for (guint p = PROP_KIND; p < N_PROPERTIES; p++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[p]);
}

/* --- actions --- */

static void
say_cb (gpointer    self,
        const char *words)
{
  g_signal_emit (self, signals[MESSAGE], 0, words);
}

static void
copy_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  MtwPanel *self = MTW_PANEL (widget);

  mtw_plot_copy (self->plot, say_cb, widget);
}

static void
save_as_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  MtwPanel *self = MTW_PANEL (widget);

  mtw_plot_save_as (self->plot, say_cb, widget);
}

void
mtw_panel_show_table (MtwPanel *self)
{
  const MtwPlotKind *kind = mtw_plot_get_kind (self->plot);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  MtwPlotInput input;
  GtkWidget *window;

  mtw_plot_get_input (self->plot, &input);
  window = mtw_table_window_new (_(kind->title), mtw_plot_table (kind, &input, FALSE));
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (window), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (window));
}

static void
show_table_cb (GtkWidget  *widget,
               const char *action_name,
               GVariant   *parameter)
{
  mtw_panel_show_table (MTW_PANEL (widget));
}

static void
measure_cb (GtkWidget  *widget,
            const char *action_name,
            GVariant   *parameter)
{
  const MtwPlotKind *kind = mtw_plot_get_kind (MTW_PANEL (widget)->plot);

  if (kind->action != NULL)
    g_signal_emit (widget, signals[MEASURE], 0, kind->action);
}

static void
emit_cb (GtkWidget  *widget,
         const char *action_name,
         GVariant   *parameter)
{
  g_signal_emit_by_name (widget, strchr (action_name, '.') + 1);
}

/* --- the object --- */

static void
mtw_panel_get_property (GObject    *object,
                        guint       id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  MtwPanel *self = MTW_PANEL (object);

  if (id == PROP_KIND)
    g_value_set_string (value, mtw_panel_get_kind (self));
  else if (id == PROP_TASK)
    g_value_set_uint (value, self->task);
  else if (id == PROP_LOG_SCALE)
    g_value_set_boolean (value, self->log_scale);
  else
    g_value_set_double (value, self->smoothing);
}

static void
mtw_panel_set_property (GObject      *object,
                        guint         id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  MtwPanel *self = MTW_PANEL (object);

  if (id == PROP_KIND)
    {
      set_kind (self, g_value_get_string (value));
      return;
    }
  if (id == PROP_TASK)
    mtw_plot_set_task (self->plot, self->task = g_value_get_uint (value));
  else if (id == PROP_LOG_SCALE)
    mtw_plot_set_log_scale (self->plot, self->log_scale = g_value_get_boolean (value));
  else
    mtw_plot_set_smoothing (self->plot, self->smoothing = g_value_get_double (value));
  if (self->data != NULL)
    mtw_panel_renew_tasks (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
mtw_panel_dispose (GObject *object)
{
  MtwPanel *self = MTW_PANEL (object);

  g_clear_pointer (&self->data, mtw_plot_data_unref);

  G_OBJECT_CLASS (mtw_panel_parent_class)->dispose (object);
}

/* The ground is not the style's: see mtw-card.c. */
static void
mtw_panel_snapshot (GtkWidget   *widget,
                    GtkSnapshot *snapshot)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA colour;

  if (gtk_style_context_lookup_color (style, "card_bg_color", &colour))
    {
      GtkBorder inside;

      gtk_style_context_get_padding (style, &inside);
      gtk_snapshot_save (snapshot);
      gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (-inside.left, -inside.top));
      mtw_card_append (snapshot, &colour,
                       gtk_widget_get_width (widget) + inside.left + inside.right,
                       gtk_widget_get_height (widget) + inside.top + inside.bottom, RADIUS);
      gtk_snapshot_restore (snapshot);
    }

  GTK_WIDGET_CLASS (mtw_panel_parent_class)->snapshot (widget, snapshot);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_KIND] = g_param_spec_string ("kind", NULL, NULL, NULL, flags);
  properties[PROP_TASK] = g_param_spec_uint ("task", NULL, NULL, 0, MTL_MAX_TASKS - 1, 0, flags);
  properties[PROP_LOG_SCALE] = g_param_spec_boolean ("log-scale", NULL, NULL, FALSE, flags);
  properties[PROP_SMOOTHING] = g_param_spec_double ("smoothing", NULL, NULL, 0, 0.99, 0, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
}

static void
install_signals (GType type)
{
  static const char *const names[N_SIGNALS] = { "maximise", "remove", "measure", "cancel",
                                                "message" };

  for (guint i = 0; i < N_SIGNALS; i++)
    if (i == MEASURE || i == MESSAGE)
      signals[i] = g_signal_new (names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
    else
      signals[i] = g_signal_new (names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  static const char *const emitted[] = { "panel.maximise", "panel.remove", "panel.cancel" };

  gtk_widget_class_install_property_action (widget_class, "panel.kind", "kind");
  gtk_widget_class_install_property_action (widget_class, "panel.task", "task");
  gtk_widget_class_install_property_action (widget_class, "panel.log-scale", "log-scale");
  gtk_widget_class_install_property_action (widget_class, "panel.smoothing", "smoothing");
  gtk_widget_class_install_action (widget_class, "panel.copy", NULL, copy_cb);
  gtk_widget_class_install_action (widget_class, "panel.save-as", NULL, save_as_cb);
  gtk_widget_class_install_action (widget_class, "panel.show-table", NULL, show_table_cb);
  gtk_widget_class_install_action (widget_class, "panel.measure", NULL, measure_cb);
  for (guint i = 0; i < G_N_ELEMENTS (emitted); i++)
    gtk_widget_class_install_action (widget_class, emitted[i], NULL, emit_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F11, GDK_SHIFT_MASK,
                                       "panel.maximise", NULL);
}

static void
mtw_panel_class_init (MtwPanelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mtw_panel_get_property;
  object_class->set_property = mtw_panel_set_property;
  object_class->dispose = mtw_panel_dispose;
  widget_class->snapshot = mtw_panel_snapshot;
  install_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
  install_actions (widget_class);

  g_type_ensure (MTW_TYPE_PLOT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/basin_studio/Basin/plots/mtw-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, kinds);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, tasks);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, title);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, task_button);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, task_name);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, subtitle);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, cancel);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, again);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, info);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, maximise);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, plot);
  gtk_widget_class_bind_template_child (widget_class, MtwPanel, waiting_button);
}

static void
mtw_panel_init (MtwPanel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  for (const MtwPlotKind *const *kind = mtw_plot_kinds (); *kind != NULL; kind++)
    {
      g_autoptr(GMenuItem) item = g_menu_item_new (_((*kind)->title), NULL);

      g_menu_item_set_action_and_target (item, "panel.kind", "s", (*kind)->id);
      g_menu_append_item (self->kinds, item);
    }
}

/**
 * mtw_panel_new:
 * @data: taken by reference
 * @kind: id of a plot; the first of all when there is no such plot
 */
GtkWidget *
mtw_panel_new (MtwPlotData *data,
               const char  *kind)
{
  MtwPanel *self = g_object_new (MTW_TYPE_PANEL, NULL);

  self->data = mtw_plot_data_ref (data);
  mtw_plot_set_data (self->plot, data);
  set_kind (self, kind);

  return GTK_WIDGET (self);
}

const char *
mtw_panel_get_kind (MtwPanel *self)
{
  return mtw_plot_get_kind (self->plot) != NULL ? mtw_plot_get_kind (self->plot)->id : NULL;
}

MtwPlot *
mtw_panel_get_plot (MtwPanel *self)
{
  return self->plot;
}

void
mtw_panel_set_maximised (MtwPanel *self,
                         gboolean  maximised)
{
  gtk_button_set_icon_name (self->maximise, maximised ? "view-restore-symbolic"
                                                      : "view-fullscreen-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->maximise),
                               maximised ? _("Restore (Shift+F11)") : _("Maximise (Shift+F11)"));
}
