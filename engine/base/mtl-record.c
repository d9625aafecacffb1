/* mtl-record.c — the curves, events and progress of one run behind one lock
 *
 * Series stand in the order they were made, with a hash table by name beside
 * it. None is ever taken out, so a series that was handed out stays good for
 * as long as the record lives. The points of a series have their own lock;
 * the one here guards the list of series, the events and the progress, and is
 * held for a look-up or a copy only.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-record.h"

#include <math.h>
#include <pthread.h>

#define READ_CHUNK 256

struct _MtlRecord
{
  gint             refs;       /* atomic */
  MtlRecordInfo    info;       /* constant */

  pthread_mutex_t  lock;       /* guards the rest */
  GHashTable      *by_name;    /* name, owned by `names` → MtlSeries, owned here */
  GPtrArray       *names;      /* of char *, in the order they were made */
  GArray          *events;     /* of MtlEvent */
  MtlProgress      progress;
};

static void
clear_event (gpointer event)
{
  mtl_event_clear (event);
}

static void
unref_series (gpointer series)
{
  mtl_series_unref (series);
}

/* At most @n strings of @list, NULL-terminated. */
static char **
copy_strings (char *const *list,
              guint        n)
{
  char **copy = g_new0 (char *, n + 1);

  for (guint i = 0; i < n && list != NULL && list[i] != NULL; i++)
    copy[i] = g_strdup (list[i]);

  return copy;
}

static void
copy_info (MtlRecordInfo       *copy,
           const MtlRecordInfo *info)
{
  *copy = *info;
  copy->run = g_strdup (info->run);
  copy->name = g_strdup (info->name);
  copy->design = info->design != NULL ? mtl_design_ref (info->design) : NULL;
  copy->tasks = copy_strings (info->tasks, info->n_tasks);
  copy->metrics = copy_strings (info->metrics, info->n_tasks);
}

/**
 * mtl_record_new:
 * @info: copied; `design` is taken by reference
 *
 * Returns: (transfer full): a record without curves and events, preparing
 */
MtlRecord *
mtl_record_new (const MtlRecordInfo *info)
{
  MtlRecord *self;

  g_return_val_if_fail (info != NULL, NULL);
  g_return_val_if_fail (info->n_tasks <= MTL_MAX_TASKS, NULL);

  self = g_new0 (MtlRecord, 1);
  self->refs = 1;
  copy_info (&self->info, info);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_series);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->events = g_array_new (FALSE, FALSE, sizeof (MtlEvent));
  g_array_set_clear_func (self->events, clear_event);
  self->progress = (MtlProgress) { .status = MTL_RUN_PREPARING, .time_left = NAN };
  pthread_mutex_init (&self->lock, NULL);

  return self;
}

