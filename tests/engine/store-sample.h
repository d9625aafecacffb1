/* store-sample.h — runs, records and checkpoints made up for the tests of the store
 *
 * The curve of a sample follows from x alone, so that what comes back can be
 * checked without the record that it came from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "mtl-error.h"
#include "mtl-store-private.h"

#define STEPS_PER_EPOCH 100

static inline void
remove_all (const char *path)
{
  g_autoptr(GDir) files = NULL;
  const char *name;

  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    files = g_dir_open (path, 0, NULL);
  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *inner = g_build_filename (path, name, NULL);

      remove_all (inner);
    }
  g_remove (path);
}

static inline char *
make_folder (void)
{
  g_autoptr(GError) error = NULL;
  char *folder = g_dir_make_tmp ("basin-store-XXXXXX", &error);

  g_assert_no_error (error);
  return folder;
}

static inline MtlStore *
open_store (const char *folder)
{
  g_autoptr(GError) error = NULL;
  MtlStore *store = mtl_store_open (folder, &error);

  g_assert_no_error (error);
  g_assert_nonnull (store);
  return store;
}

static inline void
fill_info (MtlRecordInfo *info)
{
  static const char *const tasks[] = { "left", "right", NULL };
  static const char *const metrics[] = { "accuracy", "r2", NULL };

  *info = (MtlRecordInfo) {
    .design = mtl_design_new ("Two Digits"), .n_tasks = 2,
    .tasks = g_strdupv ((char **) tasks), .metrics = g_strdupv ((char **) metrics),
    .n_weights = 4321, .n_trunk = 1234, .steps_per_epoch = STEPS_PER_EPOCH, .n_epochs = 40,
  };
}

/* Begins a run; *record is its empty record. */
static inline MtlStoreWriter *
begin_run (MtlStore   *store,
           MtlRecord **record)
{
  g_autoptr(GError) error = NULL;
  MtlRecordInfo info;
  MtlStoreWriter *writer;

  fill_info (&info);
  writer = mtl_store_begin (store, &info, &error);
  g_assert_no_error (error);
  *record = mtl_record_new (&info);
  mtl_record_info_clear (&info);

  return writer;
}

/* Each eleventh is a gap. */
static inline double
sample_value (double x)
{
  return fmod (x, 11.0) == 0.0 ? NAN : sin (x) + 3.0;
}

static inline void
append_point (MtlRecord  *record,
              const char *name,
              double      x)
{
  mtl_series_append (mtl_record_series (record, name), x, sample_value (x));
}

static inline void
end_epoch (MtlRecord *record,
           guint64    epoch)
{
  static const char *const names[] = {
    "epoch/test/loss/left", "epoch/test/accuracy/left", "epoch/test/loss/right",
    "epoch/test/r2/right", "epoch/conflict", "epoch/steps",
  };

  for (guint n = 0; n < G_N_ELEMENTS (names); n++)
    append_point (record, names[n], (double) epoch);
}

/* Steps first … last as a trainer records them. */
static inline void
train (MtlRecord    *record,
       guint64       first,
       guint64       last,
       MtlRunStatus  status)
{
  MtlProgress progress = { .status = status, .step = last, .epoch = last / STEPS_PER_EPOCH + 1,
                           .seconds = 0.5 * (double) last };

  for (guint64 step = first; step <= last; step++)
    {
      append_point (record, "loss/left", (double) step);
      append_point (record, "loss/right", (double) step);
      if (step % 3 == 0)
        append_point (record, "cosine/left/right", (double) step);
      if (step % STEPS_PER_EPOCH == 0)
        end_epoch (record, step / STEPS_PER_EPOCH);
      if (step % 250 == 0)
        mtl_record_add_event (record, step, "settings", "balancer → PCGrad");
    }
  mtl_record_set_progress (record, &progress);
}

static inline MtlRecord *
load (MtlStore   *store,
      const char *run)
{
  g_autoptr(GError) error = NULL;
  MtlRecord *record = mtl_store_load (store, run, &error);

  g_assert_no_error (error);
  return record;
}

