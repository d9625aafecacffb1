/* basin-start.h — the page before a design is open: starters, recent files
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#define BASIN_TYPE_START (basin_start_get_type ())

G_DECLARE_FINAL_TYPE (BasinStart, basin_start, BASIN, START, AdwBin)
