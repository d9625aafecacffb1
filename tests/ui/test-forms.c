/* test-forms.c — the inspector, and what becomes of the design
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "forms-bench.h"
#include "mtl-cost.h"
#include "mtw-choice-menu.h"
#include "mtw-inspector.h"
#include "mtw-problem-box.h"

static GtkWidget *
find_row (FormsBench      *self,
          const char *key,
          const char *task,
          GType       type)
{
  GtkWidget *row = mtw_inspector_find_row (MTW_INSPECTOR (self->widget), key, task);

  if (row == NULL)
    g_error ("no row for %s", key);
  return bench_find (row, type);
}

static void
type_number (FormsBench      *self,
             const char *key,
             const char *task,
             const char *text)
{
  GtkWidget *spin = find_row (self, key, task, GTK_TYPE_SPIN_BUTTON);

  gtk_editable_set_text (GTK_EDITABLE (spin), text);
  gtk_spin_button_update (GTK_SPIN_BUTTON (spin));
  bench_settle (self);
}

static void
assert_shows (FormsBench      *self,
              const char *key,
              const char *task,
              const char *text)
{
  GtkWidget *spin = find_row (self, key, task, GTK_TYPE_SPIN_BUTTON);

  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (spin)), ==, text);
}

static const MtlSetting *
setting_of (FormsBench      *self,
            const char *block,
            const char *param)
{
  const MtlBlock *found = mtl_design_find (mtw_document_get_design (self->document), block);

  g_assert_nonnull (found);
  return mtl_chosen_get (mtl_block_what (found), param);
}

static double
experiment_number (FormsBench      *self,
                   const char *param)
{
  MtlDesign *design = mtw_document_get_design (self->document);

  return mtl_chosen_get (mtl_design_experiment (design), param)->number;
}

static void
test_value (void)
{
  FormsBench bench;
  GtkWidget *spin;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  spin = find_row (&bench, "experiment.batch", NULL, GTK_TYPE_SPIN_BUTTON);
  gtk_widget_grab_focus (spin);
  assert_shows (&bench, "experiment.batch", NULL, "256");

  type_number (&bench, "experiment.batch", NULL, "128");
  g_assert_cmpfloat (experiment_number (&bench, "batch"), ==, 128);
  g_assert_true (find_row (&bench, "experiment.batch", NULL, GTK_TYPE_SPIN_BUTTON) == spin);
  g_assert_cmpint (gtk_widget_get_state_flags (spin) & GTK_STATE_FLAG_FOCUS_WITHIN, !=, 0);

  mtw_document_undo (bench.document);
  bench_settle (&bench);
  assert_shows (&bench, "experiment.batch", NULL, "256");
  bench_close (&bench);
}

static void
test_refused (void)
{
  FormsBench bench;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  type_number (&bench, "experiment.batch", NULL, "0");
  g_assert_cmpfloat (experiment_number (&bench, "batch"), ==, 256);
  assert_shows (&bench, "experiment.batch", NULL, "256");
  g_assert_nonnull (bench.announced);
  g_assert_nonnull (strstr (bench.announced, "expected a whole number from 1"));

  g_clear_pointer (&bench.announced, g_free);
  type_number (&bench, "experiment.batch", NULL, "many");
  assert_shows (&bench, "experiment.batch", NULL, "256");
  g_assert_nonnull (bench.announced);
  g_assert_null (mtw_document_undo_name (bench.document));
  bench_close (&bench);
}

static void
test_small_number (void)
{
  FormsBench bench;
  GtkSpinButton *spin;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  assert_shows (&bench, "experiment.optimizer.lr", NULL, "0.001");
  spin = GTK_SPIN_BUTTON (find_row (&bench, "experiment.optimizer.lr", NULL,
                                    GTK_TYPE_SPIN_BUTTON));
  gtk_spin_button_spin (spin, GTK_SPIN_STEP_FORWARD, 0);
  assert_shows (&bench, "experiment.optimizer.lr", NULL, "0.0011");
  type_number (&bench, "experiment.optimizer.lr", NULL, "3e-7");
  assert_shows (&bench, "experiment.optimizer.lr", NULL, "3e-07");
  mtw_document_undo (bench.document);
  bench_settle (&bench);
  assert_shows (&bench, "experiment.optimizer.lr", NULL, "0.001");
  bench_close (&bench);
}

static void
choose (FormsBench      *self,
        const char *key,
        const char *words)
{
  GtkWidget *button = find_row (self, key, NULL, GTK_TYPE_MENU_BUTTON);
  GtkPopover *menu = gtk_menu_button_get_popover (GTK_MENU_BUTTON (button));

  mtw_choice_menu_search (MTW_CHOICE_MENU (menu), words);
  g_assert_true (mtw_choice_menu_choose_first (MTW_CHOICE_MENU (menu)));
  bench_settle (self);
}

static void
test_method (void)
{
  FormsBench bench;
  GtkWidget *row;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  row = mtw_inspector_find_row (MTW_INSPECTOR (bench.widget), "experiment.balancer", NULL);
  assert_shows (&bench, "experiment.balancer.c", NULL, "0.4");

  choose (&bench, "experiment.balancer", "PCGr");
  g_assert_null (mtw_inspector_find_row (MTW_INSPECTOR (bench.widget), "experiment.balancer.c",
                                         NULL));
  g_assert_true (mtw_inspector_find_row (MTW_INSPECTOR (bench.widget), "experiment.balancer",
                                         NULL) == row);
  choose (&bench, "experiment.sharpness", "task-b");
  assert_shows (&bench, "experiment.sharpness.rho-shared", "left", "0.05");
  assert_shows (&bench, "experiment.sharpness.rho-task", "left", "");
  type_number (&bench, "experiment.sharpness.rho-task", "left", "0.1");
  assert_shows (&bench, "experiment.sharpness.rho-task", "left", "0.1");
  type_number (&bench, "experiment.sharpness.rho-task", "left", "");
  assert_shows (&bench, "experiment.sharpness.rho-task", "left", "");

  gtk_switch_set_active (GTK_SWITCH (find_row (&bench, "experiment.sharpness.adaptive", NULL,
                                               GTK_TYPE_SWITCH)), TRUE);
  mtw_document_undo (bench.document);
  mtw_document_undo (bench.document);
  bench_settle (&bench);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (find_row (&bench,
    "experiment.sharpness.adaptive", NULL, GTK_TYPE_SWITCH))));
  bench_close (&bench);
}

static void
test_several (void)
{
  FormsBench bench;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  mtw_document_select (bench.document, (const char *const[]) { "conv1", "conv2", NULL });
  bench_settle (&bench);
  assert_shows (&bench, "blocks.conv1.kernel", NULL, "—");
  assert_shows (&bench, "blocks.conv2.stride", NULL, "1");

  /* The number that the button happens to hold is a change all the same. */
  type_number (&bench, "blocks.conv1.kernel", NULL, "3");
  g_assert_cmpfloat (setting_of (&bench, "conv1", "kernel")->number, ==, 3);
  g_assert_cmpfloat (setting_of (&bench, "conv2", "kernel")->number, ==, 3);
  assert_shows (&bench, "blocks.conv2.kernel", NULL, "3");
  mtw_document_undo (bench.document);
  bench_settle (&bench);
  g_assert_cmpfloat (setting_of (&bench, "conv1", "kernel")->number, ==, 9);
  assert_shows (&bench, "blocks.conv1.kernel", NULL, "—");

  mtw_document_select (bench.document, (const char *const[]) { "conv1", "relu1", NULL });
  bench_settle (&bench);
  g_assert_null (mtw_inspector_find_row (MTW_INSPECTOR (bench.widget), "blocks.conv1.kernel",
                                         NULL));
  bench_close (&bench);
}

