/* test-group-edit.c — edits inside groups, of definitions, and blocks into groups and back
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "group-sample.h"

static MtlDesign *
done (MtlDesign  *design,
      GError    **error)
{
  g_assert_no_error (*error);
  g_assert_nonnull (design);
  return design;
}

/* --- paths --- */

static void
test_find (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(GError) error = NULL;

  g_assert_cmpstr (mtl_block_id (mtl_design_find (design, "s/b/turn")), ==, "turn");
  g_assert_true (mtl_design_find (design, "s/2/b/turn") == mtl_design_find (design, "t/turn"));
  g_assert_null (mtl_design_find (design, "s/c"));
  g_assert_null (mtl_design_find (design, "first/turn"));
  g_assert_null (mtl_design_find (design, "/s"));
  assert_refuses (mtl_design_with_value (design, "blocks.first/x.units", "3", &error), &error,
                  "first is not a group");
  assert_refuses (mtl_design_with_value (design, "blocks.s/c.units", "3", &error), &error,
                  "no block is called “c”");
}

/* One definition: what is changed in one use is changed in all. */
static void
test_value (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = done (mtl_design_with_value (old, "blocks.t/bend.slope", "0.5",
                                                             &error), &error);
  g_autoptr(MtlDesign) turned = NULL;

  g_assert_cmpfloat (number_of (design, "s/a/bend", "slope"), ==, 0.5);
  g_assert_cmpfloat (number_of (old, "s/a/bend", "slope"), ==, 0.01);
  g_assert_cmpfloat (number_of (design, "s", "units"), ==, 5.0);
  g_assert_true (mtl_design_find (design, "first") == mtl_design_find (old, "first"));

  turned = done (mtl_design_with_value (design, "blocks.s/a.type", "relu", &error), &error);
  g_assert_null (mtl_block_group (mtl_design_find (turned, "s/a")));
  g_assert_cmpuint (mtl_design_n_uses (turned, "skip"), ==, 2);
  g_assert_true (is_joined (mtl_design_body (turned, "s"), "a.out", "b.in"));
  assert_refuses (mtl_design_with_value (design, "blocks.s/a.type", "pair", &error), &error,
                  "“pair” would contain itself");
}

static void
test_block (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(MtlBlock) more = mtl_block_new ("s/b/more", mtl_block_what (mtl_design_find (old, "l")),
                                            7.0, 8.0);
  g_autoptr(MtlBlock) itself = mtl_block_new ("s/b/x", mtl_block_what (mtl_design_find (old, "s")),
                                              0.0, 0.0);
  g_autoptr(MtlDesign) design = mtl_design_with_block (old, more);
  g_autoptr(MtlDesign) same = mtl_design_with_block (old, itself);

  g_assert_cmpfloat (mtl_block_y (mtl_design_find (design, "t/more")), ==, 8.0);
  g_assert_cmpuint (mtl_block_n_flat (mtl_design_find (design, "t")), ==, 4);
  g_assert_true (mtl_design_equal (same, old));
}

/* --- ports --- */

static void
test_wires (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) inner = done (mtl_design_with_wire (old, "s/a/turn.out", "t/bend.in",
                                                           &error), &error);
  g_autoptr(MtlDesign) without = mtl_design_without_wire (old, "t/turn.out", "t/join.in");
  g_autoptr(MtlDesign) port = NULL;
  g_autoptr(MtlDesign) shown = NULL;
  g_autoptr(MtlDesign) gone = NULL;

  g_assert_true (is_joined (mtl_design_body (inner, "t"), "turn.out", "bend.in"));
  g_assert_false (is_joined (mtl_design_body (inner, "t"), "join.out", "bend.in"));
  g_assert_cmpuint (mtl_design_n_wires (mtl_design_body (without, "s/a")), ==, 1);
  assert_refuses (mtl_design_with_wire (old, "t/bend.out", "t/turn.in", &error), &error,
                  "would close a loop");
  assert_refuses (mtl_design_with_wire (old, "first.out", "t/turn.in", &error), &error,
                  "would cross the border");

  /* An input more, which takes turn from the one that fed it. */
  port = done (mtl_design_with_wire (old, "t.side", "t/turn.in", &error), &error);
  g_assert_cmpuint (mtl_block_n_inputs (mtl_design_find (port, "s/a")), ==, 2);
  g_assert_cmpstr (mtl_group_inputs (mtl_design_find_group (port, "skip"))[0].ends[0], ==,
                   "join.in");
  g_assert_cmpstr (mtl_group_inputs (mtl_design_find_group (port, "skip"))[1].name, ==, "side");
  shown = done (mtl_design_with_wire (old, "t/turn.out", "t.out", &error), &error);
  g_assert_cmpstr (mtl_group_outputs (mtl_design_find_group (shown, "skip"))[0].ends[0], ==,
                   "turn.out");

  /* The last wire gone, the port is, and with it the wires outside. */
  gone = mtl_design_without_wire (old, "t/bend.out", "t.out");
  g_assert_cmpuint (mtl_block_n_outputs (mtl_design_find (gone, "t")), ==, 0);
  g_assert_false (is_joined (gone, "t.out", "r.in"));
  g_assert_false (is_joined (mtl_design_body (gone, "s"), "a.out", "b.in"));
  g_assert_cmpuint (mtl_block_n_outputs (mtl_design_find (gone, "s")), ==, 0);
}

