/* mtl-c-names.h — names, words and numbers that any C compiler accepts
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* (transfer full): @text in lower-case letters, digits and single underscores
 * between them; may be empty or begin with a digit. */
char *mtl_c_word      (const char *text);
/* (transfer full): what every name of a header begins with, and the name of
 * its file: begins with a letter and is no header of the standard library. */
char *mtl_c_prefix    (const char *design);
/* (transfer full): mtl_c_word() of @text, with a number behind it where @taken
 * has it already; it is added to @taken, a set of strings that owns them. */
char *mtl_c_claim     (GHashTable *taken,
                       const char *text);
/* (transfer full): @text in ASCII and harmless within a comment. */
char *mtl_c_comment   (const char *text);
/* Appends the shortest decimal that every compiler reads as @value, which is no
 * infinity, with the f that makes it a float; or the NAN of math.h. */
void  mtl_c_append_float  (GString     *to,
                           float        value);
/* Appends @n of them in lines of at most 100 columns, indented by two. */
void  mtl_c_append_floats (GString     *to,
                           const float *values,
                           gsize        n);
