/* test-survey.c — every rule that a design has to meet, by its exact words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "engine-bench.h"
#include "mtl-survey.h"

static char *table;

static const struct
{
  const char *name, *text;
  const char *block, *port;
  const char *message;
  gboolean    warning;
  const char *fix_key, *fix_value;
} rules[] = {
  { "two-sources",
    "d csv\ne glyph-pairs\nh dense units=1 < d.features\ny0 task loss=mse < h.out", "e", NULL,
    "A design has one data block, but e stands beside d. Delete one of them.", FALSE, NULL, NULL },
  { "no-source", "h dense units=1\ny0 task loss=mse < h.out", NULL, NULL,
    "No data: add a data block, such as Glyph Pairs.", FALSE, NULL, NULL },
  { "no-task", "d csv\nh dense units=1 < d.features", NULL, NULL,
    "No task: add a task block to end a head.", FALSE, NULL, NULL },
  { "no-head", "d csv\ny0 task loss=mse", "y0", "in",
    "y0 has no head: connect a block to its input.", FALSE, NULL, NULL },
  { "no-input", "d csv\nh dense units=1\ny0 task loss=mse < h.out", "h", "in",
    "h has nothing at its input: connect a block to it.", FALSE, NULL, NULL },
  { "shape",
    "d csv\ng dense units=4 < d.features\nc conv2d < g.out\nf flatten < c.out\n"
    "h dense units=1 < f.out\ny0 task loss=mse < h.out", "c", NULL,
    "c needs channels × height × width, but g gives 4 values.", FALSE, NULL, NULL },
  { "flatten-first", "d glyph-pairs\nh dense units=10 < d.image\nleft task < h.out", "h", NULL,
    "h needs values in one row, or tokens × width, but d gives 1×36×36: flatten them "
    "first.", FALSE, NULL, NULL },
  { "unlike-inputs",
    "d csv\na dense units=4 < d.features\nb dense units=3 < d.features\ns add < a.out b.out\n"
    "h dense units=1 < s.out\ny0 task loss=mse < h.out", "s", NULL,
    "s needs inputs of one shape, but input 1 is 4 values and input 2 is 3 values.", FALSE, NULL,
    NULL },
  { "no-target", "d csv\nh dense units=1 < d.features\ny9 task loss=mse < h.out", "y9", NULL,
    "y9 is to learn “y9”, which the data does not have. It has: y0, y1, y2, kind, yes.", FALSE,
    NULL, NULL },
  { "wrong-target", "d csv\nh dense units=1 < d.features\ny0 task loss=mse target=x9 < h.out", "y0",
    NULL, "y0 is to learn “x9”, which the data does not have. It has: y0, y1, y2, kind, yes.",
    FALSE, NULL, NULL },
  { "classes", "d csv\nh dense units=5 < d.features\nkind task < h.out", "kind", NULL,
    "kind needs 3 values, one for each class, but h gives 5.", FALSE, "blocks.h.units", "3" },
  { "channels",
    "d glyph-pairs\nc conv2d kernel=36 channels=4 padding=0 < d.image\nleft task < c.out",
    "left", NULL, "left needs 10 values, one for each class, but c gives 4×1×1.", FALSE,
    "blocks.c.channels", "10" },
  { "values", "d csv\nh dense units=2 < d.features\ny0 task loss=mse < h.out", "y0", NULL,
    "y0 needs 1 value, one for each value of its target, but h gives 2.", FALSE, "blocks.h.units",
    "1" },
  { "logit", "d csv\nh dense units=2 < d.features\nyes task loss=bce < h.out", "yes", NULL,
    "yes needs 1 value, the logit of the second class, but h gives 2.", FALSE, "blocks.h.units",
    "1" },
  { "no-classes", "d csv\nh dense units=1 < d.features\ny0 task < h.out", "y0", NULL,
    "y0 needs a target of classes, but its target is 1 value: choose mse or bce.", FALSE,
    "blocks.y0.loss", "mse" },
  { "no-values", "d csv\nh dense units=3 < d.features\nkind task loss=mse < h.out", "kind", NULL,
    "kind needs a target of values, but its target is one of 3 classes: choose cross-entropy.",
    FALSE, "blocks.kind.loss", "cross-entropy" },
  { "many-classes", "d csv\nh dense units=3 < d.features\nkind task loss=bce < h.out", "kind", NULL,
    "kind needs a target of 2 classes, but its target has 3: choose cross-entropy.", FALSE,
    "blocks.kind.loss", "cross-entropy" },
  { "unused", "d csv\nh dense units=1 < d.features\nr relu < h.out\ny0 task loss=mse < h.out", "r",
    NULL, "r leads to no task. Connect it on, or delete it.", TRUE, NULL, NULL },
  { "unused-weights",
    "d csv\nh dense units=1 < d.features\ng dense units=3 < h.out\ny0 task loss=mse < h.out", "g",
    NULL, "g leads to no task. Connect it on, or delete it.", FALSE, NULL, NULL },
  { "no-output", "d csv\nh dense units=1 < d.image\ny0 task loss=mse < h.out", "d", "image",
    "d has no output called image; it has features. Connect h anew.", FALSE, NULL, NULL },
};

/* --- rules --- */

