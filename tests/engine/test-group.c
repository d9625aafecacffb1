/* test-group.c — groups: their file, what is refused, and the flat design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "group-sample.h"
#include "mtl-survey.h"

/* --- the file --- */

static void
test_file (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autofree char *text = print (design);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) again = parse (text, &error);
  g_autofree char *twice = NULL;
  const MtlGroup *pair = mtl_design_find_group (design, "pair");

  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, group_sample);
  g_assert_true (mtl_design_equal (design, again));
  twice = print (again);
  g_assert_cmpstr (twice, ==, text);

  g_assert_cmpstr (mtl_group_title (pair), ==, "A Pair");
  g_assert_cmpstr (mtl_group_title (mtl_design_group (design, 1)), ==, "skip");
  g_assert_true (mtl_block_group (mtl_design_find (design, "s")) == pair);
  g_assert_true (mtl_block_group (mtl_design_find (design, "s/a")) == mtl_design_group (design, 1));
  g_assert_cmpuint (mtl_block_n_flat (mtl_design_find (design, "s")), ==, 18);

  /* A group that differs makes a design that differs, though its uses look alike, and
   * a group differs with those it uses. */
  design = with_value (g_steal_pointer (&design), "blocks.t/bend.slope", "0.5");
  g_assert_false (mtl_design_equal (design, again));
  g_assert_false (mtl_group_equal (mtl_design_group (design, 0), mtl_design_group (again, 0)));
}

static void
test_params (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  const MtlMethod *method = mtl_group_method (mtl_design_find_group (design, "pair"));
  const MtlParam *units = mtl_method_param (method, MTL_KIND_OP, 1);

  g_assert_cmpuint (mtl_method_n_params (method, MTL_KIND_OP), ==, 3);
  g_assert_cmpstr (mtl_method_param (method, MTL_KIND_OP, 0)->id, ==, "repeat");
  g_assert_cmpstr (units->id, ==, "units");
  g_assert_cmpstr (units->title, ==, "Width");
  g_assert_cmpint (units->type, ==, MTL_WHOLE);
  g_assert_cmpfloat (units->initial, ==, 6.0);
  g_assert_cmpfloat (number_of (design, "s", "units"), ==, 5.0);

  /* The value in the definition is where uses begin, and one in all that it sets. */
  design = with_value (g_steal_pointer (&design), "blocks.s/b.units", "9");
  g_assert_cmpfloat (number_of (design, "s/a", "units"), ==, 9.0);
  g_assert_cmpfloat (number_of (design, "s/b", "units"), ==, 9.0);
  g_assert_cmpfloat (number_of (design, "s", "units"), ==, 5.0);
  design = with_value (g_steal_pointer (&design), "blocks.s.units", "9");
  g_assert_false (mtl_chosen_get (mtl_block_what (mtl_design_find (design, "s")), "units")->is_set);
}

/* Settings of one parameter are one, as the first of them is. */
static void
test_alike (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) body = mtl_design_with_value (mtl_design_body (old, "s"), "blocks.b.units",
                                                     "7", &error);
  g_autoptr(MtlDesign) design = mtl_design_with_body (old, "s", body, &error);

  g_assert_no_error (error);
  g_assert_cmpfloat (number_of (body, "b", "units"), ==, 7.0);
  g_assert_cmpfloat (number_of (design, "s/b", "units"), ==, 6.0);
}

/* --- what is refused --- */

#define TANH  "\"blocks\": [{\"id\": \"a\", \"type\": \"tanh\"}]"
#define DENSE "\"blocks\": [{\"id\": \"a\", \"type\": \"dense\"}]"

