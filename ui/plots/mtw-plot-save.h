/* mtw-plot-save.h — a plot to the clipboard, or to a file that is asked for
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-plot.h"

/* Words for a toast, of what was done or of what failed. */
typedef void (*MtwPlotSay) (gpointer    who,
                            const char *words);

/* The picture, and its figures as text. */
void mtw_plot_copy    (MtwPlot    *plot,
                       MtwPlotSay  say,
                       gpointer    who);
/* Asks for a file; its ending says the format, SVG without one. @who is not
 * called when it is gone by then. */
void mtw_plot_save_as (MtwPlot    *plot,
                       MtwPlotSay  say,
                       GtkWidget  *who);