static void
test_per_task (void)
{
  FormsBench bench;
  const MtlSetting *noise;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  assert_shows (&bench, "blocks.digits.label-noise", "right", "0");
  type_number (&bench, "blocks.digits.label-noise", "right", "0.25");
  noise = setting_of (&bench, "digits", "label-noise");
  g_assert_cmpuint (noise->n, ==, 1);
  g_assert_cmpstr (noise->names[0], ==, "right");
  g_assert_cmpfloat (noise->numbers[0], ==, 0.25);
  type_number (&bench, "blocks.digits.label-noise", "left", "0.5");
  assert_shows (&bench, "blocks.digits.label-noise", "right", "0.25");
  bench_close (&bench);
}

static void
test_problem (void)
{
  FormsBench bench;
  GtkWidget *box;

  bench_open (&bench);
  bench_show (&bench, mtw_inspector_new (bench.document, NULL));
  mtw_document_set_value (bench.document, "blocks.fc_left.units", "12", NULL);
  bench_select (&bench, "left");
  bench_settle (&bench);
  box = bench_find (bench.widget, MTW_TYPE_PROBLEM_BOX);
  g_assert_nonnull (box);
  g_assert_true (mtw_problem_box_fix (MTW_PROBLEM_BOX (box)));
  bench_settle (&bench);
  g_assert_cmpfloat (setting_of (&bench, "fc_left", "units")->number, ==, 10);
  g_assert_null (bench_find (bench.widget, MTW_TYPE_PROBLEM_BOX));
  bench_close (&bench);
}

