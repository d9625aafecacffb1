/* test-mtl-blocks.c — what designs with gates and cross-stitches come to
 *
 * Which weights are shared, what they begin with, what is said of wires that do
 * not fit, and the exported C.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "export-check.h"
#include "mtl-survey.h"

static char *table;

/* Two tasks, a shared expert and one for each; a gate for each task. */
static const char progressive[] =
  "d csv\n"
  "s dense units=4 < d.features\nst tanh < s.out\n"
  "a dense units=4 < d.features\nat tanh < a.out\n"
  "b dense units=4 < d.features\nbt tanh < b.out\n"
  "ga gate < d.features st.out@experts at.out@experts\n"
  "gb gate < d.features st.out@experts bt.out@experts\n"
  "ha dense units=1 < ga.out\ny0 task loss=mse < ha.out\n"
  "hb dense units=1 < gb.out\ny1 task loss=mse < hb.out";

/* All the blocks, in front of two tasks; gates begin with other weights than zero. */
static const char all_blocks[] =
  "d csv\n"
  "a dense units=4 < d.features\nat tanh < a.out\nb dense units=4 < d.features\nbt tanh < b.out\n"
  "c dense units=4 < d.features\n"
  "g gate < d.features at.out@experts bt.out@experts c.out@experts\n"
  "k top-k-gate < a.out at.out@experts bt.out@experts c.out@experts\n"
  "n dselect-k < d.features at.out@experts bt.out@experts c.out@experts\n"
  "m dselect-k by-sample=false gamma=0.5 < d.features at.out@experts bt.out@experts\n"
  "x cross-stitch < g.out@own k.out@others n.out@others\n"
  "z cross-stitch by-channel=true < m.out@own n.out@others\n"
  "h0 dense units=1 < x.out\ny0 task loss=mse < h0.out\n"
  "h1 dense units=1 < z.out\ny1 task loss=mse < h1.out\nexperiment first-weights=uniform";

static void
test_sharing (void)
{
  static const struct { const char *block; guint64 tasks; } blocks[] = {
    { "s", 3 }, { "st", 3 }, { "a", 1 }, { "b", 2 }, { "ga", 1 }, { "gb", 2 },
  };
  g_autoptr(MtlDesign) design = build_design (progressive, table);
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  gsize expert = 5 * 4 + 4, gate = 2 * 5 + 2;

  g_assert_true (mtl_survey_trains (survey));
  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    g_assert_cmpuint (mtl_survey_tasks (survey, blocks[i].block), ==, blocks[i].tasks);
  g_assert_cmpuint (mtl_survey_n_weights (survey, "ga"), ==, gate);
  g_assert_cmpuint (mtl_survey_n_reached (survey, G_MAXUINT64), ==, expert);
  g_assert_cmpuint (mtl_survey_n_reached (survey, 1), ==, expert + gate + 5);
}

/* --- first weights --- */

