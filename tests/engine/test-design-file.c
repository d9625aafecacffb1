/* test-design-file.c — files of designs: those that come back, and hostile ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>

#include "design-sample.h"
#include "mtl-json.h"

static void
test_round_trip (void)
{
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autofree char *text = print (design);
  g_autoptr(MtlDesign) back = parse (text, NULL);
  g_autofree char *again = NULL;

  g_assert_cmpstr (text, ==, sample);
  g_assert_nonnull (back);
  g_assert_true (mtl_design_equal (design, back));
  again = print (back);
  g_assert_cmpstr (again, ==, text);
}

static void
test_control_characters (void)
{
  g_autoptr(MtlDesign) design = mtl_design_new ("a\x01\n\"\\é");
  g_autofree char *text = print (design);
  g_autoptr(MtlDesign) back = parse (text, NULL);

  g_assert_nonnull (strstr (text, "\"name\": \"a\\u0001\\n\\\"\\\\é\""));
  g_assert_true (mtl_design_equal (design, back));
}

static void
test_not_equal (void)
{
  static const char *const changes[][2] = {
    { "\"A ", "\"B " }, { "-8.5", "-8" }, { "50", "51" }, { "0.25", "0.26" }, { "0.83", "0.84" },
    { "2.5e+300", "2.5e+299" }, { "true", "false" }, { "\"setting\"", "\"x\"" }, { "mse", "bce" },
    { "[\"a.out\", \"add1.in\"],\n    ", "" }, { "epochs\": 20", "epochs\": 21" },
  };
  g_autoptr(MtlDesign) design = parse_sample ();

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_auto(GStrv) parts = g_strsplit (sample, changes[i][0], 2);
      g_autofree char *text = g_strjoinv (changes[i][1], parts);
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlDesign) other = parse (text, &error);

      g_assert_no_error (error);
      if (mtl_design_equal (design, other))
        g_error ("equal after “%s” became “%s”", changes[i][0], changes[i][1]);
    }
}

static void
test_notes (void)
{
  g_autoptr(GBytes) bytes = g_bytes_new_static (sample, strlen (sample));
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlDesign) design = mtl_design_parse (bytes, "test.basin", notes, NULL);
  g_autofree char *all = NULL;

  g_assert_nonnull (design);
  g_assert_cmpuint (notes->len, ==, 4);
  g_ptr_array_add (notes, NULL);
  all = g_strjoinv ("\n", (char **) notes->pdata);
  g_assert_nonnull (strstr (all, "test.basin: “view” is not known here; it is kept"));
  g_assert_nonnull (strstr (all, "test.basin: line 6: relu1: “colour”"));
  g_assert_nonnull (strstr (all, "test.basin: line 8: b: “later”"));
  g_assert_nonnull (strstr (all, "experiment: “newer”"));
}

#define BLOCK  "{\"id\": \"a\", \"type\": \"dense\"}"
#define HEAD   "{\"basin\": 1, \"blocks\": ["
#define OPEN   HEAD "{\"id\": \"a\", \"type\": \"dense\", "
#define BLOCKS HEAD BLOCK ", {\"id\": \"b\", \"type\": \"add\"}], "

/* Each text is refused, with a message that says where and what. */
static const char *const refused[][2] = {
  { "", "empty" },
  { "[]", "expected a Basin design" },
  { "{}", "expected a Basin design" },
  { "{\"basin\": true}", "expected a Basin design" },
  { "{\"basin\": 2}", "made by a newer Basin (format 2" },
  { "{\"basin\": 1,\n\n\"x\" 3}", "test.basin: line 3: this is not JSON" },
  { "{\"basin\": 1, \"name\": 3}", "“name” to be a text, found “3”" },
  { "{\"basin\": 1, \"name\": \"\\ud800x\"}", "surrogate" },
  { "{\"basin\": 1, \"x\": 1e999}", "1.8e308" },
  { "{\"basin\": 1, \"x\": 12345678901234567890}", "more than 18 digits" },
  { "{\"basin\": 1, 'x': 1}", "double quotes" },
  { "{\"basin\": 1, \"blocks\": {}}", "expected a list" },
  { HEAD "3]}", "each of “blocks” to be an object" },
  { HEAD "{\"type\": \"dense\"}]}", "block 1: expected an “id”" },
  { HEAD "{\"id\": \"A\", \"type\": \"dense\"}]}", "found “A”" },
  { HEAD "\n{\"id\": \"a\"}]}", "line 2: a: expected a “type”" },
  { HEAD "{\"id\": \"a\", \"type\": \"dens\"}]}", "did you mean dense?" },
  { HEAD BLOCK ",\n" BLOCK "]}", "line 2: a: two blocks have this id" },
  { OPEN "\"at\": [1]}]}", "“at” to be" },
  { OPEN "\"at\": [1e7, 0]}]}", "“at” to be" },
  { OPEN "\"params\": []}]}", "“params”" },
  { OPEN "\"params\": {\"units\": 0}}]}",
    "a: units: expected a whole number from 1 to" },
  { BLOCKS "\"wires\": 1}", "expected a list" },
  { BLOCKS "\"wires\": [[\"a.out\"]]}", "each of “wires” to be" },
  { BLOCKS "\"wires\": [[\"a\", \"b.in\"]]}", "is written block.port" },
  { BLOCKS "\"wires\": [[\"c.out\", \"b.in\"]]}", "no block is called “c”" },
  { BLOCKS "\"wires\": [[\"a.oat\", \"b.in\"]]}", "a has no output “oat”; did you mean out?" },
  { BLOCKS "\"wires\": [[\"a.out\", \"b.inn\"]]}", "b has no input “inn”; did you mean in?" },
  { BLOCKS "\"wires\": [[\"a.out\", \"b.in\"], [\"a.out\", \"b.in\"]]}",
    "a second wire ends at b.in" },
  { BLOCKS "\"wires\": [[\"b.out\", \"a.in\"], [\"b.out\", \"a.in\"]]}",
    "a second wire ends at a.in" },
  { BLOCKS "\"wires\": [[\"a.out\", \"b.in\"], [\"b.out\", \"a.in\"]]}", "leads back to itself" },
  { "{\"basin\": 1, \"experiment\": []}", "experiment: expected an object" },
  { "{\"basin\": 1, \"experiment\": {\"epochs\": 0}}", "epochs: expected a whole number from 1" },
  { "{\"basin\": 1, \"experiment\": {\"balancer\": 3}}", "balancer: expected a balancer, as" },
  { "{\"basin\": 1, \"experiment\": {\"balancer\": \"mgdb\"}}", "did you mean mgda?" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr(GError) error = NULL;
      MtlDesign *design = parse (refused[i][0], &error);

      if (design != NULL)
        g_error ("taken: %s", refused[i][0]);
      g_assert_true (g_str_has_prefix (error->message, "test.basin: "));
      assert_refuses (design, &error, refused[i][1]);
    }
}

