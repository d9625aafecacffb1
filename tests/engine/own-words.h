/* own-words.h — the command line with which a test starts itself
 *
 * Built for another processor it runs in an emulator, which Meson names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* @words: NULL-terminated. Returns: (transfer container): the same behind the program. */
static inline char **
own_words (char *const *words)
{
  static char *self;
  GPtrArray *all = g_ptr_array_new ();
  const char *wrapper = g_getenv ("MESON_EXE_WRAPPER");

  if (self == NULL)
    self = g_file_read_link ("/proc/self/exe", NULL);
  if (wrapper != NULL && *wrapper != '\0')
    g_ptr_array_add (all, (gpointer) wrapper);
  g_ptr_array_add (all, self);
  for (; *words != NULL; words++)
    g_ptr_array_add (all, *words);
  g_ptr_array_add (all, NULL);

  return (char **) g_ptr_array_free (all, FALSE);
}
