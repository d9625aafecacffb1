/* test-data-tables.c — tables: how they are read, what columns become
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <pthread.h>

#include "data-files.h"
#include "mtl-column.h"
#include "mtl-csv.h"

/* --- reading --- */

static MtlCsv *
parse (const char  *text,
       gsize        length,
       GError     **error)
{
  GByteArray *bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) text, (guint) length);
  return mtl_csv_parse ("t.csv", bytes, error);
}

/* Names, then rows: cells with | between, lines with / between. */
static char *
to_plain (const MtlCsv *csv)
{
  GString *text = g_string_new (NULL);

  for (guint c = 0; c < csv->n_columns; c++)
    g_string_append_printf (text, "%s%s", c > 0 ? "|" : "", csv->names[c]);
  for (gsize r = 0; r < csv->n_rows; r++)
    for (guint c = 0; c < csv->n_columns; c++)
      g_string_append_printf (text, "%s%s", c > 0 ? "|" : "/", mtl_csv_cell (csv, r, c));

  return g_string_free (text, FALSE);
}

static const struct
{
  const char *text, *expected;
} tables[] = {
  { "a,b\n1,2\n3,4\n", "a|b/1|2/3|4" },
  { "a,b\r\n1,2\r\n3,4", "a|b/1|2/3|4" },
  { "a,b\r1,2\r3,4\r", "a|b/1|2/3|4" },
  { "\xef\xbb\xbf" "a;b\n1,5;2\n", "a|b/1,5|2" },
  { "a\tb c\n1\t\n\t2\n", "a|b c/1|/|2" },
  { "a , b\n 1 ,  2 \n", "a|b/1|2" },
  { "\n \na\n1\n\n2\n\n", "a/1/2" },
  { "a,b\n\"x,y\",\"say \"\"so\"\"\"\n", "a|b/x,y|say \"so\"" },
  { "a,b\n\"two\nlines\" ,2\n", "a|b/two\nlines|2" },
  { "a,b\n\"\",\"\"\n", "a|b/|" },
  { "a,b\n5\" pipe,2\n", "a|b/5\" pipe|2" },
  { "a,,a2\n1,2,\n", "a|column2|a2/1|2|" },
  { "\"a;b;c\",d\n1,2\n", "a;b;c|d/1|2" },
  { "größe,ü\n1,2\n", "größe|ü/1|2" },
};

static const struct
{
  const char *text, *words;
} refused[] = {
  { "", "t.csv: expected a line with the names of the columns" },
  { " \n\n", "found an empty file" },
  { "a,b\n", "expected rows below the names" },
  { "a,b\n1,2\n3\n", "t.csv, line 3: expected 2 cells, one for each column, found 1" },
  { "a,b\r\n1,2\r\n3\r\n", "t.csv, line 3: expected 2 cells" },
  { "a,b\n1,2,3\n", "line 2: expected 2 cells, one for each column, found 3" },
  { "a,b\n\"x\ny\",2\n1\n", "line 4: expected 2 cells" },
  { "a,b,a\n1,2,3\n", "line 1, column 3: expected a name of its own for each column, found “a”" },
  { "a,b\n1,\"x\n", "line 2, column 2: the quote opened here is never closed" },
  { "a,b\n\"1\"x,2\n", "line 2, column 1: expected a separator" },
  { "a,b\n1,\xff\n", "line 2: expected text in UTF-8, found byte 0xff" },
};

static void
test_parse (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlCsv) csv = parse (tables[i].text, strlen (tables[i].text), &error);
      g_autofree char *plain = NULL;

      g_assert_no_error (error);
      plain = to_plain (csv);
      g_assert_cmpstr (plain, ==, tables[i].expected);
    }

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (parse (refused[i].text, strlen (refused[i].text), &error));
      g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);
      if (strstr (error->message, refused[i].words) == NULL)
        g_error ("case %u: expected “%s” in: %s", i, refused[i].words, error->message);
    }
}

/* A zero byte, columns without end, and every cut and flip of a table that has
 * one of everything: read or refused, never worse. */
