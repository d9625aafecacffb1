/* test-outline.c — palette and outline: a design by keyboard and actions alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "forms-bench.h"
#include "mtl-group.h"
#include "mtw-outline.h"
#include "mtw-palette.h"

/* --- palette --- */

static void
test_palette (void)
{
  FormsBench bench;
  MtwPalette *palette;
  guint n_blocks;

  bench_open (&bench);
  bench_show (&bench, mtw_palette_new (bench.document));
  palette = MTW_PALETTE (bench.widget);
  n_blocks = mtw_palette_n_shown (palette);
  g_assert_cmpuint (n_blocks, >, 8);
  mtw_palette_search (palette, "zebra");
  g_assert_cmpuint (mtw_palette_n_shown (palette), ==, 0);
  g_assert_cmpstr (bench.announced, ==, "No blocks match “zebra”.");
  g_assert_false (mtw_palette_add_first (palette));

  /* The layer comes before data whose name begins alike. */
  mtw_palette_search (palette, "dens");
  g_assert_cmpuint (mtw_palette_n_shown (palette), >, 0);
  g_assert_cmpuint (mtw_palette_n_shown (palette), <, n_blocks / 2);
  bench_select (&bench, "relu3");
  g_assert_true (mtw_palette_add_first (palette));
  g_assert_true (bench_is_wired (&bench, "relu3", "dense2"));
  g_assert_true (mtw_document_is_selected (bench.document, "dense2"));

  /* A vector cannot be convolved: the block is there, the wire is not. */
  mtw_palette_search (palette, "Convolution");
  g_assert_true (mtw_palette_add_first (palette));
  g_assert_nonnull (mtl_design_find (mtw_document_get_design (bench.document), "conv3"));
  g_assert_false (bench_is_wired (&bench, "dense2", "conv3"));
  bench_close (&bench);
}

/* --- outline --- */

static void
act (FormsBench      *self,
     const char *action,
     const char *parameter)
{
  if (parameter != NULL)
    g_assert_true (gtk_widget_activate_action (self->widget, action, "s", parameter));
  else
    g_assert_true (gtk_widget_activate_action (self->widget, action, NULL));
  bench_settle (self);
}

/* The row that has the focus says @words at its beginning. */
static void
assert_focus (FormsBench *self,
              const char *words)
{
  GtkWidget *focus = gtk_window_get_focus (GTK_WINDOW (self->window));
  GtkWidget *expander = focus != NULL ? bench_find (focus, GTK_TYPE_TREE_EXPANDER) : NULL;
  g_autofree char *said = NULL;

  g_assert_nonnull (expander);
  for (guint i = 0; (said = mtw_outline_dup_row (MTW_OUTLINE (self->widget), i)) != NULL; i++)
    {
      if (g_str_has_prefix (said, words))
        break;
      g_clear_pointer (&said, g_free);
    }

  g_assert_nonnull (said);
  gtk_test_accessible_assert_property (GTK_ACCESSIBLE (focus), GTK_ACCESSIBLE_PROPERTY_LABEL, said);
}

/* All rows, one a line. (transfer full) */
static char *
read_outline (FormsBench *self)
{
  g_autoptr(GString) all = g_string_new (NULL);
  char *row;

  for (guint i = 0; (row = mtw_outline_dup_row (MTW_OUTLINE (self->widget), i)) != NULL; i++)
    {
      g_string_append_printf (all, "%s\n", row);
      g_free (row);
    }

  return g_string_free (g_steal_pointer (&all), FALSE);
}

static void
test_second_head (void)
{
  FormsBench bench;
  g_autofree char *rows = NULL;

  bench_open (&bench);
  bench_show (&bench, mtw_outline_new (bench.document));
  mtw_outline_focus (MTW_OUTLINE (bench.widget));
  mtw_document_select (bench.document, (const char *const[]) { "fc_right", "right", NULL });
  act (&bench, "outline.delete", NULL);
  g_assert_cmpuint (mtl_survey_n_tasks (mtw_document_get_survey (bench.document)), ==, 1);
  assert_focus (&bench, "relu3, relu");

  bench_select (&bench, "relu3");
  act (&bench, "outline.add-block", "op:dense");
  assert_focus (&bench, "dense2, dense");
  act (&bench, "outline.rename-to", "fc_new");
  assert_focus (&bench, "fc_new, dense");
  act (&bench, "outline.add-block", "op:task");
  act (&bench, "outline.rename-to", "new");
  g_assert_true (bench_is_wired (&bench, "relu3", "fc_new"));
  g_assert_true (bench_is_wired (&bench, "fc_new", "new"));
  mtw_document_set_value (bench.document, "blocks.new.target", "right", NULL);
  mtw_document_set_value (bench.document, "blocks.fc_new.units", "10", NULL);
  bench_settle (&bench);
  g_assert_true (mtl_survey_trains (mtw_document_get_survey (bench.document)));

  rows = read_outline (&bench);
  g_test_message ("%s", rows);
  g_assert_nonnull (strstr (rows, "Trunk, "));
  g_assert_nonnull (strstr (rows, "Head new, 2 blocks, 510 parameters"));
  g_assert_nonnull (strstr (rows, "fc_new, dense; 10 units; in: relu3, 50 values; "
                                  "out: 10 values to new; for new; no problems"));
  bench_close (&bench);
}

