/* test-design.c — designs as values: edits make new ones and leave the old alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "design-sample.h"
#include "mtl-survey.h"

/* Whether @from and @to are joined. */
static gboolean
has_wire (const MtlDesign *design,
          const char      *from,
          const char      *to)
{
  g_autofree char *text = print (design);
  g_autofree char *wire = g_strdup_printf ("[\"%s\", \"%s\"]", from, to);

  return strstr (text, wire) != NULL;
}

static void
test_values_are_shared (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autofree char *before = print (design);
  g_autofree char *after = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) edited = mtl_design_with_value (design, "blocks.dense1.units", "7", &error);

  g_assert_no_error (error);
  g_assert_false (mtl_design_equal (design, edited));
  g_assert_true (mtl_design_find (edited, "relu1") == mtl_design_find (design, "relu1"));
  g_assert_true (mtl_design_find (edited, "dense1") != mtl_design_find (design, "dense1"));
  after = print (design);
  g_assert_cmpstr (before, ==, after);
}

static void
test_replace_keeps_unknown (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  const MtlBlock *old = mtl_design_find (design, "relu1");
  g_autoptr(MtlBlock) moved = mtl_block_new ("relu1", mtl_block_what (old), 1e9, 8.0);
  g_autoptr(MtlDesign) edited = mtl_design_with_block (design, moved);
  g_autofree char *text = print (edited);

  g_assert_nonnull (strstr (text, "\"at\": [1000000, 8], \"colour\": "));
  g_assert_cmpuint (mtl_design_n_blocks (edited), ==, mtl_design_n_blocks (design));
  g_assert_cmpuint (mtl_design_n_wires (edited), ==, mtl_design_n_wires (design));
}

static void
test_rename (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) edited = mtl_design_with_id (design, "right", "west", &error);
  g_autoptr(MtlDesign) back = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = print (edited);
  g_assert_nonnull (strstr (text, "\"weights\": {\"west\": 0.25}"));
  g_assert_null (strstr (text, "right"));
  g_assert_true (has_wire (edited, "b.out", "west.in"));
  back = mtl_design_with_id (edited, "west", "right", &error);
  g_assert_true (mtl_design_equal (back, design));

  assert_refuses (mtl_design_with_id (design, "right", "left", &error), &error, "another block");
  assert_refuses (mtl_design_with_id (design, "right", "3x", &error), &error, "is not a name");
  assert_refuses (mtl_design_with_id (design, "rigt", "x", &error), &error, "did you mean right?");
}

static void
test_heal (void)
{
  static const char *const relu[] = { "relu1", NULL };
  static const char *const chain[] = { "relu1", "b", "nobody", NULL };
  static const char *const join[] = { "add1", NULL };
  static const char *const task[] = { "right", NULL };
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(MtlDesign) cut = mtl_design_without (design, relu, FALSE);
  g_autoptr(MtlDesign) healed = mtl_design_without (design, relu, TRUE);
  g_autoptr(MtlDesign) shorter = mtl_design_without (design, chain, TRUE);
  g_autoptr(MtlDesign) open = mtl_design_without (design, join, TRUE);
  g_autoptr(MtlDesign) alone = mtl_design_without (design, task, TRUE);
  g_autofree char *text = print (alone);

  g_assert_cmpuint (mtl_design_n_wires (cut), ==, 4);
  g_assert_null (mtl_design_find (healed, "relu1"));
  g_assert_true (has_wire (healed, "dense1.out", "a.in"));
  g_assert_true (has_wire (healed, "dense1.out", "b.in"));
  g_assert_cmpuint (mtl_design_n_wires (healed), ==, 6);

  g_assert_true (has_wire (shorter, "dense1.out", "add1.in"));
  g_assert_true (has_wire (shorter, "dense1.out", "right.in"));
  g_assert_cmpuint (mtl_design_n_wires (shorter), ==, 5);

  /* Two wires in: nothing says which of them is meant. */
  g_assert_cmpuint (mtl_design_n_wires (open), ==, 4);
  g_assert_null (strstr (text, "weights"));
}