static void
check_problem (guint             n,
               const MtlProblem *problem)
{
  g_assert_cmpstr (problem->block, ==, rules[n].block);
  g_assert_cmpstr (problem->port, ==, rules[n].port);
  g_assert_cmpint (problem->warning, ==, rules[n].warning);
  g_assert_cmpstr (problem->fix_key, ==, rules[n].fix_key);
  g_assert_cmpstr (problem->fix_value, ==, rules[n].fix_value);
  if (problem->fix_key != NULL)
    g_assert_nonnull (problem->advice);
}

static void
test_rule (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  g_autoptr(MtlDesign) design = build_design (rules[n].text, table);
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autoptr(GString) found = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  guint matches = 0;

  for (guint p = 0; p < mtl_survey_n_problems (survey); p++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, p);

      g_string_append_printf (found, "\n  %s", problem->message);
      if (strcmp (problem->message, rules[n].message) != 0)
        continue;
      check_problem (n, problem);
      matches++;
    }
  if (matches != 1)
    g_error ("expected once:\n  %s\nfound:%s", rules[n].message, found->str);

  g_assert_cmpint (mtl_survey_trains (survey), ==, rules[n].warning);
  if (!mtl_survey_check (survey, &error))
    g_assert_error (error, MTL_ERROR, MTL_ERROR_DESIGN);

  if (rules[n].fix_key != NULL)
    {
      g_autoptr(MtlDesign) fixed = mtl_design_with_value (design, rules[n].fix_key,
                                                          rules[n].fix_value, NULL);
      g_autoptr(MtlSurvey) after = mtl_survey_new (fixed);

      g_assert_true (mtl_survey_trains (after));
      g_assert_cmpuint (mtl_survey_n_problems (after), ==, 0);
    }
}

static void
expect_only (const MtlDesign *design,
             const char      *message)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);

  g_assert_false (mtl_survey_trains (survey));
  for (guint n = 0; n < mtl_survey_n_problems (survey); n++)
    if (strcmp (mtl_survey_problem (survey, n)->message, message) == 0)
      return;
  g_error ("expected “%s”, found “%s”", message, mtl_survey_problem (survey, 0)->message);
}

static void
test_too_many_inputs (void)
{
  g_autoptr(MtlDesign) design = build_design (
    "d csv\ng dense units=2 < d.features\nc concat < g.out\nh dense units=1 < c.out\n"
    "y0 task loss=mse < h.out", table);
  g_autoptr(MtlSurvey) survey = NULL;
  g_autoptr(GError) error = NULL;

  design = force_wire (design, "g", "c", 32);
  survey = mtl_survey_new (design);
  g_assert_true (mtl_survey_trains (survey));
  g_assert_cmpuint (mtl_survey_shape (survey, "c", 0).size[0], ==, 66);
  g_assert_null (mtl_design_with_wire (design, "d.features", "c.in", &error));
  g_assert_nonnull (strstr (error->message, "c takes at most 33 wires"));
  design = force_wire (design, "g", "c", 1);
  expect_only (design, "c reads 34 blocks; 33 is the most. Join some of them first.");
}

static void
test_loop (void)
{
  g_autoptr(MtlDesign) design = build_design (
    "d csv\ng dense units=2 < d.features\na add < g.out\nr relu < a.out\nh dense units=1 < r.out\n"
    "y0 task loss=mse < h.out", table);

  design = force_wire (design, "r", "a", 1);
  expect_only (design,
               "a is part of a loop: its output comes back to its input. Delete one of the wires.");
}

static void
test_no_file (void)
{
  g_autoptr(MtlDesign) design = build_design ("d csv\nh dense units=1 < d.features\n"
                                              "y0 task loss=mse < h.out", "/nowhere/at/all.csv");
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);

  g_assert_cmpuint (mtl_survey_n_problems (survey), ==, 1);
  g_assert_cmpstr (mtl_survey_problem (survey, 0)->block, ==, "d");
  g_assert_nonnull (strstr (mtl_survey_problem (survey, 0)->message, "/nowhere/at/all.csv"));
  g_assert_cmpuint (mtl_survey_shape (survey, "h", 0).rank, ==, 0);
  g_assert_cmpuint (mtl_survey_tasks (survey, "h"), ==, 1);
}

