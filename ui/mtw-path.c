/* mtw-path.c — names of blocks within groups: `stage1/conv1`
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-path.h"

#include <string.h>

const char *
mtw_path_name (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? slash + 1 : path;
}

char *
mtw_path_scope (const char *path)
{
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, slash - path) : NULL;
}

char *
mtw_path_join (const char *scope,
               const char *name)
{
  return scope != NULL ? g_strconcat (scope, "/", name, NULL) : g_strdup (name);
}

gboolean
mtw_path_has_port (const char *path,
                   const char *end)
{
  gsize length = strlen (path);

  return strncmp (end, path, length) == 0 && end[length] == '.';
}

char *
mtw_path_of_flat (const char *id)
{
  g_auto(GStrv) parts = g_strsplit (id, "/", -1);
  g_autoptr(GStrvBuilder) kept = g_strv_builder_new ();
  g_auto(GStrv) path = NULL;

  /* A number is that of a copy: names begin with a letter. */
  for (guint i = 0; parts[i] != NULL; i++)
    if (!g_ascii_isdigit (parts[i][0]))
      g_strv_builder_add (kept, parts[i]);

  path = g_strv_builder_end (kept);
  return g_strjoinv ("/", path);
}
