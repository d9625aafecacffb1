/* mtl-pool.c — worker threads behind one atomic word
 *
 * The word holds how often a job was opened, whether one is open, and how
 * many workers are inside it:
 *
 *   generation << 18 | STOP | OPEN | active (16 bits)
 *
 * A job is opened by the caller, who then takes pieces like any worker. A
 * worker enters by raising `active` while the word says OPEN for a generation
 * that it has not worked in yet. When the pieces have run out the caller
 * takes OPEN away and waits until `active` is zero. So a worker that wakes
 * late finds the door shut and nobody waits for it; and the plain fields of a
 * job are written only while no worker is inside.
 *
 * Sleeping: a worker raises `n_asleep` and looks at the word once more before
 * it waits; the caller writes the word and then reads `n_asleep`. Both are
 * sequentially consistent, so at least one of the two sees the other. The
 * wait of the caller for the last worker is made the same way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-pool.h"

#include <pthread.h>
#include <stdatomic.h>

#include "mtl-blas.h"

#define ACTIVE         G_GUINT64_CONSTANT (0xffff)
#define OPEN           (G_GUINT64_CONSTANT (1) << 16)
#define STOP           (G_GUINT64_CONSTANT (1) << 17)
#define ONE_GENERATION (G_GUINT64_CONSTANT (1) << 18)

#define MOST_WORKERS   1024
#define SPIN_USEC      50
#define LOOKS_A_CLOCK  64   /* looks at the word between two looks at the clock */

typedef struct
{
  MtlPool   *pool;
  guint      number;    /* 1 … n_workers-1 */
  pthread_t  thread;
} Worker;

struct _MtlPool
{
  /* Constant while the threads live. */
  guint             n_workers;    /* the caller included */
  gint64            spin_usec;
  Worker           *workers;      /* n_workers; the first is the caller, without a thread */

  /* The job: written by the caller while nobody is inside. */
  guint             n_pieces;
  MtlPoolWork       work;
  gpointer          data;

  /* Shared. */
  _Atomic guint64   word;
  _Atomic guint     next_piece;
  _Atomic guint     n_asleep;     /* workers; raised under the lock */
  _Atomic gboolean  caller_waits;

  pthread_mutex_t   lock;         /* guards no data: it closes the gap before a wait */
  pthread_cond_t    opened;       /* a job, or STOP */
  pthread_cond_t    left;         /* the last worker, after the job was shut */
};

/* Tells the processor that this is a spin. */
static void
relax (void)
{
#if defined (__x86_64__) || defined (__i386__)
  __builtin_ia32_pause ();
#elif defined (__aarch64__)
  __asm__ volatile ("yield");
#endif
}

/* Whether a worker that last worked in generation @seen has something to do. */
static gboolean
calls_worker (guint64 word,
              guint64 seen)
{
  return (word & STOP) != 0 || ((word & OPEN) != 0 && word / ONE_GENERATION != seen);
}

static gboolean
is_left (guint64 word)
{
  return (word & ACTIVE) == 0;
}

/* Spins until a worker is called, or time is up. */
static gboolean
spin_for_job (MtlPool *self,
              guint64  seen)
{
  gint64 end;

  if (self->spin_usec == 0)
    return calls_worker (atomic_load (&self->word), seen);

  end = g_get_monotonic_time () + self->spin_usec;
  do
    for (guint n = 0; n < LOOKS_A_CLOCK; n++)
      {
        if (calls_worker (atomic_load (&self->word), seen))
          return TRUE;
        relax ();
      }
  while (g_get_monotonic_time () < end);

  return FALSE;
}

static void
wait_for_job (MtlPool *self,
              guint64  seen)
{
  if (spin_for_job (self, seen))
    return;

  pthread_mutex_lock (&self->lock);
  atomic_fetch_add (&self->n_asleep, 1);
  while (!calls_worker (atomic_load (&self->word), seen))
    pthread_cond_wait (&self->opened, &self->lock);
  atomic_fetch_sub (&self->n_asleep, 1);
  pthread_mutex_unlock (&self->lock);
}

static gboolean
spin_until_left (MtlPool *self)
{
  gint64 end;

  if (self->spin_usec == 0)
    return is_left (atomic_load (&self->word));

  end = g_get_monotonic_time () + self->spin_usec;
  do
    for (guint n = 0; n < LOOKS_A_CLOCK; n++)
      {
        if (is_left (atomic_load (&self->word)))
          return TRUE;
        relax ();
      }
  while (g_get_monotonic_time () < end);

  return FALSE;
}

static void
wait_until_left (MtlPool *self)
{
  if (spin_until_left (self))
    return;

  pthread_mutex_lock (&self->lock);
  atomic_store (&self->caller_waits, TRUE);
  while (!is_left (atomic_load (&self->word)))
    pthread_cond_wait (&self->left, &self->lock);
  atomic_store (&self->caller_waits, FALSE);
  pthread_mutex_unlock (&self->lock);
}