static void
test_wires (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) moved = mtl_design_with_wire (design, "a.out", "right.in", &error);
  g_autoptr(MtlDesign) third = mtl_design_with_wire (design, "relu1.out", "add1.in", &error);
  g_autoptr(MtlDesign) same = mtl_design_with_wire (design, "a.out", "add1.in", &error);
  g_autoptr(MtlDesign) fewer = mtl_design_without_wire (design, "a.out", "add1.in");

  g_assert_no_error (error);
  g_assert_true (has_wire (moved, "a.out", "right.in"));
  g_assert_false (has_wire (moved, "b.out", "right.in"));
  g_assert_cmpuint (mtl_design_n_wires (moved), ==, 7);
  g_assert_cmpuint (mtl_design_n_wires (third), ==, 8);
  g_assert_true (same == design);
  g_assert_cmpuint (mtl_design_n_wires (fewer), ==, 6);

  assert_refuses (mtl_design_with_wire (design, "add1.out", "dense1.in", &error), &error, "loop");
  assert_refuses (mtl_design_with_wire (design, "a.out", "a.in", &error), &error, "loop");
  assert_refuses (mtl_design_with_wire (design, "left.out", "a.in", &error), &error,
                  "nothing leaves it");
  assert_refuses (mtl_design_with_wire (design, "a", "b.in", &error), &error, "block.port");
}

static void
test_ports_are_bounded (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  const MtlBlock *relu = mtl_design_find (design, "relu1");
  guint n_before = 2;

  for (guint i = 0; i <= MTL_MAX_PORTS - n_before; i++)
    {
      g_autofree char *id = g_strdup_printf ("r%u", i);
      g_autofree char *from = g_strdup_printf ("%s.out", id);
      g_autoptr(MtlBlock) block = mtl_block_new (id, mtl_block_what (relu), 0.0, 0.0);
      g_autoptr(MtlDesign) with = mtl_design_with_block (design, block);
      g_autoptr(GError) error = NULL;
      MtlDesign *wired = mtl_design_with_wire (with, from, "add1.in", &error);

      if (i == MTL_MAX_PORTS - n_before)
        {
          assert_refuses (wired, &error, "add1 takes at most 33 wires");
          return;
        }
      g_assert_no_error (error);
      mtl_design_unref (design);
      design = wired;
    }
}

static void
test_places (void)
{
  const double places[] = { 0, -8.5, 81, 0, 160, -64, 160, 64, 240, 0, 320, -64, 320, 1e9 };
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(MtlDesign) moved = mtl_design_with_places (design, places);
  g_autofree char *text = print (moved);

  g_assert_true (mtl_design_find (moved, "a") == mtl_design_find (design, "a"));
  g_assert_nonnull (strstr (text, "\"at\": [81, 0], \"colour\": "));
  g_assert_cmpfloat (mtl_block_y (mtl_design_find (moved, "right")), ==, 1e6);
  g_assert_cmpuint (mtl_design_n_wires (moved), ==, mtl_design_n_wires (design));
}

static void
test_copies (void)
{
  static const char *const some[] = { "add1", "b", "relu1", "nobody", NULL };
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(MtlDesign) empty = mtl_design_new ("Empty");
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) made = NULL;
  g_auto(GStrv) kept = NULL;
  g_autoptr(MtlDesign) twice = mtl_design_with_copies (design, design, some, 8, -16, &made, &error);
  g_autoptr(MtlDesign) alone = mtl_design_with_copies (empty, design, some, 0, 0, &kept, &error);
  g_autofree char *text = print (twice);
  g_autofree char *ids = g_strjoinv (" ", made);
  g_autofree char *kept_ids = g_strjoinv (" ", kept);

  g_assert_no_error (error);
  g_assert_cmpstr (ids, ==, "relu2 dense2 add2");
  g_assert_cmpstr (kept_ids, ==, "relu1 b add1");
  g_assert_cmpuint (mtl_design_n_blocks (twice), ==, mtl_design_n_blocks (design) + 3);
  g_assert_cmpuint (mtl_design_n_wires (twice), ==, mtl_design_n_wires (design) + 2);
  g_assert_true (has_wire (twice, "relu2.out", "dense2.in"));
  g_assert_true (has_wire (twice, "dense2.out", "add2.in"));
  g_assert_nonnull (strstr (text, "{\"id\": \"relu2\", \"type\": \"relu\", \"at\": [88, -16], "
                                  "\"colour\": "));
  g_assert_cmpuint (mtl_design_n_wires (alone), ==, 2);
  g_assert_true (mtl_design_find (alone, "b") == mtl_design_find (design, "b"));
}

