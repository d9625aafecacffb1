/* engine-bench.h — designs written in lines, tables, and all that runs them, for tests
 *
 * A line is a block: its id, its type, its settings and, after <, the outputs
 * that it reads at `in`, or PORT:OUTPUT. The line that begins with `experiment`
 * holds settings alone. A csv block reads the table of write_table().
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "mtl-design-private.h"
#include "mtl-plan-private.h"
#include "mtl-setup.h"
#include "mtl-work-private.h"

static inline guint64
all_of (guint n_tasks)
{
  return (G_GUINT64_CONSTANT (1) << n_tasks) - 1;
}

/* --- tables --- */

/* Five inputs, three values that follow from them, a class and a flag. */
static inline char *
write_table (guint rows)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GString) text = g_string_new ("x0,x1,x2,x3,x4,y0,y1,y2,kind,yes\n");
  g_autoptr(GRand) rand = g_rand_new_with_seed (11);
  char *path;
  int file = g_file_open_tmp ("basin-table-XXXXXX.csv", &path, &error);

  g_assert_no_error (error);
  for (guint r = 0; r < rows; r++)
    {
      double x[5];

      for (guint i = 0; i < 5; i++)
        x[i] = g_rand_double_range (rand, -1.0, 1.0);
      for (guint i = 0; i < 5; i++)
        g_string_append_printf (text, "%.6f,", x[i]);
      g_string_append_printf (text, "%.6f,%.6f,%.6f,%s,%s\n", x[0] * x[1] + x[2],
                              sin (3.0 * x[1]) - x[3], x[4] * x[4] - x[0],
                              x[0] > 0.3 ? "high" : x[0] < -0.3 ? "low" : "mid",
                              x[2] + x[3] > 0.0 ? "yes" : "no");
    }
  g_assert_cmpint (write (file, text->str, text->len), ==, (gssize) text->len);
  close (file);

  return path;
}

static inline void
remove_table (char *path)
{
  g_unlink (path);
  g_free (path);
}

/* --- designs --- */

static inline MtlDesign *
set_value (MtlDesign  *design,
           const char *key,
           const char *value)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *next = mtl_design_with_value (design, key, value, &error);

  if (next == NULL)
    g_error ("%s = %s: %s", key, value, error->message);
  mtl_design_unref (design);

  return next;
}

static inline MtlDesign *
set_of (MtlDesign  *design,
        const char *id,
        const char *word)
{
  g_autofree char *key = g_strndup (word, (gsize) (strchr (word, '=') - word));
  g_autofree char *path = strcmp (id, "experiment") == 0
                          ? g_strdup_printf ("experiment.%s", key)
                          : g_strdup_printf ("blocks.%s.%s", id, key);

  return set_value (design, path, strchr (word, '=') + 1);
}

static inline MtlDesign *
add_block (MtlDesign  *design,
           const char *id,
           const char *type,
           const char *table)
{
  const MtlMethod *source = mtl_catalogue_find (MTL_KIND_SOURCE, type, NULL);
  const MtlMethod *op = mtl_catalogue_find (MTL_KIND_OP, type, NULL);
  g_autoptr(MtlChosen) what = mtl_chosen_new (source != NULL ? MTL_KIND_SOURCE : MTL_KIND_OP,
                                              source != NULL ? source : op);
  g_autoptr(MtlBlock) block = mtl_block_new (id, what, 0.0, 0.0);
  g_autofree char *key = g_strdup_printf ("blocks.%s.path", id);
  MtlDesign *next = mtl_design_with_block (design, block);

  mtl_design_unref (design);
  if (strcmp (type, "csv") == 0)
    {
      next = set_of (next, id, "inputs=x0,x1,x2,x3,x4");
      next = set_of (next, id, "targets=y0,y1,y2,kind,yes");
      next = set_of (next, id, "split=last");
      next = set_value (next, key, table);
    }

  return next;
}

/* What no edit makes, a file of another version may: @times wires, whatever is there. */
static inline MtlDesign *
force_wire (MtlDesign  *design,
            const char *from,
            const char *to,
            guint       times)
{
  MtlDesign *copy = mtl_design_copy (design);

  for (guint n = 0; n < times; n++)
    g_ptr_array_add (copy->wires, mtl_wire_new (from, "out", to, "in"));
  mtl_design_unref (design);

  return mtl_design_seal (copy);
}

/* @from: “block.output”, for another input than “in” with “@input” behind it. A wire
 * that is there already is doubled. */
