/* mtw-probes.h — the settings of every probe, kept while the window is open
 *
 * They belong to the view and not to the design: no undo, and no file.
 * Signal: `changed`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib-object.h>

#include "mtl-chosen.h"

#define MTW_TYPE_PROBES (mtw_probes_get_type ())

G_DECLARE_FINAL_TYPE (MtwProbes, mtw_probes, MTW, PROBES, GObject)

/* Each as the catalogue has it. */
MtwProbes       *mtw_probes_new       (void);
/* (transfer none) (nullable): with its settings now; NULL: there is no such probe. */
const MtlChosen *mtw_probes_get       (MtwProbes   *self,
                                       const char  *id);
/* @key: `probes.ID.SETTING`; FALSE with the engine's error, and nothing has changed. */
gboolean         mtw_probes_set_value (MtwProbes   *self,
                                       const char  *key,
                                       const char  *value,
                                       GError     **error);
