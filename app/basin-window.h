/* basin-window.h — one document with all that works on it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-store.h"

#include "basin-journal.h"
#include "basin-settings.h"

#define BASIN_TYPE_WINDOW (basin_window_get_type ())

G_DECLARE_FINAL_TYPE (BasinWindow, basin_window, BASIN, WINDOW, AdwApplicationWindow)

/* Shows the start page. @store: (nullable): NULL: runs are not recorded. */
BasinWindow *basin_window_new           (AdwApplication *app,
                                         BasinSettings  *settings,
                                         MtlStore       *store);
/* Whether another design may take the place of what it holds. */
gboolean     basin_window_is_pristine   (BasinWindow    *self);
/* @id: of a starter design; empty: an empty design. */
void         basin_window_open_template (BasinWindow    *self,
                                         const char     *id);
void         basin_window_open_file     (BasinWindow    *self,
                                         GFile          *file);
/* Offers to restore what a killed Basin left (transfer full). */
void         basin_window_offer         (BasinWindow    *self,
                                         BasinOrphan    *orphan);
/* In a toast; @words are not markup. */
void         basin_window_say           (BasinWindow    *self,
                                         const char     *words);
/* That @file was exported, with a button to its folder. */
void         basin_window_say_file      (BasinWindow    *self,
                                         GFile          *file);
/* After a change in the preferences. */
void         basin_window_take_settings (BasinWindow    *self);