/* --- what follows from a design --- */

static MtlSurvey *
survey_template (const char *id)
{
  g_autoptr(MtlDesign) design = mtl_template_design (id, NULL);

  return mtl_survey_new (design);
}

static void
test_two_digits (void)
{
  static const struct
  {
    const char *block, *shape;
    guint64     tasks;
    gsize       weights;
  } expected[] = {
    { "digits", "1×36×36", 3, 0 }, { "conv1", "10×28×28", 3, 820 }, { "pool1", "10×14×14", 3, 0 },
    { "conv2", "20×10×10", 3, 5020 }, { "pool2", "20×5×5", 3, 0 }, { "flatten1", "500", 3, 0 },
    { "dense1", "50", 3, 25050 }, { "fc_left", "10", 1, 510 }, { "fc_right", "10", 2, 510 },
  };
  g_autoptr(MtlSurvey) survey = survey_template ("two-digits");

  for (guint n = 0; n < G_N_ELEMENTS (expected); n++)
    {
      MtlShape shape = mtl_survey_shape (survey, expected[n].block, 0);
      g_autofree char *text = mtl_shape_to_text (&shape);

      g_assert_cmpstr (text, ==, expected[n].shape);
      g_assert_cmpuint (mtl_survey_tasks (survey, expected[n].block), ==, expected[n].tasks);
      g_assert_cmpuint (mtl_survey_n_weights (survey, expected[n].block), ==, expected[n].weights);
    }
  g_assert_cmpuint (mtl_survey_n_reached (survey, G_MAXUINT64), ==, 30890);
  g_assert_cmpuint (mtl_survey_n_reached (survey, 3), ==, 30890);
  g_assert_cmpuint (mtl_survey_n_reached (survey, 1), ==, 510);
  g_assert_cmpuint (mtl_survey_n_reached (survey, 2), ==, 510);
  g_assert_cmpuint (mtl_survey_n_problems (survey), ==, 0);
  g_assert_cmpuint (mtl_survey_n_tasks (survey), ==, 2);
  g_assert_cmpint (mtl_survey_task_index (survey, "right"), ==, 1);
  g_assert_cmpint (mtl_survey_task_index (survey, "dense1"), ==, -1);
  g_assert_cmpstr (mtl_survey_output (survey, "digits", 0), ==, "image");
  g_assert_cmpuint (mtl_survey_n_targets (survey), >=, 2);
}

static void
expect_refusal (const MtlSurvey *survey,
                const char      *from,
                const char      *to,
                const char      *words)
{
  g_autofree char *reason = mtl_survey_refusal (survey, from, to);

  g_assert_cmpstr (reason, ==, words);
}

static void
test_refusals (void)
{
  g_autoptr(MtlSurvey) survey = survey_template ("two-digits");

  expect_refusal (survey, "digits.image", "dense1.in",
                  "needs values in one row, or tokens × width");
  expect_refusal (survey, "dense1.out", "left.in",
                  "needs 10 values, one for each class");
  expect_refusal (survey, "conv1.out", "conv2.in", NULL);
  expect_refusal (survey, "fc_left.out", "right.in", NULL);
  expect_refusal (survey, "relu3.out", "conv1.in",
                  "a wire from relu3 to conv1 would close a loop: conv1 already leads to relu3");
}

/* One wire is missing: the right one is taken, the wrong one is not. */
static void
test_refusals_incomplete (void)
{
  g_autoptr(MtlDesign) design = build_design (
    "d csv\ng dense units=3 < d.features\nc conv2d\nf flatten < c.out\nh dense units=1\n"
    "y0 task loss=mse < h.out", table);
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);

  expect_refusal (survey, "g.out", "h.in", NULL);
  expect_refusal (survey, "d.features", "h.in", NULL);
  expect_refusal (survey, "g.out", "c.in", "needs channels × height × width");
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (40);

  for (guint n = 0; n < G_N_ELEMENTS (rules); n++)
    {
      g_autofree char *path = g_strdup_printf ("/survey/rule/%s", rules[n].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_rule);
    }
  g_test_add_func ("/survey/too-many-inputs", test_too_many_inputs);
  g_test_add_func ("/survey/loop", test_loop);
  g_test_add_func ("/survey/no-file", test_no_file);
  g_test_add_func ("/survey/two-digits", test_two_digits);
  g_test_add_func ("/survey/refusals", test_refusals);
  g_test_add_func ("/survey/refusals-incomplete", test_refusals_incomplete);

  status = g_test_run ();
  remove_table (table);

  return status;
}
