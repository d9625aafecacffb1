/* mtl-file.c — reading a data file, plain or packed with gzip
 *
 * zlib reads both kinds alike, several packed parts in one file too, and
 * checks the sum at the end of each part. An end that comes too early is an
 * error only to those who read as far as the end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "mtl-error.h"

#define CHUNK (256 * 1024)   /* bytes between two looks at the cancellable */

static gboolean
refuse (const char  *path,
        const char  *why,
        GError     **error)
{
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA, "cannot read “%s”: %s", path, why);
  return FALSE;
}

/* A pipe or a device could be read for ever, so they are not opened. */
static gzFile
open_regular (const char  *path,
              GError     **error)
{
  struct stat about;
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  gzFile file;

  if (fd < 0 || fstat (fd, &about) != 0)
    {
      refuse (path, g_strerror (errno), error);
      if (fd >= 0)
        close (fd);
      return NULL;
    }

  if (!S_ISREG (about.st_mode))
    {
      refuse (path, S_ISDIR (about.st_mode) ? "it is a folder; expected a file"
                                            : "it is not a regular file", error);
      close (fd);
      return NULL;
    }

  file = gzdopen (fd, "rb");
  if (file == NULL)
    {
      refuse (path, "out of memory", error);
      close (fd);
      return NULL;
    }

  gzbuffer (file, CHUNK);
  return file;
}

static gboolean
set_damage (gzFile       file,
            const char  *path,
            gsize        place,
            GError     **error)
{
  g_autofree char *why = NULL;
  int code;
  const char *message = gzerror (file, &code);

  if (code == Z_BUF_ERROR)
    why = g_strdup_printf ("the packed file is cut off after %" G_GSIZE_FORMAT
                           " unpacked bytes; get it anew", place);
  else if (code == Z_ERRNO)
    why = g_strdup (g_strerror (errno));
  else
    why = g_strdup_printf ("the packed file is damaged after %" G_GSIZE_FORMAT
                           " unpacked bytes (%s); get it anew", place, message);

  return refuse (path, why, error);
}

/* Reads up to @n bytes behind the others. *got is less at the end alone. */
static gboolean
read_chunk (gzFile       file,
            const char  *path,
            GByteArray  *bytes,
            guint        n,
            guint       *got,
            GError     **error)
{
  guint before = bytes->len;
  int code = Z_OK;
  int done;

  g_byte_array_set_size (bytes, before + n);
  done = gzread (file, bytes->data + before, n);
  gzerror (file, &code);
  *got = (guint) MAX (done, 0);
  g_byte_array_set_size (bytes, before + *got);

  if (done < 0 || (code != Z_OK && code != Z_STREAM_END))
    return set_damage (file, path, bytes->len, error);

  return TRUE;
}

static gboolean
read_all (gzFile         file,
          const char    *path,
          GByteArray    *bytes,
          gsize          at_most,
          GCancellable  *cancel,
          GError       **error)
{
  guint got = 1;

  while (got > 0 && bytes->len < at_most)
    if (g_cancellable_set_error_if_cancelled (cancel, error)
        || !read_chunk (file, path, bytes, (guint) MIN (CHUNK, at_most - bytes->len), &got, error))
      return FALSE;

  return TRUE;
}

GByteArray *
mtl_file_read (const char    *path,
               gsize          at_most,
               gboolean      *more,
               GCancellable  *cancel,
               GError       **error)
{
  g_autoptr(GByteArray) bytes = g_byte_array_new ();
  gzFile file = open_regular (path, error);
  gboolean fine;

  if (file == NULL)
    return NULL;

  /* One byte further, so that the sum at the end of a .gz is checked. */
  fine = read_all (file, path, bytes, more != NULL ? at_most + 1 : at_most, cancel, error);
  gzclose_r (file);
  if (!fine)
    return NULL;

  if (more != NULL)
    *more = bytes->len > at_most;
  if (bytes->len > at_most)
    g_byte_array_set_size (bytes, (guint) at_most);

  return g_steal_pointer (&bytes);
}
