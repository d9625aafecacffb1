/* mtl-name.c — what may be the id of a block or the name of a port
 *
 * Such a name is safe in a path of --set, in a C identifier after replacing
 * dashes, and in a file name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-name.h"

#include <string.h>

gboolean
mtl_name_is_valid (const char *name)
{
  gsize n = 0;

  if (name == NULL || !g_ascii_islower (name[0]))
    return FALSE;

  while (g_ascii_islower (name[n]) || g_ascii_isdigit (name[n]) || name[n] == '_'
         || name[n] == '-')
    n++;

  return name[n] == '\0' && n <= MTL_NAME_MAX;
}

gboolean
mtl_name_is_copy (const char *part)
{
  return part[0] != '\0' && strspn (part, "0123456789") == strlen (part);
}

gboolean
mtl_path_is_valid (const char *path)
{
  g_auto(GStrv) parts = NULL;
  guint n = 0;

  if (path == NULL || strlen (path) > MTL_PATH_MAX)
    return FALSE;

  parts = g_strsplit (path, "/", -1);
  for (n = 0; parts[n] != NULL; n++)
    {
      gboolean copy = n > 0 && parts[n + 1] != NULL && mtl_name_is_copy (parts[n]);

      if (!copy && !mtl_name_is_valid (parts[n]))
        return FALSE;
    }

  return n > 0;
}