static void
test_hostile (void)
{
  static const char table[] = "\xef\xbb\xbf" "a,\"b \"\"c\"\"\",d\r\n1,\"two\nlines\",?\r\n"
                              ",NA,1e3\n\"x\",5\" ,\xc3\xa9\n";
  gsize length = sizeof table - 1;
  g_autofree char *commas = g_strnfill (20000, ',');
  g_autoptr(GError) error = NULL;
  MtlRng rng = mtl_rng_new (1, MTL_STREAM_DATA);

  g_assert_null (parse ("a\n1\0\n", 5, &error));
  g_assert_nonnull (strstr (error->message, "line 2: expected text in UTF-8, found byte 0x00"));
  g_clear_error (&error);
  g_assert_null (parse (commas, 20000, &error));
  g_assert_nonnull (strstr (error->message, "at most 16384 columns"));

  for (gsize cut = 0; cut <= length; cut++)
    {
      g_autoptr(GError) wrong = NULL;
      g_autoptr(MtlCsv) csv = parse (table, cut, &wrong);

      g_assert_true ((csv == NULL) == (wrong != NULL));
    }

  for (guint trial = 0; trial < 20000; trial++)
    {
      g_autofree char *bytes = g_memdup2 (table, length);
      g_autoptr(GError) wrong = NULL;
      g_autoptr(MtlCsv) csv = NULL;

      for (guint n = 0; n < 1 + trial % 3; n++)
        bytes[mtl_rng_below (rng, 8 * trial + n, length)]
          = "\",;\n\r\tx\xff"[mtl_rng_below (rng, 8 * trial + 4 + n, 8)];
      csv = parse (bytes, length, &wrong);
      g_assert_true ((csv == NULL) == (wrong != NULL));
      for (gsize c = 0; csv != NULL && c < csv->n_rows * csv->n_columns; c++)
        g_assert_cmpuint (g_array_index (csv->cells, guint32, c), <=, length);
    }
}

static const struct
{
  const char *cell;
  gboolean    is_number;
  double      number;
} cells[] = {
  { "1", TRUE, 1.0 }, { "-2.5", TRUE, -2.5 }, { "+3", TRUE, 3.0 }, { ".5", TRUE, 0.5 },
  { "3.38e-005", TRUE, 3.38e-5 }, { "1E3", TRUE, 1000.0 }, { "", FALSE, 0.0 },
  { "-", FALSE, 0.0 }, { "1,5", FALSE, 0.0 }, { "0x10", FALSE, 0.0 }, { "inf", FALSE, 0.0 },
  { "nan", FALSE, 0.0 }, { "1e39", FALSE, 0.0 }, { "1e999", FALSE, 0.0 }, { "1 2", FALSE, 0.0 },
  { "1e", FALSE, 0.0 }, { "12x", FALSE, 0.0 },
};

static void
test_numbers (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      double number = 0.0;
      gboolean is_number = mtl_cell_to_number (cells[i].cell, &number);

      if (is_number != cells[i].is_number || (is_number && number != cells[i].number))
        g_error ("“%s”: %s %g", cells[i].cell, is_number ? "a number," : "none,", number);
    }
}

/* --- columns --- */

/* Opens @text as a table with one task for each of the comma-separated @targets
 * and further settings; refused with @words in the message when these are given. */
static MtlData *
open_table (const char *text,
            const char *targets,
            const char *key,
            const char *value,
            const char *words)
{
  char *folder = make_folder ();
  g_autofree char *path = write_text (folder, "t.csv", text);
  g_autoptr(MtlChosen) plain = choose ("csv", "path", path, "targets", targets, "test", "0", NULL);
  g_autoptr(MtlChosen) source = NULL;
  g_auto(GStrv) tasks = g_strsplit (targets, ",", -1);
  g_autoptr(GError) error = NULL;
  MtlData *data = NULL;

  source = key != NULL ? mtl_chosen_with (plain, key, value, &error) : mtl_chosen_ref (plain);
  g_assert_no_error (error);
  if (words != NULL)
    assert_refused (source, words);
  else
    data = open_data (source, (const char *const *) tasks, g_strv_length (tasks));
  remove_folder (folder);

  return data;
}

static void
assert_row (const float *row,
            const float *expected,
            guint        n)
{
  for (guint i = 0; i < n; i++)
    if (!(fabsf (row[i] - expected[i]) < 1e-6f) && !(isnan (row[i]) && isnan (expected[i])))
      g_error ("value %u: expected %g, found %g", i, expected[i], row[i]);
}

/* Numbers 1, 3, missing: mean 2, spread 1. Classes red, green, missing; sorted.
 * A column that never changes is 0. Targets: values, binary, classes. */
