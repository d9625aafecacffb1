/* mtl-json.h — reading hostile JSON, and writing it in a stable form
 *
 * Reading: json-glib parses by recursion, takes numbers modulo 2⁶⁴ and lets
 * lone surrogates through as bytes that are not UTF-8; so depth, number of
 * values, length of integers and escapes are looked at before it, and whether
 * numbers are finite after it.
 *
 * Writing: its generator writes 1e+22 as `1e+22.0`, which is no JSON; so it is
 * done here, with the shortest digits that read back as the same double.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <json-glib/json-glib.h>

#define MTL_JSON_MAX_DEPTH  64
#define MTL_JSON_MAX_VALUES 1000000

/**
 * mtl_json_parse:
 * @length: bytes of @text, which need not end with a zero
 *
 * Returns: (transfer full): the root, immutable, all its numbers finite and
 *   all its texts UTF-8; NULL with MTL_ERROR_DESIGN, “line 3: …”
 */
JsonNode *mtl_json_parse         (const char    *text,
                                  gsize          length,
                                  GError       **error);

/* (transfer full): the shortest text that reads back as @number. */
char     *mtl_json_number        (double         number);
void      mtl_json_append_number (GString       *to,
                                  double         number);
void      mtl_json_append_text   (GString       *to,       /* quoted and escaped */
                                  const char    *text);
/* On one line. */
void      mtl_json_append_node   (GString       *to,
                                  JsonNode      *node);
/* (transfer full): “text” within a message: cut short, no control characters. */
char     *mtl_json_quote_found   (const char    *text);
/* (transfer full): the same of any value. */
char     *mtl_json_quote_node    (JsonNode      *node);
/* Whether @node is a text; then *text is it (transfer none). */
gboolean  mtl_json_get_text      (JsonNode      *node,
                                  const char   **text);
gboolean  mtl_json_get_number    (JsonNode      *node,
                                  double        *number);