static void
test_too_many (void)
{
  g_autoptr(GString) tasks = g_string_new ("{\"basin\": 1, \"blocks\": [");
  g_autoptr(GString) blocks = g_string_new (tasks->str);
  g_autoptr(GString) deep = g_string_new ("{\"basin\": 1, \"x\": ");
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i <= MTL_MAX_TASKS; i++)
    g_string_append_printf (tasks, "%s{\"id\": \"t%u\", \"type\": \"task\"}", i > 0 ? "," : "", i);
  g_string_append (tasks, "]}");
  assert_refuses (parse (tasks->str, &error), &error, "t64: this is task 65");

  for (guint i = 0; i <= MTL_MAX_BLOCKS; i++)
    g_string_append_printf (blocks, "%s{\"id\": \"t%u\", \"type\": \"relu\"}", i > 0 ? "," : "", i);
  g_string_append (blocks, "]}");
  assert_refuses (parse (blocks->str, &error), &error, "at most 4096 blocks");

  for (guint i = 0; i < 100000; i++)
    g_string_append_c (deep, i % 2 == 0 ? '[' : '{');
  assert_refuses (parse (deep->str, &error), &error, "nested deeper than 64");
}

static void
test_save (void)
{
  g_autofree char *folder = g_dir_make_tmp ("basin-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "ä design.basin", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(MtlDesign) design = parse_sample ();
  g_autoptr(MtlDesign) other = mtl_design_with_name (design, "Other");
  g_autoptr(MtlDesign) back = NULL;
  g_autoptr(GFile) nowhere = g_file_get_child (file, "below");
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_design_save (design, file, &error));
  g_assert_true (mtl_design_save (other, file, &error));
  back = mtl_design_load (file, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (mtl_design_equal (back, other));

  g_assert_false (mtl_design_save (design, nowhere, &error));
  g_assert_true (g_str_has_prefix (error->message, "Cannot save"));
  g_clear_error (&error);
  assert_refuses (mtl_design_load (nowhere, NULL, &error), &error, "Cannot open below");

  g_unlink (path);
  g_rmdir (folder);
}

/* --- hostile files --- */

#define SEED     11
#define N_FLIPS  4000

/* Whatever the bytes, the answer is an error that can be shown, or a design
 * that comes back as it was. Returns: whether it was a design. */
static gboolean
check_answer (const char *text,
              gsize       length,
              const char *what)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, length);
  g_autoptr(GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_design_parse (bytes, "hostile", notes, &error);
  g_autofree char *printed = NULL;
  g_autofree char *again = NULL;
  g_autoptr(MtlDesign) back = NULL;

  if (design == NULL)
    {
      if (error == NULL || !g_utf8_validate (error->message, -1, NULL))
        g_error ("%s: no design and no error that can be shown", what);
      return FALSE;
    }

  printed = print (design);
  back = parse (printed, &error);
  if (back == NULL || !mtl_design_equal (design, back))
    g_error ("%s: a design that does not come back: %s", what,
             error != NULL ? error->message : printed);
  again = print (back);
  g_assert_cmpstr (again, ==, printed);
  return TRUE;
}

