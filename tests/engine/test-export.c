/* test-export.c — exported headers, compiled as strictly as a compiler can and run
 *
 * Every header is compiled as C99 with sanitizers and as C++11 with a guard
 * behind scratch, from two files of one program, and every function's outputs
 * are compared with the engine's. Weights are compared bit by bit.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "export-program.h"

#define STRICT "-Wall -Wextra -pedantic -Werror -Wshadow -I. -o program main.c again.c -lm"

static char *table;

/* --- the networks --- */

/* Every op; parts that two of four tasks share; two tasks with one output; and
 * blocks whose names are the same to C. */
static const char every_op[] =
  "d glyph-pairs train-size=32 test-size=8\n"
  "c1 conv2d channels=3 kernel=4 stride=3 padding=2 < d.image\n"
  "s-1 sigmoid < c1.out\n"
  "p1 max-pool size=3 stride=2 < s-1.out\n"
  "c2 conv2d channels=3 kernel=3 padding=1 < p1.out\n"
  "a1 add < p1.out c2.out p1.out\n"
  "s_1 tanh < a1.out\n"
  "cat concat < s_1.out p1.out\n"
  "c3 conv2d channels=4 kernel=3 padding=1 < cat.out\n"
  "r3 relu < c3.out\n"
  "p3 max-pool size=2 < r3.out\n"
  "f flatten < p3.out\n"
  "x dropout p=0.5 < f.out\n"
  "g dense units=12 < x.out\n"
  "h relu < g.out\n"
  "h0 dense units=10 < h.out\n"
  "left task target=left < h0.out\n"
  "b dense units=8 < h.out\n"
  "bt tanh < b.out\n"
  "h1 dense units=10 < bt.out\n"
  "right task target=right < h1.out\n"
  "c concat < bt.out h.out\n"
  "h2 dense units=10 < c.out\n"
  "int task target=left < h2.out\n"
  "same task target=right < h1.out";

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

/* --- running what was exported --- */

static char *
export (const Subject      *subject,
        const char *const  *heads,
        char              **prefix,
        GError            **error)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_EXPORTER, "c", NULL);
  g_autoptr(MtlChosen) exporter = mtl_chosen_new (MTL_KIND_EXPORTER, method);
  g_autofree char *name = NULL;
  g_autoptr(GBytes) bytes = mtl_export (exporter, subject->snapshot, heads,
                                        "nobody's ?\?/ */ run\n#error /* seed 1", &name, error);

  if (bytes == NULL)
    return NULL;

  g_assert_true (g_str_has_suffix (name, ".h"));
  put_file (subject, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  *prefix = g_strndup (name, strlen (name) - 2);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
check_close (const Subject *subject,
             const char    *what,
             guint          k,
             gsize          sample,
             const float   *found)
{
  gsize size = mtl_plan_task (subject->plan, k)->size;
  const float *expected = subject->outputs[k] + sample * size;
  double scale = 0.0;

  for (gsize i = 0; i < SAMPLES * size; i++)
    scale = MAX (scale, fabs ((double) subject->outputs[k][i]));
  for (gsize i = 0; i < size; i++)
    if (!(fabs ((double) found[i] - (double) expected[i]) <= TOLERANCE * scale))
      g_error ("%s: seed 7: sample %" G_GSIZE_FORMAT " of %s: output %" G_GSIZE_FORMAT " is %.9g, "
               "expected %.9g, largest %g", what, sample, mtl_plan_task (subject->plan, k)->id, i,
               (double) found[i], (double) expected[i], scale);
}

/* Outputs of the function of all, then of each head, and at the end weights. */
static void
check_outputs (const Subject *subject,
               const char    *what,
               guint64        tasks)
{
  const float *theta = mtl_snapshot_theta (subject->snapshot, NULL);
  gsize n, at = 0;
  g_autofree float *found = get_floats (subject, "out", &n);

  for (gsize sample = 0; sample < SAMPLES; sample++)
    for (guint round = 0; round < (mtl_count_tasks (tasks) > 1 ? 2 : 1); round++)
      for (guint k = 0; k < subject->k; k++)
        if (has_task (tasks, k))
          {
            check_close (subject, what, k, sample, found + at);
            at += mtl_plan_task (subject->plan, k)->size;
          }

  for (guint t = 0; t < mtl_plan_n_tensors (subject->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (subject->plan, t);

      if ((tensor->tasks & tasks) == 0)
        continue;
      if (memcmp (found + at, theta + tensor->offset, tensor->size * sizeof *theta) != 0)
        g_error ("%s: seed 7: %s of %s is not the same bits", what, tensor->name, tensor->block);
      at += tensor->size;
    }
  g_assert_cmpuint (at, ==, n);
}

/* (transfer full): the text of the header */
static char *
check_export (const Subject *subject,
              const char    *head)
{
  const char *heads[] = { head, NULL };
  g_autofree char *found = g_find_program_in_path ("c++");
  g_autofree char *prefix = NULL;
  g_autoptr(GError) error = NULL;
  char *text = export (subject, head != NULL ? heads : NULL, &prefix, &error);
  guint64 tasks = all_of (subject->k);

  g_assert_no_error (error);
  for (guint k = 0; head != NULL && k < subject->k; k++)
    if (g_str_equal (mtl_plan_task (subject->plan, k)->id, head))
      tasks = G_GUINT64_CONSTANT (1) << k;
  g_assert_true (g_str_is_ascii (text));
  write_program (subject, tasks, prefix);

  run_command (subject, "cc -std=c99 -DEXTRA=0 -O1 -fsanitize=address,undefined "
               "-fno-sanitize-recover=all " STRICT);
  run_command (subject, "./program");
  check_outputs (subject, "C99", tasks);
  if (found != NULL)
    {
      run_command (subject, "c++ -x c++ -std=c++11 -DEXTRA=16 -O1 " STRICT);
      run_command (subject, "./program");
      check_outputs (subject, "C++11", tasks);
    }
  else
    g_test_message ("No c++ here: not compiled as C++11");

  return text;
}

static void
assert_says (const char *text,
             const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("The header does not say “%s”", part);
}

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
test_every_op (void)
{
  g_autofree char *text = NULL;
  Subject subject;

  subject_open (&subject, build_design (every_op, NULL), 7);
  text = check_export (&subject, NULL);
  assert_says (text, "#include <math.h>\n");
  g_free (check_export (&subject, "int"));
  g_free (check_export (&subject, "same"));
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

/* --- refusals --- */

static void
assert_refused (const Subject     *subject,
                const char *const *heads,
                const char        *part)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *prefix = NULL;

  g_assert_null (export (subject, heads, &prefix, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_EXPORT);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}

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
  g_test_add_func ("/export/every-op", test_every_op);
  g_test_add_func ("/export/read-on", test_read_on);
  g_test_add_func ("/export/refusals", test_refusals);

  status = g_test_run ();
  remove_table (table);

  return status;
}