/* Each is the inside of a group g, or a whole list where it begins with a brace. */
static const struct
{
  const char *name;
  const char *group;
  const char *part;
} hostile[] = {
  { "no-object", "[7]", "each of “groups” to be an object, found “7”" },
  { "no-list", "7", "groups: expected a list" },
  { "no-id", "[{\"blocks\": []}]", "group 1: expected an “id”" },
  { "twice", "[{\"id\": \"g\", \"blocks\": []}, {\"id\": \"g\", \"blocks\": []}]",
    "two groups have this id" },
  { "clash", "[{\"id\": \"dense\", \"blocks\": []}]", "a type of block has this id already" },
  { "clash-source", "[{\"id\": \"csv\", \"blocks\": []}]", "a type of block has this id already" },
  { "itself", "\"blocks\": [{\"id\": \"a\", \"type\": \"g\"}]", "contains itself" },
  { "each-other", "[{\"id\": \"g\", \"blocks\": [{\"id\": \"a\", \"type\": \"h\"}]}, "
    "{\"id\": \"h\", \"blocks\": [{\"id\": \"a\", \"type\": \"g\"}]}]", "contains itself" },
  { "task", "\"blocks\": [{\"id\": \"a\", \"type\": \"task\"}]",
    "a is a task, which a group cannot have" },
  { "source", "\"blocks\": [{\"id\": \"a\", \"type\": \"csv\"}]", "a is a data source" },
  { "title", "\"title\": 7, " TANH, "“title” to be a text" },
  { "end", "\"inputs\": {\"in\": [\"b.in\"]}, " TANH, "no block of it is called b" },
  { "end-port", "\"inputs\": {\"in\": [\"a.on\"]}, " TANH, "a has no input “on”" },
  { "end-form", "\"inputs\": {\"in\": [\"a\"]}, " TANH, "expected block.name" },
  { "end-type", "\"inputs\": {\"in\": [7]}, " TANH, "a port to be" },
  { "end-none", "\"inputs\": {\"in\": []}, " TANH, "“in” feeds nothing" },
  { "end-twice", "\"inputs\": {\"in\": [\"a.in\", \"a.in\"]}, " TANH, "is fed twice" },
  { "end-two", "\"inputs\": {\"x\": [\"a.in\"], \"y\": [\"a.in\"]}, " TANH, "is fed twice" },
  { "output", "\"outputs\": {\"out\": \"a.off\"}, " TANH, "a has no output “off”" },
  { "outputs", "\"outputs\": {\"out\": [\"a.out\", \"a.out\"]}, " TANH,
    "has to show one inner output" },
  { "port-name", "\"inputs\": {\"In\": [\"a.in\"]}, " TANH, "an input is called" },
  { "param", "\"params\": {\"p\": [\"a.units\"]}, " TANH, "a has no setting “units”" },
  { "param-form", "\"params\": {\"p\": 7}, " DENSE, "a parameter to be a list" },
  { "param-none", "\"params\": {\"p\": []}, " DENSE, "“p” sets nothing" },
  { "param-repeat", "\"params\": {\"repeat\": [\"a.units\"]}, " DENSE,
    "cannot be called “repeat”" },
  { "param-types", "\"params\": {\"p\": [\"a.units\", \"b.p\"]}, \"blocks\": [{\"id\": \"a\", "
    "\"type\": \"dense\"}, {\"id\": \"b\", \"type\": \"dropout\"}]", "of different types" },
  { "param-twice", "\"params\": {\"p\": [\"a.units\"], \"q\": [\"a.units\"]}, " DENSE,
    "is set by two parameters" },
  { "path", "\"blocks\": [{\"id\": \"a/b\", \"type\": \"tanh\"}]", "expected an “id”" },
  { "path-wire", TANH ", \"wires\": [[\"a/b.out\", \"a.in\"]]", "no block is called “a/b”" },
  { "loop", TANH ", \"wires\": [[\"a.out\", \"a.in\"]]", "leads back to itself" },
};

static void
test_hostile (gconstpointer data)
{
  guint n = GPOINTER_TO_UINT (data);
  gboolean inside = hostile[n].group[0] == '"';
  g_autofree char *text = g_strdup_printf (
    "{\"basin\": 1, \"name\": \"\", \"groups\": %s%s%s, \"blocks\": [], \"wires\": []}",
    inside ? "[{\"id\": \"g\", " : "", hostile[n].group, inside ? "}]" : "");
  g_autoptr(GError) error = NULL;

  assert_refuses (parse (text, &error), &error, hostile[n].part);
}

/* g1 … g@depth, each with @n uses of the one before, repeated 64 times; g1 has @n_leaves
 * blocks. */
