/* mtl-chosen-json.h — settings from JSON and to JSON
 *
 * A METHOD is a word (its id, all settings at their initial values) or an
 * object {"type": id, parameter: value …}; PER_TASK is a number or an object
 * of numbers by task; CHOICE is a word; FLAG is true or false.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <json-glib/json-glib.h>

#include "mtl-chosen.h"

/**
 * mtl_chosen_from_json:
 * @object: (nullable): settings by id; a member `type` is passed over
 * @where: what notes put in front, such as `line 4: conv1`
 * @notes: (element-type utf8) (nullable): what was kept although unknown
 *
 * Returns: (transfer full): the settings; NULL with MTL_ERROR_SETTING or
 *   MTL_ERROR_UNKNOWN_METHOD, naming the parameter, what was expected and
 *   what was found
 */
MtlChosen *mtl_chosen_from_json   (MtlKind           kind,
                                   const MtlMethod  *method,
                                   JsonObject       *object,
                                   const char       *where,
                                   GPtrArray        *notes,
                                   GError          **error);
/* A METHOD of @kind: a word or an object with a `type`. */
MtlChosen *mtl_chosen_from_node   (MtlKind           kind,
                                   JsonNode         *node,
                                   const char       *where,
                                   GPtrArray        *notes,
                                   GError          **error);

/* Appends `"id": value` for each setting that is not initial, then what was
 * kept, with @separator between two. Returns: whether anything was written. */
gboolean   mtl_chosen_append_json (const MtlChosen  *self,
                                   const char       *separator,
                                   GString          *to);
/* Appends {"type": id, …}; where @may_be_word and nothing is set, "id". */
void       mtl_chosen_append_method (const MtlChosen  *self,
                                     gboolean          may_be_word,
                                     GString          *to);
/* Unknown members, as key, JSON, key, JSON …; NULL when there are none.
 * @known: NULL-terminated. */
char     **mtl_json_take_unknown  (JsonObject       *object,
                                   const char *const *known,
                                   const char       *where,
                                   GPtrArray        *notes);
void       mtl_json_append_kept   (char            **kept,
                                   const char       *separator,
                                   gboolean          begun,
                                   GString          *to);
