/* basin-problems.h — the list of what is wrong with a design, in a popover
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtw-document.h"

/* (transfer floating): a GtkPopover. */
GtkWidget *basin_problems_new  (MtwDocument *document);
/* Brings the next problem's block into view, after @last. Returns its place. */
int        basin_problems_next (MtwDocument *document,
                                int          last);
