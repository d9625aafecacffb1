/* bce.c — binary cross-entropy of logits
 *
 *   l = a·t·softplus(−x) + (1 − t)·softplus(x)
 *   dl/dx = σ(x)·(a·t + 1 − t) − a·t        a: weight of the positive label
 *
 * softplus(x) = max(x, 0) + log(1 + e^−|x|) never overflows. One output for a
 * target of two classes, or one for each value of a target within 0 … 1. A
 * value outside of it makes the loss boundless below, so it counts as missing.
 *
 * The mean is over the values that are there, whatever a is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-softmax.h"

enum { POS_WEIGHT };

static double
bce_value (const MtlTargetType *target,
           const MtlItems      *items,
           const MtlSetting    *set,
           gsize                rows,
           const float         *outputs,
           const float         *targets,
           float               *gradient)
{
  double a = set[POS_WEIGHT].number;
  double sum = 0.0;

  for (gsize i = 0; i < rows * items->size; i++)
    {
      double x = outputs[i], t = mtl_target_label (target, items, targets[i]);

      if (!isnan (t))
        sum += a * t * mtl_softplus (-x) + (1.0 - t) * mtl_softplus (x);
      if (gradient != NULL)
        gradient[i] = isnan (t) ? 0.0 : (a * t + 1.0 - t) / (1.0 + exp (-x)) - a * t;
    }

  return sum;
}

/* Yes with probability σ(x). */
static void
bce_draw (const MtlTargetType *target,
          const MtlItems      *items,
          gsize                rows,
          const float         *outputs,
          MtlRng               rng,
          float               *targets)
{
  for (gsize i = 0; i < rows * items->size; i++)
    if (!isnan (mtl_target_label (target, items, targets[i])))
      targets[i] = mtl_rng_unit (rng, i) < 1.0 / (1.0 + exp (-(double) outputs[i])) ? 1.0f : 0.0f;
}

const MtlLoss mtl_loss_bce = {
  .method = {
    .id = "bce",
    .title = N_("Binary Cross-Entropy"),
    .summary = N_("Tells yes from no, for one label or for several at once."),
    .reference = "Cox, “The Regression Analysis of Binary Sequences”, JRSS B 20 (1958)",
    .params = (const MtlParam[]) {
      [POS_WEIGHT] = { .id = "pos-weight", .title = N_("Positive Weight"),
                       .summary = N_("How much more a yes counts than a no"),
                       .type = MTL_NUMBER, .minimum = 1e-3, .maximum = 1e6, .initial = 1.0,
                       .rare = TRUE },
      { NULL }
    },
  },
  .fits = mtl_target_fits_labels,
  .divisor = mtl_target_count_labels,
  .value = bce_value,
  .draw = bce_draw,
  .metrics = (const char *const[]) { "mean-iou", "accuracy", "auc", "f1", "ece", NULL },
};
