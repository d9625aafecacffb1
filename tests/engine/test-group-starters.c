/* test-group-starters.c — the groups that come with Basin
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "group-sample.h"
#include "mtl-survey.h"

static void
test_starter (gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlGroup) group = mtl_group_starter (data, &error);
  g_autoptr(MtlDesign) empty = mtl_design_new ("");
  g_autoptr(MtlDesign) design = NULL;
  g_autoptr(MtlDesign) again = NULL;
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  g_assert_cmpstr (mtl_group_id (group), ==, data);
  g_assert_nonnull (mtl_group_summary (group));
  design = mtl_design_with_group (empty, group, &error);
  g_assert_no_error (error);
  text = print (design);
  again = parse (text, &error);
  g_assert_no_error (error);
  g_assert_true (mtl_design_equal (design, again));
}

/* What a starter design calls by the name of a starter group is that group. */
static void
test_templates (void)
{
  guint n = 0;

  for (const char *const *id = mtl_template_list (); *id != NULL; id++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlDesign) design = mtl_template_design (*id, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < mtl_design_n_groups (design); i++)
        {
          const MtlGroup *group = mtl_design_group (design, i);
          g_autoptr(MtlGroup) starter = mtl_group_starter (mtl_group_id (group), NULL);

          if (starter != NULL && !mtl_group_equal (group, starter))
            g_error ("%s has another group %s", *id, mtl_group_id (group));
          n += starter != NULL;
        }
    }

  g_assert_cmpuint (n, >, 4);
}

static void
test_no_starter (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (mtl_group_starter ("residul", &error));
  g_assert_nonnull (strstr (error->message, "did you mean residual?"));
}

/* In the place of two residual blocks, whose shape it keeps. */
static void
test_bottleneck (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) resnet = mtl_template_design ("resnet18", &error);
  g_autoptr(MtlGroup) group = mtl_group_starter ("bottleneck", &error);
  g_autoptr(MtlDesign) design = mtl_design_with_group (resnet, group, &error);
  g_autoptr(MtlSurvey) survey = NULL;
  MtlShape shape;

  g_assert_no_error (error);
  design = with_value (g_steal_pointer (&design), "blocks.stage2.type", "bottleneck");
  design = with_value (g_steal_pointer (&design), "blocks.stage2.repeat", "2");
  design = with_value (g_steal_pointer (&design), "blocks.stage2.channels", "16");
  design = with_value (g_steal_pointer (&design), "blocks.stage2.width", "64");
  survey = mtl_survey_new (design);
  g_assert_true (mtl_survey_trains (survey));
  shape = mtl_survey_shape (survey, "stage2", 0);
  g_assert_cmpuint (shape.size[0], ==, 64);
  /* Kernels with shifts, scales and shifts of the norms. */
  g_assert_cmpuint (mtl_survey_n_weights (survey, "stage2"), ==,
                    2 * (64 * 16 + 16 + 9 * 16 * 16 + 16 + 16 * 64 + 64 + 2 * (16 + 16 + 64)));
}

/* What the hand-wired designs had before they were drawn by groups: weights, and shapes where
 * stages meet. */
static void
assert_stage (const MtlSurvey *survey,
              const char      *block,
              gsize            n_weights,
              gsize            channels,
              gsize            side)
{
  MtlShape shape = mtl_survey_shape (survey, block, 0);

  g_assert_cmpuint (mtl_survey_n_weights (survey, block), ==, n_weights);
  g_assert_cmpuint (shape.size[0], ==, channels);
  g_assert_cmpuint (shape.size[1], ==, side);
}

static gsize
count_convs (gsize in,
             gsize out)
{
  return 9 * in * out + 9 * out * out + 2 * out + 4 * out;
}

static void
test_unet (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("unet", &error);
  g_autoptr(MtlSurvey) survey = NULL;

  g_assert_no_error (error);
  survey = mtl_survey_new (design);
  g_assert_true (mtl_survey_trains (survey));
  assert_stage (survey, "enc1", count_convs (3, 16), 16, 32);
  assert_stage (survey, "enc2", count_convs (16, 32), 32, 16);
  assert_stage (survey, "enc3", count_convs (32, 64), 64, 8);
  assert_stage (survey, "dec2", count_convs (64 + 32, 32), 32, 16);
  assert_stage (survey, "dec1", count_convs (32 + 16, 16), 16, 32);
}

static void
test_experts (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("moe-vit", &error);
  g_autoptr(MtlSurvey) survey = NULL;
  gsize width = 48, inner = 96, attention = 4 * (width * width + width);

  g_assert_no_error (error);
  survey = mtl_survey_new (design);
  g_assert_true (mtl_survey_trains (survey));
  assert_stage (survey, "layers", 2 * (attention + 4 * width + 2 * width * inner + inner + width),
                64, width);
  assert_stage (survey, "attend", attention + 4 * width, 64, width);
  assert_stage (survey, "e8", 2 * (width * width + width), 64, width);
  assert_stage (survey, "head_normals", 2 * width + 16 * width * 3 + 3, 3, 32);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (const char *const *id = mtl_group_list (); *id != NULL; id++)
    {
      g_autofree char *path = g_strdup_printf ("/group-starters/file/%s", *id);

      g_test_add_data_func (path, *id, test_starter);
    }
  g_test_add_func ("/group-starters/templates", test_templates);
  g_test_add_func ("/group-starters/none", test_no_starter);
  g_test_add_func ("/group-starters/in-place", test_bottleneck);
  g_test_add_func ("/group-starters/unet", test_unet);
  g_test_add_func ("/group-starters/experts", test_experts);

  return g_test_run ();
}