static char *
write_tower (guint depth,
             guint n,
             guint n_leaves)
{
  GString *text = g_string_new ("{\"basin\": 1, \"name\": \"\", \"groups\": [");

  for (guint level = depth; level > 0; level--)
    {
      g_string_append_printf (text, "{\"id\": \"g%u\", %s\"blocks\": [", level, n_leaves == 0 ? ""
                              : "\"inputs\": {\"in\": [\"b0.in\"]}, "
                                "\"outputs\": {\"out\": \"b0.out\"}, ");
      for (guint i = 0; i < (level > 1 ? n : n_leaves); i++)
        if (level > 1)
          g_string_append_printf (text, "%s{\"id\": \"b%u\", \"type\": \"g%u\", \"params\": "
                                  "{\"repeat\": 64}}", i > 0 ? ", " : "", i, level - 1);
        else
          g_string_append_printf (text, "%s{\"id\": \"b%u\", \"type\": \"tanh\"}",
                                  i > 0 ? ", " : "", i);
      g_string_append_printf (text, "], \"wires\": []}%s", level > 1 ? ", " : "");
    }
  g_string_append_printf (text, "], \"blocks\": [{\"id\": \"t\", \"type\": \"g%u\", \"params\": "
                          "{\"repeat\": 64}}], \"wires\": []}", depth);

  return g_string_free (text, FALSE);
}

static void
test_depth (void)
{
  g_autofree char *deep = write_tower (MTL_MAX_GROUP_DEPTH + 1, 1, 1);
  g_autofree char *most = write_tower (MTL_MAX_GROUP_DEPTH, 1, 1);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = parse (most, &error);

  g_assert_no_error (error);
  g_assert_nonnull (design);
  assert_refuses (parse (deep, &error), &error, "9 groups within each other; 8 is the most");
}

/* 64⁸ blocks, more of them, or none at all in 100⁸ uses: the file is read, and the
 * survey says what is wrong with it. */