static void
test_columns (void)
{
  static const float rows[] = { -1, 0, 1, 0,   1, 1, 0, 0,   0, 0, 0, 0 };
  static const float value[] = { -1, 1, NAN }, binary[] = { 0, 1, 1 }, class[] = { 1, NAN, 0 };
  g_autoptr(MtlData) data = open_table ("n,colour,same,y,z,kind\n"
                                        "1,red,7,10,0,cat\n3,green,7,30,1,?\n?,NA,7,,1,ape\n",
                                        "y,z,kind", NULL, NULL, NULL);
  const MtlSourceInfo *info = mtl_data_info (data);
  g_autoptr(MtlBatch) batch = read_split (data, MTL_DATA_TRAIN);

  g_assert_cmpuint (info->shapes[0].rank, ==, 1);
  g_assert_cmpuint (info->shapes[0].size[0], ==, 4);
  g_assert_cmpint (mtl_data_target (data, 0)->kind, ==, MTL_TARGET_VALUES);
  g_assert_cmpint (mtl_data_target (data, 1)->kind, ==, MTL_TARGET_VALUES);
  g_assert_cmpint (mtl_data_target (data, 2)->kind, ==, MTL_TARGET_CLASS);
  g_assert_cmpuint (mtl_data_target (data, 2)->n_classes, ==, 2);
  assert_row (batch->x[0], rows, 12);
  assert_row (batch->targets[0], value, 3);
  assert_row (batch->targets[1], binary, 3);
  assert_row (batch->targets[2], class, 3);
  g_assert_nonnull (strstr (info->note, "n 1, colour 1, y 1, kind 1"));
  g_assert_cmpfloat (info->targets[0].raw->mean, ==, 20.0f);
  g_assert_cmpfloat (info->targets[0].raw->spread, ==, 10.0f);
  g_assert_null (info->targets[1].raw);
  g_assert_cmpstr (info->targets[2].raw->classes[0], ==, "ape");
}

/* Thousandths of a second since 1970 are further apart as floats than the rows
 * are: the mean has to stay what it is. Other means are floats. */
static void
test_coarse (void)
{
  g_autoptr(MtlData) data = open_table ("t,x,y\n1700000000000,1000.1,1\n"
                                        "1700000010000,1000.2,2\n1700000020000,1000.4,4\n",
                                        "y", NULL, NULL, NULL);
  const float far = 1.22474487f;
  g_autoptr(MtlBatch) batch = read_split (data, MTL_DATA_TRAIN);
  const MtlRaw *raws = mtl_data_info (data)->raws[0];

  for (guint i = 0; i < 3; i++)
    g_assert_cmpfloat_with_epsilon (batch->x[0][2 * i], ((float) i - 1.0f) * far, 1e-6f);
  g_assert_true (mtl_raw_is_coarse (raws[0].mean, raws[0].spread));
  for (guint i = 0; i < 3; i++)
    {
      double value = ((double[]) { 1000.1, 1000.2, 1000.4 })[i];
      double mean = raws[1].mean, spread = raws[1].spread;

      g_assert_cmpfloat (batch->x[0][2 * i + 1], ==, (float) ((value - mean) / spread));
    }
}

static void
test_settings (void)
{
  static const char text[] = "a,b,y\n1,2,3\n?,4,3.0\n2,5,1\n";
  g_autoptr(MtlData) classes = open_table (text, "y", "classes", "y", NULL);
  g_autoptr(MtlData) dropped = open_table (text, "y", "missing", "drop", NULL);
  g_autoptr(MtlData) named = open_table (text, "y", "inputs", "b", NULL);
  g_autoptr(MtlData) ignored = open_table (text, "y", "ignore", " b ,", NULL);
  g_autoptr(MtlBatch) batch = read_split (classes, MTL_DATA_TRAIN);

  /* 3 and 3.0 are one class, the second: classes that are numbers sort as such. */
  g_assert_cmpuint (mtl_data_target (classes, 0)->n_classes, ==, 2);
  assert_row (batch->targets[0], (const float[]) { 1, 1, 0 }, 3);
  g_assert_cmpuint (mtl_data_rows (dropped, MTL_DATA_TRAIN), ==, 2);
  g_assert_nonnull (strstr (mtl_data_info (dropped)->note, "because an input is missing: 1"));
  g_assert_cmpuint (mtl_data_info (named)->shapes[0].size[0], ==, 1);
  g_assert_cmpuint (mtl_data_info (ignored)->shapes[0].size[0], ==, 1);
}

