/* test-choices.c — one of many methods: headings, a search, and what the chosen one is
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "forms-bench.h"
#include "mtw-choice-menu.h"
#include "mtw-inspector.h"
#include "mtw-palette.h"

static GtkWidget *
find_row (FormsBench *self,
          const char *key)
{
  return mtw_inspector_find_row (MTW_INSPECTOR (self->widget), key, NULL);
}

static MtwChoiceMenu *
find_menu (FormsBench *self,
           const char *key)
{
  GtkWidget *button = bench_find (find_row (self, key), GTK_TYPE_MENU_BUTTON);

  g_assert_nonnull (button);
  return MTW_CHOICE_MENU (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
}

static guint
count_headings (MtwChoiceMenu *menu)
{
  GtkWidget *list = bench_find (GTK_WIDGET (menu), GTK_TYPE_LIST_VIEW);
  guint rows = g_list_model_get_n_items (G_LIST_MODEL (
    gtk_list_view_get_model (GTK_LIST_VIEW (list))));

  return rows - mtw_choice_menu_n_choices (menu);
}

static guint
count_methods (MtlKind kind)
{
  guint n = 0;

  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    n += !(*m)->hidden;

  return n;
}

static void
assert_chosen (FormsBench *self,
               const char *param,
               MtlKind     kind,
               const char *id)
{
  const MtlChosen *experiment = mtl_design_experiment (mtw_document_get_design (self->document));
  const MtlMethod *method = mtl_catalogue_find (kind, id, NULL);
  g_autofree char *key = g_strconcat ("experiment.", param, NULL);
  GtkWidget *row = find_row (self, key);
  GtkWidget *button = bench_find (row, GTK_TYPE_MENU_BUTTON);
  GtkWidget *name = gtk_menu_button_get_child (GTK_MENU_BUTTON (button));

  g_assert_true (mtl_chosen_method (mtl_chosen_get (experiment, param)->method) == method);
  g_assert_cmpstr (gtk_label_get_label (GTK_LABEL (name)), ==, method->title);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, method->summary);
}

/* All are offered, by family; a search leaves the headings that something stands under. */
static void
test_balancer (void)
{
  FormsBench bench;
  MtwChoiceMenu *menu;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  menu = find_menu (&bench, "experiment.balancer");
  g_assert_cmpuint (mtw_choice_menu_n_choices (menu), ==, count_methods (MTL_KIND_BALANCER));
  g_assert_cmpuint (count_headings (menu), ==, 3);

  mtw_choice_menu_search (menu, "zebra");
  g_assert_cmpuint (mtw_choice_menu_n_choices (menu), ==, 0);
  g_assert_cmpuint (count_headings (menu), ==, 0);
  g_assert_false (mtw_choice_menu_choose_first (menu));
  mtw_choice_menu_search (menu, "rlw");
  g_assert_cmpuint (mtw_choice_menu_n_choices (menu), ==, 1);
  g_assert_cmpuint (count_headings (menu), ==, 1);
  g_assert_true (mtw_choice_menu_choose_first (menu));
  bench_settle (&bench);
  assert_chosen (&bench, "balancer", MTL_KIND_BALANCER, "rlw");

  mtw_document_undo (bench.document);
  bench_settle (&bench);
  assert_chosen (&bench, "balancer", MTL_KIND_BALANCER, "cagrad");
  bench_close (&bench);
}

/* Without headings; what is chosen already is no edit. */
static void
test_sharpness (void)
{
  FormsBench bench;
  MtwChoiceMenu *menu;
  const char *before;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  menu = find_menu (&bench, "experiment.sharpness");
  g_assert_cmpuint (count_headings (menu), ==, 0);
  g_assert_cmpuint (mtw_choice_menu_n_choices (menu), ==, count_methods (MTL_KIND_SHARP));
  mtw_choice_menu_search (menu, "esam");
  g_assert_true (mtw_choice_menu_choose_first (menu));
  bench_settle (&bench);
  assert_chosen (&bench, "sharpness", MTL_KIND_SHARP, "esam");

  before = mtw_document_undo_name (bench.document);
  mtw_choice_menu_search (menu, "esam");
  g_assert_true (mtw_choice_menu_choose_first (menu));
  g_assert_true (mtw_document_undo_name (bench.document) == before);
  bench_close (&bench);
}

/* A few are a drop-down. */
static void
test_few (void)
{
  FormsBench bench;
  GtkWidget *row;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  row = find_row (&bench, "experiment.optimizer");
  g_assert_true (ADW_IS_COMBO_ROW (row));
  g_assert_cmpuint (g_list_model_get_n_items (adw_combo_row_get_model (ADW_COMBO_ROW (row))), ==,
                    count_methods (MTL_KIND_OPTIMIZER));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 1);
  bench_settle (&bench);
  g_assert_cmpstr (mtw_document_undo_name (bench.document), ==, "Change optimizer");
  bench_close (&bench);
}

/* What serves one design stands apart from the layers. */
static void
test_toy (void)
{
  FormsBench bench;
  MtwPalette *palette;

  bench_open (&bench);
  bench_show (&bench, mtw_palette_new (bench.document));
  palette = MTW_PALETTE (bench.widget);
  mtw_palette_search (palette, "toy problem");
  g_assert_cmpuint (mtw_palette_n_shown (palette), ==, 2);
  bench_close (&bench);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/choices/balancer", test_balancer);
  g_test_add_func ("/choices/sharpness", test_sharpness);
  g_test_add_func ("/choices/few", test_few);
  g_test_add_func ("/choices/toy", test_toy);

  return g_test_run ();
}
