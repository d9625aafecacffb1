/* mtl-nearest.h — “did you mean”: the known words nearest to a misspelt one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/**
 * mtl_nearest_hint:
 * @word: (nullable): what was typed
 * @known: (element-type utf8): what there is
 *
 * Returns: (transfer full): “did you mean X?” where something is near, else
 *   the words there are (at most eight of them), else an empty text
 */
char *mtl_nearest_hint (const char      *word,
                        const GPtrArray *known);
