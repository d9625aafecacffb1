/* dice.c — soft Dice: how much predicted and true regions overlap
 *
 *   l = mean over classes of 1 − N_c/D_c
 *   N_c = 2·Σ_i p_ic·t_ic + ε    D_c = Σ_i p_ic + Σ_i t_ic + ε
 *
 * i runs over the pixels (or tokens) of one sample whose class is there, ε is
 * 1; the mean is over samples that have any. p is a softmax over the classes,
 * or of one logit for two classes σ, and then only the second class counts.
 *
 *   dl/dp_ic = (N_c/D_c − 2·t_ic)/(C·D_c) = g_ic
 *   softmax: dl/dz_ic = p_ic·(g_ic − Σ_k p_ik·g_ik)    σ: p·(1 − p)·g
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-softmax.h"

#define MOST_CLASSES 256
#define EPSILON      1.0

/* Of one sample. */
typedef struct
{
  double overlap[MOST_CLASSES];  /* Σ p·t, then N/D² */
  double sizes[MOST_CLASSES];    /* Σ p + Σ t, then 2/D */
} Sums;

static gboolean
dice_fits (const MtlTargetType  *target,
           const MtlItems       *items,
           const MtlSetting     *set,
           GError              **error)
{
  if (target->kind == MTL_TARGET_CLASS && target->n_classes > MOST_CLASSES)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of at most %d classes, but its target has %u: choose "
                   "cross-entropy", MOST_CLASSES, target->n_classes);
      return FALSE;
    }
  if (target->kind == MTL_TARGET_CLASS && target->size == 1)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_SHAPE,
                           "needs a target with a class for each pixel or token, but its target "
                           "is one class: choose cross-entropy");
      return FALSE;
    }

  return target->n_classes == 2 && items->n_channels == 1
         ? mtl_target_fits_labels (target, items, set, error)
         : mtl_target_fits_classes (target, items, set, error);
}

static gboolean
is_labelled (const MtlTargetType *target,
             const MtlItems      *items,
             const float         *targets)
{
  return mtl_target_count_classes (target, items, NULL, 1, targets) > 0.0;
}

static double
dice_divisor (const MtlTargetType *target,
              const MtlItems      *items,
              const MtlSetting    *set,
              gsize                rows,
              const float         *targets)
{
  gsize count = 0;

  for (gsize r = 0; r < rows; r++)
    count += is_labelled (target, items, targets + r * target->size);

  return count;
}

/* @p: probability of each output of an item */
static void
find_shares (const MtlItems *items,
             const float    *z,
             double         *p)
{
  MtlSoftmax soft;

  if (items->n_channels == 1)
    {
      p[0] = 1.0 / (1.0 + exp (-(double) z[0]));
      return;
    }

  soft = mtl_softmax (z, items->n_channels, items->channel_stride, 1.0);
  for (gsize c = 0; c < items->n_channels; c++)
    p[c] = exp (mtl_softmax_log (&soft, z[c * items->channel_stride], 1.0));
}

/* Which output stands for class @y; −1: none. */
static int
output_of (const MtlItems *items,
           int             y)
{
  return items->n_channels > 1 ? y : y - 1;
}

/* The loss of a sample; leaves in @sums what its gradient is made of. */
static double
sum_regions (const MtlTargetType *target,
             const MtlItems      *items,
             const float         *outputs,
             const float         *targets,
             Sums                *sums)
{
  double p[MOST_CLASSES], loss = 0.0;

  memset (sums, 0, sizeof *sums);
  for (gsize i = 0; i < items->n_items; i++)
    {
      int y = mtl_target_class (target, items, targets[i]);
      int own = output_of (items, y);

      if (y < 0)
        continue;
      find_shares (items, outputs + i * items->item_stride, p);
      for (gsize c = 0; c < items->n_channels; c++)
        sums->sizes[c] += p[c];
      if (own >= 0)
        {
          sums->overlap[own] += p[own];
          sums->sizes[own] += 1.0;
        }
    }

  for (gsize c = 0; c < items->n_channels; c++)
    {
      double over = 2.0 * sums->overlap[c] + EPSILON, under = sums->sizes[c] + EPSILON;

      loss += 1.0 - over / under;
      sums->overlap[c] = over / (under * under);
      sums->sizes[c] = 2.0 / under;
    }

  return loss / items->n_channels;
}

static void
write_gradient (const MtlItems *items,
                const Sums     *sums,
                const float    *z,
                int             own,
                float          *gradient)
{
  double p[MOST_CLASSES], mean = 0.0;
  gsize n = items->n_channels;

  find_shares (items, z, p);
  for (gsize c = 0; c < n; c++)
    mean += p[c] * (sums->overlap[c] - ((int) c == own ? sums->sizes[c] : 0.0));

  for (gsize c = 0; c < n; c++)
    {
      double g = sums->overlap[c] - ((int) c == own ? sums->sizes[c] : 0.0);

      /* Of one logit g − p·g is (1 − p)·g. */
      gradient[c * items->channel_stride] = p[c] * (g - mean) / n;
    }
}

static double
dice_value (const MtlTargetType *target,
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
    {
      const float *own = targets + r * items->n_items;
      Sums sums;

      if (!is_labelled (target, items, own))
        continue;
      sum += sum_regions (target, items, outputs + r * items->size, own, &sums);
      for (gsize i = 0; gradient != NULL && i < items->n_items; i++)
        {
          gsize at = r * items->size + i * items->item_stride;
          int y = mtl_target_class (target, items, own[i]);

          if (y >= 0)
            write_gradient (items, &sums, outputs + at, output_of (items, y), gradient + at);
        }
    }

  return sum;
}

const MtlLoss mtl_loss_dice = {
  .method = {
    .id = "dice",
    .title = N_("Soft Dice"),
    .summary = N_("Makes predicted and true regions overlap; small regions count like large ones."),
    .reference = "Milletari, Navab, Ahmadi, “V-Net: Fully Convolutional Neural Networks for "
                 "Volumetric Medical Image Segmentation”, 3DV 2016, arXiv 1606.04797, sec. 3; "
                 "with a plain sum in the denominator",
  },
  .fits = dice_fits,
  .divisor = dice_divisor,
  .value = dice_value,
  .metrics = (const char *const[]) { "mean-iou", "accuracy", "f1", NULL },
};
