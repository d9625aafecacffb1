/* mtw-group-form.h — the inspector of a group: its title, its uses, its parameters
 *
 * Of a use, what its definition is; of a block within one, what of it can become a
 * parameter. An edit that is refused tells so by `inspector.refused`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

#define MTW_TYPE_GROUP_FORM (mtw_group_form_get_type ())

G_DECLARE_FINAL_TYPE (MtwGroupForm, mtw_group_form, MTW, GROUP_FORM, AdwPreferencesGroup)

/* @block: (nullable): a path; hidden where it has to do with no group. */
void mtw_group_form_update (MtwGroupForm *self,
                            MtwDocument  *document,
                            const char   *block);
