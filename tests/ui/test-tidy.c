/* test-tidy.c — designs laid out by dot, and programs that only call themselves so
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "fake-dot.h"
#include "mtw-scene.h"
#include "mtw-tidy.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

/* --- layouts --- */

typedef struct
{
  gboolean   done;
  MtlDesign *design;
  GError    *error;
} Answer;

static void
answered_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  Answer *answer = data;

  answer->design = mtw_tidy_finish (result, &answer->error);
  answer->done = TRUE;
}

static MtlDesign *
tidy (MtlDesign  *design,
      GError    **error)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  Answer answer = { FALSE };

  mtw_tidy_async (design, survey, NULL, answered_cb, &answer);
  while (!answer.done)
    turn_until (deadline);
  if (answer.error != NULL)
    g_propagate_error (error, answer.error);
  return answer.design;
}

/* Blocks at places that nobody would choose, with a part that stands alone, an
 * op with two inputs, and wires in another order than tasks. */
static const char tangled[]
  = "{'basin': 1, 'blocks': ["
    "{'id': 'a', 'type': 'dense', 'at': [403, -7]},"
    "{'id': 'r', 'type': 'relu', 'at': [410, 3]},"
    "{'id': 's', 'type': 'tanh', 'at': [13, 77]},"
    "{'id': 'b', 'type': 'dense', 'at': [403, -7]},"
    "{'id': 'sum', 'type': 'add', 'at': [-211, 50]},"
    "{'id': 'p', 'type': 'dense', 'at': [0, 0]}, {'id': 'one', 'type': 'task', 'at': [5, 5]},"
    "{'id': 'q', 'type': 'dense', 'at': [0, 0]}, {'id': 'two', 'type': 'task', 'at': [5, 5]},"
    "{'id': 'u', 'type': 'dense', 'at': [0, 0]}, {'id': 'three', 'type': 'task', 'at': [5, 5]},"
    "{'id': 'lone', 'type': 'dense', 'at': [9, 9]}, {'id': 'lost', 'type': 'relu', 'at': [9, 9]}],"
    "'wires': [['a.out', 'r.in'], ['r.out', 's.in'], ['s.out', 'b.in'], ['s.out', 'sum.in'],"
    "['b.out', 'sum.in'], ['sum.out', 'u.in'], ['u.out', 'three.in'], ['sum.out', 'q.in'],"
    "['q.out', 'two.in'], ['sum.out', 'p.in'], ['p.out', 'one.in'], ['lone.out', 'lost.in']]}";

static MtlDesign *
parse (const char *text)
{
  g_autofree char *json = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr(GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr(GError) error = NULL;
  MtlDesign *design = mtl_design_parse (bytes, "test", NULL, &error);

  g_assert_no_error (error);
  return design;
}

static MtwScene *
show (MtlDesign *design)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);

  return mtw_scene_new (design, survey, NULL, NULL);
}

/* On the grid, and with room around. */
static void
check_places (const MtwScene *scene)
{
  for (guint i = 0; i < scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (scene, i);
      graphene_rect_t room = item->box;

      if (item->host >= 0)
        continue;
      graphene_rect_inset (&room, -30, -30);
      g_assert_cmpfloat (fmod (item->box.origin.x, 8), ==, 0);
      g_assert_cmpfloat (fmod (item->box.origin.y, 8), ==, 0);
      for (guint j = 0; j < scene->items->len; j++)
        if (j != i && mtw_scene_item (scene, j)->host != (int) i
            && graphene_rect_intersection (&room, &mtw_scene_item (scene, j)->box, NULL))
          g_error ("%s is too near to %s", mtw_scene_item (scene, j)->id, item->id);
    }
}

static void
check_direction (const MtwScene *scene)
{
  for (guint i = 0; i < scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (scene, i);

      if (!link->inside && link->end.x < link->start.x + 24)
        g_error ("from %s to %s it is %.0f px", mtw_scene_item (scene, link->from)->id,
                 mtw_scene_item (scene, link->to)->id, link->end.x - link->start.x);
    }
}

/* In the file a bead is as far from its carrier as it was. */
static void
check_beads (const MtwScene *old,
             const MtwScene *new)
{
  for (guint i = 0; i < old->items->len; i++)
    {
      int host = mtw_scene_item (old, i)->host;
      const MtlBlock *was = mtw_scene_item (old, i)->block, *is = mtw_scene_item (new, i)->block;

      g_assert_cmpint (mtw_scene_item (new, i)->host, ==, host);
      if (host < 0)
        continue;
      g_assert_cmpfloat (mtl_block_x (is) - mtl_block_x (mtw_scene_item (new, host)->block), ==,
                         mtl_block_x (was) - mtl_block_x (mtw_scene_item (old, host)->block));
      g_assert_cmpfloat (mtl_block_y (is) - mtl_block_y (mtw_scene_item (new, host)->block), ==,
                         mtl_block_y (was) - mtl_block_y (mtw_scene_item (old, host)->block));
    }
}

