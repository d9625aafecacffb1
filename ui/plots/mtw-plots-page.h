/* mtw-plots-page.h — the panels of an observatory
 *
 * Properties, to be read: `layout` (string: ids of plots with commas between),
 * `single` (one panel takes it all). Signals: `measure` (string: what a plot
 * asks for), `cancel`, `message` (string: words for a toast).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-plot-data.h"

#define MTW_TYPE_PLOTS_PAGE (mtw_plots_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwPlotsPage, mtw_plots_page, MTW, PLOTS_PAGE, AdwBin)

/* (transfer none): to be filled; then say what has changed. */
MtwPlotData *mtw_plots_page_get_data     (MtwPlotsPage *self);
/* New points, or a new grid: drawn within a few frames. */
void         mtw_plots_page_refresh      (MtwPlotsPage *self);
/* The same for plots of one kind. */
void         mtw_plots_page_refresh_plot (MtwPlotsPage *self,
                                          const char   *id);
/* Another run. */
void         mtw_plots_page_renew        (MtwPlotsPage *self);
/* @epoch: NaN: no cursor */
void         mtw_plots_page_set_cursor   (MtwPlotsPage *self,
                                          double        epoch);
const char  *mtw_plots_page_get_layout   (MtwPlotsPage *self);
void         mtw_plots_page_set_layout   (MtwPlotsPage *self,
                                          const char   *layout);
void         mtw_plots_page_add          (MtwPlotsPage *self);
/* Focuses the plot, in place of the last one when it is not shown. */
void         mtw_plots_page_show_plot    (MtwPlotsPage *self,
                                          const char   *id);
void         mtw_plots_page_show_all     (MtwPlotsPage *self);
gboolean     mtw_plots_page_has_single   (MtwPlotsPage *self);
