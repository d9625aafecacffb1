/* test-scene.c — the room that open groups take, and wires over their borders
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtw-path.h"
#include "mtw-ports.h"
#include "mtw-scene.h"

/* A group of two blocks and a bead beside others: `beyond` to its right, `below` and
 * `above` it, `left` of it. */
static const char design_text[]
  = "{'basin': 1, 'name': 'Test', 'groups': [{'id': 'pair', 'title': 'Pair',"
    " 'inputs': {'in': ['first.in']}, 'outputs': {'out': 'second.out'},"
    " 'params': {'units': ['second.units']}, 'blocks': ["
    "{'id': 'first', 'type': 'dense', 'at': [16, 8], 'params': {'units': 12}},"
    "{'id': 'bend', 'type': 'relu', 'at': [96, 8]},"
    "{'id': 'second', 'type': 'dense', 'at': [176, 40], 'params': {'units': 6}}],"
    " 'wires': [['first.out', 'bend.in'], ['bend.out', 'second.in']]},"
    "{'id': 'nest', 'inputs': {'in': ['inner.in']}, 'outputs': {'out': 'inner.out'}, 'blocks': ["
    "{'id': 'inner', 'type': 'pair', 'at': [0, 0]}], 'wires': []}],"
    "'blocks': ["
    "{'id': 'digits', 'type': 'glyph-pairs', 'at': [-160, 200]},"
    "{'id': 'flatten1', 'type': 'flatten', 'at': [-40, 200]},"
    "{'id': 'use', 'type': 'pair', 'at': [160, 200]},"
    "{'id': 'beyond', 'type': 'dense', 'at': [320, 200], 'params': {'units': 10}},"
    "{'id': 'below', 'type': 'dense', 'at': [176, 280], 'params': {'units': 7}},"
    "{'id': 'above', 'type': 'dense', 'at': [144, 120], 'params': {'units': 7}},"
    "{'id': 'other', 'type': 'pair', 'at': [480, 400], 'params': {'repeat': 2}},"
    "{'id': 'deep', 'type': 'nest', 'at': [800, 600]},"
    "{'id': 'left', 'type': 'task', 'at': [440, 200],"
    " 'params': {'loss': 'cross-entropy', 'target': 'left'}}],"
    "'wires': [['digits.image', 'flatten1.in'], ['flatten1.out', 'use.in'],"
    "['flatten1.out', 'below.in'], ['use.out', 'beyond.in'], ['beyond.out', 'left.in'],"
    "['flatten1.out', 'above.in'], ['flatten1.out', 'other.in'], ['flatten1.out', 'deep.in']]}";

static MtlDesign *
read_design (void)
{
  g_autofree char *json = g_strdelimit (g_strdup (design_text), "'", '"');
  g_autoptr(GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr(GError) error = NULL;
  MtlDesign *design = mtl_design_parse (bytes, "test", NULL, &error);

  g_assert_no_error (error);
  return design;
}

/* The scene with the groups of @open open, by paths with spaces between. */
static MtwScene *
make_scene (MtlDesign      *design,
            const char     *open,
            double          share,
            const MtwScene *still)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autoptr(GHashTable) set = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto(GStrv) paths = g_strsplit (open, " ", -1);

  for (guint i = 0; *open != '\0' && paths[i] != NULL; i++)
    g_hash_table_insert (set, paths[i], GUINT_TO_POINTER (1000 * share));
  return mtw_scene_new (design, survey, set, still);
}

static const MtwItem *
find (const MtwScene *scene,
      const char     *id)
{
  int n = mtw_scene_find (scene, id);

  if (n < 0)
    g_error ("%s is not in the scene", id);
  return mtw_scene_item (scene, n);
}

static void
check_place (const MtwScene *scene,
             const char     *id,
             double          x,
             double          y)
{
  const graphene_rect_t *box = &find (scene, id)->box;

  if (box->origin.x != x || box->origin.y != y)
    g_error ("%s is at %g, %g, not at %g, %g", id, box->origin.x, box->origin.y, x, y);
}