/* Settings by task are about the copies of the tasks. */
static void
test_copies_of_tasks (void)
{
  static const char *const some[] = { "data", "right", NULL };
  g_autoptr(MtlDesign) design = parse_sample ();
  const MtlMethod *source = mtl_catalogue_list (MTL_KIND_SOURCE)[0];
  g_autoptr(MtlChosen) what = mtl_chosen_new (MTL_KIND_SOURCE, source);
  g_autoptr(MtlBlock) block = mtl_block_new ("data", what, 0.0, 0.0);
  g_autoptr(MtlDesign) with = mtl_design_with_block (design, block);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) noisy = mtl_design_with_value (with, "blocks.data.label-noise",
                                                      "left:0.2,right:0.3", &error);
  g_autoptr(MtlDesign) twice = mtl_design_with_copies (noisy, noisy, some, 8, 8, NULL, &error);
  g_autofree char *text = print (twice);

  g_assert_no_error (error);
  g_assert_nonnull (mtl_design_find (twice, "task1"));
  g_assert_nonnull (strstr (text, "\"label-noise\": {\"left\": 0.2, \"right\": 0.3}"));
  g_assert_nonnull (strstr (text, "\"label-noise\": {\"left\": 0.2, \"task1\": 0.3}"));
}

static void
test_full (void)
{
  static const char *const one[] = { "task1", NULL };
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_design_new ("Full");
  g_autoptr(MtlChosen) task = mtl_chosen_new (MTL_KIND_OP,
                                              mtl_catalogue_find (MTL_KIND_OP, "task", NULL));

  for (guint i = 0; i < MTL_MAX_TASKS + 2; i++)
    {
      g_autofree char *id = mtl_design_free_id (design, mtl_chosen_method (task));
      g_autoptr(MtlBlock) block = mtl_block_new (id, task, 0.0, 0.0);
      MtlDesign *with = mtl_design_with_block (design, block);

      mtl_design_unref (design);
      design = with;
    }

  g_assert_cmpuint (mtl_design_n_blocks (design), ==, MTL_MAX_TASKS);
  g_assert_nonnull (mtl_design_find (design, "task64"));
  assert_refuses (mtl_design_with_copies (design, design, one, 0, 0, NULL, &error), &error,
                  "at most 64 tasks; with these it would have 65");
}

static void
test_types (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) relu = mtl_design_with_value (design, "blocks.add1.type", "relu", &error);
  g_autoptr(MtlDesign) end = mtl_design_with_value (design, "blocks.b.type", "task", &error);
  g_autoptr(MtlDesign) mgda = mtl_design_with_value (design, "experiment.balancer.type", "mgda",
                                                     &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  /* relu takes one wire: the first stays. */
  g_assert_true (has_wire (relu, "a.out", "add1.in"));
  g_assert_false (has_wire (relu, "b.out", "add1.in"));
  g_assert_true (has_wire (relu, "add1.out", "left.in"));
  g_assert_true (has_wire (end, "relu1.out", "b.in"));
  g_assert_cmpuint (mtl_design_n_wires (end), ==, 5);
  text = print (mgda);
  g_assert_nonnull (strstr (text, "\"balancer\": {\"type\": \"mgda\"},"));
}

