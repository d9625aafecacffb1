/* basin-preferences.h — the few things of taste
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "basin-settings.h"

/* @settings outlives the window. */
void basin_preferences_show  (GtkApplication *app,
                              BasinSettings  *settings);
/* Light or dark, at the start. */
void basin_preferences_apply (BasinSettings  *settings);
