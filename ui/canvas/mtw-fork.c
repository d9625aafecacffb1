/* mtw-fork.c — the diamond where the trunk turns into heads
 *
 * A button: it runs the action `canvas.show-conflict`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-fork.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-colours.h"

#define HALF  6.0
#define LINE  1.3

struct _MtwFork
{
  GtkWidget parent_instance;

  double    cosine;
};

G_DEFINE_FINAL_TYPE (MtwFork, mtw_fork, GTK_TYPE_WIDGET)

static void
mtw_fork_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  *minimum = *natural = MTW_FORK_TARGET;
}

static void
mtw_fork_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  MtwFork *self = MTW_FORK (widget);
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  graphene_rect_t box = GRAPHENE_RECT_INIT (0, 0, MTW_FORK_TARGET, MTW_FORK_TARGET);
  cairo_t *cr = gtk_snapshot_append_cairo (snapshot, &box);
  GdkRGBA paper, colour;
  double rgb[3];

  if (!gtk_style_context_lookup_color (style, "view_bg_color", &paper))
    paper = (GdkRGBA) { 1, 1, 1, 1 };
  gtk_style_context_get_color (style, &colour);
  mtw_conflict_word_colour (TRUE, dark, rgb);

  cairo_translate (cr, MTW_FORK_TARGET / 2.0, MTW_FORK_TARGET / 2.0);
  cairo_move_to (cr, 0, -HALF);
  cairo_line_to (cr, HALF, 0);
  cairo_line_to (cr, 0, HALF);
  cairo_line_to (cr, -HALF, 0);
  cairo_close_path (cr);
  gdk_cairo_set_source_rgba (cr, &paper);
  cairo_fill_preserve (cr);
  if (self->cosine < 0)
    cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
  else
    gdk_cairo_set_source_rgba (cr, &colour);
  cairo_set_line_width (cr, LINE);
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
pressed_cb (GtkGestureClick *click,
            int              n_press,
            double           x,
            double           y,
            gpointer         data)
{
  gtk_gesture_set_state (GTK_GESTURE (click), GTK_EVENT_SEQUENCE_CLAIMED);
  gtk_widget_grab_focus (data);
}

static void
released_cb (GtkGestureClick *click,
             int              n_press,
             double           x,
             double           y,
             gpointer         data)
{
  gtk_widget_activate_action (data, "canvas.show-conflict", NULL);
}

static void
mtw_fork_class_init (MtwForkClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = mtw_fork_measure;
  widget_class->snapshot = mtw_fork_snapshot;

  gtk_widget_class_set_css_name (widget_class, "fork");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, 0, "canvas.show-conflict",
                                       NULL);
}

static void
mtw_fork_init (MtwFork *self)
{
  GtkGesture *click = gtk_gesture_click_new ();

  self->cosine = NAN;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
mtw_fork_new (void)
{
  return g_object_new (MTW_TYPE_FORK, NULL);
}

static char *
cosine_words (double cosine)
{
  return g_strdup_printf ("%s%.2f", cosine <= -0.005 ? "−" : "", fabs (cosine));
}

void
mtw_fork_set_look (MtwFork    *self,
                   const char *split,
                   double      cosine)
{
  g_autofree char *label = NULL;
  g_autofree char *tip = NULL;
  g_autofree char *figure = NULL;

  g_return_if_fail (MTW_IS_FORK (self));

  self->cosine = cosine;
  if (isnan (cosine))
    {
      /* Translators: a place where shared blocks turn into those of single tasks. */
      label = g_strdup_printf (_("Split into %s"), split);
      tip = g_strdup (label);
    }
  else
    {
      figure = cosine_words (cosine);
      /* Translators: %s is the tasks, then a cosine, e.g. “−0.31”. */
      label = g_strdup_printf (cosine < 0 ? _("Split into %s, cosine %s, in conflict")
                                          : _("Split into %s, cosine %s, in agreement"),
                               split, figure);
      tip = g_strdup_printf (cosine < 0 ? _("Conflict here: cos %s") : _("Agreement: cos %s"),
                             figure);
    }

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tip);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
