/* test-export.c — exported headers, compiled as strictly as a compiler can and run
 *
 * Every header is compiled as C99 with sanitizers and as C++11 with a guard
 * behind scratch, from two files of one program, and every function's outputs
 * are compared with the engine's. Weights are compared bit by bit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "export-check.h"
#include "export-table.h"
#include "mtl-checkpoint.h"

static char *table;

/* --- the networks --- */

/* An output that others read on, and a head that is nearly nothing. */
static const char read_on[] =
  "d csv\nt dense units=6 < d.features\nr tanh < t.out\nh dense units=1 < r.out\n"
  "y0 task loss=mse < h.out\ne tanh < h.out\na add < e.out h.out\nk dense units=3 < a.out\n"
  "kind task < k.out\nm dense units=1 < d.features\ny1 task loss=mse < m.out";

static MtlDesign *
two_digits (void)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *design = mtl_template_design ("two-digits", &error);
  MtlDesign *named;

  g_assert_no_error (error);
  design = set_value (design, "blocks.digits.train-size", "64");
  design = set_value (design, "blocks.digits.test-size", "8");
  named = mtl_design_with_name (design, "Two Digits");
  mtl_design_unref (design);

  return named;
}

/* --- running them --- */

/* The largest sum of neighbours: 10×14×14 and 20×5×5. */
static void
test_two_digits (void)
{
  Subject subject;
  g_autofree char *all = NULL;
  g_autofree char *left = NULL;

  subject_open (&subject, two_digits (), 7);
  all = check_export (&subject, NULL);
  assert_says (all, "#define TWO_DIGITS_INPUT_SIZE 1296\n");
  assert_says (all, "#define TWO_DIGITS_LEFT_OUTPUTS 10\n");
  assert_says (all, "#define TWO_DIGITS_SCRATCH_FLOATS 2460 ");
  assert_says (all, "SPDX-License-Identifier: 0BSD");
  g_assert_null (strstr (all, "math.h>"));

  left = check_export (&subject, "left");
  assert_says (left, "#define TWO_DIGITS_LEFT_INPUT_SIZE 1296\n");
  assert_says (left, "#define TWO_DIGITS_LEFT_SCRATCH_FLOATS 2460\n");
  assert_says (left, "fc_left");
  g_assert_null (strstr (left, "right"));
  g_test_message ("two_digits.h has %" G_GSIZE_FORMAT " bytes, two_digits_left.h %"
                  G_GSIZE_FORMAT, strlen (all), strlen (left));
  subject_clear (&subject);
}

static void
test_read_on (void)
{
  g_autofree char *small = NULL;
  Subject subject;

  subject_open (&subject, build_design (read_on, table), 7);
  g_free (check_export (&subject, NULL));
  g_free (check_export (&subject, "kind"));
  small = check_export (&subject, "y1");
  assert_says (small, "#define TEST_Y1_SCRATCH_FLOATS 1\n");
  subject_clear (&subject);
}

/* --- raw values --- */

/* Names that C cannot tell apart are only in the comment, and so are those of a
 * head that an exported one has nothing to do with. */
static void
test_raw_rows (void)
{
  g_autofree char *all = NULL;
  g_autofree char *kind = NULL;
  MeasuredTable rows;
  Subject subject;

  measured_table_write (&rows, NULL, 5);
  subject_open (&subject, measured_design (&rows), 7);
  check_columns (&rows, mtl_data_info (subject.data));
  measured_subject (&subject, &rows);

  all = check_export (&subject, NULL);
  assert_says (all, "\n#define TEST_RAW_SIZE 7\n#define TEST_RAW_A 0\n#define TEST_RAW_KELVIN 1\n");
  assert_says (all, "\n#define TEST_RAW_SIZE_2 4\n");
  assert_says (all, "\n#define TEST_SIZE_L 0\n#define TEST_SIZE_M 1\n#define TEST_SIZE_S 2\n");
  assert_says (all, "\n#define TEST_CODE_2_5 1\n");
  assert_says (all, "\n#define TEST_KIND_LOW 1\n");
  assert_says (all, "\n#define TEST_Y_MEAN 1000.");
  assert_says (all, " *   4 Size: a class by its number, to inputs 7 to 9\n");
  assert_says (all, " *   2 same: always 7 in training, so input 2 is 0\n");
  assert_says (all, " *     0: * / blue, 1: dark red, 2: dark-red, 3: green\n");
  g_assert_null (strstr (all, "COLOUR_GREEN"));

  kind = check_export (&subject, "kind");
  assert_says (kind, "test_kind_prepare (const float *raw,");
  g_assert_null (strstr (kind, "MEAN"));
  subject_clear (&subject);
  remove_table (rows.path);
}

