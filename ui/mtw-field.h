/* mtw-field.h — one setting of the catalogue as a row of a form
 *
 * A field knows the key of its setting in the design, or one key for each of
 * several blocks that share it; `—` stands for values that differ. It edits
 * the document and reads it back, so undo and other widgets need nothing.
 *
 * A field tells by actions of the widget it stands in: `inspector.taken` (s:
 * the key) after an edit, `inspector.refused` (s: the engine's message).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"
#include "mtw-probes.h"

#define MTW_TYPE_FIELD (mtw_field_get_type ())

G_DECLARE_FINAL_TYPE (MtwField, mtw_field, MTW, FIELD, GObject)

/**
 * mtw_field_new:
 * @probes: (nullable): where `probes.ID.samples` is kept, in place of the design
 * @keys: `experiment.batch`, or `blocks.ID.kernel` of each block
 * @task: (nullable): of a MTL_PER_TASK, whose number
 * @title: (nullable): translated; NULL: that of the parameter
 */
MtwField   *mtw_field_new      (MtwDocument       *document,
                                MtwProbes         *probes,
                                const MtlParam    *param,
                                const char *const *keys,
                                const char        *task,
                                const char        *title);
/* Whether it is the field that mtw_field_new() would make of these. */
gboolean    mtw_field_is       (MtwField          *self,
                                const MtlParam    *param,
                                const char *const *keys,
                                const char        *task);
gboolean    mtw_field_has_key  (MtwField          *self,
                                const char        *key,
                                const char        *task);
GtkWidget  *mtw_field_get_row  (MtwField          *self);   /* (transfer none) */
/* Reads the document. What is being typed stays unless the value changed. */
void        mtw_field_update   (MtwField          *self);
/* A line under the title for a while: “From the next step”. NULL: none. */
void        mtw_field_set_note (MtwField          *self,
                                const char        *note);