static void
test_refused (void)
{
  g_autoptr(GString) many = g_string_new ("a,y\n");
  g_autoptr(MtlChosen) none = choose ("csv", NULL);

  for (guint i = 0; i < 300; i++)
    g_string_append_printf (many, "word%u,1\n", i);

  assert_refused (none, "A table is needed");
  open_table ("age,y\n1,2\n", "", NULL, NULL, "found none; t.csv has age, y");
  open_table ("age,y\n1,2\n", "Y", NULL, NULL, "t.csv has no column “Y”; did you mean y?");
  open_table ("age,y\n1,2\n", "y", "inputs", "agee", "did you mean age?");
  open_table ("age,y\n1,2\n", "y", "ignore", "y", "which targets names too");
  open_table ("age,y\n1,2\n", "y", "ignore", "age", "at least one column besides targets");
  open_table ("age,y\n1,2\n", "y", "classes", "x", "classes: ");
  open_table ("age,y\n1,2\n?,3\n", "y", "inputs", "y", "which targets names too");
  open_table ("age,y\n?,2\n", "y", "missing", "drop", "misses an input");
  open_table ("age,y\n1,2\n5,2\n5y,2\n", "y", NULL, NULL,
              "t.csv, line 4, column 1 (age): expected a number as in most rows");
  open_table ("age,y\n1,a\n5,a\n", "y", NULL, NULL, "two classes or more");
  open_table (many->str, "y", NULL, NULL,
              "line 258, column 1 (a): expected numbers, or at most 256 classes");
  open_table ("a,y\n1,2\n", "y", "test-path", "/nowhere.csv", "cannot read “/nowhere.csv”");
}

/* --- test rows --- */

/* The last rows are test rows: means and classes are those of the others. */
static void
test_unseen (void)
{
  char *folder = make_folder ();
  g_autofree char *path = write_text (folder, "t.csv", "x,c,y\n1,a,u\n3,b,v\n9,c,w\n2,b,u\n");
  g_autoptr(MtlChosen) source = choose ("csv", "path", path, "targets", "y", "split", "last",
                                        "test", "0.5", NULL);
  const char *const tasks[] = { "y" };
  g_autoptr(MtlData) data = open_data (source, tasks, 1);
  g_autoptr(MtlBatch) test = read_split (data, MTL_DATA_TEST);

  g_assert_cmpuint (mtl_data_info (data)->shapes[0].size[0], ==, 3);
  g_assert_cmpuint (mtl_data_target (data, 0)->n_classes, ==, 2);
  assert_row (test->x[0], (const float[]) { 7, 0, 0, 0, 0, 1 }, 6);
  assert_row (test->targets[0], (const float[]) { NAN, 0 }, 2);
  g_assert_nonnull (strstr (mtl_data_info (data)->note, "no training row holds: c 1, y 1"));
  remove_folder (folder);
}

/* A table of test rows has its own order of columns; a text where numbers were
 * learnt is named with its place. */
static void
test_two_tables (void)
{
  char *folder = make_folder ();
  g_autofree char *path = write_text (folder, "t.csv", "x,y\n1,0\n3,1\n");
  g_autofree char *good = write_text (folder, "good.csv", "y;other;x\n1;z;5\n");
  g_autofree char *bad = write_text (folder, "bad.csv", "x,y\n1,0\n1,0\none,1\n");
  g_autofree char *less = write_text (folder, "less.csv", "x\n1\n");
  g_autoptr(MtlChosen) source = choose ("csv", "path", path, "targets", "y", "test-path", good,
                                        NULL);
  g_autoptr(MtlChosen) wrong = choose ("csv", "path", path, "targets", "y", "test-path", bad, NULL);
  g_autoptr(MtlChosen) short_of = choose ("csv", "path", path, "targets", "y", "test-path", less,
                                          NULL);
  const char *const tasks[] = { "y" };
  g_autoptr(MtlData) data = open_data (source, tasks, 1);
  g_autoptr(MtlBatch) test = read_split (data, MTL_DATA_TEST);

  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, 2);
  g_assert_cmpuint (test->rows, ==, 1);
  assert_row (test->x[0], (const float[]) { 3 }, 1);
  assert_row (test->targets[0], (const float[]) { 1 }, 1);
  assert_refused (wrong, "bad.csv, line 4, column 1 (x): expected a number");
  assert_refused (short_of, "less.csv has no column “y”");
  remove_folder (folder);
}

/* The test rows of @n_rows, a bit for each: four 0/1 targets, which stay as they
 * are, spell the number of each row. */
static guint
test_row_bits (const char *split,
               const char *share,
               guint       n_rows)
{
  char *folder = make_folder ();
  g_autoptr(GString) text = g_string_new ("x,b0,b1,b2,b3\n");
  g_autofree char *path = NULL;
  g_autoptr(MtlChosen) source = NULL;
  const char *const tasks[] = { "b0", "b1", "b2", "b3" };
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlBatch) test = NULL;
  guint rows = 0;

  for (guint i = 0; i < n_rows; i++)
    g_string_append_printf (text, "%u,%u,%u,%u,%u\n", i, i & 1, i >> 1 & 1, i >> 2 & 1, i >> 3);
  path = write_text (folder, "t.csv", text->str);
  source = choose ("csv", "path", path, "targets", "b0,b1,b2,b3", "split", split, "test", share,
                   NULL);
  data = open_data (source, tasks, 4);
  test = read_split (data, MTL_DATA_TEST);
  for (guint i = 0; i < test->rows; i++)
    rows |= 1u << (guint) (test->targets[0][i] + 2 * test->targets[1][i] + 4 * test->targets[2][i]
                           + 8 * test->targets[3][i]);
  remove_folder (folder);

  return rows;
}