/* The border is that of the use around a block, whatever else is a use of the same group. */
static void
test_wires_border (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) copy = done (mtl_design_with_wire (old, "s/a.side", "s/2/a/turn.in",
                                                          &error), &error);
  g_autoptr(MtlDesign) around = done (mtl_design_with_wire (copy, "s.side", "s/2/a.side", &error),
                                      &error);

  g_assert_cmpuint (mtl_block_n_inputs (mtl_design_find (copy, "t")), ==, 2);
  g_assert_cmpuint (mtl_block_n_inputs (mtl_design_find (around, "s")), ==, 2);

  assert_refuses (mtl_design_with_wire (old, "t/bend.out", "s/a.in", &error), &error,
                  "would cross the border");
  assert_refuses (mtl_design_with_wire (old, "s/a.out", "t/turn.in", &error), &error,
                  "would cross the border");
  assert_refuses (mtl_design_with_wire (old, "t.side", "s/a/turn.in", &error), &error,
                  "would cross the border");
}

/* What is taken out at the border hands its port on to its neighbour. */
static void
test_heal (void)
{
  static const char *const bend[] = { "t/bend", "first", NULL };
  static const char *const a[] = { "s/a", NULL };
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(MtlDesign) healed = mtl_design_without (old, bend, TRUE);
  g_autoptr(MtlDesign) torn = mtl_design_without (old, bend, FALSE);
  g_autoptr(MtlDesign) shorter = mtl_design_without (old, a, TRUE);
  const MtlGroup *skip = mtl_design_find_group (healed, "skip");

  g_assert_cmpstr (mtl_group_outputs (skip)[0].ends[0], ==, "join.out");
  g_assert_true (is_joined (healed, "flat.out", "s.in"));
  g_assert_null (mtl_group_outputs (mtl_design_find_group (torn, "skip"))[0].name);
  skip = mtl_design_find_group (shorter, "pair");
  g_assert_cmpstr (mtl_group_inputs (skip)[0].ends[0], ==, "b.in");
  g_assert_cmpuint (g_strv_length ((char **) mtl_group_params (skip)[0].sets), ==, 1);
}

static void
test_rename (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = done (mtl_design_with_id (old, "s/a/turn", "spin", &error), &error);
  const MtlGroup *skip = mtl_design_find_group (design, "skip");
  g_autoptr(MtlDesign) back = done (mtl_design_with_id (design, "t/spin", "turn", &error), &error);
  g_autoptr(MtlDesign) group = done (mtl_design_with_group_id (old, "skip", "hop", &error), &error);

  g_assert_cmpstr (mtl_group_inputs (skip)[0].ends[0], ==, "spin.in");
  g_assert_cmpstr (mtl_group_params (skip)[0].sets[0], ==, "spin.units");
  g_assert_cmpfloat (number_of (design, "s", "units"), ==, 5.0);
  g_assert_true (mtl_design_equal (old, back));
  assert_refuses (mtl_design_with_id (old, "t/turn", "join", &error), &error, "another block");

  g_assert_null (mtl_design_find_group (group, "skip"));
  g_assert_cmpuint (mtl_design_n_uses (group, "hop"), ==, 3);
  g_assert_true (mtl_block_group (mtl_design_find (group, "s/b"))
                 == mtl_block_group (mtl_design_find (group, "t")));
  assert_refuses (mtl_design_with_group_id (old, "skip", "pair", &error), &error, "another group");
  assert_refuses (mtl_design_with_group_id (old, "skip", "add", &error), &error, "has this id");
}

