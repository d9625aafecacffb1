/* train-run.h — runs of training that a test waits for
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "engine-bench.h"
#include "mtl-trainer.h"

#define PATIENCE (60 * G_USEC_PER_SEC)  /* nothing here takes a second */

typedef struct
{
  MtlTrainer *trainer;
  GObject    *listener;
  GError     *error;     /* that it ended with */
  gboolean    over;
} Run;

static inline void
ended_cb (MtlTrainer   *trainer,
          const GError *error,
          GObject      *listener)
{
  Run *run = g_object_get_data (listener, "run");

  g_assert_true (run->trainer == trainer);
  g_assert_false (run->over);
  run->over = TRUE;
  run->error = error != NULL ? g_error_copy (error) : NULL;
}

static inline void
run_start (Run                 *run,
           const MtlDesign     *design,
           const MtlRunOptions *options)
{
  g_autoptr(GError) error = NULL;

  *run = (Run) { .listener = g_object_new (G_TYPE_OBJECT, NULL) };
  g_object_set_data (run->listener, "run", run);
  run->trainer = mtl_trainer_start (design, options, run->listener, ended_cb, &error);
  g_assert_no_error (error);
}

static inline void
run_wait (Run *run)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (!run->over)
    {
      if (g_get_monotonic_time () > end)
        g_error ("the run does not end");
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (200);
    }
}

static inline void
run_clear (Run *run)
{
  mtl_trainer_free (run->trainer);
  g_object_unref (run->listener);
  g_clear_error (&run->error);
}

/* To the end, which has to be a good one. */
static inline void
run_all (Run                 *run,
         const MtlDesign     *design,
         const MtlRunOptions *options)
{
  run_start (run, design, options);
  run_wait (run);
  g_assert_no_error (run->error);
}

/* (transfer full): waits until data is open. */
static inline MtlRecord *
run_record (Run *run)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;
  MtlRecord *record = mtl_trainer_record (run->trainer);

  for (; record == NULL; record = mtl_trainer_record (run->trainer))
    {
      if (g_get_monotonic_time () > end)
        g_error ("there is no record");
      g_usleep (100);
    }

  return record;
}

/* Waits for @status after @step steps. */
static inline void
run_reach (Run          *run,
           MtlRunStatus  status,
           guint64       step)
{
  g_autoptr(MtlRecord) record = run_record (run);
  gint64 end = g_get_monotonic_time () + PATIENCE;
  MtlProgress progress;

  mtl_record_progress (record, &progress);
  while (progress.status != status || progress.step < step)
    {
      if (g_get_monotonic_time () > end)
        g_error ("expected %s at step %" G_GUINT64_FORMAT ", found %s at %" G_GUINT64_FORMAT,
                 mtl_run_status_name (status), step, mtl_run_status_name (progress.status),
                 progress.step);
      g_usleep (100);
      mtl_record_progress (record, &progress);
    }
}

/* A run that waits before its first step; one that got ahead of the order is begun anew. */
static inline void
run_start_paused (Run                 *run,
                  const MtlDesign     *design,
                  const MtlRunOptions *options)
{
  for (guint n = 0; n < 100; n++)
    {
      g_autoptr(MtlRecord) record = NULL;
      MtlProgress progress = { .status = MTL_RUN_PREPARING };

      run_start (run, design, options);
      mtl_trainer_order (run->trainer, MTL_ORDER_PAUSE);
      record = run_record (run);
      while (progress.status == MTL_RUN_PREPARING || progress.status == MTL_RUN_TRAINING)
        {
          g_usleep (100);
          mtl_record_progress (record, &progress);
        }
      if (progress.status == MTL_RUN_PAUSED && progress.step == 0)
        return;
      run_clear (run);
    }
  g_error ("no run could be paused before its first step");
}

/* The text of the newest event of @kind; NULL when there is none. */
static inline char *
find_event (MtlRecord  *record,
            const char *kind,
            guint64    *step)
{
  char *text = NULL;

  for (guint n = 0; n < mtl_record_n_events (record); n++)
    {
      MtlEvent event;

      mtl_record_event (record, n, &event);
      if (strcmp (event.kind, kind) == 0)
        {
          g_free (text);
          text = g_strdup (event.text);
          *step = event.step;
        }
      mtl_event_clear (&event);
    }

  return text;
}

/* --- what two runs have in common --- */

static inline void
assert_same_theta (const char *what,
                   Run        *a,
                   Run        *b)
{
  g_autoptr(MtlSnapshot) one = mtl_trainer_snapshot (a->trainer);
  g_autoptr(MtlSnapshot) two = mtl_trainer_snapshot (b->trainer);
  gsize n, m;
  const float *x = mtl_snapshot_theta (one, &n);
  const float *y = mtl_snapshot_theta (two, &m);

  g_assert_cmpuint (n, ==, m);
  for (gsize i = 0; i < n; i++)
    if (memcmp (x + i, y + i, sizeof *x) != 0)
      {
        g_test_fail_printf ("%s: weight %" G_GSIZE_FORMAT " is %.9g and %.9g", what, i, x[i], y[i]);
        return;
      }
}

/* (transfer full): the points of a curve; empty when it is not there. */
static inline GArray *
read_curve (MtlRecord  *record,
            const char *name)
{
  MtlSeries *series = mtl_record_find (record, name);
  gsize n = series != NULL ? mtl_series_get_length (series) : 0;
  GArray *points = g_array_sized_new (FALSE, TRUE, sizeof (MtlPoint), (guint) n);

  g_array_set_size (points, (guint) n);
  if (n > 0)
    mtl_series_read (series, 0, (MtlPoint *) (gpointer) points->data, n);

  return points;
}

static inline void
assert_same_curve (const char *what,
                   const char *name,
                   MtlRecord  *a,
                   MtlRecord  *b)
{
  g_autoptr(GArray) x = read_curve (a, name);
  g_autoptr(GArray) y = read_curve (b, name);

  if (x->len != y->len)
    {
      g_test_fail_printf ("%s: %s has %u points and %u", what, name, x->len, y->len);
      return;
    }
  for (guint i = 0; i < x->len; i++)
    {
      const MtlPoint *p = &g_array_index (x, MtlPoint, i);
      const MtlPoint *q = &g_array_index (y, MtlPoint, i);

      if (p->x != q->x || (p->y != q->y && !(isnan (p->y) && isnan (q->y))))
        {
          g_test_fail_printf ("%s: point %u of %s is (%g, %.17g) and (%g, %.17g)", what, i, name,
                              p->x, p->y, q->x, q->y);
          return;
        }
    }
}

/* All but the time that passed. */
static inline void
assert_same_curves (const char *what,
                    MtlRecord  *a,
                    MtlRecord  *b)
{
  g_auto(GStrv) names = mtl_record_names (a);
  g_auto(GStrv) others = mtl_record_names (b);

  g_assert_cmpuint (g_strv_length (names), ==, g_strv_length (others));
  for (guint n = 0; names[n] != NULL; n++)
    if (strcmp (names[n], "epoch/seconds") != 0)
      assert_same_curve (what, names[n], a, b);
}
