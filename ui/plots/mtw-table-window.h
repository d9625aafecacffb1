/* mtw-table-window.h — the figures of a plot, to be read or read out
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-table.h"

#define MTW_TYPE_TABLE_WINDOW (mtw_table_window_get_type ())

G_DECLARE_FINAL_TYPE (MtwTableWindow, mtw_table_window, MTW, TABLE_WINDOW, AdwWindow)

/* @table: (transfer full) */
GtkWidget *mtw_table_window_new (const char *title,
                                 MtwTable   *table);
