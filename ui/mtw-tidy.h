/* mtw-tidy.h — a design laid out from left to right by Graphviz's program dot
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-survey.h"

/* @survey: as mtw_scene_new() takes it: what rides as a bead follows from it. */
void       mtw_tidy_async  (MtlDesign            *design,
                            MtlSurvey            *survey,
                            GCancellable         *cancel,
                            GAsyncReadyCallback   callback,
                            gpointer              data);
/* (transfer full): @design with its blocks in other places, their upper left
 * corner where it was; NULL with an error for people, or G_IO_ERROR_CANCELLED. */
MtlDesign *mtw_tidy_finish (GAsyncResult         *result,
                            GError              **error);