/* --- definitions --- */

static void
test_body (void)
{
  static const double places[] = { 1.0, 2.0, 3.0, 4.0, 5.0, 6.0 };
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlBlock) block = mtl_block_new ("x", mtl_block_what (mtl_design_find (old, "l")),
                                             0.0, 0.0);
  g_autoptr(MtlDesign) more = NULL;
  g_autoptr(MtlDesign) fed = NULL;
  g_autoptr(MtlDesign) closed = NULL;
  g_autoptr(MtlDesign) moved = mtl_design_with_places (mtl_design_body (old, "t"), places);
  g_autoptr(MtlDesign) design = done (mtl_design_with_body (old, "t", moved, &error), &error);

  g_assert_cmpfloat (mtl_block_x (mtl_design_find (design, "s/b/bend")), ==, 5.0);
  g_assert_null (mtl_design_body (old, "first"));
  more = mtl_design_with_block (mtl_design_body (old, "s"), block);
  fed = done (mtl_design_with_wire (more, "x.out", "a.in", &error), &error);
  closed = done (mtl_design_with_body (old, "s", fed, &error), &error);
  g_assert_cmpuint (mtl_block_n_inputs (mtl_design_find (closed, "s")), ==, 0);
  g_assert_cmpuint (mtl_group_count_params (mtl_group_params (mtl_design_find_group (design,
                                                                                     "skip"))),
                    ==, 1);
}

static void
test_definition (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  const MtlGroup *skip = mtl_design_find_group (old, "skip");
  const MtlGroupParam bend = { "bend", "Bend", (const char *const[]) { "bend.slope", NULL } };
  g_autoptr(MtlGroup) more = mtl_group_with_param (skip, &bend, &error);
  g_autoptr(MtlGroup) less = mtl_group_without_param (skip, "units");
  g_autoptr(MtlDesign) wide = done (mtl_design_with_group (old, more, &error), &error);
  g_autoptr(MtlDesign) narrow = done (mtl_design_with_group (old, less, &error), &error);
  g_autoptr(MtlDesign) unused = NULL;
  g_autoptr(MtlDesign) cleared = NULL;

  g_assert_cmpfloat (number_of (wide, "t", "bend"), ==, 0.01);
  g_assert_cmpfloat (number_of (wide, "t", "units"), ==, 5.0);
  g_assert_null (mtl_chosen_get (mtl_block_what (mtl_design_find (narrow, "t")), "units"));
  /* What set it has nothing left to set, and so its own parameter is gone. */
  g_assert_null (mtl_chosen_get (mtl_block_what (mtl_design_find (narrow, "s")), "units"));
  g_assert_cmpfloat (number_of (narrow, "s", "again"), ==, 2.0);

  assert_refuses (mtl_design_without_group (old, "skip", &error), &error, "is used 3 times");
  unused = mtl_design_without (old, (const char *const[]) { "s", NULL }, FALSE);
  cleared = done (mtl_design_without_group (unused, "pair", &error), &error);
  g_assert_cmpuint (mtl_design_n_groups (cleared), ==, 1);
}

/* Uses bring their groups, and find those that are there. */
static void
test_copies (void)
{
  static const char *const ids[] = { "s", "l", NULL };
  g_autoptr(MtlDesign) from = parse_groups ();
  g_autoptr(MtlDesign) empty = mtl_design_new ("");
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) made = NULL;
  g_autoptr(MtlDesign) once = done (mtl_design_with_copies (empty, from, ids, 0.0, 0.0, &made,
                                                            &error), &error);
  g_autoptr(MtlDesign) twice = done (mtl_design_with_copies (once, from, ids, 0.0, 0.0, NULL,
                                                             &error), &error);

  g_assert_cmpuint (mtl_design_n_groups (once), ==, 2);
  g_assert_cmpstr (made[0], ==, "s");
  g_assert_cmpuint (mtl_design_n_groups (twice), ==, 2);
  g_assert_cmpuint (mtl_design_n_uses (twice, "pair"), ==, 2);
  g_assert_true (mtl_block_group (mtl_design_find (twice, "pair1"))
                 == mtl_block_group (mtl_design_find (twice, "s")));
  g_assert_true (is_joined (twice, "pair1.out", "dense1.in"));
}