/* --- geometry --- */

static void
test_closed (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) scene = make_scene (design, "", 1, NULL);

  g_assert_cmpuint (scene->items->len, ==, mtl_design_n_blocks (design));
  g_assert_cmpfloat (find (scene, "use")->box.size.width, ==, 100);
  g_assert_cmpfloat (find (scene, "use")->box.size.height, ==, MTW_BLOCK_HEIGHT);
  check_place (scene, "beyond", 320, 200);
}

static void
test_room (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) scene = make_scene (design, "use", 1, NULL);
  const MtwItem *use = find (scene, "use"), *first = find (scene, "use/first");
  const MtwItem *second = find (scene, "use/second");
  graphene_point_t port = mtw_scene_port (scene, mtw_scene_find (scene, "use"), FALSE, 0);
  graphene_point_t shown = mtw_scene_port (scene, mtw_scene_find (scene, "use"), TRUE, 0);
  double wider = use->box.size.width - 100, rise = 200 - use->box.origin.y;
  double lower = use->box.origin.y + use->box.size.height - 248;

  /* The body keeps its own distances, within the frame and below its header. */
  g_assert_cmpint (first->frame, ==, mtw_scene_find (scene, "use"));
  g_assert_cmpfloat (second->box.origin.x - first->box.origin.x, ==, 160);
  g_assert_cmpfloat (second->box.origin.y - first->box.origin.y, ==, 32);
  g_assert_true (graphene_rect_contains_rect (&use->box, &first->box));
  g_assert_true (graphene_rect_contains_rect (&use->box, &second->box));
  g_assert_cmpfloat (first->box.origin.y, >=, use->box.origin.y + MTW_FRAME_HEADER);
  g_assert_cmpint (find (scene, "use/bend")->host, ==, mtw_scene_find (scene, "use/first"));

  /* Ports are level with what they stand for, the first where it was. */
  g_assert_cmpfloat (port.x, ==, 160);
  g_assert_cmpfloat (port.y, ==, 224);
  g_assert_cmpfloat (first->box.origin.y + 24, ==, 224);
  g_assert_cmpfloat (shown.x, ==, 160 + use->box.size.width);
  g_assert_cmpfloat (shown.y, ==, second->box.origin.y + 24);

  g_assert_cmpfloat (wider, >, 100);
  g_assert_cmpfloat (fmod (wider, 8), ==, 0);
  g_assert_cmpfloat (fmod (rise, 8), ==, 0);
  check_place (scene, "beyond", 320 + wider, 200);
  check_place (scene, "left", 440 + wider, 200);
  check_place (scene, "below", 176, 280 + lower);
  check_place (scene, "above", 144, 120 - rise);
  check_place (scene, "digits", -160, 200);
}

/* Frames above one another share the room to their right. */
static void
test_share (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  const MtlBlock *other = mtl_design_find (design, "other");
  g_autoptr(MtlBlock) moved = mtl_block_new ("other", mtl_block_what (other), 160, 400);
  g_autoptr(MtlDesign) stacked = mtl_design_with_block (design, moved);
  g_autoptr(MtwScene) one = make_scene (stacked, "use", 1, NULL);
  g_autoptr(MtwScene) both = make_scene (stacked, "use other", 1, NULL);

  g_assert_cmpfloat (find (both, "beyond")->box.origin.x, ==,
                     find (one, "beyond")->box.origin.x);
  g_assert_cmpfloat (find (both, "other")->box.origin.y, >=,
                     find (both, "use")->box.origin.y + find (both, "use")->box.size.height);
}