MtlRecord *
mtl_record_ref (MtlRecord *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_record_unref (MtlRecord *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  pthread_mutex_destroy (&self->lock);
  g_hash_table_unref (self->by_name);
  g_ptr_array_unref (self->names);
  g_array_unref (self->events);
  mtl_record_info_clear (&self->info);
  g_free (self);
}

/**
 * mtl_record_info:
 *
 * Returns: (transfer none): what was known when the run began; never changes
 */
const MtlRecordInfo *
mtl_record_info (MtlRecord *self)
{
  return &self->info;
}

/**
 * mtl_record_info_clear:
 *
 * Frees what @info owns and leaves it all zero.
 */
void
mtl_record_info_clear (MtlRecordInfo *info)
{
  g_free (info->run);
  g_free (info->name);
  g_clear_pointer (&info->design, mtl_design_unref);
  g_strfreev (info->tasks);
  g_strfreev (info->metrics);
  *info = (MtlRecordInfo) { .run = NULL };
}

/* --- curves --- */

/**
 * mtl_record_series:
 * @name: see the head of the header
 *
 * Returns: (transfer none): the curve of that name, made when it is not there
 */
MtlSeries *
mtl_record_series (MtlRecord  *self,
                   const char *name)
{
  MtlSeries *series;

  g_return_val_if_fail (name != NULL, NULL);

  pthread_mutex_lock (&self->lock);
  series = g_hash_table_lookup (self->by_name, name);
  if (series == NULL)
    {
      char *own_name = g_strdup (name);

      series = mtl_series_new ();
      g_ptr_array_add (self->names, own_name);
      g_hash_table_insert (self->by_name, own_name, series);
    }
  pthread_mutex_unlock (&self->lock);

  return series;
}

/**
 * mtl_record_find:
 *
 * Returns: (transfer none) (nullable): the curve of that name
 */
MtlSeries *
mtl_record_find (MtlRecord  *self,
                 const char *name)
{
  MtlSeries *series;

  pthread_mutex_lock (&self->lock);
  series = g_hash_table_lookup (self->by_name, name);
  pthread_mutex_unlock (&self->lock);

  return series;
}

char **
mtl_record_names (MtlRecord *self)
{
  char **names;

  pthread_mutex_lock (&self->lock);
  names = g_new0 (char *, self->names->len + 1);
  for (guint i = 0; i < self->names->len; i++)
    names[i] = g_strdup (g_ptr_array_index (self->names, i));
  pthread_mutex_unlock (&self->lock);

  return names;
}

/**
 * mtl_record_value:
 *
 * Looks from the end, so that the newest epoch is found at once. A run that
 * was resumed may hold an x twice, and then out of order; hence no bisection.
 *
 * Returns: the newest y at exactly @x; NaN when there is none
 */
double
mtl_record_value (MtlRecord  *self,
                  const char *name,
                  double      x)
{
  MtlSeries *series = mtl_record_find (self, name);
  gsize end = series != NULL ? mtl_series_get_length (series) : 0;

  while (end > 0)
    {
      MtlPoint points[READ_CHUNK];
      gsize from = end > READ_CHUNK ? end - READ_CHUNK : 0;
      gsize n = mtl_series_read (series, from, points, end - from);

      while (n-- > 0)
        if (points[n].x == x)
          return points[n].y;
      end = from;
    }

  return NAN;
}

/* --- events and progress --- */

/**
 * mtl_record_add_event:
 * @kind: see MtlEvent
 * @text: for people
 *
 * The event is of now.
 */
void
mtl_record_add_event (MtlRecord  *self,
                      guint64     step,
                      const char *kind,
                      const char *text)
{
  const MtlEvent event = {
    .step = step,
    .time = g_get_real_time (),
    .kind = (char *) kind,
    .text = (char *) text,
  };

  mtl_record_put_event (self, &event);
}

/**
 * mtl_record_put_event:
 * @event: an event of a stored run, with its own time; copied
 */
void
mtl_record_put_event (MtlRecord      *self,
                      const MtlEvent *event)
{
  MtlEvent copy = *event;

  copy.kind = g_strdup (event->kind);
  copy.text = g_strdup (event->text);

  pthread_mutex_lock (&self->lock);
  g_array_append_val (self->events, copy);
  pthread_mutex_unlock (&self->lock);
}

guint
mtl_record_n_events (MtlRecord *self)
{
  guint n;

  pthread_mutex_lock (&self->lock);
  n = self->events->len;
  pthread_mutex_unlock (&self->lock);

  return n;
}

/**
 * mtl_record_event:
 * @n: below mtl_record_n_events()
 * @event: (out caller-allocates): a copy; clear with mtl_event_clear()
 */
void
mtl_record_event (MtlRecord *self,
                  guint      n,
                  MtlEvent  *event)
{
  pthread_mutex_lock (&self->lock);
  g_assert (n < self->events->len);
  *event = g_array_index (self->events, MtlEvent, n);
  event->kind = g_strdup (event->kind);
  event->text = g_strdup (event->text);
  pthread_mutex_unlock (&self->lock);
}

void
mtl_event_clear (MtlEvent *event)
{
  g_clear_pointer (&event->kind, g_free);
  g_clear_pointer (&event->text, g_free);
}

void
mtl_record_set_progress (MtlRecord         *self,
                         const MtlProgress *progress)
{
  pthread_mutex_lock (&self->lock);
  self->progress = *progress;
  pthread_mutex_unlock (&self->lock);
}

void
mtl_record_progress (MtlRecord   *self,
                     MtlProgress *progress)
{
  pthread_mutex_lock (&self->lock);
  *progress = self->progress;
  pthread_mutex_unlock (&self->lock);
}

/**
 * mtl_run_status_name:
 *
 * Returns: a word for files and the command line, untranslated
 */
const char *
mtl_run_status_name (MtlRunStatus status)
{
  static const char *const names[] = {
    [MTL_RUN_PREPARING] = "preparing", [MTL_RUN_TRAINING] = "training",
    [MTL_RUN_PAUSED] = "paused",       [MTL_RUN_DONE] = "done",
    [MTL_RUN_STOPPED] = "stopped",     [MTL_RUN_FAILED] = "failed",
    [MTL_RUN_LOST] = "lost",
  };

  g_return_val_if_fail ((guint) status < G_N_ELEMENTS (names), "lost");

  return names[status];
}
