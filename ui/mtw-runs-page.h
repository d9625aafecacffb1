/* mtw-runs-page.h — all runs in a table: search, sort, open, delete
 *
 * Signals: `open-design` (string: id of a run): Enter on a row; `deleted`
 * (string: id, string: words for a toast): undo with
 * mtw_runs_page_restore(); `failed` (string: an error message); `go-to-studio`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-store.h"

#define MTW_TYPE_RUNS_PAGE (mtw_runs_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwRunsPage, mtw_runs_page, MTW, RUNS_PAGE, AdwBin)

/* @store: (nullable): without one the page is empty. */
GtkWidget *mtw_runs_page_new     (MtlStore    *store);
/* Reads the list anew, on a worker thread; also done whenever the page is mapped. */
void       mtw_runs_page_refresh (MtwRunsPage *self);
/* Undoes the deletion of a run. */
void       mtw_runs_page_restore (MtwRunsPage *self,
                                  const char  *run);
void       mtw_runs_page_search  (MtwRunsPage *self,
                                  const char  *text);
guint      mtw_runs_page_n_shown (MtwRunsPage *self);
/* Id of a run shown, in the order of the table. (transfer none) (nullable) */
const char *mtw_runs_page_run    (MtwRunsPage *self,
                                  guint        row);