/* (transfer full): what is exported of @snapshot with nothing checked, or NULL. */
static char *
export_snapshot (const Subject *subject,
                 MtlSnapshot   *snapshot,
                 GError       **error)
{
  Subject other = *subject;
  g_autofree char *prefix = NULL;

  other.snapshot = snapshot;
  return export (&other, NULL, &prefix, error);
}

/* A checkpoint from before means and scales were kept takes the table as it is. */
static void
check_first_form (const Subject *subject,
                  MtlStore      *store,
                  const char    *run,
                  const char    *expected)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = mtl_store_checkpoint (store, run, FALSE, &error);
  g_autoptr(GBytes) old = to_older_form (bytes, 1);
  g_autoptr(MtlSnapshot) snapshot = mtl_checkpoint_snapshot (old, &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_null (mtl_snapshot_info (snapshot));
  text = export_snapshot (subject, snapshot, &error);
  if (expected != NULL)
    g_assert_cmpstr (text, ==, expected);
  else
    g_assert_error (error, MTL_ERROR, MTL_ERROR_DESIGN);
}

/* One from before the mean of weights was kept is the same but for that. */
static void
check_second_form (MtlStore   *store,
                   const char *run)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GBytes) bytes = mtl_store_checkpoint (store, run, FALSE, &error);
  g_autoptr(GBytes) old = to_older_form (bytes, 2);
  g_autoptr(MtlSnapshot) now = mtl_checkpoint_snapshot (bytes, &error);
  g_autoptr(MtlSnapshot) then = mtl_checkpoint_snapshot (old, &error);
  gsize n, n_then;

  g_assert_no_error (error);
  g_assert_true (mtl_source_info_matches (mtl_snapshot_info (now), mtl_snapshot_info (then)));
  mtl_snapshot_theta (now, &n);
  mtl_snapshot_theta (then, &n_then);
  g_assert_cmpmem (mtl_snapshot_theta (now, NULL), n * sizeof (float),
                   mtl_snapshot_theta (then, NULL), n_then * sizeof (float));
}

/* Trains a run that is on disk at the end. Returns its weights. */
static MtlSnapshot *
train_run (const MtlDesign  *design,
           MtlStore         *store,
           char            **run,
           MtlSnapshot     **live)
{
  MtlRunOptions options = { .n_threads = 1, .store = store };
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlRecord) record = NULL;
  MtlSnapshot *snapshot;
  Run training;

  run_all (&training, design, &options);
  record = mtl_trainer_record (training.trainer);
  *run = g_strdup (mtl_record_info (record)->run);
  *live = mtl_trainer_snapshot (training.trainer);
  run_clear (&training);
  snapshot = mtl_store_snapshot (store, *run, FALSE, &error);
  g_assert_no_error (error);

  return snapshot;
}

/* What a run was trained with is what is exported, though its table has other
 * rows by then, or is gone; and so it is of a run that has not ended. */
