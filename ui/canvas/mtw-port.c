/* mtw-port.c — one end that a wire can have, at the edge of a block
 *
 * The dot is 8 across and the target 24; under the pointer the dot grows to
 * 12. Its colour is the CSS colour of the node, so a head's port follows its
 * task without being told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-port.h"

#define RADIUS       4.0f
#define RADIUS_HOVER 6.0f
#define RING         1.6f

struct _MtwPort
{
  GtkWidget parent_instance;

  gboolean  output;
  guint     number;
  gboolean  shown;
  gboolean  taking;
};

G_DEFINE_FINAL_TYPE (MtwPort, mtw_port, GTK_TYPE_WIDGET)

static void
mtw_port_measure (GtkWidget      *widget,
                  GtkOrientation  orientation,
                  int             for_size,
                  int            *minimum,
                  int            *natural,
                  int            *minimum_baseline,
                  int            *natural_baseline)
{
  *minimum = *natural = MTW_PORT_TARGET;
}

static void
mtw_port_snapshot (GtkWidget   *widget,
                   GtkSnapshot *snapshot)
{
  MtwPort *self = MTW_PORT (widget);
  gboolean hover = self->taking
                   || (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_PRELIGHT) != 0;
  float radius = hover ? RADIUS_HOVER : RADIUS + RING / 2;
  float middle = MTW_PORT_TARGET / 2.0f;
  GtkStyleContext *style = gtk_widget_get_style_context (widget);
  GdkRGBA colour, paper;
  GskRoundedRect dot;
  graphene_rect_t box;

  if (!self->shown && !hover)
    return;

  gtk_style_context_get_color (style, &colour);
  if (!gtk_style_context_lookup_color (style, "popover_bg_color", &paper))
    paper = (GdkRGBA) { 1, 1, 1, 1 };

  graphene_rect_init (&box, middle - radius, middle - radius, 2 * radius, 2 * radius);
  gsk_rounded_rect_init_from_rect (&dot, &box, radius);
  gtk_snapshot_push_rounded_clip (snapshot, &dot);
  gtk_snapshot_append_color (snapshot, self->output ? &colour : &paper, &box);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &dot, (float[4]) { RING, RING, RING, RING },
                              (GdkRGBA[4]) { colour, colour, colour, colour });
}

static void
mtw_port_state_flags_changed (GtkWidget     *widget,
                              GtkStateFlags  previous)
{
  gtk_widget_queue_draw (widget);
}

static void
mtw_port_class_init (MtwPortClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = mtw_port_measure;
  widget_class->snapshot = mtw_port_snapshot;
  widget_class->state_flags_changed = mtw_port_state_flags_changed;

  gtk_widget_class_set_css_name (widget_class, "port");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
}

static void
mtw_port_init (MtwPort *self)
{
  self->shown = TRUE;
  gtk_widget_set_cursor_from_name (GTK_WIDGET (self), "crosshair");
}

GtkWidget *
mtw_port_new (gboolean output,
              guint    number)
{
  MtwPort *self = g_object_new (MTW_TYPE_PORT, NULL);

  self->output = output;
  self->number = number;
  return GTK_WIDGET (self);
}

gboolean
mtw_port_is_output (MtwPort *self)
{
  return self->output;
}

guint
mtw_port_number (MtwPort *self)
{
  return self->number;
}

void
mtw_port_set_shown (MtwPort  *self,
                    gboolean  shown)
{
  if (self->shown == shown)
    return;

  self->shown = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_port_set_taking (MtwPort  *self,
                     gboolean  taking)
{
  if (self->taking == taking)
    return;

  self->taking = taking;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
