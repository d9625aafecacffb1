/* fake-dot.c — programs on the PATH that call themselves dot: for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "fake-dot.h"

#include <glib/gstdio.h>

gboolean
dot_is_missing (void)
{
  g_autofree char *dot = g_find_program_in_path ("dot");

  if (dot == NULL)
    g_test_skip ("there is no dot: install graphviz");
  return dot == NULL;
}

void
dot_fake (FakeDot    *self,
          const char *script)
{
  g_autofree char *program = NULL;
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\n%s\n", script);
  g_autofree char *path = NULL;
  g_autoptr(GError) error = NULL;

  self->path = g_strdup (g_getenv ("PATH"));
  self->folder = g_dir_make_tmp ("basin-tidy-XXXXXX", &error);
  g_assert_no_error (error);
  program = g_build_filename (self->folder, "dot", NULL);
  path = script != NULL ? g_strconcat (self->folder, ":", self->path, NULL)
                        : g_strdup (self->folder);
  if (script != NULL)
    {
      g_file_set_contents (program, text, -1, &error);
      g_assert_no_error (error);
      g_assert_cmpint (g_chmod (program, 0700), ==, 0);
    }
  g_setenv ("PATH", path, TRUE);
}

void
dot_restore (FakeDot *self)
{
  static const char *const files[] = { "dot", "pid" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, files[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_setenv ("PATH", self->path, TRUE);
  g_free (self->folder);
  g_free (self->path);
}

void
turn_until (gint64 deadline)
{
  g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  g_main_context_iteration (NULL, FALSE);
}