static void
test_cost (void)
{
  FormsBench bench;
  double forward = NAN, backward = NAN, relative = NAN;
  g_autoptr(MtlDesign) empty = mtl_design_new ("Empty");
  g_autoptr(MtlDesign) flat = NULL;

  bench_open (&bench);
  g_assert_false (mtl_design_cost (empty, &forward, &backward, &relative));
  g_assert_true (mtl_design_cost (mtw_document_get_design (bench.document), &forward, &backward,
                                  &relative));
  g_assert_cmpfloat (forward, ==, 1);
  g_assert_cmpfloat (backward, ==, 2);
  g_assert_cmpfloat (relative, ==, 1.0);

  /* K + 1 and 2K passes; (3 + 2·4) / (1 + 2·2). */
  flat = mtl_design_with_value (mtw_document_get_design (bench.document), "experiment.sharpness",
                                "fs-mtl", NULL);
  g_assert_true (mtl_design_cost (flat, &forward, &backward, &relative));
  g_assert_cmpfloat (forward, ==, 3);
  g_assert_cmpfloat (backward, ==, 4);
  g_assert_cmpfloat_with_epsilon (relative, 11.0 / 5.0, 1e-12);
  g_object_unref (bench.document);
}

/* What a balancer of two tasks looks at beside: 1 and 2 passes are the step's own. */
static void
test_cost_beside (void)
{
  static const struct { const char *balancer; double forward, backward; } cases[] = {
    { "pcgrad", 1, 2 }, { "uw", 1, 2 }, { "famo", 2, 2 }, { "modo", 3, 6 },
    { "autolambda", 2, 4 }, { "forum", 4.5, 8 },
  };
  FormsBench bench;

  bench_open (&bench);
  for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
    {
      double forward = NAN, backward = NAN, relative = NAN;
      g_autoptr(MtlDesign) design =
        mtl_design_with_value (mtw_document_get_design (bench.document), "experiment.balancer",
                               cases[n].balancer, NULL);

      g_assert_true (mtl_design_cost (design, &forward, &backward, &relative));
      if (forward != cases[n].forward || backward != cases[n].backward)
        g_test_fail_printf ("%s: %g forward, %g backward", cases[n].balancer, forward, backward);
    }
  g_object_unref (bench.document);
}

/* Where nobody looks at the tasks' gradients apart, one lane runs: by weights that are alike, by
 * any weights. */
