/* mtw-runs-list.h — the runs that a table shows, renewed with the least change
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

/* Makes @list (element-type MtwRunItem) that of @rows (element-type
 * MtlRunRow), which is emptied. A run that stays keeps its item. */
void mtw_runs_list_take   (GListStore *list,
                           GPtrArray  *rows);
void mtw_runs_list_remove (GListStore *list,
                           const char *run);
