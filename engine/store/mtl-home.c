/* mtl-home.c — the folders of the user that Basin keeps things in
 *
 * BASIN_HOME moves all of them under one folder, for tests and for a copy on
 * a stick; else they are where the XDG base directories say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-store.h"

static char *
find_home (const char *part,
           const char *otherwise)
{
  const char *home = g_getenv ("BASIN_HOME");
  g_autofree char *root = NULL;

  if (home == NULL || *home == '\0')
    return g_build_filename (otherwise, "basin", NULL);

  /* Absolute, so that a change of folder later does not move it. */
  root = g_canonicalize_filename (home, NULL);
  return g_build_filename (root, part, NULL);
}

/**
 * mtl_home_data:
 *
 * Returns: (transfer full): the folder of runs, which may not exist yet
 */
char *
mtl_home_data (void)
{
  return find_home ("data", g_get_user_data_dir ());
}

/**
 * mtl_home_state:
 *
 * Returns: (transfer full): the folder of journals, which may not exist yet
 */
char *
mtl_home_state (void)
{
  return find_home ("state", g_get_user_state_dir ());
}

/**
 * mtl_home_cache:
 *
 * Returns: (transfer full): the folder of what can be made again
 */
char *
mtl_home_cache (void)
{
  return find_home ("cache", g_get_user_cache_dir ());
}
