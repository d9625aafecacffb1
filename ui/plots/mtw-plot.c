/* mtw-plot.c — one plot in the window
 *
 * The plot itself is drawn by its kind, with cairo; here are the pointer, the
 * keys, and what the window knows of colours and text. The place of axes and
 * legend is kept from the last drawing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define DESCRIBE_EVERY (2 * G_USEC_PER_SEC)
#define LEAST_WIDTH    120
#define LEAST_HEIGHT   90
#define DPI            (96.0 * 1024)

struct _MtwPlot
{
  GtkWidget          parent_instance;

  MtwPlotData       *data;         /* (nullable) */
  const MtwPlotKind *kind;
  MtwPlotArea        area;         /* of the last drawing */

  guint              task;
  guint64            hidden;
  gboolean           log_scale;
  double             smoothing;
  gboolean           event_words;
  gboolean           has_pointer;

  gint64             described;    /* monotonic time of the last description */
};

enum
{
  CURSOR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwPlot, mtw_plot, GTK_TYPE_WIDGET)

/* --- what is drawn --- */

static double
text_scale (MtwPlot *self)
{
  int dpi = -1;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);

  return dpi > 0 ? dpi / DPI : 1;
}

void
mtw_plot_get_input (MtwPlot      *self,
                    MtwPlotInput *input)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  const PangoFontDescription *font =
    pango_context_get_font_description (gtk_widget_get_pango_context (GTK_WIDGET (self)));

  *input = (MtwPlotInput) {
    .task = self->task,
    .hidden = self->hidden,
    .log_scale = self->log_scale,
    .smoothing = self->smoothing,
    .cursor = NAN,
    .card = self->has_pointer || gtk_widget_has_focus (GTK_WIDGET (self)),
    .event_words = self->event_words,
    .dark = adw_style_manager_get_dark (style),
    .high_contrast = adw_style_manager_get_high_contrast (style),
    .text_scale = text_scale (self),
    .font = font != NULL ? pango_font_description_get_family (font) : NULL,
  };
  if (self->data == NULL)
    return;

  input->record = self->data->record;
  input->curves = self->data->curves;
  input->conflict = self->data->conflict;
  input->grid = self->data->grid;
  input->probe = self->data->has_probe ? &self->data->probe : NULL;
  input->findings = self->data->findings;
  input->measure = &self->data->measure;
  input->cost = self->data->cost;
  input->cursor = self->data->cursor;
}

/* The place of things is what the last drawing leaves for the pointer; it
 * follows from what is drawn and changes nothing that is seen. */
static void
mtw_plot_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  MtwPlot *self = MTW_PLOT (widget);
  int width = gtk_widget_get_width (widget);
  int height = gtk_widget_get_height (widget);
  MtwPlotInput input;
  cairo_t *cr;

  if (self->kind == NULL || width <= 0 || height <= 0)
    return;

  mtw_plot_get_input (self, &input);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  mtw_plot_draw (self->kind, &input, cr, width, height, &self->area);
  cairo_destroy (cr);
}

static void
describe (MtwPlot *self)
{
  MtwPlotInput input;
  g_autofree char *words = NULL;

  if (self->kind == NULL)
    return;

  mtw_plot_get_input (self, &input);
  words = mtw_plot_describe (self->kind, &input);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _(self->kind->title),
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  self->described = g_get_monotonic_time ();
}

void
mtw_plot_refresh (MtwPlot *self)
{
  g_return_if_fail (MTW_IS_PLOT (self));

  gtk_widget_queue_draw (GTK_WIDGET (self));
  if (g_get_monotonic_time () - self->described >= DESCRIBE_EVERY)
    describe (self);
}

/* --- cursor --- */

static gboolean
has_time (MtwPlot *self)
{
  return self->kind != NULL && (self->kind->flags & MTW_PLOT_TIME) != 0
         && self->area.right > self->area.left;
}

static double
epoch_at (MtwPlot *self,
          double   x)
{
  double place = (x - self->area.left) / (self->area.right - self->area.left);

  return place >= 0 && place <= 1 ? place * self->area.epochs : NAN;
}

static void
motion_cb (MtwPlot *self,
           double   x,
           double   y)
{
  self->has_pointer = TRUE;
  if (has_time (self))
    g_signal_emit (self, signals[CURSOR], 0, epoch_at (self, x));
}

static void
leave_cb (MtwPlot *self)
{
  self->has_pointer = FALSE;
  if (has_time (self))
    g_signal_emit (self, signals[CURSOR], 0, (double) NAN);
}