/* What another design calls by the same name is not taken for it. */
static void
test_copies_differ (void)
{
  static const char *const ids[] = { "t", NULL };
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(MtlDesign) from = with_value (parse_groups (), "blocks.t/bend.slope", "0.5");
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) once = done (mtl_design_with_copies (design, from, ids, 0.0, 0.0, NULL,
                                                            &error), &error);
  g_autoptr(MtlDesign) twice = done (mtl_design_with_copies (once, from, ids, 0.0, 0.0, NULL,
                                                             &error), &error);

  g_assert_cmpuint (mtl_design_n_groups (twice), ==, 3);
  g_assert_cmpuint (mtl_design_n_uses (twice, "skip"), ==, 3);
  g_assert_cmpuint (mtl_design_n_uses (twice, "skip2"), ==, 2);
  g_assert_cmpfloat (number_of (twice, "t/bend", "slope"), ==, 0.01);
  g_assert_cmpfloat (number_of (twice, "skip1/bend", "slope"), ==, 0.5);
  g_assert_cmpfloat (number_of (twice, "skip1", "units"), ==, 5.0);
}

/* --- into a group and back --- */

/* In whatever order. */
static void
assert_same_graph (const MtlDesign *found,
                   const MtlDesign *expected)
{
  g_assert_cmpuint (mtl_design_n_blocks (found), ==, mtl_design_n_blocks (expected));
  for (guint i = 0; i < mtl_design_n_blocks (expected); i++)
    {
      const MtlBlock *was = mtl_design_block (expected, i);
      const MtlBlock *is = mtl_design_find (found, mtl_block_id (was));

      g_assert_cmpfloat (mtl_block_x (is), ==, mtl_block_x (was));
      g_assert_true (mtl_chosen_equal (mtl_block_what (is), mtl_block_what (was)));
    }

  g_assert_cmpuint (mtl_design_n_wires (found), ==, mtl_design_n_wires (expected));
  for (guint i = 0; i < mtl_design_n_wires (expected); i++)
    {
      const MtlWire *wire = mtl_design_wire (expected, i);
      g_autofree char *from = g_strdup_printf ("%s.%s", wire->from, wire->from_port);
      g_autofree char *to = g_strdup_printf ("%s.%s", wire->to, wire->to_port);

      g_assert_true (is_joined (found, from, to));
    }
}

static void
test_group (void)
{
  static const char *const ids[] = { "first", "l", "r", "t", "s", NULL };
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autofree char *made = NULL;
  g_auto(GStrv) blocks = NULL;
  g_autoptr(MtlDesign) design = done (mtl_design_grouped (old, ids, "All of It", &made, &error),
                                      &error);
  const MtlGroup *group = mtl_block_group (mtl_design_find (design, made));
  g_autoptr(MtlDesign) back = NULL;

  g_assert_cmpstr (mtl_group_id (group), ==, "all-of-it");
  g_assert_cmpstr (mtl_group_title (group), ==, "All of It");
  g_assert_cmpuint (mtl_design_n_blocks (design), ==, 5);
  g_assert_true (is_joined (design, "flat.out", "all-of-it1.in"));
  g_assert_true (is_joined (design, "all-of-it1.out", "left.in"));
  g_assert_true (is_joined (design, "all-of-it1.out2", "right.in"));

  back = done (mtl_design_ungrouped (design, made, &blocks, &error), &error);
  g_assert_cmpstr (blocks[0], ==, "first");
  g_assert_cmpuint (g_strv_length (blocks), ==, 5);
  assert_same_graph (back, old);
}

/* What waits for a wire gets a port, before it is joined with anything. */
static void
test_group_open (void)
{
  static const char *const ids[] = { "first", "s", NULL };
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autofree char *made = NULL;
  g_autoptr(MtlDesign) fed = mtl_design_without_wire (old, "flat.out", "first.in");
  g_autoptr(MtlDesign) open = mtl_design_without (fed, (const char *const[]) { "l", "t", NULL },
                                                  FALSE);
  g_autoptr(MtlDesign) design = done (mtl_design_grouped (open, ids, NULL, &made, &error), &error);
  const MtlGroup *group = mtl_block_group (mtl_design_find (design, made));

  g_assert_cmpstr (mtl_group_inputs (group)[0].ends[0], ==, "first.in");
  g_assert_null (mtl_group_inputs (group)[1].name);
  g_assert_cmpstr (mtl_group_outputs (group)[0].ends[0], ==, "s.out");
  g_assert_null (mtl_group_outputs (group)[1].name);
}