static void
test_nested (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) outer = make_scene (design, "deep", 1, NULL);
  g_autoptr(MtwScene) both = make_scene (design, "deep deep/inner", 1, NULL);
  const MtwItem *frame = find (both, "deep/inner");

  g_assert_cmpint (mtw_scene_find (outer, "deep/inner/first"), ==, -1);
  g_assert_cmpint (frame->frame, ==, mtw_scene_find (both, "deep"));
  g_assert_cmpint (find (both, "deep/inner/first")->frame, ==,
                   mtw_scene_find (both, "deep/inner"));
  g_assert_true (graphene_rect_contains_rect (&find (both, "deep")->box, &frame->box));
  g_assert_true (graphene_rect_contains_rect (&frame->box,
                                              &find (both, "deep/inner/second")->box));
}

/* Half open it takes half the room. */
static void
test_half (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) open = make_scene (design, "use", 1, NULL);
  g_autoptr(MtwScene) half = make_scene (design, "use", 0.5, NULL);
  double whole = find (open, "beyond")->box.origin.x - 320;
  graphene_rect_t clip;

  g_assert_cmpfloat_with_epsilon (find (half, "beyond")->box.origin.x, 320 + whole / 2, 0.01);
  g_assert_true (mtw_scene_clip (half, mtw_scene_find (half, "use"), &clip));
  g_assert_false (mtw_scene_clip (open, mtw_scene_find (open, "use"), &clip));
}

static void
check_round_trip (const MtwScene *scene,
                  const char     *id)
{
  int n = mtw_scene_find (scene, id);
  const MtwItem *item = find (scene, id);
  graphene_point_t at = item->box.origin;
  graphene_point_t place = mtw_scene_place (scene, item->frame, &at, item->box.size.width, n);

  if (fabs (place.x - mtl_block_x (item->block)) > 0.01
      || fabs (place.y - mtl_block_y (item->block)) > 0.01)
    g_error ("%s is placed at %g, %g by what is shown", id, place.x, place.y);
}

/* What is shown leads back to its place in the design, or in the body. */
static void
test_place (void)
{
  static const char *const ids[] = { "digits", "beyond", "left", "below", "above", "other",
                                     "use/first", "use/second", "deep/inner/second" };
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) scene = make_scene (design, "use deep deep/inner", 1, NULL);
  g_autoptr(MtwScene) one = make_scene (design, "use", 1, NULL);
  const graphene_rect_t *frame = &find (scene, "use")->box;
  graphene_point_t inside = { frame->origin.x + 40, frame->origin.y + 60 };
  graphene_point_t gap = { frame->origin.x + 150, 700 }, place;

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    check_round_trip (scene, ids[i]);
  check_round_trip (one, "beyond");

  g_assert_cmpint (mtw_scene_frame_at (scene, &inside), ==, mtw_scene_find (scene, "use"));
  g_assert_cmpint (mtw_scene_frame_at (scene, &gap), ==, -1);

  /* Below the frame nothing of the design is shown at its added width. */
  place = mtw_scene_place (scene, -1, &gap, 80, -1);
  g_assert_cmpfloat (place.x, >=, 259);
  g_assert_cmpfloat (place.x, <=, 260);
}

/* As long as a block is dragged, nothing makes other room than before. */
static void
test_still (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  const MtlBlock *beyond = mtl_design_find (design, "beyond");
  g_autoptr(MtlBlock) block = mtl_block_new ("beyond", mtl_block_what (beyond), -300, 90);
  g_autoptr(MtlDesign) moved = mtl_design_with_block (design, block);
  g_autoptr(MtwScene) before = make_scene (design, "use", 1, NULL);
  g_autoptr(MtwScene) during = make_scene (moved, "use", 1, before);
  g_autoptr(MtwScene) after = make_scene (moved, "use", 1, NULL);
  double shift = find (before, "beyond")->box.origin.x - 320;

  check_place (during, "beyond", -300 + shift, 90);
  check_place (after, "beyond", -300, 90);
}

static guint
count_rims (const MtwScene *scene,
            MtwRim          rim)
{
  guint n = 0;

  for (guint i = 0; i < scene->links->len; i++)
    n += mtw_scene_link (scene, i)->rim == rim;
  return n;
}

