/* mtl-design-file.c — loading and saving designs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <stdlib.h>
#include <sys/stat.h>

#define CHUNK    65536
#define NEW_MODE 0666   /* less what umask takes away */

/* One byte more than is allowed, so that the parser sees it is too long; a
 * file without an end is not read to its end. */
static GBytes *
read_bounded (GFile   *file,
              GError **error)
{
  g_autoptr(GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr(GByteArray) all = g_byte_array_new ();

  if (stream == NULL)
    return NULL;

  while (all->len <= MTL_DESIGN_MAX_BYTES)
    {
      g_autoptr(GBytes) part = g_input_stream_read_bytes (G_INPUT_STREAM (stream), CHUNK, NULL,
                                                          error);

      if (part == NULL)
        return NULL;
      if (g_bytes_get_size (part) == 0)
        break;
      g_byte_array_append (all, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&all));
}

/**
 * mtl_design_load:
 * @notes: (element-type utf8) (nullable): see mtl_design_parse()
 *
 * Returns: (transfer full): the design; NULL with an error of GIO or as
 *   mtl_design_parse() gives it
 */
MtlDesign *
mtl_design_load (GFile      *file,
                 GPtrArray  *notes,
                 GError    **error)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *shown = name != NULL ? g_filename_display_name (name) : NULL;
  g_autoptr(GBytes) bytes = read_bounded (file, error);

  if (bytes == NULL)
    {
      g_prefix_error (error, "Cannot open %s: ", shown);
      return NULL;
    }

  return mtl_design_parse (bytes, shown, notes, error);
}

static gboolean
save_local (const char  *path,
            GBytes      *bytes,
            GError     **error)
{
  g_autofree char *target = NULL;
  char *resolved = realpath (path, NULL);
  struct stat old;
  int mode = NEW_MODE;

  /* A link stays a link: what it points to is replaced. */
  target = g_strdup (resolved != NULL ? resolved : path);
  free (resolved);
  if (stat (target, &old) == 0)
    mode = old.st_mode & 0777;

  return g_file_set_contents_full (target, g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes),
                                   G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                   mode, error);
}

/**
 * mtl_design_save:
 *
 * Writes a neighbour, syncs it and renames it, so that the file is the old or
 * the new one at every moment. What is not a local file is replaced by GIO.
 *
 * Returns: TRUE; FALSE with an error of GLib or GIO, the old file untouched
 */
gboolean
mtl_design_save (const MtlDesign  *self,
                 GFile            *file,
                 GError          **error)
{
  g_autoptr(GBytes) bytes = mtl_design_print (self);
  const char *path = g_file_peek_path (file);
  gboolean done;

  if (path != NULL)
    done = save_local (path, bytes, error);
  else
    done = g_file_replace_contents (file, g_bytes_get_data (bytes, NULL),
                                    g_bytes_get_size (bytes), NULL, FALSE, G_FILE_CREATE_NONE,
                                    NULL, NULL, error);

  if (!done)
    g_prefix_error (error, "Cannot save: ");

  return done;
}
