/* mtl-store-checkpoint.c — weights in files: the newest two, and the best
 *
 * Two, because the newest may turn out damaged. A checkpoint carries its own
 * checksum, so one that is damaged is known as such.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "mtl-checkpoint.h"
#include "mtl-store-private.h"

#define BEST   "best.ckpt"
#define KEPT   2
#define TRIES  3

static char *
name_file (guint64 step)
{
  return g_strdup_printf ("step-%012" G_GUINT64_FORMAT ".ckpt", step);
}

/* The step that a file is named after; FALSE where it is no checkpoint. */
static gboolean
parse_name (const char *name,
            guint64    *step)
{
  g_autofree char *again = NULL;

  if (!g_str_has_prefix (name, "step-"))
    return FALSE;

  *step = g_ascii_strtoull (name + strlen ("step-"), NULL, 10);
  again = name_file (*step);

  return strcmp (name, again) == 0;
}

static int
compare_falling (gconstpointer a,
                 gconstpointer b)
{
  guint64 x = *(const guint64 *) a;
  guint64 y = *(const guint64 *) b;

  return (x < y) - (x > y);
}

/* (element-type guint64) (transfer full): newest first. */
static GArray *
list_steps (const char *folder)
{
  GArray *steps = g_array_new (FALSE, FALSE, sizeof (guint64));
  g_autoptr(GDir) files = g_dir_open (folder, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      guint64 step;

      if (parse_name (name, &step))
        g_array_append_val (steps, step);
    }
  g_array_sort (steps, compare_falling);

  return steps;
}

static void
remove_step (const char *folder,
             guint64     step)
{
  g_autofree char *name = name_file (step);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_unlink (path);
}

/* --- writing --- */

gboolean
mtl_store_save_checkpoint (MtlStoreWriter  *writer,
                           GBytes          *bytes,
                           guint64          step,
                           gboolean         best,
                           GError         **error)
{
  g_autofree char *folder = mtl_store_folder (writer->store, writer->run);
  g_autofree char *name = name_file (step);
  g_autoptr(GArray) steps = NULL;

  if (!mtl_store_write_file (folder, name, bytes, error)
      || (best && !mtl_store_link_file (folder, name, BEST, bytes, error)))
    return FALSE;

  steps = list_steps (folder);
  for (guint n = KEPT; n < steps->len; n++)
    remove_step (folder, g_array_index (steps, guint64, n));

  return TRUE;
}

void
mtl_store_drop_checkpoints (MtlStore   *self,
                            const char *run,
                            guint64     step)
{
  g_autofree char *folder = mtl_store_folder (self, run);
  g_autoptr(GArray) steps = list_steps (folder);

  for (guint n = 0; n < steps->len; n++)
    if (g_array_index (steps, guint64, n) > step)
      remove_step (folder, g_array_index (steps, guint64, n));
}

/* --- reading --- */

static GBytes *
read_whole (const char  *folder,
            const char  *name,
            GError     **error)
{
  g_autoptr(GBytes) bytes = mtl_store_read_file (folder, name);
  MtlProgressMark mark;

  if (bytes == NULL)
    return NULL;
  if (!mtl_checkpoint_mark (bytes, &mark, error))
    {
      g_prefix_error (error, "%s: ", name);
      return NULL;
    }

  return g_steal_pointer (&bytes);
}

/* *damage takes what is wrong with the newest. */
static GBytes *
read_newest (const char  *folder,
             GError     **damage)
{
  g_autoptr(GArray) steps = list_steps (folder);

  for (guint n = 0; n < steps->len; n++)
    {
      g_autofree char *name = name_file (g_array_index (steps, guint64, n));
      GBytes *bytes = read_whole (folder, name, *damage == NULL ? damage : NULL);

      if (bytes != NULL)
        return bytes;
    }

  return NULL;
}

static void
explain (const char    *run,
         gboolean       best,
         const GError  *damage,
         GError       **error)
{
  if (damage != NULL)
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("Run %s has no checkpoint that is whole. %s"), run, damage->message);
  else if (best)
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("Run %s has no best checkpoint yet: none of its epochs has ended"), run);
  else
    g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                 _("Run %s has no checkpoint: it ended before the first was saved"), run);
}

/**
 * mtl_store_checkpoint:
 * @best: the best one in place of the newest
 *
 * Returns: (transfer full): the bytes of the newest checkpoint that is whole;
 *   NULL with MTL_ERROR_RUN
 */
GBytes *
mtl_store_checkpoint (MtlStore    *self,
                      const char  *run,
                      gboolean     best,
                      GError     **error)
{
  g_autofree char *folder = NULL;
  g_autoptr(GError) damage = NULL;
  GBytes *bytes = NULL;

  if (!mtl_store_check_id (run, error))
    return NULL;

  /* A writer may take away an old file between the listing and the reading. */
  folder = mtl_store_folder (self, run);
  for (guint n = 0; n < TRIES && bytes == NULL; n++)
    {
      g_clear_error (&damage);
      bytes = best ? read_whole (folder, BEST, &damage) : read_newest (folder, &damage);
    }
  if (bytes == NULL)
    explain (run, best, damage, error);

  return bytes;
}

/**
 * mtl_store_snapshot:
 * @best: the best weights in place of the newest
 *
 * Returns: (transfer full): the weights; NULL with MTL_ERROR_RUN where there
 *   is no whole checkpoint, or an error of mtl_checkpoint_snapshot()
 */
MtlSnapshot *
mtl_store_snapshot (MtlStore    *self,
                    const char  *run,
                    gboolean     best,
                    GError     **error)
{
  g_autoptr(GBytes) bytes = mtl_store_checkpoint (self, run, best, error);

  return bytes != NULL ? mtl_checkpoint_snapshot (bytes, error) : NULL;
}
