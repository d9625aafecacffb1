/* basin-settings.h — what the program remembers of its windows and of taste
 *
 * GSettings where the schema is installed; else the same values in memory,
 * so that a copy that was never installed starts all the same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

typedef struct _BasinSettings BasinSettings;

BasinSettings *basin_settings_new      (void);
void           basin_settings_free     (BasinSettings *self);

int            basin_settings_int      (BasinSettings *self,
                                        const char    *key);
gboolean       basin_settings_flag     (BasinSettings *self,
                                        const char    *key);
/* (transfer full) */
char          *basin_settings_text     (BasinSettings *self,
                                        const char    *key);
void           basin_settings_set_int  (BasinSettings *self,
                                        const char    *key,
                                        int            value);
void           basin_settings_set_flag (BasinSettings *self,
                                        const char    *key,
                                        gboolean       value);
void           basin_settings_set_text (BasinSettings *self,
                                        const char    *key,
                                        const char    *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BasinSettings, basin_settings_free)