static void
test_rims (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(MtwScene) closed = make_scene (design, "", 1, NULL);
  g_autoptr(MtwScene) open = make_scene (design, "use", 1, NULL);

  g_assert_cmpuint (count_rims (closed, MTW_RIM_IN), ==, 0);
  g_assert_cmpuint (count_rims (open, MTW_RIM_IN), ==, 1);
  g_assert_cmpuint (count_rims (open, MTW_RIM_OUT), ==, 1);
}

/* --- wires over the border --- */

static guint
count_ports (const MtlGroupPort *ports)
{
  guint n = 0;

  while (ports[n].name != NULL)
    n++;
  return n;
}

static const MtlGroup *
pair_of (MtlDesign *design)
{
  return mtl_design_find_group (design, "pair");
}

static gboolean
has_wire (MtlDesign  *design,
          const char *from,
          const char *to)
{
  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    {
      const MtlWire *wire = mtl_design_wire (design, i);
      g_autofree char *start = g_strconcat (wire->from, ".", wire->from_port, NULL);
      g_autofree char *end = g_strconcat (wire->to, ".", wire->to_port, NULL);

      if (g_str_equal (start, from) && g_str_equal (end, to))
        return TRUE;
    }

  return FALSE;
}

static void
test_ports (void)
{
  g_autoptr(MtlDesign) design = read_design ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) out = mtw_ports_wire (design, "use/first.out", "below.in", &error);
  g_autoptr(MtlDesign) again = NULL;
  g_autoptr(MtlDesign) in = NULL;
  g_autoptr(MtlDesign) refused = NULL;

  /* The bead's producer gets an output of its own, and its uses have it. */
  g_assert_no_error (error);
  g_assert_cmpuint (count_ports (mtl_group_outputs (pair_of (out))), ==, 2);
  g_assert_true (has_wire (out, "use.out2", "below.in"));
  g_assert_cmpuint (mtl_block_n_outputs (mtl_design_find (out, "other")), ==, 2);

  /* What is shown by an output already goes by that one. */
  again = mtw_ports_wire (out, "use/second.out", "below.in", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (count_ports (mtl_group_outputs (pair_of (again))), ==, 2);
  g_assert_true (has_wire (again, "use.out", "below.in"));

  in = mtw_ports_wire (design, "flatten1.out", "use/second.in", &error);
  g_assert_no_error (error);
  /* It feeds the use by `in` as it is, so that input feeds the second block too. */
  g_assert_cmpuint (count_ports (mtl_group_inputs (pair_of (in))), ==, 1);
  g_assert_nonnull (mtl_group_inputs (pair_of (in))[0].ends[1]);

  refused = mtw_ports_wire (design, "use/first.out", "deep/inner.in", &error);
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DESIGN);
  g_assert_null (refused);
}

static void
test_path (void)
{
  g_autofree char *flat = mtw_path_of_flat ("a/2/b/conv1");
  g_autofree char *scope = mtw_path_scope ("a/b/conv1");
  g_autofree char *none = mtw_path_scope ("conv1");

  g_assert_cmpstr (flat, ==, "a/b/conv1");
  g_assert_cmpstr (scope, ==, "a/b");
  g_assert_null (none);
  g_assert_cmpstr (mtw_path_name ("a/b/conv1"), ==, "conv1");
  g_assert_true (mtw_path_has_port ("a/b", "a/b.out"));
  g_assert_false (mtw_path_has_port ("a/b", "a/bc.out"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scene/path", test_path);
  g_test_add_func ("/scene/ports", test_ports);
  g_test_add_func ("/scene/closed", test_closed);
  g_test_add_func ("/scene/room", test_room);
  g_test_add_func ("/scene/share", test_share);
  g_test_add_func ("/scene/nested", test_nested);
  g_test_add_func ("/scene/half", test_half);
  g_test_add_func ("/scene/place", test_place);
  g_test_add_func ("/scene/still", test_still);
  g_test_add_func ("/scene/rims", test_rims);

  return g_test_run ();
}
