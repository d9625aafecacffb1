/* mtl-name.c — what may be the id of a block or the name of a port
 *
 * Such a name is safe in a path of --set, in a C identifier after replacing
 * dashes, and in a file name.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-name.h"

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
