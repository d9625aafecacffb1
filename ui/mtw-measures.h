/* mtw-measures.h — a window of figures: sharpness, curvature, conflict of the weights now
 *
 * Lists every probe of the catalogue that finds figures, so that a new one needs nothing
 * here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-session.h"

#define MTW_TYPE_MEASURES (mtw_measures_get_type ())

G_DECLARE_FINAL_TYPE (MtwMeasures, mtw_measures, MTW, MEASURES, AdwWindow)

GtkWidget *mtw_measures_new   (MtwSession  *session);
/* What is shown as CSV; the window says what became of it. */
void       mtw_measures_write (MtwMeasures *self,
                               GFile       *file);