static void
focus_cb (MtwPlot *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The event next to @epoch in @direction; @epoch itself when there is none. */
static double
find_event (MtwPlot *self,
            double   epoch,
            int      direction)
{
  MtwCurves *curves = self->data->curves;
  double per_epoch = MAX ((double) mtl_record_info (self->data->record)->steps_per_epoch, 1);
  double best = epoch;

  for (guint i = 0; i < mtw_curves_n_events (curves); i++)
    {
      double at = mtw_curves_event (curves, i)->step / per_epoch;

      if (direction > 0 && at > epoch + 1e-9 && (best == epoch || at < best))
        best = at;
      if (direction < 0 && at < epoch - 1e-9 && (best == epoch || at > best))
        best = at;
    }

  return best;
}

static gboolean
move_cursor_cb (GtkWidget *widget,
                GVariant  *args,
                gpointer   data)
{
  MtwPlot *self = MTW_PLOT (widget);
  int direction;
  gboolean by_event;
  double pixel, epoch;

  g_variant_get (args, "(ib)", &direction, &by_event);
  if (!has_time (self) || self->data == NULL || self->data->curves == NULL)
    return FALSE;

  pixel = self->area.epochs / (self->area.right - self->area.left);
  epoch = isfinite (self->data->cursor) ? self->data->cursor
                                        : (direction > 0 ? 0 : self->area.epochs);
  epoch = by_event ? find_event (self, epoch, direction) : epoch + direction * pixel;
  g_signal_emit (self, signals[CURSOR], 0, CLAMP (epoch, 0, self->area.epochs));

  return TRUE;
}

static gboolean
drop_cursor_cb (GtkWidget *widget,
                GVariant  *args,
                gpointer   data)
{
  MtwPlot *self = MTW_PLOT (widget);

  if (self->data == NULL || !isfinite (self->data->cursor))
    return FALSE;
  g_signal_emit (self, signals[CURSOR], 0, (double) NAN);

  return TRUE;
}

/* --- legend --- */

/* A click hides or shows, a double click shows this one alone or all. */
static void
pressed_cb (MtwPlot *self,
            int      n_press,
            double   x,
            double   y)
{
  gtk_widget_grab_focus (GTK_WIDGET (self));
  for (guint i = 0; i < self->area.n_legend; i++)
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << self->area.legend[i].task;

      if (x < self->area.legend[i].x || x >= self->area.legend[i].x + self->area.legend[i].width
          || y < self->area.legend[i].y
          || y >= self->area.legend[i].y + self->area.legend[i].height)
        continue;
      if (n_press % 2 == 0)
        self->hidden = self->hidden == ~bit ? 0 : ~bit;
      else
        self->hidden ^= bit;
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
}

/* --- the widget --- */

static void
mtw_plot_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  double least = orientation == GTK_ORIENTATION_HORIZONTAL ? LEAST_WIDTH : LEAST_HEIGHT;

  *minimum = *natural = (int) (least * MAX (text_scale (MTW_PLOT (widget)), 1));
}

static void
mtw_plot_dispose (GObject *object)
{
  MtwPlot *self = MTW_PLOT (object);

  g_clear_pointer (&self->data, mtw_plot_data_unref);

  G_OBJECT_CLASS (mtw_plot_parent_class)->dispose (object);
}

static void
bind_keys (GtkWidgetClass *widget_class)
{
  static const guint keys[] = { GDK_KEY_Left, GDK_KEY_KP_Left, GDK_KEY_Right, GDK_KEY_KP_Right };

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      gtk_widget_class_add_binding (widget_class, keys[i], 0, move_cursor_cb, "(ib)",
                                    i < 2 ? -1 : 1, FALSE);
      gtk_widget_class_add_binding (widget_class, keys[i], GDK_CONTROL_MASK, move_cursor_cb,
                                    "(ib)", i < 2 ? -1 : 1, TRUE);
    }
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, drop_cursor_cb, NULL);
}

static void
mtw_plot_class_init (MtwPlotClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_plot_dispose;
  widget_class->snapshot = mtw_plot_snapshot;
  widget_class->measure = mtw_plot_measure;

  /**
   * MtwPlot::cursor:
   * @epoch: NaN: no cursor
   */
  signals[CURSOR] = g_signal_new ("cursor", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);

  bind_keys (widget_class);
  gtk_widget_class_set_css_name (widget_class, "plot");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
mtw_plot_init (MtwPlot *self)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  AdwStyleManager *style = adw_style_manager_get_default ();

  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  /* Time runs to the right in every script. */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);

  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (focus_cb), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (focus_cb), self);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));

  g_signal_connect_object (style, "notify::dark", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::high-contrast", G_CALLBACK (gtk_widget_queue_draw),
                           self, G_CONNECT_SWAPPED);
}

GtkWidget *
mtw_plot_new (void)
{
  return g_object_new (MTW_TYPE_PLOT, NULL);
}

void
mtw_plot_set_data (MtwPlot     *self,
                   MtwPlotData *data)
{
  g_return_if_fail (MTW_IS_PLOT (self));

  if (data != NULL)
    mtw_plot_data_ref (data);
  g_clear_pointer (&self->data, mtw_plot_data_unref);
  self->data = data;
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * mtw_plot_set_kind:
 *
 * Settings go back to what @kind begins with.
 */
void
mtw_plot_set_kind (MtwPlot           *self,
                   const MtwPlotKind *kind)
{
  MtwPlotInput plain;

  g_return_if_fail (MTW_IS_PLOT (self));

  mtw_plot_input_init (&plain, kind);
  self->kind = kind;
  self->log_scale = plain.log_scale;
  self->smoothing = plain.smoothing;
  self->hidden = 0;
  self->area = (MtwPlotArea) { .n_legend = 0 };
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

const MtwPlotKind *
mtw_plot_get_kind (MtwPlot *self)
{
  return self->kind;
}

void
mtw_plot_set_task (MtwPlot *self,
                   guint    task)
{
  self->task = task;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_plot_set_log_scale (MtwPlot  *self,
                        gboolean  log_scale)
{
  self->log_scale = log_scale;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_plot_set_smoothing (MtwPlot *self,
                        double   smoothing)
{
  self->smoothing = CLAMP (smoothing, 0, 0.99);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_plot_set_words (MtwPlot  *self,
                    gboolean  event_words)
{
  if (self->event_words == event_words)
    return;
  self->event_words = event_words;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
