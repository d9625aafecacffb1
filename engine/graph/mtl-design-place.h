/* mtl-design-place.h — where in a file a message points to
 *
 * json-glib forgets lines, so the line of a block is where its id stands.
 * Blocks are asked for in the order of the file: the search goes on from the
 * last hit, and all of them together read the file once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <json-glib/json-glib.h>

typedef struct
{
  const char *file;      /* name, for messages */
  const char *text;
  const char *end;
  const char *cursor;    /* behind the last block found; end: lines are lost */
  guint       line;      /* of the cursor */
} MtlPlaces;

void      mtl_places_init    (MtlPlaces        *self,
                              const char       *file,
                              const char       *text,
                              gsize             length);
/* (transfer full): “x.basin: line 4: conv1” */
char     *mtl_places_block   (MtlPlaces        *self,
                              const char       *id);
/* (transfer full): the same of the first @literal in quotes. */
char     *mtl_places_literal (const MtlPlaces  *self,
                              const char       *literal,
                              const char       *what);
/* Always FALSE: “PLACE: expected EXPECTED, found …”; @found may be NULL. */
gboolean  mtl_place_refuse   (const char       *place,
                              const char       *expected,
                              JsonNode         *found,
                              GError          **error);
