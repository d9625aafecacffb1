/* work-nets.h — the networks that the work is tested on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

static const struct
{
  const char *name, *text;
} nets[] = {
  { "two-of-three",
    "d csv\nt dense units=8 < d.features\nr tanh < t.out\nb dense units=6 < r.out\n"
    "bt tanh < b.out\nh0 dense units=1 < bt.out\nh1 dense units=1 < bt.out\n"
    "h2 dense units=1 < r.out\ny0 task loss=mse < h0.out\ny1 task loss=mse weight=2.5 < h1.out\n"
    "y2 task loss=mse < h2.out" },
  { "two-branches",
    "d csv\nt dense units=8 < d.features\nr tanh < t.out\nb1 dense units=5 < r.out\n"
    "b2 dense units=4 < r.out\ncat concat < b1.out b2.out\nh0 dense units=1 < cat.out\n"
    "h1 dense units=3 < b1.out\nh2 dense units=1 < b2.out\ny0 task loss=mse < h0.out\n"
    "kind task < h1.out\ny2 task loss=mse < h2.out" },
  { "read-twice",
    "d csv\nt dense units=6 < d.features\na add < t.out t.out\nc concat < a.out t.out a.out\n"
    "m tanh < c.out\nh0 dense units=1 < m.out\nh1 dense units=1 < a.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
  { "one-output",
    "d csv\nt dense units=6 < d.features\nr tanh < t.out\nh dense units=1 < r.out\n"
    "y0 task loss=mse weight=0.5 < h.out\ny1 task loss=mse < h.out\ny2 task loss=mse < h.out" },
  { "no-trunk",
    "d csv\nh0 dense units=1 < d.features\nh1 dense units=2 < d.features\n"
    "y0 task loss=mse < h0.out\nyes task < h1.out" },
  { "one-task", "d csv\nt dense units=4 < d.features\nr tanh < t.out\nh dense units=1 < r.out\n"
    "yes task loss=bce < h.out" },
  { "dropout",
    "d csv\nt dense units=16 < d.features\nx dropout p=0.4 < t.out\nr tanh < x.out\n"
    "h0 dense units=1 < r.out\nz dropout p=0.2 < r.out\nh1 dense units=1 < z.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
  /* Gradients by tile in the trunk of all, of two of three, and in a head. */
  { "wide",
    "d csv\nt dense units=200 < d.features\nr tanh < t.out\nb dense units=120 < r.out\n"
    "bt tanh < b.out\nc dense units=140 < bt.out\nct tanh < c.out\nk dense units=150 < ct.out\n"
    "kt tanh < k.out\nh0 dense units=1 < ct.out\nh1 dense units=1 < kt.out\n"
    "h2 dense units=1 < bt.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  { "batch-norm",
    "d csv\nt dense units=8 < d.features\nn batch-norm < t.out\nr tanh < n.out\n"
    "b dense units=6 < r.out\nm batch-norm < b.out\nh0 dense units=1 < m.out\n"
    "h1 dense units=1 < m.out\nu dense units=5 < r.out\nv batch-norm < u.out\n"
    "h2 dense units=1 < v.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  /* Numbers as tokens, and a branch of two tasks on what makes dx with its weights. */
  { "tokens",
    "d csv\ne embedding vocabulary=3 width=4 padding=-1 < d.features\n"
    "p positional-embedding < e.out\nn layer-norm < p.out\n"
    "a attention heads=2 < n.out d.features@numbers\ns add < a.out p.out\nc class-token < s.out\n"
    "g gru hidden=3 bidirectional=true < c.out\nu dense units=2 < s.out\nf flatten < g.out\n"
    "v flatten < u.out\nh0 dense units=1 < f.out\nh1 dense units=1 < f.out\n"
    "h2 dense units=1 < v.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\n"
    "y2 task loss=mse < h2.out" },
  /* A block of two outputs, of which the second task reads one, and products of
   * a tensor with itself. */
  { "two-outputs",
    "d csv\na dense units=12 < d.features\ns split size=4 < a.out\n"
    "r reshape shape=2,4 < s.second\n"
    "g softmax < r.out\nx transpose < g.out\nu reshape shape=4,1 < s.first\n"
    "m multiply < x.out u.out x.out\nmm mean axis=2 < m.out\nc scale < mm.out\n"
    "h0 dense units=1 < c.out\nq gelu < s.first\nh1 dense units=1 < q.out\n"
    "sl slice from=2 to=9 < a.out\nv multiply < sl.out sl.out\nh2 dense units=1 < v.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\ny2 task loss=mse < h2.out" },
  /* Experts of all tasks and of one; gates of one task, but the first of two. The best
   * 3 of 3, since a choice jumps. */
  { "experts",
    "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
    "bt tanh < b.out\nc dense units=6 < d.features\nct tanh < c.out\n"
    "g0 gate < d.features at.out@experts bt.out@experts\n"
    "g1 top-k-gate k=3 balance=4 < d.features at.out@experts bt.out@experts ct.out@experts\n"
    "g2 dselect-k < d.features g0.out@experts at.out@experts bt.out@experts\n"
    "h0 dense units=1 < g0.out\nh1 dense units=1 < g1.out\nh2 dense units=1 < g2.out\n"
    "y0 task loss=mse < h0.out\ny1 task loss=mse < h1.out\ny2 task loss=mse < h2.out" },
  { "cross-stitch",
    "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
    "bt tanh < b.out\nsa cross-stitch < at.out@own bt.out@others\n"
    "sb cross-stitch by-channel=true < bt.out@own at.out@others\nh0 dense units=1 < sa.out\n"
    "h1 dense units=1 < sb.out\ny0 task loss=mse < h0.out\ny1 task loss=mse < h1.out" },
  /* Penalties of two tasks and of all, between statistics of the batch. */
  { "penalties",
    "d csv\na dense units=6 < d.features\nat tanh < a.out\nb dense units=6 < d.features\n"
    "bt tanh < b.out\nn batch-norm < at.out\n"
    "g top-k-gate k=2 balance=90 < n.out at.out@experts bt.out@experts\nm batch-norm < g.out\n"
    "f top-k-gate k=2 balance=60 < m.out at.out@experts g.out@experts\n"
    "h0 dense units=1 < f.out\nh1 dense units=1 < f.out\nh2 dense units=1 < m.out\n"
    "y0 task loss=mse weight=0.5 < h0.out\ny1 task loss=mse weight=2.5 < h1.out\n"
    "y2 task loss=mse < h2.out" },
};
