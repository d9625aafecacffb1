/* test-export-ops.c — every block through an exported header, see test-export.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "export-check.h"

/* Every op; parts that two of four tasks share; two tasks with one output; and
 * blocks whose names are the same to C. */
static const char every_op[] =
  "d glyph-pairs train-size=32 test-size=8\n"
  "c1 conv2d channels=3 kernel=4 stride=3 padding=2 < d.image\n"
  "s-1 sigmoid < c1.out\n"
  "p1 max-pool size=3 stride=2 < s-1.out\n"
  "c2 conv2d channels=3 kernel=3 padding=2 dilation=2 groups=3 < p1.out\n"
  "a1 add < p1.out c2.out p1.out\n"
  "s_1 tanh < a1.out\n"
  "cat concat < s_1.out p1.out\n"
  "c3 conv2d channels=4 kernel=3 padding=1 groups=2 < cat.out\n"
  "c4 conv2d channels=4 kernel=3 padding=1 < c3.out\n"
  "r3 relu < c4.out\n"
  "p3 max-pool size=2 < r3.out\n"
  "f flatten < p3.out\n"
  "x dropout p=0.5 < f.out\n"
  "g dense units=12 < x.out\n"
  "h relu < g.out\n"
  "h0 dense units=10 < h.out\n"
  "left task target=left < h0.out\n"
  "b dense units=8 < h.out\n"
  "bt tanh < b.out\n"
  "h1 dense units=10 < bt.out\n"
  "right task target=right < h1.out\n"
  "c concat < bt.out h.out\n"
  "h2 dense units=10 < c.out\n"
  "int task target=left < h2.out\n"
  "same task target=right < h1.out";

/* Every op on tokens: patches of the picture, and numbers of which most are padding. */
static const char on_tokens[] =
  "d glyph-pairs train-size=32 test-size=8\n"
  "n1 group-norm groups=1 < d.image\n"
  "e1 patch-embedding patch=12 width=8 < n1.out\n"
  "p1 positional-embedding < e1.out\n"
  "m max-pool size=12 < d.image\n"
  "t flatten < m.out\n"
  "e2 embedding vocabulary=3 width=8 < t.out\n"
  "p2 positional-embedding kind=sinusoidal < e2.out\n"
  "s add < p1.out p2.out\n"
  "n2 layer-norm < s.out\n"
  "w2 attention heads=2 < n2.out t.out@numbers\n"
  "w1 attention heads=4 causal=true < w2.out\n"
  "k class-token < w1.out\n"
  "w3 attention heads=1 < k.out\n"
  "u dense units=6 < w3.out\n"
  "g1 gru hidden=5 < u.out\n"
  "g2 gru hidden=3 bidirectional=true < g1.out\n"
  "f flatten < g2.out\n"
  "n3 layer-norm epsilon=1 < f.out\n"
  "h0 dense units=10 < n3.out\n"
  "left task target=left < h0.out\n"
  "h1 dense units=10 < f.out\n"
  "right task target=right < h1.out";

/* The blocks for images, in each mode. */
static const char image_ops[] =
  "d glyph-pairs train-size=32 test-size=8\n"
  "q pad left=2 right=0 top=1 bottom=3 mode=reflect < d.image\n"
  "c conv2d channels=3 kernel=4 stride=3 < q.out\n"
  "m max-pool size=3 stride=2 padding=1 < c.out\n"
  "t conv-transpose channels=2 kernel=3 stride=2 padding=1 output-padding=1 < m.out\n"
  "t1 conv-transpose channels=3 kernel=2 stride=1 < t.out\n"
  "a average-pool kernel=3 stride=2 padding=1 count-include-pad=false < t1.out\n"
  "a1 average-pool kernel=2 stride=1 padding=1 < a.out\n"
  "u upsample factor=2 mode=bilinear < a1.out\n"
  "u1 upsample factor=2 mode=bilinear align-corners=true < a1.out\n"
  "u2 upsample factor=2 < a1.out\n"
  "s add < u.out u1.out u2.out\n"
  "q1 pad left=0 right=3 mode=replicate < s.out\n"
  "q2 pad top=2 < q1.out\n"
  "v adaptive-average-pool height=3 width=7 < q2.out\n"
  "f flatten < v.out\n"
  "h0 dense units=10 < f.out\n"
  "left task target=left < h0.out\n"
  "g global-average-pool < q2.out\n"
  "h1 dense units=10 < g.out\n"
  "right task target=right < h1.out";

/* Axes that are walked, moved, cut and broadcast, and functions of single values. */
static const char axes[] =
  "d glyph-pairs train-size=32 test-size=8\n"
  "c1 conv2d channels=4 kernel=4 stride=3 padding=2 < d.image\n"
  "ge gelu < c1.out\n"
  "gt gelu approximate=tanh < c1.out\n"
  "l leaky-relu < gt.out\n"
  "m mean axis=3 keep=true < l.out\n"
  "most max axis=1 keep=true < l.out\n"
  "g sigmoid < m.out\n"
  "p multiply < l.out g.out most.out ge.out\n"
  "k scale < p.out\n"
  "e elu alpha=0.7 < k.out\n"
  "r reshape shape=4,-1 < e.out\n"
  "t transpose < r.out\n"
  "s softmax axis=1 < t.out\n"
  "u slice from=3 to=-100 < s.out\n"
  "f flatten < u.out\n"
  "h1 dense units=10 < f.out\n"
  "right task target=right < h1.out\n"
  "w max axis=2 < r.out\n"
  "b dense units=12 < w.out\n"
  "si silu < b.out\n"
  "sp softplus beta=2 < si.out\n"
  "one scale axis=0 < sp.out\n"
  "h0 dense units=10 < one.out\n"
  "left task target=left < h0.out";

static void
test_every_op (void)
{
  g_autofree char *text = NULL;
  Subject subject;

  subject_open (&subject, build_design (every_op, NULL), 7);
  text = check_export (&subject, NULL);
  assert_says (text, "#include <math.h>\n");
  g_free (check_export (&subject, "int"));
  g_free (check_export (&subject, "same"));
  subject_clear (&subject);
}

static void
test_on_tokens (void)
{
  Subject subject;

  subject_open (&subject, build_design (on_tokens, NULL), 7);
  g_free (check_export (&subject, NULL));
  g_free (check_export (&subject, "right"));
  subject_clear (&subject);
}

static void
test_image_ops (void)
{
  Subject subject;

  subject_open (&subject, build_design (image_ops, NULL), 7);
  g_free (check_export (&subject, NULL));
  subject_clear (&subject);
}

static void
test_axes (void)
{
  Subject subject;

  subject_open (&subject, build_design (axes, NULL), 7);
  g_free (check_export (&subject, NULL));
  subject_clear (&subject);

  subject_open (&subject, build_design ("d glyph-pairs train-size=32 test-size=8\n"
    "f flatten < d.image\ns split size=9 < f.out\na dense units=10 < s.first\n"
    "left task < a.out\nb dense units=10 < s.second\nright task < b.out", NULL), 7);
  assert_refused (&subject, NULL, "s: a block of type split cannot be written in C");
  subject_clear (&subject);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/export-ops/every-op", test_every_op);
  g_test_add_func ("/export-ops/on-tokens", test_on_tokens);
  g_test_add_func ("/export-ops/image-ops", test_image_ops);
  g_test_add_func ("/export-ops/axes", test_axes);

  return g_test_run ();
}