static void
test_wrong_values (void)
{
  static const char *const wrong[][3] = {
    { "experiment.balanser.type", "mgda", "did you mean balancer?" },
    { "experiment.balancer.weihgts", "1", "did you mean weights?" },
    { "experiment.balancer.type", "mgdb", "balancer: no balancer is called “mgdb”" },
    { "experiment.type", "x", "experiment has no type" },
    { "experiment.epochs", "ten", "epochs: expected a whole number from 1 to 100000, found “ten”" },
    { "experiment.epochs.x", "1", "epochs has no settings of its own" },
    { "blocks.dense1.units", "0.5", "dense1: units: expected a whole number" },
    { "blocks.dense2.units", "5", "did you mean dense1?" },
    { "blocks.dense1", "5", "blocks.dense1.NAME" },
    { "blocks.dense1.type", "densse", "did you mean dense?" },
    { "blocks.left.loss.smoothing", "0.1", "mse has no setting" },
    { "nothing", "0.1", "experiment.NAME or blocks.ID.NAME" },
  };
  g_autoptr(MtlDesign) design = parse_sample ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr(GError) error = NULL;

      assert_refuses (mtl_design_with_value (design, wrong[i][0], wrong[i][1], &error), &error,
                      wrong[i][2]);
    }
}

static void
test_free_ids (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autofree char *dense
    = mtl_design_free_id (design, mtl_catalogue_find (MTL_KIND_OP, "dense", NULL));
  g_autofree char *conv
    = mtl_design_free_id (design, mtl_catalogue_find (MTL_KIND_OP, "conv2d", NULL));
  g_autofree char *pool
    = mtl_design_free_id (design, mtl_catalogue_find (MTL_KIND_OP, "max-pool", NULL));

  g_assert_cmpstr (dense, ==, "dense2");
  g_assert_cmpstr (conv, ==, "conv1");
  g_assert_cmpstr (pool, ==, "pool1");
}

static void
test_for_tasks (void)
{
  static const char *const ids[] = { "left", "right" };
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) spread
    = mtl_chosen_for_tasks (mtl_design_experiment (design), ids, 2, &error);
  const MtlSetting *weights;

  g_assert_no_error (error);
  weights = mtl_chosen_get (mtl_chosen_get (spread, "balancer")->method, "weights");
  g_assert_cmpuint (weights->n, ==, 2);
  g_assert_null (weights->names);
  g_assert_cmpfloat (weights->numbers[0], ==, 1.0);
  g_assert_cmpfloat (weights->numbers[1], ==, 0.25);

  g_assert_null (mtl_chosen_for_tasks (mtl_design_experiment (design), ids, 1, &error));
  g_assert_nonnull (strstr (error->message, "balancer: weights names the task “right”"));
}

/* A task at the initial value is not named: it is as every other. */
static void
test_initial_by_task (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) some
    = mtl_design_with_value (design, "experiment.balancer.weights", "left:1,right:3", &error);
  g_autoptr(MtlDesign) none
    = mtl_design_with_value (design, "experiment.balancer.weights", "left:1,right:1", &error);
  g_autofree char *some_text = NULL;
  g_autofree char *none_text = NULL;

  g_assert_no_error (error);
  some_text = print (some);
  none_text = print (none);
  g_assert_nonnull (strstr (some_text, "\"weights\": {\"right\": 3}"));
  g_assert_null (strstr (none_text, "weights"));
}

/* --- what the catalogue has --- */

/* A source takes a wire from any port of its own and keeps them when it is
 * replaced by another source. */
