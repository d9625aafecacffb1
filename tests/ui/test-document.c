/* test-document.c — undo, merging of values, selection, survey of the newest
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document.h"

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

  g_assert_nonnull (method);
  return mtw_document_add_block (document, MTL_KIND_OP, method, NULL, from);
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
  mtw_document_duplicate_selection (document);
  design = mtw_document_get_design (document);
  g_assert_cmpuint (mtl_design_n_blocks (design), ==, 4);
  g_assert_cmpuint (mtl_design_n_wires (design), ==, 2);
  g_assert_cmpstr (mtl_design_wire (design, 1)->from, ==, "dense2");
  g_assert_cmpstr (mtl_design_wire (design, 1)->to, ==, "relu2");
  g_assert_true (mtw_document_is_selected (document, "relu2"));
  g_assert_false (mtw_document_is_selected (document, "relu1"));
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

  return g_test_run ();
}
