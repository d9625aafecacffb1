/* focal.c — cross-entropy that looks away from what is easy
 *
 *   l = −a_t·(1 − p_t)^γ·log p_t        p_t: probability of what is true
 *
 * Of a yes or no (a logit for each label or each item of two classes)
 *
 *   p = σ(x)    1 − p_t = t·(1 − p) + (1 − t)·p = m    a_t = t·α + (1 − t)·(1 − α)
 *   dl/dx = a_t·(m^γ·(p − t) − γ·m^(γ−1)·(2t − 1)·p·(1 − p)·h)    h: binary cross-entropy
 *
 * and of C classes, where α does not apply, with p_t = softmax (z)_y
 *
 *   dl/dz_c = (onehot_c − p_c)·(γ·(1 − p_t)^(γ−1)·p_t·log p_t − (1 − p_t)^γ)
 *
 * The mean is over all labels that are there; detectors divide by those that
 * say yes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-softmax.h"

enum { GAMMA, ALPHA };

static gboolean
has_logits (const MtlTargetType *target,
            const MtlItems      *items)
{
  return target->kind == MTL_TARGET_VALUES
         || (target->n_classes == 2 && items->n_channels == 1);
}

static gboolean
focal_fits (const MtlTargetType  *target,
            const MtlItems       *items,
            const MtlSetting     *set,
            GError              **error)
{
  return has_logits (target, items) ? mtl_target_fits_labels (target, items, set, error)
                                    : mtl_target_fits_classes (target, items, set, error);
}

/* m^(γ−1), which has no limit at 0 but is multiplied by what goes to 0 faster. */
static double
power_less_one (double m,
                double gamma)
{
  return m > 0.0 || isnan (m) ? pow (m, gamma - 1.0) : 0.0;
}

static double
add_label (const MtlSetting *set,
           double            x,
           double            t,
           float            *gradient)
{
  double gamma = set[GAMMA].number, alpha = set[ALPHA].number;
  double p = 1.0 / (1.0 + exp (-x)), q = 1.0 / (1.0 + exp (x));
  double m = t * q + (1.0 - t) * p;
  double a = t * alpha + (1.0 - t) * (1.0 - alpha);
  double h = t * mtl_softplus (-x) + (1.0 - t) * mtl_softplus (x);

  if (gradient != NULL)
    *gradient = a * (pow (m, gamma) * (p - t)
                     - gamma * power_less_one (m, gamma) * (2.0 * t - 1.0) * p * q * h);

  return a * pow (m, gamma) * h;
}

static double
add_class (const MtlItems   *items,
           const MtlSetting *set,
           const float      *z,
           gsize             y,
           float            *gradient)
{
  gsize n = items->n_channels, stride = items->channel_stride;
  MtlSoftmax soft = mtl_softmax (z, n, stride, 1.0);
  double gamma = set[GAMMA].number;
  double log_p = mtl_softmax_log (&soft, z[y * stride], 1.0);
  double rest = -expm1 (log_p);  /* 1 − p_t */
  double slope = -pow (rest, gamma);

  if (gamma > 0.0)
    slope += gamma * power_less_one (rest, gamma) * exp (log_p) * log_p;
  for (gsize c = 0; gradient != NULL && c < n; c++)
    gradient[c * stride] = slope * ((c == y)
                                    - exp (mtl_softmax_log (&soft, z[c * stride], 1.0)));

  return -pow (rest, gamma) * log_p;
}

static double
focal_value (const MtlTargetType *target,
             const MtlItems      *items,
             const MtlSetting    *set,
             gsize                rows,
             const float         *outputs,
             const float         *targets,
             float               *gradient)
{
  gboolean logits = has_logits (target, items);
  gsize n = logits ? items->size : items->n_items;
  gsize stride = logits ? 1 : items->item_stride;
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, rows * items->size * sizeof *gradient);

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < n; i++)
      {
        double t = mtl_target_label (target, items, targets[r * n + i]);
        gsize at = r * items->size + i * stride;
        float *into = gradient != NULL ? gradient + at : NULL;

        if (!isnan (t))
          sum += logits ? add_label (set, outputs[at], t, into)
                        : add_class (items, set, outputs + at, (gsize) t, into);
      }

  return sum;
}

const MtlLoss mtl_loss_focal = {
  .method = {
    .id = "focal",
    .title = N_("Focal"),
    .summary = N_("Cross-entropy in which labels that are already right count little."),
    .reference = "Lin, Goyal, Girshick, He, Dollár, “Focal Loss for Dense Object Detection”, ICCV "
                 "2017, arXiv 1708.02002, eq. 5",
    .params = (const MtlParam[]) {
      [GAMMA] = { .id = "gamma", .title = N_("Gamma"),
                  .summary = N_("How much less the easy ones count; 0: cross-entropy"),
                  .type = MTL_NUMBER, .minimum = 0.0, .maximum = 10.0, .initial = 2.0 },
      [ALPHA] = { .id = "alpha", .title = N_("Alpha"),
                  .summary = N_("Weight of a yes, and 1 less it of a no; not used by classes"),
                  .type = MTL_NUMBER, .minimum = 0.0, .maximum = 1.0, .initial = 0.25 },
      { NULL }
    },
  },
  .fits = focal_fits,
  .divisor = mtl_target_count_labels,
  .value = focal_value,
  .metrics = (const char *const[]) { "mean-iou", "accuracy", "auc", "f1", "ece", NULL },
};
