/* mtw-wires-words.h — what goes into a block and comes out of it, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-document.h"

/* “10×28×28”, or “unknown”; NULL past the last output. (transfer full) */
char *mtw_words_of_shape   (MtwDocument    *document,
                            const char     *block,
                            guint           output);
/* “dense1, 50 values”, a line for each wire; “nothing” where there is none.
 * @block: a path. (transfer full) */
char *mtw_words_of_inputs  (MtwDocument    *document,
                            const char     *block);
/* “10×28×28 to pool1”, a line for each output. (transfer full) */
char *mtw_words_of_outputs (MtwDocument    *document,
                            const char     *block);
/* The messages about a block, with spaces between; "" where all is well.
 * *error: whether one of them is no mere warning. (transfer full) */
char *mtw_words_of_problems (MtwDocument   *document,
                             const char    *block,
                             gboolean      *error);
