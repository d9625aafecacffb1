/* basin-application.h — windows, files from outside, what they all share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "basin-window.h"

#define BASIN_TYPE_APPLICATION (basin_application_get_type ())

G_DECLARE_FINAL_TYPE (BasinApplication, basin_application, BASIN, APPLICATION, AdwApplication)

BasinApplication *basin_application_new        (void);
/* (transfer none): another window, with the start page. */
BasinWindow      *basin_application_add_window (BasinApplication *self);