static void
test_kept (void)
{
  g_autofree char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  g_autofree char *run = NULL;
  g_autoptr(MtlSnapshot) live = NULL;
  MeasuredTable rows, others;
  Subject subject;
  MtlDesign *design;
  char *texts[4];

  measured_table_write (&rows, NULL, 5);
  design = measured_design (&rows);
  subject_take (&subject, design, train_run (design, store, &run, &live));
  measured_subject (&subject, &rows);

  texts[0] = check_export (&subject, NULL);
  check_first_form (&subject, store, run, texts[0]);
  check_second_form (store, run);
  measured_table_write (&others, rows.path, 6);
  texts[1] = check_export (&subject, NULL);
  g_unlink (rows.path);
  texts[2] = check_export (&subject, NULL);
  texts[3] = export_snapshot (&subject, live, NULL);
  check_first_form (&subject, store, run, NULL);

  assert_says (texts[0], "/* Training samples 0 to 3, as they are measured, all of the last one");
  assert_says (texts[1], "/* Samples drawn for want of the data, 0 to 3,");
  g_assert_cmpstr (texts[1], ==, texts[2]);
  g_assert_cmpstr (texts[2], ==, texts[3]);
  for (guint n = 0; n < G_N_ELEMENTS (texts); n++)
    g_free (texts[n]);
  subject_clear (&subject);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (rows.path);
}

/* Prints nothing: the self test says it all. */
static void
check_self_test (const Subject *subject,
                 const char    *prefix)
{
  g_autoptr(GString) text = g_string_new (
    "#define @P_SELF_TEST\n#include \"@p.h\"\nstatic float scratch[@P_SCRATCH_FLOATS];\n"
    "int main (void) { return @p_self_test (scratch, 0); }\n");
  g_autoptr(GString) again = g_string_new ("#include \"@p.h\"\n");

  put_program (subject, "main.c", text, prefix);
  put_program (subject, "again.c", again, prefix);
  run_command (subject, "cc -std=c99 -O1 -fsanitize=address,undefined -fno-sanitize-recover=all "
               STRICT);
  run_command (subject, "./program");
}

/* What no source says yet: several ports, one with raw values and one without, and
 * a target of two values on one scale. The table behind it is not there. */
static void
test_ports (void)
{
  char *levels[] = { "no", "yes", NULL };
  MtlRaw raws[] = { { .name = "size", .mean = 4.0f, .spread = 2.0f },
                    { .name = "?", .classes = levels }, { .name = "?", .classes = levels } };
  MtlRaw scale = { .name = "both", .mean = -3.0f, .spread = 0.5f };
  MtlTarget target = { "y", { MTL_TARGET_VALUES, 0, 2 }, &scale };
  const MtlSourceInfo info = {
    .n_ports = 2, .ports = { "left", "right" }, .shapes = { { 1, { 5 } }, { 1, { 3 } } },
    .n_raws = { 3 }, .raws = { raws }, .n_targets = 1, .targets = &target,
  };
  float theta[50];
  g_autofree char *prefix = NULL;
  g_autofree char *text = NULL;
  Subject subject = { .design = build_design ("d csv\na dense units=4 < d.left\n"
    "b dense units=4 < d.right\ns add < a.out b.out\nt tanh < s.out\nh dense units=2 < t.out\n"
    "y task loss=mse < h.out", "/nowhere/no.csv") };
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (theta); i++)
    theta[i] = sinf ((float) i);
  subject.snapshot = mtl_snapshot_new_on (subject.design, &info, theta, 50, 0, 0);
  subject.folder = g_dir_make_tmp ("basin-export-XXXXXX", &error);
  text = export (&subject, NULL, &prefix, &error);
  g_assert_no_error (error);
  assert_says (text, "test_y_left_input_prepare (const float *raw,");
  assert_says (text, "#define TEST_Y_LEFT_INPUT_RAW_COLUMN_2 2\n");
  assert_says (text, "test_y_test_right_input[12] = {\n");
  g_assert_null (strstr (text, "test_y_test_right_input[12] = {\n  0.0f"));
  check_self_test (&subject, prefix);
  subject_clear (&subject);
}

/* --- refusals --- */

