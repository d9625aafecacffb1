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

enum { POS_WEIGHT };

static gboolean
bce_fits (const MtlTargetType  *target,
          gsize                 size,
          const MtlSetting     *set,
          GError              **error)
{
  if (target->kind == MTL_TARGET_VALUES)
    return mtl_target_fits_values (target, size, error);

  if (target->n_classes != 2)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of 2 classes, but its target has %u: choose cross-entropy",
                   target->n_classes);
      return FALSE;
    }

  return mtl_target_check_size (1, "the logit of the second class", size, error);
}

/* The label 0 … 1, or NaN where it is missing. */
static double
read_label (const MtlTargetType *target,
            float                value)
{
  if (target->kind == MTL_TARGET_CLASS)
    return mtl_target_class (target, value) >= 0 ? value : NAN;

  return mtl_target_is_share (value) ? value : NAN;
}

static double
bce_divisor (const MtlTargetType *target,
             const MtlSetting    *set,
             gsize                rows,
             gsize                size,
             const float         *targets)
{
  gsize count = 0;

  for (gsize i = 0; i < rows * size; i++)
    count += !isnan (read_label (target, targets[i]));

  return count;
}

static double
softplus (double x)
{
  /* x > 0 ? x : 0 would lose a NaN; fmax() as well. */
  return (x < 0.0 ? 0.0 : x) + log1p (exp (-fabs (x)));
}

static double
bce_value (const MtlTargetType *target,
           const MtlSetting    *set,
           gsize                rows,
           gsize                size,
           const float         *outputs,
           const float         *targets,
           float               *gradient)
{
  double a = set[POS_WEIGHT].number;
  double sum = 0.0;

  for (gsize i = 0; i < rows * size; i++)
    {
      double x = outputs[i], t = read_label (target, targets[i]);

      if (!isnan (t))
        sum += a * t * softplus (-x) + (1.0 - t) * softplus (x);
      if (gradient != NULL)
        gradient[i] = isnan (t) ? 0.0 : (a * t + 1.0 - t) / (1.0 + exp (-x)) - a * t;
    }

  return sum;
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
  .fits = bce_fits,
  .divisor = bce_divisor,
  .value = bce_value,
  .metrics = (const char *const[]) { "accuracy", NULL },
};
