/* sharp-net.h — a network on which sharpness methods take steps, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-step-private.h"
#include "train-run.h"

#define ROWS 40

/* Statistics, draws, and a layer so wide that its gradients are kept as factors. */
static const char net[] =
  "d csv\nt dense units=200 < d.features\nr tanh < t.out\nw dense units=120 < r.out\n"
  "n batch-norm < w.out\nx dropout p=0.3 < n.out\nh0 dense units=1 < x.out\n"
  "h1 dense units=1 < x.out\nh2 dense units=3 < r.out\ny0 task loss=mse < h0.out\n"
  "y1 task loss=mse weight=2 < h1.out\nkind task < h2.out";

/* @sets: “rho=0.05 k=2” */
static inline MtlChosen *
choose (MtlKind     kind,
        const char *id,
        const char *sets)
{
  MtlChosen *chosen = mtl_chosen_new (kind, mtl_catalogue_find (kind, id, NULL));
  g_auto(GStrv) words = g_strsplit (sets, " ", -1);

  for (guint n = 0; words[n] != NULL && *words[n] != '\0'; n++)
    {
      g_auto(GStrv) pair = g_strsplit (words[n], "=", 2);
      g_autoptr(GError) error = NULL;
      MtlChosen *next = mtl_chosen_with (chosen, pair[0], pair[1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return chosen;
}

static inline MtlStep *
new_step (Bench      *bench,
          const char *balancer,
          const char *balancer_sets,
          const char *sharp,
          const char *sharp_sets)
{
  MtlStep *step = mtl_step_new (bench->work);
  g_autoptr(MtlChosen) b = choose (MTL_KIND_BALANCER, balancer, balancer_sets);
  g_autoptr(MtlChosen) s = choose (MTL_KIND_SHARP, sharp, sharp_sets);

  for (guint p = 0; p < MTL_N_PARTS; p++)
    mtl_step_set_balancer (step, p, b);
  mtl_step_set_sharp (step, s);

  return step;
}

static inline void
take (Bench   *bench,
      MtlStep *step,
      guint64  n)
{
  const MtlBatch *fresh[] = { bench->batch, bench->batch };
  g_autoptr(GError) error = NULL;

  mtl_step_set_fresh (step, fresh);
  g_assert_true (mtl_step_take (step, bench->theta, bench->batch, n, 1, TRUE, &error));
  g_assert_no_error (error);
}
