/* mtl-idx.h — the IDX files of MNIST: bytes behind a short header
 *
 * Big-endian words of 32 bits: the magic number 0x00000800 + rank, then one
 * size for each dimension; after them one byte for each entry.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#define MTL_IDX_MAX_RANK 3

typedef struct
{
  guint   rank;
  guint32 size[MTL_IDX_MAX_RANK];
  guint8 *bytes;                   /* product of the sizes; NULL when only the header was read */
} MtlIdx;

/* (transfer full): the path of @name in @folder, plain or with .gz behind it;
 * NULL with MTL_ERROR_DATA. */
char     *mtl_idx_find       (const char    *folder,
                              const char    *name,
                              GError       **error);

/**
 * mtl_idx_read:
 * @rank: dimensions expected, 1 or 3
 * @header_only: reads no entries: a file that is cut off is not noticed
 *
 * Returns: FALSE with MTL_ERROR_DATA naming file and place: another magic
 *   number, sizes that the file does not bear out
 */
gboolean  mtl_idx_read       (const char    *path,
                              guint          rank,
                              gboolean       header_only,
                              MtlIdx        *idx,
                              GCancellable  *cancel,
                              GError       **error);
void      mtl_idx_clear      (MtlIdx        *self);
