/* export-table.h — a table of everything that a column can be, with its rows in numbers
 *
 * What the engine reads as text is kept here as a device measures it: floats,
 * NaN where a cell is missing, and classes by their numbers in the order of
 * the levels below, which is the one that headers have to give them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "export-program.h"
#include "store-sample.h"
#include "train-run.h"

#define TABLE_ROWS  64
#define TABLE_TRAIN 52    /* of them: a fifth, rounded down, are test rows at the end */

typedef enum { MEASURED_NUMBER, MEASURED_CLASS, MEASURED_CONSTANT } MeasuredKind;

static const struct
{
  const char   *name;
  MeasuredKind  kind;
  double        mean, spread;   /* that numbers are drawn around */
  const char   *levels[5];
  const char   *missing;        /* every seventh cell; NULL: none */
} measured[] = {
  { "a (%)", MEASURED_NUMBER, 0.02, 0.01, { NULL }, "?" },
  { "kelvin", MEASURED_NUMBER, 293.15, 2.0, { NULL }, NULL },
  { "same", MEASURED_CONSTANT, 7.0, 0.0, { NULL }, NULL },
  { "colour", MEASURED_CLASS, 0.0, 0.0, { "*/ blue", "dark red", "dark-red", "green" }, "NA" },
  { "Size", MEASURED_CLASS, 0.0, 0.0, { "L", "M", "S" }, "" },
  { "code", MEASURED_CLASS, 0.0, 0.0, { "1", "2.5", "10" }, NULL },
  { "flag", MEASURED_NUMBER, 0.4, 0.3, { NULL }, "nan" },
};

#define N_MEASURED G_N_ELEMENTS (measured)

typedef struct
{
  char  *path;
  float  raw[TABLE_ROWS][N_MEASURED];
  double numbers[TABLE_ROWS][N_MEASURED];   /* as they stand in the file */
} MeasuredTable;

static inline void
add_cell (MeasuredTable *self,
          GString       *text,
          GRand         *rand,
          guint          row,
          guint          column)
{
  guint n_levels = 0;
  double number = measured[column].mean
                  + measured[column].spread * g_rand_double_range (rand, -1.5, 1.5);
  g_autofree char *digits = g_strdup_printf ("%.5f", number);

  while (measured[column].levels[n_levels] != NULL)
    n_levels++;
  self->numbers[row][column] = NAN;
  self->raw[row][column] = NAN;
  if (measured[column].missing != NULL && (row + column) % 7 == 0)
    {
      g_string_append_printf (text, "%s,", measured[column].missing);
    }
  else if (measured[column].kind == MEASURED_CLASS)
    {
      /* Each level more than once among the training rows. */
      guint level = (row + (guint) g_rand_int_range (rand, 0, 2)) % n_levels;

      self->raw[row][column] = (float) level;
      g_string_append_printf (text, "%s,", measured[column].levels[level]);
    }
  else
    {
      self->numbers[row][column] = g_ascii_strtod (digits, NULL);
      self->raw[row][column] = (float) self->numbers[row][column];
      g_string_append_printf (text, "%s,", digits);
    }
}

/* Over what was there before, if @path is given; other seeds give other means. */
static inline void
measured_table_write (MeasuredTable *self,
                      char          *path,
                      guint32        seed)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr(GError) error = NULL;

  self->path = path != NULL ? path : g_build_filename (g_get_tmp_dir (), "basin-XXXXXX", NULL);
  if (path == NULL)
    close (g_mkstemp (self->path));
  for (guint c = 0; c < N_MEASURED; c++)
    g_string_append_printf (text, "%s,", measured[c].name);
  g_string_append (text, "y,yes,kind\n");
  for (guint r = 0; r < TABLE_ROWS; r++)
    {
      for (guint c = 0; c < N_MEASURED; c++)
        add_cell (self, text, rand, r, c);
      g_string_append_printf (text, "%.4f,%u,%s\n", 1000.0 + g_rand_double_range (rand, -9.0, 9.0),
                              r % 3 == 0, (const char *[]) { "high", "low", "mid" }[r % 3]);
    }
  g_file_set_contents (self->path, text->str, -1, &error);
  g_assert_no_error (error);
}

