/* mtl-store.c — opening the store, and its life
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "mtl-store-private.h"

#define FOLDER_MODE 0700

static void
free_store (MtlStore *self)
{
  g_clear_pointer (&self->db, mtl_db_free);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

static gboolean
open_database (MtlStore  *self,
               GError   **error)
{
  g_autofree char *runs = g_build_filename (self->folder, "runs", NULL);

  if (g_mkdir_with_parents (runs, FOLDER_MODE) != 0)
    {
      int code = errno;
      g_autofree char *shown = g_filename_display_name (runs);

      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("Cannot make the folder %s: %s. Make it yourself, or set BASIN_HOME to "
                     "a folder that you may write to."), shown, g_strerror (code));
      return FALSE;
    }

  self->db = mtl_db_open (self->path, TRUE, error);

  return self->db != NULL && mtl_db_use_wal (self->db, error)
         && mtl_store_migrate (self->db, error);
}

/**
 * mtl_store_open:
 * @folder: (nullable): NULL for mtl_home_data(); made when it is not there
 *
 * Returns: (transfer full): the store; NULL with MTL_ERROR_STORE, the message
 *   naming the path and what to do
 */
MtlStore *
mtl_store_open (const char  *folder,
                GError     **error)
{
  MtlStore *self = g_new0 (MtlStore, 1);

  self->refs = 1;
  self->folder = folder != NULL ? g_canonicalize_filename (folder, NULL) : mtl_home_data ();
  self->path = g_build_filename (self->folder, "runs.db", NULL);
  if (!open_database (self, error))
    {
      free_store (self);
      return NULL;
    }

  mtl_store_start (self);
  return self;
}

MtlStore *
mtl_store_ref (MtlStore *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

/* The last one waits until all that was queued is on disk. */
void
mtl_store_unref (MtlStore *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  mtl_store_end (self);
  free_store (self);
}