static void
test_refusals (void)
{
  const char *const unknown[] = { "left", "middle", NULL };
  const char *const none[] = { NULL };
  const char *const right[] = { "right", NULL };
  const char *const left[] = { "left", NULL };
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *prefix = NULL;
  g_autofree float *theta = NULL;
  Subject subject;
  gsize p;

  subject_open (&subject, two_digits (), 7);
  assert_refused (&subject, unknown, "“middle” is no task of the design");
  assert_refused (&subject, none, "No head is chosen");

  theta = g_memdup2 (mtl_snapshot_theta (subject.snapshot, &p),
                     mtl_plan_n_weights (subject.plan) * sizeof *theta);
  theta[mtl_plan_task (subject.plan, 1)->offset + 3] = NAN;
  mtl_snapshot_unref (subject.snapshot);
  subject.snapshot = mtl_snapshot_new (subject.design, theta, p, 0, 0);
  assert_refused (&subject, NULL, "fc_right: number 3 of its weight is nan");
  assert_refused (&subject, right, "fc_right");
  /* The other head does not need what is broken. */
  text = export (&subject, left, &prefix, &error);
  g_assert_no_error (error);
  subject_clear (&subject);
}

/* --- names and numbers --- */

static void
assert_prefix (const char *design,
               const char *expected)
{
  g_autofree char *prefix = mtl_c_prefix (design);

  g_assert_cmpstr (prefix, ==, expected);
}

static void
test_names (void)
{
  g_autoptr(GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *first = mtl_c_claim (taken, "a-b");
  g_autofree char *second = mtl_c_claim (taken, "a_b");
  g_autofree char *comment = mtl_c_comment ("a*/b/*/c?\?/d\n\u202e\\");

  assert_prefix ("Two Digits", "two_digits");
  assert_prefix (" __two--digits!? ", "two_digits");
  assert_prefix ("2 Digits", "net_2_digits");
  assert_prefix ("Math", "math_net");
  assert_prefix ("…", "network");
  assert_prefix ("", "network");
  assert_prefix ("A name of more characters than anybody wants to type",
                 "a_name_of_more_characters_than_a");
  g_assert_cmpstr (first, ==, "a_b");
  g_assert_cmpstr (second, ==, "a_b_2");
  g_assert_cmpstr (comment, ==, "a* /b/ * /c?/d ?\\");
}

/* Each way of reading a literal: as a float, and as a double that is rounded. */
static void
test_floats (void)
{
  g_autoptr(GRand) rand = g_rand_new_with_seed (7);
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint n = 0; n < 300000; n++)
    {
      guint32 bits = n < 64 ? n / 2 + (n % 2 << 31) : g_rand_int (rand);
      float value, read, rounded;
      char *end;

      memcpy (&value, &bits, sizeof value);
      if (!isfinite (value))
        continue;
      g_string_truncate (text, 0);
      mtl_c_append_float (text, value);
      read = strtof (text->str, &end);
      rounded = (float) strtod (text->str, NULL);
      if (memcmp (&read, &value, 4) != 0 || memcmp (&rounded, &value, 4) != 0
          || !g_str_equal (end, "f") || strpbrk (text->str, ".e") == NULL)
        g_error ("seed 7: bits %08x are written as %s", bits, text->str);
    }

  g_string_truncate (text, 0);
  mtl_c_append_float (text, 0.1f);
  g_assert_cmpstr (text->str, ==, "0.1f");
}

int
main (int    argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (64);

  g_test_add_func ("/export/names", test_names);
  g_test_add_func ("/export/floats", test_floats);
  g_test_add_func ("/export/two-digits", test_two_digits);
  g_test_add_func ("/export/read-on", test_read_on);
  g_test_add_func ("/export/raw-rows", test_raw_rows);
  g_test_add_func ("/export/kept", test_kept);
  g_test_add_func ("/export/ports", test_ports);
  g_test_add_func ("/export/refusals", test_refusals);

  status = g_test_run ();
  remove_table (table);

  return status;
}
