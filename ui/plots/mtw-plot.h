/* mtw-plot.h — one plot in the window
 *
 * Draws what its data holds. Signal: `cursor` (double: the epoch under the
 * pointer, NaN when it leaves).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtw-plot-data.h"

#define MTW_TYPE_PLOT (mtw_plot_get_type ())

G_DECLARE_FINAL_TYPE (MtwPlot, mtw_plot, MTW, PLOT, GtkWidget)

GtkWidget         *mtw_plot_new           (void);
void               mtw_plot_set_data      (MtwPlot           *self,
                                           MtwPlotData       *data);
void               mtw_plot_set_kind      (MtwPlot           *self,
                                           const MtwPlotKind *kind);
const MtwPlotKind *mtw_plot_get_kind      (MtwPlot           *self);
void               mtw_plot_set_task      (MtwPlot           *self,
                                           guint              task);
void               mtw_plot_set_log_scale (MtwPlot           *self,
                                           gboolean           log_scale);
void               mtw_plot_set_smoothing (MtwPlot           *self,
                                           double             smoothing);
/* Whether events have words: in the first plot of a row only. */
void               mtw_plot_set_words     (MtwPlot           *self,
                                           gboolean           event_words);
/* The data has changed: draws, and renews the description now and then. */
void               mtw_plot_refresh       (MtwPlot           *self);
/* What it draws from, in the colours of the window. Valid until data changes. */
void               mtw_plot_get_input     (MtwPlot           *self,
                                           MtwPlotInput      *input);
