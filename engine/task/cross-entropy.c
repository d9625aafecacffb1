/* cross-entropy.c — softmax and negative log-likelihood of a class
 *
 *   p = softmax (z)    l = −Σ_c q_c·log p_c    dl/dz = p − q
 *
 * q is 1 at the target's class; with smoothing s, q = (1 − s)·onehot + s/C.
 * The largest output is subtracted first, so no exponential overflows:
 *
 *   l = log Σ e^(z_c − m) − (1 − s)·(z_y − m) − s/C·Σ (z_c − m)
 *
 * A sample without a valid class is out of the sum and of the count.
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

enum { SMOOTHING };

static gboolean
cross_entropy_fits (const MtlTargetType  *target,
                    gsize                 size,
                    const MtlSetting     *set,
                    GError              **error)
{
  if (target->kind != MTL_TARGET_CLASS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of classes, but its target is %" G_GSIZE_FORMAT
                   " value%s: choose mse or bce", target->size, target->size == 1 ? "" : "s");
      return FALSE;
    }

  return mtl_target_check_size (target->n_classes, "one for each class", size, error);
}

static double
cross_entropy_divisor (const MtlTargetType *target,
                       const MtlSetting    *set,
                       gsize                rows,
                       gsize                size,
                       const float         *targets)
{
  gsize count = 0;

  for (gsize r = 0; r < rows; r++)
    count += mtl_target_class (target, targets[r]) >= 0;

  return count;
}

/* Loss of one sample of class @y; its gradient where @gradient is not NULL. */
static double
add_sample (const float *z,
            gsize        size,
            gsize        y,
            double       smoothing,
            float       *gradient)
{
  double sum = 0.0, shifted = 0.0, log_sum;
  float most = z[0];

  for (gsize c = 1; c < size; c++)
    most = z[c] > most ? z[c] : most;
  for (gsize c = 0; c < size; c++)
    {
      sum += exp ((double) z[c] - most);
      shifted += (double) z[c] - most;
    }

  log_sum = log (sum);
  for (gsize c = 0; gradient != NULL && c < size; c++)
    gradient[c] = exp ((double) z[c] - most - log_sum) - smoothing / size
                  - (c == y ? 1.0 - smoothing : 0.0);

  /* Without smoothing an output of −∞ does no harm and must not meet a factor 0. */
  return log_sum - (1.0 - smoothing) * ((double) z[y] - most)
         - (smoothing > 0.0 ? smoothing / size * shifted : 0.0);
}

static double
cross_entropy_value (const MtlTargetType *target,
                     const MtlSetting    *set,
                     gsize                rows,
                     gsize                size,
                     const float         *outputs,
                     const float         *targets,
                     float               *gradient)
{
  double sum = 0.0;

  for (gsize r = 0; r < rows; r++)
    {
      int y = mtl_target_class (target, targets[r]);
      float *row = gradient != NULL ? gradient + r * size : NULL;

      if (y >= 0)
        sum += add_sample (outputs + r * size, size, y, set[SMOOTHING].number, row);
      else if (row != NULL)
        memset (row, 0, size * sizeof *row);
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
      { NULL }
    },
  },
  .fits = cross_entropy_fits,
  .divisor = cross_entropy_divisor,
  .value = cross_entropy_value,
  .metrics = (const char *const[]) { "accuracy", NULL },
};
