/* mtl-idx.c — the IDX files of MNIST: bytes behind a short header
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-idx.h"

#include "mtl-error.h"
#include "mtl-file.h"

#define UBYTE        0x08u   /* the type of entries, third byte of the magic number */
#define MOST_ENTRIES (G_GUINT64_CONSTANT (1) << 30)

static guint32
read_word (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

/* Some mirrors write train-images.idx3-ubyte. */
static char *
with_dot (const char *name)
{
  g_autofree char *start = g_strndup (name, (gsize) (g_strrstr (name, "-idx") - name));

  return g_strconcat (start, ".", g_strrstr (name, "-idx") + 1, NULL);
}

char *
mtl_idx_find (const char  *folder,
              const char  *name,
              GError     **error)
{
  g_autofree char *dotted = with_dot (name);
  const char *const names[] = { name, dotted };
  static const char *const endings[] = { "", ".gz" };

  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    for (guint e = 0; e < G_N_ELEMENTS (endings); e++)
      {
        g_autofree char *file = g_strconcat (names[n], endings[e], NULL);
        g_autofree char *path = g_build_filename (folder, file, NULL);

        if (g_file_test (path, G_FILE_TEST_EXISTS))
          return g_steal_pointer (&path);
      }

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "MNIST files are needed: expected %s or %s.gz in the folder “%s”, found neither; "
               "choose the folder that holds train-images-idx3-ubyte.", name, name, folder);
  return NULL;
}

static gboolean
check_magic (const char    *path,
             const guint8  *bytes,
             gsize          length,
             guint          rank,
             GError       **error)
{
  guint32 expected = UBYTE << 8 | rank;
  gsize header = 4 + 4 * (gsize) rank;

  if (length < header)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "“%s”: expected an IDX header of %" G_GSIZE_FORMAT " bytes, found %"
                   G_GSIZE_FORMAT " bytes in all", path, header, length);
      return FALSE;
    }

  if (read_word (bytes) != expected)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "“%s”, byte 0: expected the IDX magic number 0x%08x, found 0x%08x; "
                   "is it another file under this name?", path, expected, read_word (bytes));
      return FALSE;
    }

  return TRUE;
}

/* The number of entries that @bytes promises, *n. */
static gboolean
read_sizes (const char    *path,
            const guint8  *bytes,
            guint          rank,
            MtlIdx        *idx,
            gsize         *n,
            GError       **error)
{
  guint64 product = 1;

  idx->rank = rank;
  for (guint d = 0; d < rank; d++)
    {
      idx->size[d] = read_word (bytes + 4 + 4 * d);
      /* Both factors stay below 2³², so the product cannot wrap round. */
      product *= idx->size[d];
      if (idx->size[d] == 0 || product > MOST_ENTRIES)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "“%s”, byte %u: expected a size of at least 1 and at most 2³⁰ entries "
                       "in all, found %u", path, 4 + 4 * d, idx->size[d]);
          return FALSE;
        }
    }

  *n = (gsize) product;
  return TRUE;
}

static gboolean
read_entries (const char    *path,
              gsize          header,
              gsize          n,
              MtlIdx        *idx,
              GCancellable  *cancel,
              GError       **error)
{
  gboolean more;
  g_autoptr(GByteArray) bytes = mtl_file_read (path, header + n, &more, cancel, error);

  if (bytes == NULL)
    return FALSE;

  if (more || bytes->len != header + n)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "“%s”: expected %" G_GSIZE_FORMAT " bytes, as its header says, found %s%u; "
                   "the file is damaged, get it anew",
                   path, header + n, more ? "more than " : "", bytes->len);
      return FALSE;
    }

  g_byte_array_remove_range (bytes, 0, (guint) header);
  idx->bytes = g_byte_array_free (g_steal_pointer (&bytes), FALSE);
  return TRUE;
}

gboolean
mtl_idx_read (const char    *path,
              guint          rank,
              gboolean       header_only,
              MtlIdx        *idx,
              GCancellable  *cancel,
              GError       **error)
{
  gsize header = 4 + 4 * (gsize) rank;
  g_autoptr(GByteArray) start = NULL;
  gsize n;

  g_return_val_if_fail (rank >= 1 && rank <= MTL_IDX_MAX_RANK, FALSE);

  *idx = (MtlIdx) { 0 };
  start = mtl_file_read (path, header, NULL, cancel, error);
  if (start == NULL || !check_magic (path, start->data, start->len, rank, error)
      || !read_sizes (path, start->data, rank, idx, &n, error))
    return FALSE;

  return header_only || read_entries (path, header, n, idx, cancel, error);
}

void
mtl_idx_clear (MtlIdx *self)
{
  g_clear_pointer (&self->bytes, g_free);
}
