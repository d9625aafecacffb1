/* mtw-form.h — a group of settings, kept in step with what the catalogue lists
 *
 * mtw_form_begin(), then what the group shall hold in order, then
 * mtw_form_end(): rows that stay are left as they are, so that a row keeps
 * the focus while others come and go. Rare settings stand behind “More”.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-field.h"

#define MTW_TYPE_FORM (mtw_form_get_type ())

G_DECLARE_FINAL_TYPE (MtwForm, mtw_form, MTW, FORM, AdwPreferencesGroup)

void      mtw_form_begin  (MtwForm           *self,
                           MtwDocument       *document);
/* The same for settings of @probes, with keys such as `probes.ID.samples`. */
void      mtw_form_begin_probe (MtwForm           *self,
                                MtwDocument       *document,
                                MtwProbes         *probes);
/* @title: (nullable): instead of the parameter's. @rare: behind “More”. */
void      mtw_form_want   (MtwForm           *self,
                           const MtlParam    *param,
                           const char *const *keys,
                           const char        *task,
                           const char        *title,
                           gboolean           rare);
/* Everything that @n methods of one kind share. @prefixes: their keys, each
 * ending with a dot; NULL-terminated. @rare: all of it behind “More”. */
void      mtw_form_want_shared (MtwForm           *self,
                                const MtlChosen  **chosen,
                                const char *const *prefixes,
                                gboolean           rare);
/* One setting and, of a method, its own settings. @title: (nullable) */
void      mtw_form_want_setting (MtwForm           *self,
                                 const MtlChosen   *chosen,
                                 const char        *prefix,
                                 const char        *param,
                                 const char        *title);
/* The same, behind “More”. */
void      mtw_form_want_rare (MtwForm           *self,
                              const MtlChosen   *chosen,
                              const char        *prefix,
                              const char        *param);
void      mtw_form_end    (MtwForm           *self);
guint     mtw_form_n_fields (MtwForm         *self);
/* (transfer none) (nullable) */
MtwField *mtw_form_find   (MtwForm           *self,
                           const char        *key,
                           const char        *task);
/* The ⓘ of the group: what @method does, its settings, its source. NULL: none. */
void      mtw_form_set_help (MtwForm         *self,
                             MtlKind          kind,
                             const MtlMethod *method);