static const float *
first_of (Bench      *bench,
          const char *block,
          const char *name,
          gsize      *n)
{
  for (guint t = 0; t < mtl_plan_n_tensors (bench->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (bench->plan, t);

      *n = tensor->size;
      if (strcmp (tensor->block, block) == 0 && strcmp (tensor->name, name) == 0)
        return bench->theta + tensor->offset;
    }

  g_error ("%s has no %s", block, name);
}

/* The least and the largest of them. */
static void
assert_range (Bench      *bench,
              const char *block,
              const char *name,
              float       range)
{
  gsize n;
  const float *w = first_of (bench, block, name, &n);
  float least = w[0], most = w[0];

  for (gsize i = 0; i < n; i++)
    {
      least = MIN (least, w[i]);
      most = MAX (most, w[i]);
    }
  g_test_message ("%s of %s: %g to %g", name, block, least, most);
  g_assert_cmpfloat (least, >=, -range);
  g_assert_cmpfloat (most, <=, range);
  g_assert_true (range == 0.0f || (least < -0.8f * range && most > 0.8f * range));
}

static void
test_first_weights (void)
{
  Bench bench;
  gsize n;

  bench_open (&bench,
              "d csv\na dense units=6 < d.features\nb dense units=6 < d.features\n"
              "c dense units=6 < d.features\n"
              "s cross-stitch alpha=0.5 < a.out@own b.out@others c.out@others\n"
              "k dselect-k gamma=20 selectors=9 < d.features a.out@experts b.out@experts "
              "s.out@experts\nt top-k-gate < d.features a.out@experts b.out@experts c.out@experts "
              "s.out@experts\ng gate < d.features k.out@experts t.out@experts\n"
              "h dense units=1 < g.out\ny0 task loss=mse < h.out", table, 8, 8, 1);
  g_assert_cmpfloat (first_of (&bench, "s", "own", &n)[0], ==, 0.5f);
  g_assert_cmpfloat (first_of (&bench, "s", "others", &n)[1], ==, 0.25f);
  assert_range (&bench, "g", "weight", 0.0f);
  assert_range (&bench, "g", "bias", 0.0f);
  assert_range (&bench, "k", "code_weight", 0.2f);
  assert_range (&bench, "k", "code_bias", 0.2f);
  assert_range (&bench, "k", "share_weight", 0.05f);
  assert_range (&bench, "t", "weight", sqrtf (0.2f));
  bench_clear (&bench);
}

/* --- wires that do not fit --- */

static const struct
{
  const char *text, *message;
} refusals[] = {
  { "d csv\na dense units=4 < d.features\ng gate < d.features a.out@experts\n"
    "h dense units=1 < g.out\ny0 task loss=mse < h.out",
    "g needs two experts or more, but has 1." },
  { "d csv\na dense units=4 < d.features\nb dense units=3 < d.features\n"
    "g dselect-k < d.features a.out@experts b.out@experts\n"
    "h dense units=1 < g.out\ny0 task loss=mse < h.out",
    "g needs experts of one shape, but expert 1 is 4 values and expert 2 is 3 values." },
  { "d csv\na dense units=4 < d.features\nb dense units=4 < d.features\n"
    "g top-k-gate k=3 < d.features a.out@experts b.out@experts\n"
    "h dense units=1 < g.out\ny0 task loss=mse < h.out",
    "g chooses 3 experts at each place, but has 2." },
  { "d csv\na dense units=4 < d.features\nb dense units=3 < d.features\n"
    "g cross-stitch < a.out@own b.out@others\nh dense units=1 < g.out\n"
    "y0 task loss=mse < h.out",
    "g needs inputs of one shape, but its own is 4 values and the other 1 is 3 values." },
  { "d csv\na dense units=4 < d.features\ng cross-stitch < a.out@own\nh dense units=1 < g.out\n"
    "y0 task loss=mse < h.out", "g has nothing at its input: connect a block to it." },
};

static void
test_refusals (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (refusals); n++)
    {
      g_autoptr(MtlDesign) design = build_design (refusals[n].text, table);
      g_autoptr(MtlSurvey) survey = mtl_survey_new (design);

      g_assert_cmpuint (mtl_survey_n_problems (survey), ==, 1);
      g_assert_cmpstr (mtl_survey_problem (survey, 0)->message, ==, refusals[n].message);
    }
}

/* --- C --- */

static void
test_export (void)
{
  g_autofree char *text = NULL;
  Subject subject;

  subject_open (&subject, build_design (all_blocks, table), 7);
  text = check_export (&subject, NULL);
  g_assert_nonnull (strstr (text, "Top-k Gate, 4, 4, 4, 4 to 4"));
  g_free (check_export (&subject, "y1"));
  subject_clear (&subject);
}

int
main (int   argc,
      char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  table = write_table (40);

  g_test_add_func ("/mtl-blocks/sharing", test_sharing);
  g_test_add_func ("/mtl-blocks/first-weights", test_first_weights);
  g_test_add_func ("/mtl-blocks/refusals", test_refusals);
  g_test_add_func ("/mtl-blocks/export", test_export);

  status = g_test_run ();
  remove_table (table);

  return status;
}
