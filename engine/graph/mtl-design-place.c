/* mtl-design-place.c — where in a file a message points to
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-place.h"

#include <string.h>

#include "mtl-error.h"
#include "mtl-json.h"

#define ID_KEY "\"id\""

void
mtl_places_init (MtlPlaces  *self,
                 const char *file,
                 const char *text,
                 gsize       length)
{
  *self = (MtlPlaces) {
    .file = file,
    .text = text,
    .end = text + length,
    .cursor = text,
    .line = 1,
  };
}

static char *
describe (const MtlPlaces *self,
          guint            line,
          const char      *what)
{
  if (line == 0)
    return g_strdup_printf ("%s: %s", self->file, what);

  return g_strdup_printf ("%s: line %u: %s", self->file, line, what);
}

/* Whether "id" and a colon stand in front of @hit. */
static gboolean
follows_id_key (const MtlPlaces *self,
                const char      *hit)
{
  while (hit > self->text && strchr (" \t\r\n:", hit[-1]) != NULL)
    hit--;

  return hit - self->text >= (gssize) strlen (ID_KEY)
    && strncmp (hit - strlen (ID_KEY), ID_KEY, strlen (ID_KEY)) == 0;
}

char *
mtl_places_block (MtlPlaces  *self,
                  const char *id)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", id);
  const char *hit = g_strstr_len (self->cursor, self->end - self->cursor, quoted);

  while (hit != NULL && !follows_id_key (self, hit))
    hit = g_strstr_len (hit + 1, self->end - hit - 1, quoted);

  if (hit == NULL)
    {
      self->cursor = self->end;
      return describe (self, 0, id);
    }

  for (; self->cursor <= hit; self->cursor++)
    self->line += *self->cursor == '\n';

  return describe (self, self->line, id);
}

char *
mtl_places_literal (const MtlPlaces *self,
                    const char      *literal,
                    const char      *what)
{
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", literal);
  const char *hit = g_strstr_len (self->text, self->end - self->text, quoted);
  guint line = 1;

  if (hit == NULL)
    return describe (self, 0, what);

  for (const char *c = self->text; c < hit; c++)
    line += *c == '\n';

  return describe (self, line, what);
}

gboolean
mtl_place_refuse (const char  *place,
                  const char  *expected,
                  JsonNode    *found,
                  GError     **error)
{
  g_autofree char *quoted = found != NULL ? mtl_json_quote_node (found) : g_strdup ("nothing");

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s: expected %s, found %s", place, expected,
               quoted);
  return FALSE;
}
