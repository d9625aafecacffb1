/* mtw-experiment-page.h — the inspector when nothing is selected: how it is trained
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-form.h"

#define MTW_TYPE_EXPERIMENT_PAGE (mtw_experiment_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwExperimentPage, mtw_experiment_page, MTW, EXPERIMENT_PAGE, GtkBox)

void      mtw_experiment_page_update (MtwExperimentPage *self,
                                      MtwDocument       *document);
/* (transfer none) (nullable) */
MtwField *mtw_experiment_page_find   (MtwExperimentPage *self,
                                      const char        *key,
                                      const char        *task);