static void
test_splits (void)
{
  g_assert_cmphex (test_row_bits ("last", "0.2", 16), ==, 0xe000);
  g_assert_cmphex (test_row_bits ("interleaved", "0.2", 16), ==, 1u << 4 | 1u << 9 | 1u << 14);
  g_assert_cmphex (test_row_bits ("interleaved", "0.5", 16), ==, 0xaaaa);
  g_assert_cmphex (test_row_bits ("random", "0.25", 16), ==, test_row_bits ("random", "0.25", 16));
  g_assert_cmphex (test_row_bits ("random", "0", 16), ==, 0);
  g_assert_cmpint (__builtin_popcount (test_row_bits ("random", "0.25", 16)), ==, 4);
}

/* --- descriptions are remembered --- */

static void
test_describe (void)
{
  char *folder = make_folder ();
  g_autofree char *path = write_text (folder, "t.csv", "a,y\n1,2\n3,4\n");
  g_autoptr(MtlChosen) source = choose ("csv", "path", path, "targets", "y", "test", "0", NULL);
  MtlSourceInfo info;
  g_autoptr(GError) error = NULL;

  for (guint n = 0; n < 2; n++)
    {
      g_assert_true (mtl_data_describe (source, &info, &error));
      g_assert_cmpuint (info.train_rows, ==, 2);
      g_assert_cmpstr (info.targets[0].name, ==, "y");
      mtl_source_info_clear (&info);
    }

  g_free (write_text (folder, "t.csv", "a,y\n1,2\n3,4\n5,6\n"));
  g_assert_true (mtl_data_describe (source, &info, &error));
  g_assert_cmpuint (info.train_rows, ==, 3);
  mtl_source_info_clear (&info);

  g_free (write_text (folder, "t.csv", "a,y\n1\n"));
  for (guint n = 0; n < 2; n++)
    {
      g_assert_false (mtl_data_describe (source, &info, &error));
      g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);
      g_clear_error (&error);
    }
  remove_folder (folder);
}

static gpointer
describe_often (gpointer source)
{
  for (guint n = 0; n < 200; n++)
    {
      MtlSourceInfo info;

      g_assert_true (mtl_data_describe (source, &info, NULL));
      g_assert_cmpuint (info.train_rows, ==, 2);
      mtl_source_info_clear (&info);
    }

  return NULL;
}

/* Surveys ask from any thread; ten tables push each other out of the memory. */
static void
test_describe_together (void)
{
  char *folder = make_folder ();
  MtlChosen *sources[10];
  pthread_t threads[10];

  for (guint n = 0; n < 10; n++)
    {
      g_autofree char *name = g_strdup_printf ("%u.csv", n / 2);
      g_autofree char *path = write_text (folder, name, "a,y\n1,2\n3,4\n");

      sources[n] = choose ("csv", "path", path, "targets", n % 2 == 0 ? "y" : "a", "test", "0",
                           NULL);
    }
  for (guint n = 0; n < 10; n++)
    g_assert_cmpint (pthread_create (&threads[n], NULL, describe_often, sources[n]), ==, 0);
  for (guint n = 0; n < 10; n++)
    {
      g_assert_cmpint (pthread_join (threads[n], NULL), ==, 0);
      mtl_chosen_unref (sources[n]);
    }
  remove_folder (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/data-tables/parse", test_parse);
  g_test_add_func ("/data-tables/hostile", test_hostile);
  g_test_add_func ("/data-tables/numbers", test_numbers);
  g_test_add_func ("/data-tables/columns", test_columns);
  g_test_add_func ("/data-tables/coarse", test_coarse);
  g_test_add_func ("/data-tables/settings", test_settings);
  g_test_add_func ("/data-tables/refused", test_refused);
  g_test_add_func ("/data-tables/unseen", test_unseen);
  g_test_add_func ("/data-tables/two-tables", test_two_tables);
  g_test_add_func ("/data-tables/splits", test_splits);
  g_test_add_func ("/data-tables/describe", test_describe);
  g_test_add_func ("/data-tables/describe-together", test_describe_together);

  return g_test_run ();
}
