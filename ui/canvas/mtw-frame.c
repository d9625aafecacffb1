/* mtw-frame.c — what stands at the top of an open group: arrow, name, size
 *
 * The pointer goes through all but the arrow, so that the group can be moved by it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-frame.h"

#include <glib/gi18n-lib.h>

#include "mtw-block-parts.h"
#include "mtw-path.h"

#define ARROW    24
#define ARROW_X  5
#define TITLE_X  31
#define GAP      10

struct _MtwFrame
{
  GtkWidget  parent_instance;

  GtkWidget *arrow;
  GtkWidget *title;
  GtkWidget *figure;
};

G_DEFINE_FINAL_TYPE (MtwFrame, mtw_frame, GTK_TYPE_WIDGET)

static void
mtw_frame_size_allocate (GtkWidget *widget,
                         int        width,
                         int        height,
                         int        baseline)
{
  MtwFrame *self = MTW_FRAME (widget);
  int room = MAX (width - TITLE_X - GAP, 1), title;

  gtk_widget_measure (self->title, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &title, NULL, NULL);
  title = MIN (title, room);
  mtw_part_place (self->arrow, ARROW_X, (height - ARROW) / 2, ARROW, ARROW);
  mtw_part_place (self->title, TITLE_X, 0, title, height);
  mtw_part_place (self->figure, TITLE_X + title + GAP, 0, room - title - GAP, height);
}

static void
mtw_frame_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (mtw_frame_parent_class)->dispose (object);
}

static void
mtw_frame_class_init (MtwFrameClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_frame_dispose;
  widget_class->measure = mtw_part_measure;
  widget_class->size_allocate = mtw_frame_size_allocate;

  gtk_widget_class_set_css_name (widget_class, "header");
}

static GtkWidget *
add_label (MtwFrame   *self,
           const char *class_name)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, class_name);
  gtk_widget_set_can_target (label, FALSE);
  gtk_widget_set_parent (label, GTK_WIDGET (self));
  return label;
}

static void
mtw_frame_init (MtwFrame *self)
{
  self->arrow = gtk_button_new_from_icon_name ("pan-down-symbolic");
  gtk_widget_add_css_class (self->arrow, "flat");
  /* Enter on the group does the same, and the focus stays there. */
  gtk_widget_set_focusable (self->arrow, FALSE);
  gtk_widget_set_focus_on_click (self->arrow, FALSE);
  gtk_widget_set_tooltip_text (self->arrow, _("Close Group (Enter)"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->arrow), "canvas.toggle-use");
  gtk_widget_set_parent (self->arrow, GTK_WIDGET (self));
  self->title = add_label (self, "title");
  self->figure = add_label (self, "summary");
}

GtkWidget *
mtw_frame_new (void)
{
  return g_object_new (MTW_TYPE_FRAME, NULL);
}

void
mtw_frame_set_id (MtwFrame   *self,
                  const char *id)
{
  /* Translators: what closes an open group; its name. */
  g_autofree char *label = g_strdup_printf (_("Close %s"), id);

  g_return_if_fail (MTW_IS_FRAME (self));

  gtk_label_set_label (GTK_LABEL (self->title), mtw_path_name (id));
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->arrow), "s", id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->arrow), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

void
mtw_frame_set_scale (MtwFrame *self,
                     double    scale)
{
  g_autoptr(PangoAttrList) attrs = pango_attr_list_new ();

  g_return_if_fail (MTW_IS_FRAME (self));

  pango_attr_list_insert (attrs, pango_attr_scale_new (scale));
  gtk_label_set_attributes (GTK_LABEL (self->title), attrs);
}

void
mtw_frame_set_figure (MtwFrame   *self,
                      const char *figure)
{
  g_return_if_fail (MTW_IS_FRAME (self));

  gtk_label_set_label (GTK_LABEL (self->figure), figure);
}
