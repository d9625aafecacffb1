/* mtw-help.h — the ⓘ of a method: what it does, its settings, where it is from
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-method.h"

#define MTW_TYPE_HELP (mtw_help_get_type ())

G_DECLARE_FINAL_TYPE (MtwHelp, mtw_help, MTW, HELP, AdwBin)

GtkWidget *mtw_help_new        (void);
void       mtw_help_set_method (MtwHelp         *self,
                                MtlKind          kind,
                                const MtlMethod *method);
/* What the popover says, in plain words. (transfer none) */
const char *mtw_help_get_words (MtwHelp         *self);