static void
test_truncated (void)
{
  for (gsize n = 0; n < strlen (sample) - 2; n++)
    {
      g_autofree char *what = g_strdup_printf ("the first %" G_GSIZE_FORMAT " bytes", n);

      if (check_answer (sample, n, what))
        g_error ("%s are taken for a design", what);
    }
  g_assert_true (check_answer (sample, strlen (sample), "all"));
}

static void
test_flipped (void)
{
  static const char likely[] = "{}[]\",:.-+e019 \n\\/'tfn\x00\xff\xc3";
  g_autoptr(GRand) rand = g_rand_new_with_seed (SEED);
  guint n_designs = 0;

  for (guint i = 0; i < N_FLIPS; i++)
    {
      g_autofree char *text = g_strdup (sample);
      g_autofree char *what = g_strdup_printf ("seed %d, flip %u", SEED, i);

      for (int flips = g_rand_int_range (rand, 1, 4); flips > 0; flips--)
        {
          gsize at = g_rand_int_range (rand, 0, strlen (sample));

          text[at] = g_rand_boolean (rand) ? text[at] ^ (1 << g_rand_int_range (rand, 0, 8))
            : likely[g_rand_int_range (rand, 0, sizeof likely - 1)];
        }
      n_designs += check_answer (text, strlen (sample), what);
    }

  /* Most flips break the file; some only change a name or a number. */
  g_assert_cmpuint (n_designs, >, N_FLIPS / 100);
  g_assert_cmpuint (n_designs, <, N_FLIPS / 2);
}

/* Walks the values of @node; the one of number @target is written as @with.
 * Returns: how many values there are. */
static guint
write_with (JsonNode   *node,
            guint       n,
            guint       target,
            const char *with,
            GString    *to)
{
  if (n == target)
    {
      g_string_append (to, with);
      return n + 1;
    }

  n++;
  if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      g_string_append_c (to, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_string_append (to, i > 0 ? "," : "");
          n = write_with (json_array_get_element (array, i), n, target, with, to);
        }
      g_string_append_c (to, ']');
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr(GList) keys = json_object_get_members (object);

      g_string_append_c (to, '{');
      for (GList *l = keys; l != NULL; l = l->next)
        {
          g_string_append (to, l != keys ? "," : "");
          mtl_json_append_text (to, l->data);
          g_string_append_c (to, ':');
          n = write_with (json_object_get_member (object, l->data), n, target, with, to);
        }
      g_string_append_c (to, '}');
    }
  else
    mtl_json_append_node (to, node);

  return n;
}

/* Every value of the sample becomes one of every other type. */
static void
test_wrong_types (void)
{
  static const char *const values[] = {
    "null", "true", "-1", "0", "1.5", "1e308", "-9223372036854775808", "\"\"", "\"x\"",
    "\"a.b.c\"", "[]", "{}", "[1]", "[[]]", "[{}]", "{\"a\":1}", "{\"type\":3}",
    "{\"type\":\"mgda\"}", "\"\\u0000\"", "\"\\udc00\"",
  };
  g_autoptr(JsonNode) root = mtl_json_parse (sample, strlen (sample), NULL);
  g_autoptr(GString) whole = g_string_new (NULL);
  guint n = write_with (root, 0, G_MAXUINT, "", whole);

  g_assert_cmpuint (n, >, 80);
  for (guint target = 0; target < n; target++)
    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      {
        g_autoptr(GString) text = g_string_new (NULL);
        g_autofree char *what = g_strdup_printf ("value %u as %s", target, values[i]);

        write_with (root, 0, target, values[i], text);
        check_answer (text->str, text->len, what);
      }
}

static void
test_duplicate_keys (void)
{
  static const char text[] =
    "{\"basin\": 3, \"basin\": 1, \"name\": \"a\", \"name\": \"b\", "
    "\"blocks\": 3, \"blocks\": [{\"id\": \"a\", \"id\": \"b\", \"type\": \"relu\"}]}";

  g_assert_true (check_answer (text, strlen (text), "keys twice"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/design-file/round-trip", test_round_trip);
  g_test_add_func ("/design-file/control-characters", test_control_characters);
  g_test_add_func ("/design-file/not-equal", test_not_equal);
  g_test_add_func ("/design-file/notes", test_notes);
  g_test_add_func ("/design-file/refused", test_refused);
  g_test_add_func ("/design-file/too-many", test_too_many);
  g_test_add_func ("/design-file/save", test_save);
  g_test_add_func ("/design-file/truncated", test_truncated);
  g_test_add_func ("/design-file/flipped", test_flipped);
  g_test_add_func ("/design-file/wrong-types", test_wrong_types);
  g_test_add_func ("/design-file/duplicate-keys", test_duplicate_keys);

  return g_test_run ();
}
