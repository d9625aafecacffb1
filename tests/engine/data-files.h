/* data-files.h — small data files and opened sources, for tests of data
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>
#include <zlib.h>

#include "mtl-data-private.h"

/* A folder that remove_folder() takes away again. */
static inline char *
make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("basin-data-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline void
remove_folder (char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (folder);
}

/* (transfer full): the path of what was written. */
static inline char *
write_plain (const char    *folder,
             const char    *name,
             gconstpointer  bytes,
             gsize          length)
{
  char *path = g_build_filename (folder, name, NULL);
  FILE *file = fopen (path, "wb");  /* g_file_set_contents() would wait for the disk */

  g_assert_nonnull (file);
  g_assert_cmpuint (fwrite (bytes, 1, length, file), ==, length);
  g_assert_cmpint (fclose (file), ==, 0);
  return path;
}

static inline char *
write_text (const char *folder,
            const char *name,
            const char *text)
{
  return write_plain (folder, name, text, strlen (text));
}

static inline char *
write_packed (const char    *folder,
              const char    *name,
              gconstpointer  bytes,
              gsize          length)
{
  char *path = g_build_filename (folder, name, NULL);
  gzFile file = gzopen (path, "wb");

  g_assert_nonnull (file);
  g_assert_cmpint (gzwrite (file, bytes, (unsigned) length), ==, (int) length);
  g_assert_cmpint (gzclose (file), ==, Z_OK);
  return path;
}

/* (transfer full): the source @id with settings `id`, `value` … NULL. */
static inline MtlChosen *
choose (const char *id,
        ...)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_SOURCE, id, &error);
  MtlChosen *chosen = mtl_chosen_new (MTL_KIND_SOURCE, method);
  const char *key;
  va_list list;

  va_start (list, id);
  while ((key = va_arg (list, const char *)) != NULL)
    {
      MtlChosen *next = mtl_chosen_with (chosen, key, va_arg (list, const char *), &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }
  va_end (list);

  return chosen;
}

/* Opens @source, which is expected to open, for @n_tasks named @tasks. */
static inline MtlData *
open_data (const MtlChosen   *source,
           const char *const *tasks,
           guint              n_tasks)
{
  g_autoptr(GError) error = NULL;
  MtlData *data = mtl_data_open (source, tasks, NULL, n_tasks, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (data);
  return data;
}

/* Asserts that @source is refused as damaged data, and that the message has
 * @words in it. */
static inline void
assert_refused (const MtlChosen *source,
                const char      *words)
{
  g_autoptr(GError) error = NULL;
  MtlData *data = mtl_data_open (source, NULL, NULL, 0, NULL, &error);

  g_assert_null (data);
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);
  if (strstr (error->message, words) == NULL)
    g_error ("expected “%s” in: %s", words, error->message);
}

/* All rows of @split. */
static inline MtlBatch *
read_split (MtlData  *data,
            MtlSplit  split)
{
  gsize n = mtl_data_rows (data, split);
  g_autofree guint32 *samples = g_new (guint32, MAX (n, 1));
  MtlBatch *batch = mtl_batch_new (data, n);

  for (gsize i = 0; i < n; i++)
    samples[i] = (guint32) i;
  mtl_batch_fill (batch, data, split, samples, n, NULL);

  return batch;
}

/* (transfer full) (nullable): a file of the shared data sets: below
 * BASIN_TEST_DATA, or beside the source tree. NULL marks the test skipped. */
static inline char *
find_shared (const char *name)
{
  const char *set = g_getenv ("BASIN_TEST_DATA");
  g_autofree char *here = g_path_get_dirname (__FILE__);
  g_autofree char *beside = g_build_filename (here, "..", "..", "..", "shared", "data", NULL);
  g_autofree char *path = g_build_filename (set != NULL ? set : beside, name, NULL);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);

  g_test_skip ("the shared data sets are not there; set BASIN_TEST_DATA");
  return NULL;
}