static graphene_point_t
corner (const MtwScene *scene)
{
  graphene_point_t least = GRAPHENE_POINT_INIT (1e9, 1e9);

  for (guint i = 0; i < scene->items->len; i++)
    if (mtw_scene_item (scene, i)->host < 0)
      {
        least.x = MIN (least.x, mtw_scene_item (scene, i)->box.origin.x);
        least.y = MIN (least.y, mtw_scene_item (scene, i)->box.origin.y);
      }

  return least;
}

static void
check_layout (MtlDesign *design)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) neat = tidy (design, &error);
  g_autoptr(MtlDesign) again = NULL;
  g_autoptr(MtwScene) old = show (design);
  g_autoptr(MtwScene) new = NULL;
  graphene_point_t was, is;

  g_assert_no_error (error);
  new = show (neat);
  check_places (new);
  check_direction (new);
  check_beads (old, new);
  was = corner (old);
  is = corner (new);
  g_assert_cmpfloat (is.x, ==, 8 * round (was.x / 8));
  g_assert_cmpfloat (is.y, ==, 8 * round (was.y / 8));
  g_assert_cmpuint (mtl_design_n_wires (neat), ==, mtl_design_n_wires (design));

  again = tidy (neat, &error);
  g_assert_true (mtl_design_equal (again, neat));
}

static void
test_templates (void)
{
  if (dot_is_missing ())
    return;

  for (const char *const *id = mtl_template_list (); *id != NULL; id++)
    {
      g_autoptr(MtlDesign) design = mtl_template_design (*id, NULL);

      check_layout (design);
    }
}

static double
height_of (MtlDesign  *design,
           const char *id)
{
  return mtl_block_y (mtl_design_find (design, id));
}

static void
test_tangled (void)
{
  g_autoptr(MtlDesign) design = parse (tangled);
  g_autoptr(MtlDesign) neat = NULL;

  if (dot_is_missing ())
    return;

  check_layout (design);
  neat = tidy (design, NULL);
  g_assert_cmpfloat (height_of (neat, "one"), <, height_of (neat, "two"));
  g_assert_cmpfloat (height_of (neat, "two"), <, height_of (neat, "three"));
  g_assert_cmpfloat (height_of (neat, "a"), <, height_of (neat, "lone"));
  g_assert_cmpfloat (height_of (neat, "two"), ==, height_of (neat, "q"));
}

static void
test_empty (void)
{
  g_autoptr(MtlDesign) design = mtl_design_new ("Empty");
  g_autoptr(MtlDesign) neat = NULL;
  g_autoptr(GError) error = NULL;

  if (dot_is_missing ())
    return;

  neat = tidy (design, &error);
  g_assert_no_error (error);
  g_assert_true (mtl_design_equal (neat, design));
}

/* --- what is not dot --- */

static void
test_missing (void)
{
  g_autoptr(MtlDesign) design = parse (tangled);
  g_autoptr(GError) error = NULL;
  FakeDot fake;

  dot_fake (&fake, NULL);
  g_assert_null (tidy (design, &error));
  dot_restore (&fake);
  g_assert_cmpstr (error->message, ==,
                   "Tidy Up needs Graphviz: install the package graphviz.");
}

static void
test_garbage (void)
{
  static const char *const programs[][2] = {
    { "exit 0", "without a place for a" },
    { "exec <&-; exit 1", "ended with an error" },
    { "kill -9 $$", "ended with an error" },
    { "cat; exit 0", "line 3 of what dot answered places no block" },
    { "head -c 100000 /dev/urandom | tr -d n; exit 0", "without a place for a" },
    { "exec cat /dev/zero", "the answer of dot: more than 4194304 bytes" },
    { "printf 'node n0 1 1 1\\nnode n0 1 1 1\\n'", "line 2" },
    { "echo 'node n0 nan 1 1 1'", "line 1" },
    { "echo 'node n0 1 -inf 1 1'", "line 1" },
    { "echo 'node n0 1e300 1 1 1'", "line 1" },
    { "echo 'node n13 1 1 1 1'", "line 1" },
    { "echo 'node n-1 1 1 1 1'", "line 1" },
    { "echo 'node n99999999999999999999999 1 1 1 1'", "line 1" },
    { "echo 'node n1 1 1 1 1'", "line 1" },     /* a bead */
    { "echo 'node n0'", "line 1" },
    { "echo 'node n0 1'", "line 1" },
    { "printf 'node n0 1 '", "line 1" },
    { "printf 'graph 1 1 1\\0node n0 1 1 1'", "without a place for a" },
  };
  g_autoptr(MtlDesign) design = parse (tangled);

  for (guint i = 0; i < G_N_ELEMENTS (programs); i++)
    {
      g_autoptr(GError) error = NULL;
      FakeDot fake;

      g_test_message ("%s", programs[i][0]);
      dot_fake (&fake, programs[i][0]);
      g_assert_null (tidy (design, &error));
      dot_restore (&fake);
      if (strstr (error->message, programs[i][1]) == NULL)
        g_error ("“%s” does not say “%s”", error->message, programs[i][1]);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tidy/templates", test_templates);
  g_test_add_func ("/tidy/tangled", test_tangled);
  g_test_add_func ("/tidy/empty", test_empty);
  g_test_add_func ("/tidy/missing", test_missing);
  g_test_add_func ("/tidy/garbage", test_garbage);

  return g_test_run ();
}
