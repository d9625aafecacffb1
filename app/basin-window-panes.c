/* basin-window-panes.c — what stands around the canvas, and the page of runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-window-private.h"

#include <glib/gi18n.h>

#include "mtw-palette.h"

#define PALETTE_WIDTH 152

static void
add_palette (BasinWindow *self)
{
  GtkWidget *palette = mtw_palette_new (self->document);

  gtk_widget_set_size_request (palette, PALETTE_WIDTH, -1);
  gtk_widget_add_css_class (palette, "basin-pane");
  adw_flap_set_flap (self->palette_flap, palette);
}

/* The divider's first place needs its height, which is known once it is laid out. */
void
basin_window_place_divider (BasinWindow *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self->divider));

  if (self->placed || height < 2 || gtk_paned_get_end_child (self->divider) == NULL)
    return;

  self->placed = TRUE;
  gtk_paned_set_position (self->divider,
                          height - basin_settings_int (self->settings, "observatory-height"));
}

void
basin_window_add_panes (BasinWindow *self)
{
  add_palette (self);
  g_signal_connect_swapped (self->divider, "notify::max-position",
                            G_CALLBACK (basin_window_fit_width), self);
}