static inline void
close_writer (MtlStoreWriter *writer,
              MtlRecord      *record)
{
  g_autoptr(GError) error = NULL;

  mtl_store_writer_close (writer, record, &error);
  g_assert_no_error (error);
}

/* Every point of @name is the sample's; returns the last x, 0 without one. */
static inline double
check_curve (MtlRecord  *record,
             const char *name,
             double      first,
             double      between)
{
  MtlSeries *series = mtl_record_find (record, name);
  gsize n = series != NULL ? mtl_series_get_length (series) : 0;
  double x = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      MtlPoint point;
      double y;

      mtl_series_read (series, i, &point, 1);
      x = first + (double) i * between;
      y = sample_value (x);
      if (point.x != x || (point.y != y && !(isnan (point.y) && isnan (y))))
        g_error ("%s: point %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is (%g, %g), not (%g, %g)",
                 name, i, n, point.x, point.y, x, y);
    }

  return x;
}

static inline void
check_steps (MtlRecord *record,
             guint64    last)
{
  guint64 epochs = last / STEPS_PER_EPOCH;

  g_assert_cmpfloat (check_curve (record, "loss/left", 1, 1), ==, (double) last);
  g_assert_cmpfloat (check_curve (record, "loss/right", 1, 1), ==, (double) last);
  g_assert_cmpfloat (check_curve (record, "cosine/left/right", 3, 3), ==, (double) (last / 3 * 3));
  g_assert_cmpfloat (check_curve (record, "epoch/test/loss/left", 1, 1), ==, (double) epochs);
  g_assert_cmpfloat (check_curve (record, "epoch/steps", 1, 1), ==, (double) epochs);
  g_assert_cmpuint (mtl_record_n_events (record), ==, last / 250);
}

/* The bytes of a checkpoint of @n weights, all of them @step. */
static inline GBytes *
make_checkpoint (guint64 step,
                 gsize   n)
{
  g_autoptr(MtlDesign) design = mtl_design_new ("Two Digits");
  g_autoptr(GBytes) text = mtl_design_print (design);
  g_autofree char *words = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_autofree float *theta = g_new (float, n);
  g_autoptr(GVariant) all = NULL;
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize size, hash_size = 32;
  guint8 *bytes;

  for (gsize i = 0; i < n; i++)
    theta[i] = (float) step;
  all = g_variant_ref_sink (g_variant_new (
    "(s(tttddd)(st@au@aau)@mv@mv@mv(@aad(@ad@ad@ad)))", words, step, step / STEPS_PER_EPOCH + 1,
    step % STEPS_PER_EPOCH, 0.0, 0.0, 1.0, "adam", step,
    g_variant_new_fixed_array (G_VARIANT_TYPE ("u"), theta, n, sizeof (float)),
    g_variant_new_array (G_VARIANT_TYPE ("au"), NULL, 0),
    g_variant_new_maybe (G_VARIANT_TYPE ("v"), NULL),
    g_variant_new_maybe (G_VARIANT_TYPE ("v"), NULL),
    g_variant_new_maybe (G_VARIANT_TYPE ("v"), NULL),
    g_variant_new_array (G_VARIANT_TYPE ("ad"), NULL, 0),
    g_variant_new_array (G_VARIANT_TYPE ("d"), NULL, 0),
    g_variant_new_array (G_VARIANT_TYPE ("d"), NULL, 0),
    g_variant_new_array (G_VARIANT_TYPE ("d"), NULL, 0)));
  size = g_variant_get_size (all);
  bytes = g_malloc (40 + size);
  memcpy (bytes, "BASINCK1", 8);
  g_variant_store (all, bytes + 40);
  g_checksum_update (checksum, bytes + 40, (gssize) size);
  g_checksum_get_digest (checksum, bytes + 8, &hash_size);

  return g_bytes_new_take (bytes, 40 + size);
}
