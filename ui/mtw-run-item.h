/* mtw-run-item.h — one run as an object of a list
 *
 * Signal `changed`: the same run has other figures.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib-object.h>

#include "mtl-store.h"

#define MTW_TYPE_RUN_ITEM (mtw_run_item_get_type ())

G_DECLARE_FINAL_TYPE (MtwRunItem, mtw_run_item, MTW, RUN_ITEM, GObject)

MtwRunItem      *mtw_run_item_new     (MtlRunRow       *row);   /* takes @row */
const MtlRunRow *mtw_run_item_row     (MtwRunItem      *self);
void             mtw_run_item_set_row (MtwRunItem      *self,
                                       MtlRunRow       *row);   /* takes @row */
/* Bit k: no other run has a better metric of this kind for task k of the run. */
guint64          mtw_run_item_best    (MtwRunItem      *self);
void             mtw_run_item_set_best (MtwRunItem     *self,
                                        guint64         best);
void             mtw_run_item_changed (MtwRunItem      *self);

/* The task of @row that column @task and @metric stand for; -1: it has none. */
int              mtw_run_row_find     (const MtlRunRow *row,
                                       const char      *task,
                                       const char      *metric);
/* “Run 12 · today 14:02” (transfer full) */
char            *mtw_run_row_when     (const MtlRunRow *row);
/* “Done” */
const char      *mtw_run_row_status   (const MtlRunRow *row);
