/* mtl-store-file.c — files of a run's folder
 *
 * At every moment a file is the old or the new one, also when the power goes:
 * its bytes are synced before it is renamed, and the folder after.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mtl-store-private.h"

static gboolean
fail_file (const char  *path,
           int          code,
           GError     **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
               code == ENOSPC || code == EDQUOT
               ? _("There is no room left for %s (%s). Free some space on its disk.")
               : _("Cannot write %s: %s. Check that its folder exists, that you may write to "
                   "it, and that its disk works."), shown, g_strerror (code));
  return FALSE;
}

/* 0, or the code of what went wrong. */
static int
write_all (int           file,
           const guint8 *bytes,
           gsize         size)
{
  while (size > 0)
    {
      gssize n = write (file, bytes, MIN (size, 1u << 30));

      if (n < 0 && errno != EINTR)
        return errno;
      if (n > 0)
        {
          bytes += n;
          size -= (gsize) n;
        }
    }

  return fsync (file) == 0 ? 0 : errno;
}

/* Not every file system can sync a folder; those that cannot do not need it. */
static void
sync_folder (const char *folder)
{
  int file = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (file < 0)
    return;

  fsync (file);
  close (file);
}

static int
write_beside (const char *path,
              GBytes     *bytes)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  int file = g_open (path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
  int code;

  if (file < 0)
    return errno;

  code = write_all (file, data, size);
  if (close (file) != 0 && code == 0)
    code = errno;

  return code;
}

gboolean
mtl_store_write_file (const char  *folder,
                      const char  *name,
                      GBytes      *bytes,
                      GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *beside = g_strdup_printf ("%s.new", path);
  int code = write_beside (beside, bytes);

  if (code == 0 && g_rename (beside, path) != 0)
    code = errno;
  if (code != 0)
    {
      g_unlink (beside);
      return fail_file (path, code, error);
    }

  sync_folder (folder);
  return TRUE;
}

gboolean
mtl_store_link_file (const char  *folder,
                     const char  *from,
                     const char  *to,
                     GBytes      *bytes,
                     GError     **error)
{
  g_autofree char *old = g_build_filename (folder, from, NULL);
  g_autofree char *new = g_build_filename (folder, to, NULL);
  g_autofree char *beside = g_strdup_printf ("%s.new", new);
  gboolean done;

  g_unlink (beside);
  done = link (old, beside) == 0 && g_rename (beside, new) == 0;
  /* To rename one name of a file to another one of it does nothing. */
  g_unlink (beside);
  if (!done)
    return mtl_store_write_file (folder, to, bytes, error);

  sync_folder (folder);
  return TRUE;
}

GBytes *
mtl_store_read_file (const char *folder,
                     const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  struct stat about;
  char *bytes;
  gsize size;

  if (lstat (path, &about) != 0 || !S_ISREG (about.st_mode)
      || !g_file_get_contents (path, &bytes, &size, NULL))
    return NULL;

  return g_bytes_new_take (bytes, size);
}

/* Of files alone: a run's folder has no folders in it. A link in its place is
 * taken away, not followed. */
gboolean
mtl_store_remove_folder (const char  *folder,
                         GError     **error)
{
  struct stat about;
  g_autoptr(GDir) files = NULL;
  const char *name;

  if (lstat (folder, &about) != 0)
    return errno == ENOENT ? TRUE : fail_file (folder, errno, error);
  if (!S_ISDIR (about.st_mode))
    return g_unlink (folder) == 0 ? TRUE : fail_file (folder, errno, error);

  files = g_dir_open (folder, 0, NULL);
  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }

  if (g_rmdir (folder) != 0 && errno != ENOENT)
    return fail_file (folder, errno, error);

  return TRUE;
}