static void
test_explosion (void)
{
  static const guint widths[][2] = { { 1, 1 }, { 100, 1 }, { 100, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      g_autofree char *text = write_tower (MTL_MAX_GROUP_DEPTH, widths[i][0], widths[i][1]);
      g_autoptr(GError) error = NULL;
      gint64 begun = g_get_monotonic_time ();
      g_autoptr(MtlDesign) design = parse (text, &error);
      g_autoptr(MtlDesign) flat = NULL;
      g_autoptr(MtlSurvey) survey = NULL;

      g_assert_no_error (error);
      flat = mtl_design_expand (design, NULL);
      survey = mtl_survey_new (design);
      g_test_message ("%u uses of %u blocks: %.1f ms", widths[i][0], widths[i][1],
                      (double) (g_get_monotonic_time () - begun) / 1e3);
      g_assert_cmpuint (mtl_design_n_blocks (flat), ==, 1);
      g_assert_cmpstr (mtl_survey_problem (survey, 0)->block, ==, "t");
      g_assert_nonnull (strstr (mtl_survey_problem (survey, 0)->message,
                                "t stands for 100000 blocks or more"));
    }
}

/* Four more than there is room for; one repeat less, and it fits. */
static void
test_room (void)
{
  g_autofree char *text = write_tower (2, 64, 64);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = parse (text, &error);
  g_autoptr(MtlDesign) flat = NULL;
  g_autoptr(MtlDesign) none = NULL;

  g_assert_no_error (error);
  design = with_value (g_steal_pointer (&design), "blocks.t.repeat", "1");
  for (guint i = 0; i < 64; i++)
    {
      g_autofree char *key = g_strdup_printf ("blocks.t/b%u.repeat", i);

      design = with_value (g_steal_pointer (&design), key, "1");
    }
  flat = mtl_design_expand (design, NULL);
  g_assert_cmpuint (mtl_design_n_blocks (flat), ==, MTL_MAX_BLOCKS);
  design = with_value (g_steal_pointer (&design), "blocks.t/b7.repeat", "2");
  none = mtl_design_expand (design, NULL);
  g_assert_cmpuint (mtl_design_n_blocks (none), ==, 1);
}

/* --- the flat design --- */

static void
assert_same_network (const MtlDesign *found,
                     const MtlDesign *expected)
{
  g_assert_cmpuint (mtl_design_n_blocks (found), ==, mtl_design_n_blocks (expected));
  for (guint i = 0; i < mtl_design_n_blocks (found); i++)
    {
      const MtlBlock *a = mtl_design_block (found, i), *b = mtl_design_block (expected, i);

      g_assert_cmpstr (mtl_block_id (a), ==, mtl_block_id (b));
      g_assert_true (mtl_chosen_equal (mtl_block_what (a), mtl_block_what (b)));
    }

  g_assert_cmpuint (mtl_design_n_wires (found), ==, mtl_design_n_wires (expected));
  for (guint i = 0; i < mtl_design_n_wires (found); i++)
    {
      const MtlWire *wire = mtl_design_wire (expected, i);
      g_autofree char *from = g_strdup_printf ("%s.%s", wire->from, wire->from_port);
      g_autofree char *to = g_strdup_printf ("%s.%s", wire->to, wire->to_port);

      if (!is_joined (found, from, to))
        g_error ("no wire from %s to %s", from, to);
    }
}

static void
test_flatten (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(MtlDesign) flat = mtl_design_expand (design, NULL);
  g_autoptr(MtlDesign) by_hand = parse_flat ();
  g_autoptr(MtlDesign) again = mtl_design_expand (flat, NULL);

  assert_same_network (flat, by_hand);
  g_assert_true (again == flat);
}

/* Of inputs beyond the outputs every copy is fed; without an output there is no chain. */
static void
test_repeat (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlGroup) group = mtl_group_starter ("transformer", &error);
  g_autoptr(MtlDesign) empty = mtl_design_new ("");
  g_autoptr(MtlChosen) what = mtl_chosen_new (MTL_KIND_OP, mtl_group_method (group));
  g_autoptr(MtlBlock) use = mtl_block_new ("t", what, 0.0, 0.0);
  g_autoptr(MtlBlock) again = mtl_block_new ("u", what, 0.0, 0.0);
  g_autoptr(MtlDesign) one = mtl_design_with_block (empty, use);
  g_autoptr(MtlDesign) two = mtl_design_with_block (one, again);
  g_autoptr(MtlDesign) design = mtl_design_with_wire (two, "u.out", "t.numbers", &error);
  g_autoptr(MtlDesign) flat = NULL;
  g_autoptr(MtlDesign) closed = NULL;
  g_autoptr(MtlSurvey) survey = NULL;

  g_assert_no_error (error);
  design = with_value (g_steal_pointer (&design), "blocks.t.heads", "2");
  design = with_value (g_steal_pointer (&design), "blocks.t.repeat", "3");
  flat = mtl_design_expand (design, NULL);
  g_assert_true (is_joined (flat, "u/add2.out", "t/attend.numbers"));
  g_assert_true (is_joined (flat, "u/add2.out", "t/3/attend.numbers"));
  g_assert_true (is_joined (flat, "t/2/add2.out", "t/3/add1.in"));
  g_assert_cmpfloat (number_of (flat, "t/3/attend", "heads"), ==, 2.0);

  closed = mtl_design_without_wire (design, "t/add2.out", "t.out");
  survey = mtl_survey_new (closed);
  g_assert_cmpstr (mtl_survey_problem (survey, 0)->block, ==, "t");
  g_assert_nonnull (strstr (mtl_survey_problem (survey, 0)->message, "t cannot be repeated"));
}

/* --- the survey --- */

static void
test_survey (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  MtlShape shape = mtl_survey_shape (survey, "s", 0);

  g_assert_true (mtl_survey_trains (survey));
  g_assert_true (mtl_survey_design (survey) == design);
  g_assert_cmpuint (shape.rank, ==, 1);
  g_assert_cmpuint (shape.size[0], ==, 5);
  g_assert_cmpuint (mtl_survey_shape (survey, "s/a", 0).size[0], ==, 5);
  g_assert_cmpuint (mtl_survey_shape (survey, "s/a/turn", 0).size[0], ==, 5);
  g_assert_cmpuint (mtl_survey_tasks (survey, "s"), ==, 3);
  g_assert_cmpuint (mtl_survey_tasks (survey, "t"), ==, 2);
  g_assert_cmpuint (mtl_survey_n_weights (survey, "s"), ==, 6 * 30);
  g_assert_cmpuint (mtl_survey_n_weights (survey, "s/a/turn"), ==, 30);
  g_assert_cmpuint (mtl_survey_n_weights (survey, "s/b"), ==, 60);
  g_assert_cmpuint (mtl_survey_n_outputs (survey, "s"), ==, 1);
  g_assert_cmpstr (mtl_survey_output (survey, "s", 0), ==, "out");
}

