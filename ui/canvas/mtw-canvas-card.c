/* mtw-canvas-card.c — the note at the fork: what conflict there is, in words
 *
 * Shown as long as conflict lights the fork and colours the canvas. The
 * pointer goes through it: it says and does what the diamond's tooltip does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-colours.h"

#define DROP     84.0    /* px from the fork to the card */
#define OVERHANG 10.0    /* px of the card beyond the fork */
#define MIN_ZOOM 0.4
#define MIN_WIDE 721     /* px of a canvas that has room for it */

static GtkWidget *
add_line (GtkWidget  *box,
          const char *class_name)
{
  GtkWidget *line = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (line), 0);
  gtk_widget_add_css_class (line, class_name);
  gtk_widget_add_css_class (line, "numeric");
  gtk_box_append (GTK_BOX (box), line);
  return line;
}

GtkWidget *
mtw_canvas_make_card (void)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *icon = gtk_image_new_from_icon_name ("basin-conflict-symbolic");
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  gtk_widget_add_css_class (card, "basin-callout");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_box_append (GTK_BOX (card), icon);
  gtk_box_append (GTK_BOX (card), lines);
  add_line (lines, "heading");
  add_line (lines, "caption");
  gtk_widget_set_can_target (card, FALSE);
  gtk_widget_set_visible (card, FALSE);
  return card;
}

/* @cosine: at the first fork; the card hides unless it is below 0. */
void
mtw_canvas_fill_card (MtwCanvas *self,
                      double     cosine)
{
  GtkWidget *title = gtk_widget_get_first_child (gtk_widget_get_last_child (self->card));
  GtkWidget *detail = gtk_widget_get_next_sibling (title);
  gboolean shown = self->show == MTW_SHOW_CONFLICT && self->in_conflict
                   && self->scene->forks->len > 0;
  g_autofree char *figure = g_strdup_printf ("−%.2f", fabs (cosine));
  g_autofree char *words = g_strdup_printf (_("Conflict here: cos %s"), figure);
  /* Translators: %d is a percentage; a no-break space stands before the sign. */
  g_autofree char *share = g_strdup_printf (_("%d %% of batches this epoch"),
                                            (int) lround (100 * self->share));

  gtk_widget_set_visible (self->card, shown);
  /* Between two steps in conflict the last one stays. */
  if (cosine < 0)
    gtk_label_set_label (GTK_LABEL (title), words);
  gtk_widget_set_visible (detail, !isnan (self->share));
  if (!isnan (self->share))
    gtk_label_set_label (GTK_LABEL (detail), share);
}

/* Whether it is drawn where it is, besides being meant to be seen. */
static gboolean
has_room (MtwCanvas *self)
{
  return self->zoom >= MIN_ZOOM && gtk_widget_get_width (GTK_WIDGET (self)) >= MIN_WIDE
         && self->scene->forks->len > 0;
}

static graphene_point_t
fork_place (MtwCanvas *self)
{
  const graphene_point_t *place = &mtw_scene_fork (self->scene, 0)->place;

  return mtw_canvas_to_widget (self, place->x, place->y);
}

void
mtw_canvas_allocate_card (MtwCanvas *self,
                          int        width,
                          int        height)
{
  GtkRequisition size;
  graphene_point_t at;

  if (!gtk_widget_should_layout (self->card) || self->scene->forks->len == 0)
    return;

  gtk_widget_get_preferred_size (self->card, NULL, &size);
  at = fork_place (self);
  at.x += OVERHANG - size.width;
  at.y += DROP;
  gtk_widget_set_child_visible (self->card, has_room (self));
  gtk_widget_allocate (self->card, size.width, size.height, -1,
                       gsk_transform_translate (NULL, &at));
}

void
mtw_canvas_draw_lead (MtwCanvas *self,
                      cairo_t   *cr)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  static const double dots[2] = { 2, 3 };
  graphene_point_t at;
  double rgb[3];

  if (!gtk_widget_get_visible (self->card) || !has_room (self))
    return;

  at = fork_place (self);
  mtw_conflict_word_colour (TRUE, dark, rgb);
  cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
  cairo_set_dash (cr, dots, 2, 0);
  cairo_set_line_width (cr, 1.2);
  cairo_move_to (cr, at.x, at.y + 8 * self->zoom);
  cairo_line_to (cr, at.x, at.y + DROP);
  cairo_stroke (cr);
}
