/* mtw-panel.h — a plot in its frame: title, menus, maximise
 *
 * Properties: `kind` (string: id of a plot), `task`, `log-scale`, `smoothing`.
 * Signals: `maximise`, `remove`, `measure` (string: what the plot asks for),
 * `cancel`, `message` (string: words for a toast).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-plot.h"

#define MTW_TYPE_PANEL (mtw_panel_get_type ())

G_DECLARE_FINAL_TYPE (MtwPanel, mtw_panel, MTW, PANEL, AdwBin)

GtkWidget  *mtw_panel_new         (MtwPlotData *data,
                                   const char  *kind);
const char *mtw_panel_get_kind    (MtwPanel    *self);
MtwPlot    *mtw_panel_get_plot    (MtwPanel    *self);
void        mtw_panel_set_maximised (MtwPanel  *self,
                                   gboolean     maximised);
/* The data has changed. */
void        mtw_panel_refresh     (MtwPanel    *self);
/* Another run with other tasks. */
void        mtw_panel_renew_tasks (MtwPanel    *self);
/* Opens its figures in a window of their own. */
void        mtw_panel_show_table  (MtwPanel    *self);
