/* mtl-store-write.c — the door of the trainer
 *
 * A flush and a checkpoint leave what is to be written at the writer and
 * queue the writer once. So a disk that is slower than the training makes
 * flushes fewer and drops checkpoints that a newer one has overtaken; the
 * queue does not grow.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <unistd.h>

#include "mtl-store-private.h"

static MtlStoreWriter *
make_writer (MtlStore   *store,
             const char *run,
             int         claim)
{
  MtlStoreWriter *self = g_new0 (MtlStoreWriter, 1);

  self->store = mtl_store_ref (store);
  self->run = g_strdup (run);
  self->claim = claim;
  self->curves = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return self;
}

MtlStoreWriter *
mtl_store_make_writer (MtlStore    *store,
                       const char  *run,
                       GError     **error)
{
  int claim = mtl_store_claim (store, run, error);

  return claim >= 0 ? make_writer (store, run, claim) : NULL;
}

void
mtl_store_free_writer (MtlStoreWriter *self)
{
  close (self->claim);
  g_clear_pointer (&self->record, mtl_record_unref);
  g_clear_pointer (&self->known, mtl_record_unref);
  for (guint best = 0; best < 2; best++)
    g_clear_pointer (&self->waiting[best], g_bytes_unref);
  g_clear_error (&self->failure);
  g_hash_table_unref (self->curves);
  g_free (self->run);
  mtl_store_unref (self->store);
  g_free (self);
}

/* --- on the store's thread --- */

/* What waited at the writer. */
typedef struct
{
  MtlRecord *record;
  GBytes    *bytes[2];
  guint64    steps[2];
} Load;

static void
take_load (MtlStoreWriter *self,
           Load           *load)
{
  pthread_mutex_lock (&self->store->lock);
  self->is_queued = FALSE;
  load->record = g_steal_pointer (&self->record);
  for (guint best = 0; best < 2; best++)
    {
      load->bytes[best] = g_steal_pointer (&self->waiting[best]);
      load->steps[best] = self->steps[best];
    }
  pthread_mutex_unlock (&self->store->lock);
}

static void
note_failure (MtlStoreWriter *self,
              GError         *failure)
{
  if (failure == NULL)
    return;

  pthread_mutex_lock (&self->store->lock);
  if (self->failure == NULL)
    self->failure = g_steal_pointer (&failure);
  pthread_mutex_unlock (&self->store->lock);
  g_clear_error (&failure);
}

static void
save (MtlStoreWriter *self,
      Load           *load,
      guint           best)
{
  GError *failure = NULL;

  if (load->bytes[best] == NULL)
    return;

  mtl_store_save_checkpoint (self, load->bytes[best], load->steps[best], best == 1, &failure);
  note_failure (self, failure);
  g_clear_pointer (&load->bytes[best], g_bytes_unref);
}

/* The curves go first: those on disk are never older than the checkpoint,
 * else a resumed run would have a hole in them. */
static gboolean
serve_cb (MtlStore  *store,
          MtlDb     *db,
          gpointer   data,
          GError   **error)
{
  MtlStoreWriter *self = data;
  GError *failure = NULL;
  Load load;

  take_load (self, &load);
  if (load.record != NULL)
    {
      g_clear_pointer (&self->known, mtl_record_unref);
      self->known = load.record;
    }
  if (self->known != NULL)
    mtl_store_flush (db, self, self->known, &failure);
  note_failure (self, failure);

  /* Where both wait the best is the older one, as it takes the other's place. */
  save (self, &load, 1);
  save (self, &load, 0);

  return TRUE;
}

/* By its turn in the queue all that was queued before it is done. */
static gboolean
wait_cb (MtlStore  *store,
         MtlDb     *db,
         gpointer   data,
         GError   **error)
{
  return TRUE;
}

/* --- in the thread of the trainer --- */

/* With the lock held. */
static void
enqueue (MtlStoreWriter *self)
{
  if (self->is_queued)
    return;

  self->is_queued = TRUE;
  mtl_store_post (self->store, serve_cb, self);
}

/**
 * mtl_store_writer_flush:
 *
 * Returns at once. A failure is made up for by the next flush where it can
 * be, and told by mtl_store_writer_close() in any case.
 */
void
mtl_store_writer_flush (MtlStoreWriter *self,
                        MtlRecord      *record)
{
  MtlRecord *old;

  g_return_if_fail (record != NULL);

  mtl_record_ref (record);
  pthread_mutex_lock (&self->store->lock);
  old = self->record;
  self->record = record;
  enqueue (self);
  pthread_mutex_unlock (&self->store->lock);
  g_clear_pointer (&old, mtl_record_unref);
}

/**
 * mtl_store_writer_checkpoint:
 * @checkpoint: of mtl_checkpoint_write()
 * @epoch: for people who read logs; the checkpoint knows it itself
 * @best: it is the best so far as well
 *
 * Returns at once. What still waits and is not better goes unwritten.
 */
void
mtl_store_writer_checkpoint (MtlStoreWriter *self,
                             GBytes         *checkpoint,
                             guint64         step,
                             guint64         epoch,
                             gboolean        best)
{
  guint slot = best ? 1 : 0;
  GBytes *old[2] = { NULL, NULL };

  g_return_if_fail (checkpoint != NULL);

  g_bytes_ref (checkpoint);
  pthread_mutex_lock (&self->store->lock);
  old[0] = g_steal_pointer (&self->waiting[0]);
  if (best)
    old[1] = g_steal_pointer (&self->waiting[1]);
  self->waiting[slot] = checkpoint;
  self->steps[slot] = step;
  enqueue (self);
  pthread_mutex_unlock (&self->store->lock);
  g_clear_pointer (&old[0], g_bytes_unref);
  g_clear_pointer (&old[1], g_bytes_unref);
}

/**
 * mtl_store_writer_close:
 * @record: (nullable): flushed for the last time; NULL: there is none
 *
 * Waits until all is on disk and frees @self in any case.
 *
 * Returns: TRUE; FALSE with the first thing that went wrong since the writer
 *   was made
 */
gboolean
mtl_store_writer_close (MtlStoreWriter  *self,
                        MtlRecord       *record,
                        GError         **error)
{
  GError *failure;

  if (record != NULL)
    mtl_store_writer_flush (self, record);
  mtl_store_call (self->store, wait_cb, NULL, NULL);

  failure = g_steal_pointer (&self->failure);
  mtl_store_free_writer (self);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, failure);
  return FALSE;
}