/* An id that is taken outside becomes a free one. */
static void
test_ungroup_ids (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) made = NULL;
  g_autoptr(MtlDesign) taken = done (mtl_design_with_id (old, "first", "join", &error), &error);
  g_autoptr(MtlDesign) design = done (mtl_design_ungrouped (taken, "t", &made, &error), &error);

  g_assert_cmpstr (made[0], ==, "turn");
  g_assert_cmpstr (made[1], ==, "add1");
  g_assert_true (is_joined (design, "turn.out", "add1.in"));
  g_assert_true (is_joined (design, "flat.out", "join.in"));
}

/* All copies, with the settings of the use, and groups within as they are. */
static void
test_ungroup_repeat (void)
{
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) made = NULL;
  g_autoptr(MtlDesign) design = done (mtl_design_ungrouped (old, "s", &made, &error), &error);

  g_assert_cmpuint (g_strv_length (made), ==, 4);
  g_assert_cmpstr (made[0], ==, "a");
  g_assert_cmpfloat (number_of (design, made[3], "units"), ==, 5.0);
  g_assert_cmpfloat (number_of (design, made[3], "repeat"), ==, 2.0);
  g_assert_true (is_joined (design, "first.out", "a.in"));
  g_assert_cmpuint (mtl_design_n_uses (design, "pair"), ==, 0);
  g_assert_cmpfloat (mtl_block_x (mtl_design_find (design, made[2])), >, 300.0);
  assert_refuses (mtl_design_ungrouped (old, "first", NULL, &error), &error, "is not a group");
}

/* Within a definition the border keeps its ends. */
static void
test_group_inside (void)
{
  static const char *const ids[] = { "s/b/turn", "s/b/join", NULL };
  static const char *const apart[] = { "s/b/turn", "first", NULL };
  static const char *const round[] = { "first", "l", NULL };
  static const char *const task[] = { "l", "left", NULL };
  g_autoptr(MtlDesign) old = parse_groups ();
  g_autoptr(GError) error = NULL;
  g_autofree char *made = NULL;
  g_autoptr(MtlDesign) design = done (mtl_design_grouped (old, ids, NULL, &made, &error), &error);
  const MtlGroup *skip = mtl_design_find_group (design, "skip");
  g_autoptr(MtlDesign) back = NULL;

  g_assert_cmpstr (made, ==, "s/b/group1");
  g_assert_cmpstr (mtl_group_inputs (skip)[0].ends[0], ==, "group1.in");
  g_assert_null (mtl_group_inputs (skip)[0].ends[1]);
  g_assert_cmpuint (mtl_block_n_flat (mtl_design_find (design, "s")), ==, 18);
  back = done (mtl_design_ungrouped (design, made, NULL, &error), &error);
  g_assert_cmpuint (g_strv_length ((char **) mtl_group_inputs (mtl_design_find_group (
                      back, "skip"))[0].ends), ==, 2);

  assert_refuses (mtl_design_grouped (old, apart, NULL, NULL, &error), &error, "in one body");
  assert_refuses (mtl_design_grouped (old, round, NULL, NULL, &error), &error,
                  "comes back to them");
  assert_refuses (mtl_design_grouped (old, task, NULL, NULL, &error), &error, "left is a task");
  assert_refuses (mtl_design_grouped (old, task + 2, NULL, NULL, &error), &error, "no blocks");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/group-edit/find", test_find);
  g_test_add_func ("/group-edit/value", test_value);
  g_test_add_func ("/group-edit/block", test_block);
  g_test_add_func ("/group-edit/wires", test_wires);
  g_test_add_func ("/group-edit/wires-border", test_wires_border);
  g_test_add_func ("/group-edit/heal", test_heal);
  g_test_add_func ("/group-edit/rename", test_rename);
  g_test_add_func ("/group-edit/body", test_body);
  g_test_add_func ("/group-edit/definition", test_definition);
  g_test_add_func ("/group-edit/copies", test_copies);
  g_test_add_func ("/group-edit/copies-differ", test_copies_differ);
  g_test_add_func ("/group-edit/group", test_group);
  g_test_add_func ("/group-edit/group-open", test_group_open);
  g_test_add_func ("/group-edit/ungroup-ids", test_ungroup_ids);
  g_test_add_func ("/group-edit/ungroup-repeat", test_ungroup_repeat);
  g_test_add_func ("/group-edit/group-inside", test_group_inside);

  return g_test_run ();
}
