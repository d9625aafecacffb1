/* cross-entropy.c — softmax and negative log-likelihood of a class
 *
 *   p = softmax (z)    l = −Σ_c a_c·q_c·log p_c    dl/dz_c = (Σ_k a_k·q_k)·p_c − a_c·q_c
 *
 * q is 1 at the target's class; with smoothing s, q = (1 − s)·onehot + s/C.
 * a are the weights of the classes, 1 if none are given; the mean is Σ l / Σ a_y
 * over the items, pixels or tokens, that have a valid class y which is not
 * ignored.
 *
 * Smoothing: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, “Rethinking the
 * Inception Architecture for Computer Vision”, CVPR 2016, sec. 7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-softmax.h"

enum { SMOOTHING, WEIGHTS, IGNORED };

static gboolean
cross_entropy_fits (const MtlTargetType  *target,
                    const MtlItems       *items,
                    const MtlSetting     *set,
                    GError              **error)
{
  if (!mtl_target_fits_classes (target, items, error))
    return FALSE;

  if (set[WEIGHTS].n > 0 && set[WEIGHTS].n != target->n_classes)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs %u class weights, one for each class, but has %u",
                   target->n_classes, set[WEIGHTS].n);
      return FALSE;
    }

  return TRUE;
}

static int
cross_entropy_ignored (const MtlSetting *set)
{
  return (int) set[IGNORED].number;
}

static double
weight (const MtlSetting *set,
        gsize             c)
{
  return set[WEIGHTS].n > 0 ? set[WEIGHTS].numbers[c] : 1.0;
}

static double
cross_entropy_divisor (const MtlTargetType *target,
                       const MtlItems      *items,
                       const MtlSetting    *set,
                       gsize                rows,
                       const float         *targets)
{
  double sum = 0.0;

  for (gsize i = 0; i < rows * target->size; i++)
    {
      int y = mtl_target_class (target, items, targets[i]);

      sum += y >= 0 ? weight (set, y) : 0.0;
    }

  return sum;
}

/* Loss of one item of class @y; its gradient where @gradient is not NULL. */
static double
add_item (const MtlItems   *items,
          const MtlSetting *set,
          const float      *z,
          gsize             y,
          float            *gradient)
{
  gsize n = items->n_channels, stride = items->channel_stride;
  double smoothing = set[SMOOTHING].number, spread = smoothing / n;
  MtlSoftmax p = mtl_softmax (z, n, stride, 1.0);
  double total = (1.0 - smoothing) * weight (set, y);
  double sum = total * mtl_softmax_log (&p, z[y * stride], 1.0);

  /* Without smoothing an output of −∞ does no harm and must not meet a factor 0. */
  for (gsize c = 0; spread > 0.0 && c < n; c++)
    {
      total += weight (set, c) * spread;
      sum += weight (set, c) * spread * mtl_softmax_log (&p, z[c * stride], 1.0);
    }

  for (gsize c = 0; gradient != NULL && c < n; c++)
    gradient[c * stride] = total * exp (mtl_softmax_log (&p, z[c * stride], 1.0))
                           - weight (set, c) * (spread + (c == y ? 1.0 - smoothing : 0.0));

  return -sum;
}

static double
cross_entropy_value (const MtlTargetType *target,
                     const MtlItems      *items,
                     const MtlSetting    *set,
                     gsize                rows,
                     const float         *outputs,
                     const float         *targets,
                     float               *gradient)
{
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, rows * items->size * sizeof *gradient);

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        int y = mtl_target_class (target, items, targets[r * items->n_items + i]);
        gsize at = r * items->size + i * items->item_stride;

        if (y >= 0)
          sum += add_item (items, set, outputs + at, y, gradient != NULL ? gradient + at : NULL);
      }

  return sum;
}

const MtlLoss mtl_loss_cross_entropy = {
  .method = {
    .id = "cross-entropy",
    .title = N_("Cross-Entropy"),
    .summary = N_("Raises the probability of the right class."),
    .reference = "Bridle, “Probabilistic Interpretation of Feedforward Classification Network "
                 "Outputs”, Neurocomputing (NATO ASI F 68), Springer 1990",
    .params = (const MtlParam[]) {
      [SMOOTHING] = { .id = "smoothing", .title = N_("Label Smoothing"),
                      .summary = N_("Share of probability spread over all classes"),
                      .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.99, .initial = 0.0,
                      .rare = TRUE },
      [WEIGHTS] = { .id = "class-weights", .title = N_("Class Weights"),
                    .summary = N_("How much each class counts, in order; none: all alike"),
                    .type = MTL_NUMBERS, .minimum = 0.0, .maximum = 1e6, .initial = NAN,
                    .rare = TRUE },
      [IGNORED] = { .id = "ignore-index", .title = N_("Ignored Class"),
                    .summary = N_("Number of a class that does not count; −1: none"),
                    .type = MTL_WHOLE, .minimum = -1, .maximum = 65535, .initial = -1,
                    .rare = TRUE },
      { NULL }
    },
  },
  .fits = cross_entropy_fits,
  .divisor = cross_entropy_divisor,
  .value = cross_entropy_value,
  .ignored = cross_entropy_ignored,
  .metrics = (const char *const[]) { "mean-iou", "accuracy", "f1", "auc", "ece", NULL },
};