/* Enters the open job, if there is one that this worker has not seen. */
static gboolean
enter (MtlPool *self,
       guint64 *seen)
{
  guint64 word = atomic_load (&self->word);

  while ((word & OPEN) != 0 && word / ONE_GENERATION != *seen)
    if (atomic_compare_exchange_weak (&self->word, &word, word + 1))
      {
        *seen = word / ONE_GENERATION;
        return TRUE;
      }

  return FALSE;
}

static void
leave (MtlPool *self)
{
  guint64 word = atomic_fetch_sub (&self->word, 1) - 1;

  if (is_left (word) && atomic_load (&self->caller_waits))
    {
      pthread_mutex_lock (&self->lock);
      pthread_cond_signal (&self->left);
      pthread_mutex_unlock (&self->lock);
    }
}

static void
take_pieces (MtlPool *self,
             guint    worker)
{
  guint piece;

  while ((piece = atomic_fetch_add (&self->next_piece, 1)) < self->n_pieces)
    self->work (piece, worker, self->data);
}

static gpointer
worker_thread (gpointer data)
{
  Worker *worker = data;
  MtlPool *self = worker->pool;
  guint64 seen = 0;

  while ((atomic_load (&self->word) & STOP) == 0)
    if (enter (self, &seen))
      {
        take_pieces (self, worker->number);
        leave (self);
      }
    else
      {
        wait_for_job (self, seen);
      }

  return NULL;
}

/**
 * mtl_pool_new:
 * @n_workers: how many, the caller included; 0 for the number of processors
 *
 * Where the system refuses a thread the pool has as many workers as could be
 * started; see mtl_pool_n_workers().
 *
 * Returns: (transfer full): a pool, to be used by one thread at a time
 */
MtlPool *
mtl_pool_new (guint n_workers)
{
  MtlPool *self = g_new0 (MtlPool, 1);
  guint n_processors = g_get_num_processors ();

  mtl_blas_init ();

  if (n_workers == 0)
    n_workers = n_processors;
  n_workers = MIN (n_workers, MOST_WORKERS);

  /* With more workers than processors a spin only keeps another from its work. */
  self->spin_usec = n_workers > n_processors ? 0 : SPIN_USEC;
  self->workers = g_new0 (Worker, n_workers);
  pthread_mutex_init (&self->lock, NULL);
  pthread_cond_init (&self->opened, NULL);
  pthread_cond_init (&self->left, NULL);

  for (self->n_workers = 1; self->n_workers < n_workers; self->n_workers++)
    {
      Worker *worker = &self->workers[self->n_workers];

      *worker = (Worker) { .pool = self, .number = self->n_workers };
      if (pthread_create (&worker->thread, NULL, worker_thread, worker) != 0)
        break;
    }

  return self;
}

/* Not to be called while a job runs. */
void
mtl_pool_free (MtlPool *self)
{
  atomic_fetch_or (&self->word, STOP);
  pthread_mutex_lock (&self->lock);
  pthread_cond_broadcast (&self->opened);
  pthread_mutex_unlock (&self->lock);
  for (guint n = 1; n < self->n_workers; n++)
    pthread_join (self->workers[n].thread, NULL);

  pthread_cond_destroy (&self->left);
  pthread_cond_destroy (&self->opened);
  pthread_mutex_destroy (&self->lock);
  g_free (self->workers);
  g_free (self);
}

guint
mtl_pool_n_workers (MtlPool *self)
{
  return self->n_workers;
}

static void
open_job (MtlPool *self)
{
  atomic_store (&self->next_piece, 0);
  atomic_fetch_add (&self->word, ONE_GENERATION | OPEN);
  if (atomic_load (&self->n_asleep) > 0)
    {
      pthread_mutex_lock (&self->lock);
      pthread_cond_broadcast (&self->opened);
      pthread_mutex_unlock (&self->lock);
    }
}

/**
 * mtl_pool_run:
 * @self: (nullable): NULL is a pool of one
 * @n_pieces: less than 2³¹; 0 does nothing
 * @work: called once for each piece, on any worker; must not use this pool
 *
 * What @work wrote is seen by the caller afterwards. A single piece, and all
 * pieces of a pool of one, run on the caller.
 */
void
mtl_pool_run (MtlPool     *self,
              guint        n_pieces,
              MtlPoolWork  work,
              gpointer     data)
{
  g_return_if_fail (n_pieces <= G_MAXINT32);

  if (self == NULL || self->n_workers == 1 || n_pieces <= 1)
    {
      for (guint piece = 0; piece < n_pieces; piece++)
        work (piece, 0, data);
      return;
    }

  self->n_pieces = n_pieces;
  self->work = work;
  self->data = data;
  open_job (self);
  take_pieces (self, 0);
  atomic_fetch_and (&self->word, ~OPEN);
  wait_until_left (self);
}