static inline MtlDesign *
add_wire (MtlDesign  *design,
          const char *from,
          const char *to)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) parts = g_strsplit (from, "@", 2);
  g_autofree char *end = g_strdup_printf ("%s.%s", to, parts[1] != NULL ? parts[1] : "in");
  MtlDesign *next = mtl_design_with_wire (design, parts[0], end, &error);

  if (next == NULL)
    g_error ("%s to %s: %s", from, to, error->message);
  mtl_design_unref (design);
  if (next == design)
    {
      g_autofree char *block = g_strndup (from, (gsize) (strchr (from, '.') - from));

      next = force_wire (next, block, to, 1);
    }

  return next;
}

static inline MtlDesign *
add_line (MtlDesign  *design,
          const char *line,
          const char *table)
{
  g_auto(GStrv) words = g_strsplit (line, " ", -1);
  gboolean wires = FALSE;

  if (strcmp (words[0], "experiment") != 0)
    design = add_block (design, words[0], words[1], table);
  for (guint n = 1; words[n] != NULL; n++)
    {
      if (strcmp (words[n], "<") == 0)
        wires = TRUE;
      else if (wires)
        design = add_wire (design, words[n], words[0]);
      else if (strchr (words[n], '=') != NULL)
        design = set_of (design, words[0], words[n]);
    }

  return design;
}

/* @table: (nullable): path of the table of a block d of type csv. */
static inline MtlDesign *
build_design (const char *text,
              const char *table)
{
  MtlDesign *design = mtl_design_new ("Test");
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint n = 0; lines[n] != NULL; n++)
    if (*lines[n] != '\0')
      design = add_line (design, lines[n], table);

  return design;
}

/* --- what runs them --- */

typedef struct
{
  MtlDesign *design;
  MtlData   *data;
  MtlPlan   *plan;
  MtlPool   *pool;
  MtlWork   *work;
  MtlBatch  *batch;
  float     *theta;
  guint      k;
  gsize      d, p;
} Bench;

static inline void
fill_rows (Bench *self,
           gsize  first,
           gsize  n)
{
  g_autofree guint32 *index = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    index[i] = (guint32) (first + i);
  mtl_batch_fill (self->batch, self->data, MTL_DATA_TRAIN, index, n, NULL);
}

/* A batch of @rows in a plan for @capacity rows. */
static inline void
bench_open (Bench      *self,
            const char *text,
            const char *table,
            gsize       capacity,
            gsize       rows,
            guint       n_threads)
{
  g_autoptr(GError) error = NULL;

  self->design = build_design (text, table);
  self->data = mtl_setup_data (self->design, NULL, &error);
  g_assert_no_error (error);
  self->plan = mtl_plan_new (self->design, self->data, capacity, TRUE, 0, &error);
  g_assert_no_error (error);
  self->pool = mtl_pool_new (n_threads);
  self->work = mtl_work_new (self->plan, self->pool);
  self->batch = mtl_batch_new (self->data, capacity);
  self->k = mtl_plan_n_tasks (self->plan);
  self->d = mtl_plan_n_trunk (self->plan);
  self->p = mtl_plan_n_weights (self->plan);
  self->theta = g_new0 (float, mtl_plan_n_theta (self->plan));
  mtl_plan_initialise (self->plan, 3, self->theta);
  fill_rows (self, 0, rows);
}

static inline void
bench_clear (Bench *self)
{
  g_free (self->theta);
  mtl_batch_free (self->batch);
  mtl_work_free (self->work);
  mtl_pool_free (self->pool);
  mtl_plan_unref (self->plan);
  mtl_data_unref (self->data);
  mtl_design_unref (self->design);
}

static inline MtlPass
bench_pass (Bench       *self,
            guint64      tasks,
            MtlPassMode  mode)
{
  return (MtlPass) { self->theta, self->batch, tasks, mode,
                     mtl_rng_new (5, MTL_STREAM_DROPOUT) };
}

/* The largest |a − b| as a share of the largest |b|. */
static inline double
worst (const float *a,
       const float *b,
       gsize        n)
{
  double difference = 0.0;
  double scale = 1e-30;

  for (gsize i = 0; i < n; i++)
    {
      if (!isfinite (a[i]) || !isfinite (b[i]))
        return INFINITY;
      difference = MAX (difference, fabs ((double) a[i] - b[i]));
      scale = MAX (scale, fabs ((double) b[i]));
    }

  return difference / scale;
}