static void
test_wires (void)
{
  FormsBench bench;

  bench_open (&bench);
  bench_show (&bench, mtw_outline_new (bench.document));
  act (&bench, "outline.disconnect", "fc_left.out left.in");
  g_assert_false (bench_is_wired (&bench, "fc_left", "left"));
  act (&bench, "outline.connect", "fc_left.out left.in");
  g_assert_true (bench_is_wired (&bench, "fc_left", "left"));
  act (&bench, "outline.connect", "relu3.out conv1.in");
  g_assert_false (bench_is_wired (&bench, "relu3", "conv1"));
  g_assert_nonnull (strstr (bench.announced, "loop"));

  /* conv1 → relu1 → pool1 → conv2 */
  bench_select (&bench, "pool1");
  act (&bench, "outline.move-earlier", NULL);
  g_assert_true (bench_is_wired (&bench, "conv1", "pool1"));
  g_assert_true (bench_is_wired (&bench, "pool1", "relu1"));
  g_assert_true (bench_is_wired (&bench, "relu1", "conv2"));
  g_assert_true (mtw_document_is_selected (bench.document, "pool1"));
  mtw_document_undo (bench.document);
  bench_settle (&bench);
  g_assert_true (bench_is_wired (&bench, "relu1", "pool1"));

  /* A trunk's end has two readers, so it cannot pass them. */
  bench_select (&bench, "relu3");
  act (&bench, "outline.move-later", NULL);
  g_assert_nonnull (strstr (bench.announced, "relu3 cannot be moved"));
  bench_close (&bench);
}

/* Through the clipboard, so each comes a moment later. */
static void
await_announced (FormsBench *self,
                 const char *words)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (self->announced == NULL || strstr (self->announced, words) == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
  bench_settle (self);
}

static void
test_clipboard (void)
{
  FormsBench bench;

  bench_open (&bench);
  bench_show (&bench, mtw_outline_new (bench.document));
  bench_select (&bench, "pool1");
  act (&bench, "outline.cut", NULL);
  g_assert_true (bench_is_wired (&bench, "relu1", "conv2"));
  act (&bench, "outline.paste", NULL);
  await_announced (&bench, "Pasted pool1");
  assert_focus (&bench, "pool1, ");
  act (&bench, "outline.copy", NULL);
  act (&bench, "outline.paste", NULL);
  await_announced (&bench, "Pasted pool3");

  gdk_clipboard_set_text (gtk_widget_get_clipboard (bench.widget), "hello");
  act (&bench, "outline.paste", NULL);
  await_announced (&bench, "Cannot paste: expected the text of a design.");
  bench_close (&bench);
}

/* The row of a group holds those of its blocks, which are edited as others. */
static void
test_groups (void)
{
  FormsBench bench;
  g_auto(GStrv) ids = NULL;
  g_autofree char *inner = NULL;
  g_autofree char *closed = NULL;
  g_autofree char *open = NULL;

  bench_open (&bench);
  bench_show (&bench, mtw_outline_new (bench.document));
  mtw_outline_focus (MTW_OUTLINE (bench.widget));
  bench_select (&bench, "fc_right");
  act (&bench, "outline.group", NULL);
  ids = mtw_document_dup_selection (bench.document);
  g_assert_cmpstr (ids[0], !=, "fc_right");
  assert_focus (&bench, ids[0]);
  closed = read_outline (&bench);
  g_assert_null (strstr (closed, "fc_right"));

  inner = g_strconcat (ids[0], "/fc_right", NULL);
  bench_select (&bench, inner);
  mtw_document_reveal (bench.document, inner);
  assert_focus (&bench, "fc_right, dense; 10 units; in: input in of ");
  act (&bench, "outline.rename-to", "fc");
  open = read_outline (&bench);
  g_assert_nonnull (strstr (open, "fc, dense; 10 units; in: input in of "));

  bench_select (&bench, ids[0]);
  act (&bench, "outline.ungroup", NULL);
  g_assert_true (bench_is_wired (&bench, "fc", "right"));
  assert_focus (&bench, "fc, dense");
  bench_close (&bench);
}

/* The palette has the groups of the design and the starters, each once. */
static void
test_palette_groups (void)
{
  FormsBench bench;
  MtwPalette *palette;
  guint n_groups;

  bench_open (&bench);
  bench_show (&bench, mtw_palette_new (bench.document));
  palette = MTW_PALETTE (bench.widget);
  mtw_palette_search (palette, "groups");
  n_groups = mtw_palette_n_shown (palette);
  g_assert_cmpuint (n_groups, >, 3);

  mtw_document_select (bench.document, NULL);
  g_assert_true (mtw_palette_add_first (palette));
  g_assert_cmpuint (mtl_design_n_groups (mtw_document_get_design (bench.document)), ==, 1);
  g_assert_cmpuint (mtw_palette_n_shown (palette), ==, n_groups);
  bench_select (&bench, "fc_right");
  g_free (mtw_document_group_selection (bench.document, "Mine", NULL));
  g_assert_cmpuint (mtw_palette_n_shown (palette), ==, n_groups + 1);
  bench_close (&bench);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/palette/search-and-add", test_palette);
  g_test_add_func ("/outline/second-head", test_second_head);
  g_test_add_func ("/outline/wires-and-order", test_wires);
  g_test_add_func ("/outline/clipboard", test_clipboard);
  g_test_add_func ("/outline/groups", test_groups);
  g_test_add_func ("/palette/groups", test_palette_groups);

  return g_test_run ();
}
