/* mtw-panel-grid.h — panels in rows of equal shares
 *
 * As many columns as have 300 px each, at least one and no more than there
 * are panels. One panel may take it all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#define MTW_TYPE_PANEL_GRID (mtw_panel_grid_get_type ())

G_DECLARE_FINAL_TYPE (MtwPanelGrid, mtw_panel_grid, MTW, PANEL_GRID, GtkWidget)

GtkWidget *mtw_panel_grid_new         (void);
void       mtw_panel_grid_append      (MtwPanelGrid *self,
                                       GtkWidget    *panel);
void       mtw_panel_grid_remove      (MtwPanelGrid *self,
                                       GtkWidget    *panel);
guint      mtw_panel_grid_n_columns   (MtwPanelGrid *self);
/* NULL: all */
void       mtw_panel_grid_set_single  (MtwPanelGrid *self,
                                       GtkWidget    *panel);
GtkWidget *mtw_panel_grid_get_single  (MtwPanelGrid *self);