static void
test_cost_merged (void)
{
  static const struct { const char *sharpness; double forward, equal, uw; } cases[] = {
    { "none", 1, 1, 1 }, { "sam", 2, 2, 2 }, { "gsam", 2, 2, 4 }, { "samo", 7, 4, 4 },
  };
  FormsBench bench;
  g_autoptr(MtlDesign) rare = NULL;

  bench_open (&bench);
  rare = mtl_design_with_value (mtw_document_get_design (bench.document),
                                "experiment.diagnose-every", "10", NULL);
  for (guint n = 0; n < 2 * G_N_ELEMENTS (cases); n++)
    {
      const char *balancer = n % 2 == 0 ? "equal" : "uw";
      double expected = n % 2 == 0 ? cases[n / 2].equal : cases[n / 2].uw;
      double forward = NAN, backward = NAN, relative = NAN;
      g_autoptr(MtlDesign) balanced =
        mtl_design_with_value (rare, "experiment.balancer", balancer, NULL);
      g_autoptr(MtlDesign) design =
        mtl_design_with_value (balanced, "experiment.sharpness", cases[n / 2].sharpness, NULL);

      g_assert_true (mtl_design_cost (design, &forward, &backward, &relative));
      if (forward != cases[n / 2].forward || backward != expected)
        g_test_fail_printf ("%s with %s: %g forward, %g backward", cases[n / 2].sharpness,
                            balancer, forward, backward);
    }
  g_object_unref (bench.document);
}

/* --- while training --- */

static void
wait_for_state (MtwSession *session,
                int         state)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (mtw_session_get_state (session) != state)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
test_live (void)
{
  FormsBench bench;
  g_autoptr(MtwSession) session = NULL;
  GtkWidget *clock = gtk_window_new ();
  GtkWidget *row, *bar;

  bench_open (&bench);
  mtw_document_set_value (bench.document, "blocks.digits.train-size", "512", NULL);
  mtw_document_set_value (bench.document, "experiment.epochs", "100000", NULL);
  gtk_window_present (GTK_WINDOW (clock));
  session = mtw_session_new (bench.document, NULL, clock);
  bench_show (&bench, mtw_inspector_new (bench.document, session));
  bar = bench_find (bench.widget, GTK_TYPE_REVEALER);
  bench_settle (&bench);
  g_assert_true (mtw_session_train (session, FALSE, NULL));
  wait_for_state (session, MTL_RUN_TRAINING);
  mtw_session_pause (session);
  wait_for_state (session, MTL_RUN_PAUSED);

  type_number (&bench, "experiment.optimizer.lr", NULL, "0.002");
  row = mtw_inspector_find_row (MTW_INSPECTOR (bench.widget), "experiment.optimizer.lr", NULL);
  g_assert_cmpstr (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)), ==, "From the next step");
  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (bar)));

  bench_select (&bench, "conv1");
  type_number (&bench, "blocks.conv1.channels", NULL, "12");
  g_assert_true (gtk_revealer_get_reveal_child (GTK_REVEALER (bar)));
  g_assert_true (gtk_widget_activate_action (bench.widget, "inspector.restart-keeping", NULL));
  wait_for_state (session, MTL_RUN_TRAINING);
  g_assert_false (gtk_revealer_get_reveal_child (GTK_REVEALER (bar)));

  g_clear_object (&session);
  bench_close (&bench);
  gtk_window_destroy (GTK_WINDOW (clock));
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add_func ("/inspector/value", test_value);
  g_test_add_func ("/inspector/refused", test_refused);
  g_test_add_func ("/inspector/small-number", test_small_number);
  g_test_add_func ("/inspector/method", test_method);
  g_test_add_func ("/inspector/several", test_several);
  g_test_add_func ("/inspector/per-task", test_per_task);
  g_test_add_func ("/inspector/problem", test_problem);
  g_test_add_func ("/inspector/cost", test_cost);
  g_test_add_func ("/inspector/cost-beside", test_cost_beside);
  g_test_add_func ("/inspector/cost-merged", test_cost_merged);
  g_test_add_func ("/inspector/live", test_live);

  return g_test_run ();
}
