/* mtw-inspector.h — settings of the selected blocks, or of the experiment
 *
 * Drawn wholly from the catalogue: a method that is added there needs nothing
 * here. Action `inspector.restart-keeping` begins a new run with the weights
 * of the one that lives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-session.h"

#define MTW_TYPE_INSPECTOR (mtw_inspector_get_type ())

G_DECLARE_FINAL_TYPE (MtwInspector, mtw_inspector, MTW, INSPECTOR, AdwBin)

/* @session: (nullable) */
GtkWidget *mtw_inspector_new      (MtwDocument  *document,
                                   MtwSession   *session);
/* The row of a setting, e.g. `experiment.batch` or `blocks.conv1.kernel`; of a
 * task's share of one, `experiment.balancer.weights` and @task. (nullable) */
GtkWidget *mtw_inspector_find_row (MtwInspector *self,
                                   const char   *key,
                                   const char   *task);
/* Moves the focus to the first row. */
void       mtw_inspector_focus    (MtwInspector *self);