/* A block and two tasks that want names which a header has taken. */
static inline MtlDesign *
measured_design (const MeasuredTable *self)
{
  MtlDesign *design = build_design (
    "d csv\nprepare dense units=8 < d.features\nr tanh < prepare.out\nh dense units=1 < r.out\n"
    "y task loss=mse < h.out\nb dense units=1 < r.out\nyes task loss=bce < b.out\n"
    "k dense units=3 < r.out\nkind task < k.out\nz dense units=1 < d.features\n"
    "raw task loss=mse target=y < z.out\nexperiment batch=16 epochs=3", self->path);

  design = set_value (design, "blocks.d.inputs", "");
  design = set_value (design, "blocks.d.targets", "y,yes,kind");

  return set_value (design, "blocks.d.classes", "code");
}

/* The rows of the table in place of what the engine read of them. */
static inline void
measured_subject (Subject             *subject,
                  const MeasuredTable *self)
{
  for (gsize i = 0; i < SAMPLES; i++)
    memcpy (subject->raw + i * N_MEASURED, self->raw[subject->batch->samples[i]],
            sizeof self->raw[0]);
}

/* Mean and spread of a column, worked out from the file's numbers. */
static inline void
check_scale (const MeasuredTable *self,
             guint                column,
             const MtlRaw        *raw)
{
  double sum = 0.0, squares = 0.0;
  guint n = 0;

  for (guint r = 0; r < TABLE_TRAIN; r++)
    if (!isnan (self->numbers[r][column]))
      {
        sum += self->numbers[r][column];
        n++;
      }
  for (guint r = 0; r < TABLE_TRAIN; r++)
    if (!isnan (self->numbers[r][column]))
      squares += (self->numbers[r][column] - sum / n) * (self->numbers[r][column] - sum / n);

  g_assert_cmpstr (raw->name, ==, measured[column].name);
  g_assert_cmpfloat (raw->mean, ==, (float) (sum / n));
  g_assert_cmpfloat (raw->spread, ==, (float) sqrt (squares / n));
}

static inline void
check_columns (const MeasuredTable *self,
               const MtlSourceInfo *info)
{
  g_assert_cmpuint (info->n_raws[0], ==, N_MEASURED);
  for (guint c = 0; c < N_MEASURED; c++)
    {
      const MtlRaw *raw = &info->raws[0][c];

      if (measured[c].kind != MEASURED_CLASS)
        check_scale (self, c, raw);
      else
        g_assert_cmpstrv (raw->classes, (char **) measured[c].levels);
    }
}

/* (transfer full): the bytes of a checkpoint in an older form: 1 is from before what is
 * said of the data was kept, 2 from before the mean of the weights was. */
static inline GBytes *
to_older_form (GBytes *bytes,
               guint   form)
{
  gsize size, hash_size = 32;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autoptr(GBytes) body = g_bytes_new_from_bytes (bytes, 40, size - 40);
  g_autoptr(GVariant) all = g_variant_ref_sink (g_variant_new_from_bytes (
    G_VARIANT_TYPE ("(s(tttddd)(stauaau)mvmvmv(aad(adadad))"
                    "(a(sata(smasdd))a(suuta(smasdd))ttms)(tau))"), body, FALSE));
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autoptr(GVariant) old = NULL;
  GVariant *children[8];
  guint n_children = 6 + form;
  char *made;

  g_assert_cmpmem (data, 8, "BASINCK3", 8);
  for (guint n = 0; n < n_children; n++)
    children[n] = g_variant_get_child_value (all, n);
  old = g_variant_ref_sink (g_variant_new_tuple (children, n_children));
  for (guint n = 0; n < n_children; n++)
    g_variant_unref (children[n]);

  size = 40 + g_variant_get_size (old);
  made = g_malloc (size);
  memcpy (made, form == 1 ? "BASINCK1" : "BASINCK2", 8);
  g_variant_store (old, made + 40);
  g_checksum_update (checksum, (const guchar *) made + 40, (gssize) size - 40);
  g_checksum_get_digest (checksum, (guint8 *) made + 8, &hash_size);

  return g_bytes_new_take (made, size);
}
