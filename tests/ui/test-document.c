/* test-document.c — undo, merging of values, selection, survey of the newest
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document.h"

#include <string.h>

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static MtwDocument *
open_document (void)
{
  g_autoptr(MtlDesign) design = mtl_design_new ("Test");

  return mtw_document_new (design);
}

static char *
add (MtwDocument *document,
     const char  *op,
     const char  *from)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OP, op, NULL);
  g_autoptr(MtlChosen) what = NULL;

  g_assert_nonnull (method);
  what = mtl_chosen_new (MTL_KIND_OP, method);
  return mtw_document_add_block (document, what, NULL, NULL, from, NULL);
}

static void
settle (MtwDocument *document)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (!mtw_document_is_surveyed (document))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
test_undo (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autofree char *one = add (document, "dense", NULL);
  g_autofree char *two = add (document, "relu", "dense1.out");

  g_assert_cmpstr (one, ==, "dense1");
  g_assert_cmpstr (two, ==, "relu1");
  g_assert_cmpuint (mtl_design_n_wires (mtw_document_get_design (document)), ==, 1);
  g_assert_true (mtw_document_get_edited (document));

  mtw_document_undo (document);
  g_assert_cmpuint (mtl_design_n_blocks (mtw_document_get_design (document)), ==, 1);
  g_assert_cmpstr (mtw_document_redo_name (document), ==, "Add relu1");
  mtw_document_undo (document);
  g_assert_false (mtw_document_get_edited (document));
  g_assert_null (mtw_document_undo_name (document));
  mtw_document_undo (document);
  mtw_document_redo (document);
  mtw_document_redo (document);
  g_assert_cmpuint (mtl_design_n_wires (mtw_document_get_design (document)), ==, 1);

  mtw_document_set_saved (document);
  g_assert_false (mtw_document_get_edited (document));
  mtw_document_undo (document);
  g_assert_true (mtw_document_get_edited (document));
}

static void
test_nothing (void)
{
  g_autoptr(MtwDocument) document = open_document ();

  mtw_document_edit (document, mtl_design_ref (mtw_document_get_design (document)), "Nothing");
  g_assert_null (mtw_document_undo_name (document));
}

/* A spin button held down is one undo; another value begins a new one. */
static void
test_merge (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autofree char *id = add (document, "dense", NULL);
  g_autoptr(GError) error = NULL;

  g_assert_true (mtw_document_set_value (document, "blocks.dense1.units", "51", &error));
  g_assert_true (mtw_document_set_value (document, "blocks.dense1.units", "52", &error));
  g_assert_true (mtw_document_set_value (document, "blocks.dense1.units", "53", &error));
  g_assert_cmpstr (mtw_document_undo_name (document), ==, "Change units of dense1");
  g_assert_true (mtw_document_set_value (document, "experiment.epochs", "7", &error));
  g_assert_false (mtw_document_set_value (document, "blocks.dense1.units", "many", &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_SETTING);

  mtw_document_undo (document);
  mtw_document_undo (document);
  g_assert_cmpstr (mtw_document_undo_name (document), ==, "Add dense1");
}

static void
count_cb (gpointer  object,
          guint    *count)
{
  (*count)++;
}

static void
test_selection (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autofree char *one = add (document, "dense", NULL);
  g_autofree char *two = add (document, "dense", NULL);
  guint changes = 0;

  g_signal_connect (document, "selection-changed", G_CALLBACK (count_cb), &changes);
  mtw_document_select (document, (const char *const[]) { one, two, NULL });
  mtw_document_select (document, (const char *const[]) { one, two, NULL });
  g_assert_cmpuint (changes, ==, 1);
  g_assert_true (mtw_document_is_selected (document, two));

  mtw_document_undo (document);
  g_assert_cmpuint (changes, ==, 2);
  g_assert_false (mtw_document_is_selected (document, two));
  g_assert_true (mtw_document_is_selected (document, one));
}

static void
test_survey (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  guint surveys = 0;

  g_signal_connect (document, "survey-changed", G_CALLBACK (count_cb), &surveys);
  g_assert_true (mtw_document_is_surveyed (document));
  for (guint i = 0; i < 50; i++)
    g_free (add (document, "dense", NULL));
  g_assert_false (mtw_document_is_surveyed (document));

  settle (document);
  g_assert_true (mtl_survey_design (mtw_document_get_survey (document))
                 == mtw_document_get_design (document));
  /* One was under way when the others came; they share the second. */
  g_assert_cmpuint (surveys, ==, 2);
}

static void
test_duplicate (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autofree char *one = add (document, "dense", NULL);
  g_autofree char *two = add (document, "relu", "dense1.out");
  MtlDesign *design;

  mtw_document_select (document, (const char *const[]) { one, two, NULL });
  g_assert_true (mtw_document_duplicate_selection (document, NULL));
  design = mtw_document_get_design (document);
  g_assert_cmpuint (mtl_design_n_blocks (design), ==, 4);
  g_assert_cmpuint (mtl_design_n_wires (design), ==, 2);
  g_assert_cmpstr (mtl_design_wire (design, 1)->from, ==, "dense2");
  g_assert_cmpstr (mtl_design_wire (design, 1)->to, ==, "relu2");
  g_assert_true (mtw_document_is_selected (document, "relu2"));
  g_assert_false (mtw_document_is_selected (document, "relu1"));
}

/* --- copies --- */

static const MtlBlock *
find (MtwDocument *document,
      const char  *id)
{
  const MtlBlock *block = mtl_design_find (mtw_document_get_design (document), id);

  if (block == NULL)
    g_error ("there is no block %s", id);
  return block;
}

static gboolean
is_wired (MtwDocument *document,
          const char  *from,
          const char  *to)
{
  MtlDesign *design = mtw_document_get_design (document);

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    if (g_str_equal (mtl_design_wire (design, i)->from, from)
        && g_str_equal (mtl_design_wire (design, i)->to, to))
      return TRUE;

  return FALSE;
}

/* dense1 → relu1 → dense2, the first two selected. */
static MtwDocument *
open_chain (void)
{
  MtwDocument *document = open_document ();

  g_free (add (document, "dense", NULL));
  g_free (add (document, "relu", "dense1.out"));
  g_free (add (document, "dense", "relu1.out"));
  mtw_document_select (document, (const char *const[]) { "dense1", "relu1", NULL });
  return document;
}

static void
keep_cb (MtwDocument  *document,
         const char   *words,
         char        **kept)
{
  g_free (*kept);
  *kept = g_strdup (words);
}

static void
assert_place (MtwDocument *document,
              const char  *id,
              double       x,
              double       y)
{
  g_assert_cmpfloat (mtl_block_x (find (document, id)), ==, x);
  g_assert_cmpfloat (mtl_block_y (find (document, id)), ==, y);
}

static void
test_copies_apart (void)
{
  g_autoptr(MtwDocument) document = open_chain ();
  double x = mtl_block_x (find (document, "dense1")), y = mtl_block_y (find (document, "dense1"));

  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("dense%u", i + 2);

      mtw_document_select (document, (const char *const[]) { "dense1", NULL });
      g_assert_true (mtw_document_duplicate_selection (document, NULL));
      assert_place (document, id, x + 24 * i, y + 24 * i);
    }
}