static void
test_source (gconstpointer data)
{
  const MtlMethod *method = data;
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(MtlChosen) what = mtl_chosen_new (MTL_KIND_SOURCE, method);
  g_autoptr(MtlBlock) block = mtl_block_new ("data", what, -96.0, 0.0);
  g_autoptr(MtlDesign) with = mtl_design_with_block (design, block);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) wired = mtl_design_with_wire (with, "data.image", "dense1.in", &error);
  g_autoptr(MtlDesign) noisy = NULL;
  g_autoptr(MtlDesign) other = NULL;
  g_autoptr(MtlDesign) back = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (mtl_block_n_inputs (block), ==, 0);
  noisy = mtl_design_with_value (wired, "blocks.data.label-noise", "right:0.3", &error);
  g_assert_no_error (error);
  text = print (noisy);
  g_assert_nonnull (strstr (text, "\"label-noise\": {\"right\": 0.3}"));
  back = parse (text, &error);
  g_assert_no_error (error);
  g_assert_true (mtl_design_equal (noisy, back));

  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SOURCE); *m != NULL; m++)
    {
      g_clear_pointer (&other, mtl_design_unref);
      other = mtl_design_with_value (wired, "blocks.data.type", (*m)->id, &error);
      g_assert_no_error (error);
      g_assert_true (has_wire (other, "data.image", "dense1.in"));
    }

  assert_refuses (mtl_design_with_wire (wired, "a.out", "data.in", &error), &error,
                  "it is a source");
}

/* Whether the source of a design asks for a file or folder. */
static gboolean
reads_files (MtlDesign *design)
{
  for (guint n = 0; n < mtl_design_n_blocks (design); n++)
    {
      const MtlChosen *what = mtl_block_what (mtl_design_block (design, n));
      const MtlParam *param = mtl_chosen_method (what)->params;

      for (; param != NULL && param->id != NULL; param++)
        if (param->type == MTL_PATH)
          return TRUE;
    }

  return FALSE;
}

/* What needs no files trains as it is. */
static void
test_template (gconstpointer data)
{
  const char *id = data;
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design (id, &error);
  g_autofree char *text = NULL;
  g_autoptr(MtlDesign) back = NULL;
  g_autoptr(MtlSurvey) survey = NULL;

  g_assert_no_error (error);
  survey = mtl_survey_new (design);
  for (guint n = 0; !reads_files (design) && n < mtl_survey_n_problems (survey); n++)
    g_test_fail_printf ("%s: %s", id, mtl_survey_problem (survey, n)->message);
  g_assert_nonnull (mtl_template_title (id));
  g_assert_nonnull (mtl_template_summary (id));
  g_assert_cmpuint (mtl_design_n_tasks (design), >=, 2);
  g_assert_cmpuint (mtl_design_n_wires (design), >=, mtl_design_n_blocks (design) - 1);
  text = print (design);
  back = parse (text, &error);
  g_assert_true (mtl_design_equal (design, back));
}

static void
test_no_template (void)
{
  g_autoptr(GError) error = NULL;

  assert_refuses (mtl_template_design ("two-digit", &error), &error, "did you mean two-digits?");
  g_assert_null (mtl_template_title ("two-digit"));
}

static void
add_catalogue_tests (void)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_SOURCE); *m != NULL; m++)
    {
      g_autofree char *path = g_strdup_printf ("/design/source/%s", (*m)->id);

      g_test_add_data_func (path, *m, test_source);
    }

  for (const char *const *id = mtl_template_list (); *id != NULL; id++)
    {
      g_autofree char *path = g_strdup_printf ("/design/template/%s", *id);

      g_test_add_data_func (path, *id, test_template);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/design/values-are-shared", test_values_are_shared);
  g_test_add_func ("/design/replace-keeps-unknown", test_replace_keeps_unknown);
  g_test_add_func ("/design/rename", test_rename);
  g_test_add_func ("/design/heal", test_heal);
  g_test_add_func ("/design/wires", test_wires);
  g_test_add_func ("/design/ports-are-bounded", test_ports_are_bounded);
  g_test_add_func ("/design/places", test_places);
  g_test_add_func ("/design/copies", test_copies);
  g_test_add_func ("/design/copies-of-tasks", test_copies_of_tasks);
  g_test_add_func ("/design/full", test_full);
  g_test_add_func ("/design/types", test_types);
  g_test_add_func ("/design/wrong-values", test_wrong_values);
  g_test_add_func ("/design/free-ids", test_free_ids);
  g_test_add_func ("/design/for-tasks", test_for_tasks);
  g_test_add_func ("/design/initial-by-task", test_initial_by_task);
  g_test_add_func ("/design/no-template", test_no_template);
  add_catalogue_tests ();

  return g_test_run ();
}