static guint
count_problems (const MtlSurvey *survey,
                const char      *message)
{
  guint n = 0;

  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    n += strstr (mtl_survey_problem (survey, i)->message, message) != NULL;

  return n;
}

static void
test_refusal (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autofree char *fits = mtl_survey_refusal (survey, "first.out", "t.in");
  g_autofree char *wide = mtl_survey_refusal (survey, "flat.out", "t.in");
  g_autofree char *inner = mtl_survey_refusal (survey, "t/turn.out", "t/bend.in");
  g_autofree char *across = mtl_survey_refusal (survey, "flat.out", "t/bend.in");

  g_assert_null (fits);
  g_assert_cmpstr (wide, ==, "needs inputs of one shape");
  g_assert_null (inner);
  g_assert_nonnull (strstr (across, "would cross the border"));
}

/* The block that can be marked is the use; what and where stands in the message. */
static void
test_problems (void)
{
  g_autoptr(MtlDesign) design = with_value (parse_groups (), "blocks.s.units", "4");
  g_autoptr(MtlDesign) apart = NULL;
  g_autoptr(MtlDesign) open = NULL;
  g_autoptr(MtlDesign) whole = NULL;
  g_autoptr(MtlDesign) idle = NULL;
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autoptr(MtlSurvey) waits = NULL;
  g_autoptr(MtlSurvey) unused = NULL;
  const MtlProblem *problem = mtl_survey_problem (survey, 0);

  g_assert_cmpuint (mtl_survey_n_problems (survey), ==, 1);
  g_assert_cmpstr (problem->block, ==, "s");
  g_assert_true (g_str_has_prefix (problem->message, "s/a/join needs inputs of one shape"));

  /* One input, two blocks within that wait for it. */
  apart = mtl_design_without_wire (design, "t/turn.out", "t/join.in");
  open = mtl_design_without_wire (apart, "first.out", "s.in");
  waits = mtl_survey_new (open);
  problem = mtl_survey_problem (waits, 0);
  g_assert_cmpstr (problem->block, ==, "s");
  g_assert_cmpstr (problem->port, ==, "in");
  g_assert_cmpstr (problem->message, ==, "s has nothing at its input: connect a block to it.");

  g_assert_cmpuint (count_problems (waits, "nothing at its input"), ==, 1);

  whole = parse_groups ();
  idle = mtl_design_without (whole, (const char *const[]) { "l", "t", "r", NULL }, FALSE);
  unused = mtl_survey_new (idle);
  g_assert_cmpuint (count_problems (unused, "s leads to no task"), ==, 1);
  g_assert_cmpuint (count_problems (unused, "turn leads to no task"), ==, 0);
}

/* A width is advised where it can be set: at the parameter of the use. */
static void
test_advice (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) head = NULL;
  g_autofree char *key = mtl_design_setting_key (design, "s/2/b/turn", "units");
  g_autofree char *inner = mtl_design_setting_key (design, "s/b/bend", "slope");

  g_assert_cmpstr (key, ==, "blocks.s.units");
  g_assert_cmpstr (inner, ==, "blocks.s/b/bend.slope");
  head = mtl_design_with_value (design, key, "3", &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (number_of (head, "s", "units"), ==, 3.0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/group/file", test_file);
  g_test_add_func ("/group/params", test_params);
  g_test_add_func ("/group/alike", test_alike);
  for (guint n = 0; n < G_N_ELEMENTS (hostile); n++)
    {
      g_autofree char *path = g_strdup_printf ("/group/hostile/%s", hostile[n].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_hostile);
    }
  g_test_add_func ("/group/depth", test_depth);
  g_test_add_func ("/group/explosion", test_explosion);
  g_test_add_func ("/group/room", test_room);
  g_test_add_func ("/group/flatten", test_flatten);
  g_test_add_func ("/group/repeat", test_repeat);
  g_test_add_func ("/group/survey", test_survey);
  g_test_add_func ("/group/refusal", test_refusal);
  g_test_add_func ("/group/problems", test_problems);
  g_test_add_func ("/group/advice", test_advice);

  return g_test_run ();
}
