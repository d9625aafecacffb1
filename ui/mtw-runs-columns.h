/* mtw-runs-columns.h — the columns of the table of runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtw-run-item.h"

/* Appends all columns but those of metrics; returns that of the run, by which
 * a table is sorted at first. (transfer none) */
GtkColumnViewColumn *mtw_runs_columns_add         (GtkColumnView   *view);
/* Makes the columns of metrics those that the items of @items (MtwRunItem)
 * have; columns that stay are left alone. */
void                 mtw_runs_columns_set_metrics (GtkColumnView   *view,
                                                   GListModel      *items);
