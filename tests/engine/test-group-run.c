/* test-group-run.c — groups train, are saved and are exported as the flat network is
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "export-check.h"
#include "group-sample.h"
#include "mtl-checkpoint.h"
#include "mtl-trainer-private.h"
#include "store-sample.h"
#include "train-run.h"

#define BATCH "experiment.batch"

/* The same bits as of blocks wired by hand under the same ids. */
static void
test_train (void)
{
  g_autoptr(MtlDesign) design = with_value (parse_groups (), BATCH, "16");
  g_autoptr(MtlDesign) flat = with_value (parse_flat (), BATCH, "16");
  MtlRunOptions options = { .n_threads = 2 };
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlRecord) expected = NULL;
  Run run, by_hand;

  run_all (&run, design, &options);
  run_all (&by_hand, flat, &options);
  assert_same_theta ("by groups and by hand", &by_hand, &run);
  record = mtl_trainer_record (run.trainer);
  expected = mtl_trainer_record (by_hand.trainer);
  assert_same_curves ("by groups and by hand", expected, record);
  run_clear (&run);
  run_clear (&by_hand);
}

/* Stopped after three of eight steps and gone on with; the checkpoint has the groups. */
static void
test_resume (void)
{
  g_autoptr(MtlDesign) design = with_value (parse_groups (), BATCH, "16");
  char *folder = make_folder ();
  MtlStore *store = open_store (folder);
  MtlRunOptions options = { .n_threads = 1, .store = store };
  g_autoptr(MtlRecord) cut = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(MtlDesign) kept = NULL;
  g_autoptr(GError) error = NULL;
  Run whole, run;

  run_all (&whole, design, &options);
  run_start_paused (&run, design, &options);
  for (guint n = 0; n < 3; n++)
    mtl_trainer_order (run.trainer, MTL_ORDER_STEP);
  run_reach (&run, MTL_RUN_PAUSED, 3);
  mtl_trainer_order (run.trainer, MTL_ORDER_STOP);
  run_wait (&run);
  cut = mtl_trainer_record (run.trainer);
  run_clear (&run);

  bytes = mtl_store_checkpoint (store, mtl_record_info (cut)->run, FALSE, &error);
  g_assert_no_error (error);
  kept = mtl_checkpoint_design (bytes, &error);
  g_assert_no_error (error);
  g_assert_true (mtl_design_equal (kept, design));

  options.resume = mtl_record_info (cut)->run;
  run_all (&run, design, &options);
  assert_same_theta ("gone on with", &whole, &run);
  run_clear (&run);
  run_clear (&whole);
  mtl_store_unref (store);
  remove_all (folder);
  g_free (folder);
}

/* While it trains, another definition is another network. */
static void
test_apply (void)
{
  g_autoptr(MtlDesign) design = parse_groups ();
  g_autoptr(MtlDesign) same = parse_groups ();
  g_autoptr(MtlDesign) other = with_value (parse_groups (), "blocks.s/b/bend.slope", "0.5");

  g_assert_cmpint (mtl_design_compare (design, same), ==, MTL_CHANGE_NONE);
  g_assert_cmpint (mtl_design_compare (design, other), ==, MTL_CHANGE_STRUCTURE);
}

static void
test_export (void)
{
  Subject subject;
  g_autofree char *all = NULL;

  subject_open (&subject, parse_groups (), 7);
  all = check_export (&subject, NULL);
  assert_says (all, "s/2/b/turn");
  assert_says (all, "s_2_b_turn");
  subject_clear (&subject);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/group-run/train", test_train);
  g_test_add_func ("/group-run/resume", test_resume);
  g_test_add_func ("/group-run/apply", test_apply);
  g_test_add_func ("/group-run/export", test_export);

  return g_test_run ();
}