static void
test_paste (void)
{
  g_autoptr(MtwDocument) document = open_chain ();
  g_autoptr(MtwDocument) other = open_document ();
  g_autoptr(GBytes) text = mtw_document_copy_selection (document);
  g_autofree char *announced = NULL;
  g_autoptr(GError) error = NULL;

  g_signal_connect (other, "announce", G_CALLBACK (keep_cb), &announced);
  g_assert_true (mtw_document_paste (other, text, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mtl_design_n_blocks (mtw_document_get_design (other)), ==, 2);
  g_assert_cmpuint (mtl_design_n_wires (mtw_document_get_design (other)), ==, 1);
  g_assert_true (is_wired (other, "dense1", "relu1"));
  assert_place (other, "relu1", mtl_block_x (find (document, "relu1")),
                mtl_block_y (find (document, "relu1")));
  g_assert_true (mtw_document_is_selected (other, "dense1"));
  g_assert_true (mtw_document_is_selected (other, "relu1"));
  g_assert_cmpstr (announced, ==, "Pasted 2 blocks");
  g_assert_cmpstr (mtw_document_undo_name (other), ==, "Paste 2 blocks");

  mtw_document_undo (other);
  g_assert_cmpuint (mtl_design_n_blocks (mtw_document_get_design (other)), ==, 0);
  g_assert_null (mtw_document_undo_name (other));
}

/* What is free is kept, even where a copy before it could have taken it. */
static void
test_paste_ids (void)
{
  g_autoptr(MtwDocument) document = open_chain ();
  g_autoptr(MtwDocument) other = open_document ();
  g_autofree char *there = add (other, "dense", NULL);
  g_autoptr(GBytes) text = NULL;

  mtw_document_select (document, (const char *const[]) { "dense1", "relu1", "dense2", NULL });
  text = mtw_document_copy_selection (document);
  g_assert_true (mtw_document_paste (other, text, NULL));
  g_assert_cmpstr (there, ==, "dense1");
  g_assert_true (is_wired (other, "dense3", "relu1"));
  g_assert_true (is_wired (other, "relu1", "dense2"));
  g_assert_false (mtw_document_is_selected (other, "dense1"));
  g_assert_true (mtw_document_is_selected (other, "dense3"));
  /* Both documents put their first block at the origin. */
  assert_place (other, "dense1", 0, 0);
  assert_place (other, "dense3", 24, 24);

  g_assert_true (mtw_document_paste (other, text, NULL));
  g_assert_true (is_wired (other, "dense4", "relu2"));
  g_assert_true (is_wired (other, "relu2", "dense5"));
  assert_place (other, "dense4", 48, 48);
}

static void
test_cut (void)
{
  g_autoptr(MtwDocument) document = open_chain ();
  g_autoptr(GBytes) text = NULL;
  g_autoptr(GBytes) nothing = NULL;
  g_autofree char *announced = NULL;

  g_signal_connect (document, "announce", G_CALLBACK (keep_cb), &announced);
  mtw_document_select (document, (const char *const[]) { "relu1", NULL });
  text = mtw_document_cut_selection (document);
  g_assert_true (is_wired (document, "dense1", "dense2"));
  g_assert_cmpstr (mtw_document_undo_name (document), ==, "Cut relu1");
  g_assert_cmpstr (announced, ==, "Cut relu1");
  nothing = mtw_document_cut_selection (document);
  g_assert_null (nothing);
  g_assert_null (mtw_document_copy_selection (document));

  g_assert_true (mtw_document_paste (document, text, NULL));
  g_assert_cmpstr (mtw_document_undo_name (document), ==, "Paste relu1");
  mtw_document_undo (document);
  mtw_document_undo (document);
  g_assert_true (is_wired (document, "dense1", "relu1"));
  g_assert_cmpstr (mtw_document_undo_name (document), ==, "Add dense2");
}

static void
assert_not_pasted (MtwDocument *document,
                   GBytes      *text,
                   const char  *part)
{
  g_autoptr(MtlDesign) before = mtl_design_ref (mtw_document_get_design (document));
  g_autofree char *name = g_strdup (mtw_document_undo_name (document));
  g_autoptr(GError) error = NULL;

  g_assert_false (mtw_document_paste (document, text, &error));
  if (strstr (error->message, part) == NULL || !g_str_has_prefix (error->message, "Cannot paste:"))
    g_error ("“%s” does not say “%s”", error->message, part);
  g_assert_true (mtw_document_get_design (document) == before);
  g_assert_cmpstr (mtw_document_undo_name (document), ==, name);
  g_assert_true (mtw_document_is_selected (document, "dense1"));
}

static void
test_paste_hostile (void)
{
  static const char *const hostile[][2] = {
    { "", "expected the text of a design. clipboard: line 1: the text is empty" },
    { "hello, world", "expected the text of a design. clipboard: line 1: this is not JSON" },
    { "\xff\xfe", "expected the text of a design." },
    { "[1, 2]", "expected a Basin design" },
    { "{\"basin\": 1}", "has no blocks" },
    { "{\"basin\": 2, \"blocks\": []}", "made by a newer Basin" },
    { "{\"basin\": 1, \"blocks\": [{\"id\": \"x\", \"type\": \"zebra\"}]}", "called “zebra”" },
    { "{\"basin\": 1, \"blocks\": [{\"id\": \"x\", \"type\": \"add\", \"at\": [1e9, 0]}]}",
      "from -1000000 to 1000000" },
    { "{\"basin\": 1, \"blocks\": [{\"id\": \"x\", \"type\": \"add\"}], "
      "\"wires\": [[\"x.out\", \"x.in\"]]}", "leads back to itself" },
  };
  g_autoptr(MtwDocument) document = open_chain ();
  g_autofree char *large = g_strnfill ((16 << 20) + 1, ' ');
  g_autoptr(GBytes) too_large = g_bytes_new_static (large, strlen (large));

  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    {
      g_autoptr(GBytes) text = g_bytes_new_static (hostile[i][0], strlen (hostile[i][0]));

      assert_not_pasted (document, text, hostile[i][1]);
    }
  assert_not_pasted (document, too_large, "at most 16 MiB");
}

/* As many tasks as a design can have, and as many again. */
static void
test_paste_full (void)
{
  g_autoptr(MtwDocument) document = open_chain ();
  g_autoptr(GString) text = g_string_new ("{\"basin\": 1, \"blocks\": [");
  g_autoptr(GBytes) tasks = NULL;

  for (guint i = 0; i < MTL_MAX_TASKS; i++)
    g_string_append_printf (text, "%s{\"id\": \"t%u\", \"type\": \"task\"}", i > 0 ? ", " : "", i);
  g_string_append (text, "]}");
  tasks = g_string_free_to_bytes (g_steal_pointer (&text));

  g_assert_true (mtw_document_paste (document, tasks, NULL));
  mtw_document_select (document, (const char *const[]) { "dense1", NULL });
  assert_not_pasted (document, tasks, "at most 64 tasks; with these it would have 128");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/document/undo", test_undo);
  g_test_add_func ("/document/nothing", test_nothing);
  g_test_add_func ("/document/merge", test_merge);
  g_test_add_func ("/document/selection", test_selection);
  g_test_add_func ("/document/survey", test_survey);
  g_test_add_func ("/document/duplicate", test_duplicate);
  g_test_add_func ("/document/copies-apart", test_copies_apart);
  g_test_add_func ("/document/paste", test_paste);
  g_test_add_func ("/document/paste-ids", test_paste_ids);
  g_test_add_func ("/document/cut", test_cut);
  g_test_add_func ("/document/paste-hostile", test_paste_hostile);
  g_test_add_func ("/document/paste-full", test_paste_full);

  return g_test_run ();
}
