/* kl.c — Kullback-Leibler divergence from a teacher's probabilities
 *
 *   p = softmax (z/T)    l = T²·Σ_c q_c·log (q_c/p_c)    dl/dz_c = T·(p_c·Σ_k q_k − q_c)
 *
 * with q·log q = 0 at q = 0. T² keeps the gradient of one size whatever T is.
 * The targets q are the teacher's probabilities at that same T: a distribution
 * over the channels of each item. An item is missing where one of its
 * probabilities is none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-softmax.h"

enum { TEMPERATURE };

static double
kl_divisor (const MtlTargetType *target,
            const MtlItems      *items,
            const MtlSetting    *set,
            gsize                rows,
            const float         *targets)
{
  return mtl_items_count (items, rows, targets, mtl_items_are_shares);
}

static double
add_item (const MtlItems   *items,
          const MtlSetting *set,
          const float      *z,
          const float      *q,
          float            *gradient)
{
  gsize n = items->n_channels, stride = items->channel_stride;
  double temperature = set[TEMPERATURE].number, sum = 0.0, total = 0.0;
  MtlSoftmax soft;

  if (!mtl_items_are_shares (items, q))
    return 0.0;

  soft = mtl_softmax (z, n, stride, 1.0 / temperature);
  for (gsize c = 0; c < n; c++)
    {
      double share = q[c * stride];

      total += share;
      if (share > 0.0)
        sum += share * (log (share) - mtl_softmax_log (&soft, z[c * stride], 1.0 / temperature));
    }

  for (gsize c = 0; gradient != NULL && c < n; c++)
    {
      double p = exp (mtl_softmax_log (&soft, z[c * stride], 1.0 / temperature));

      gradient[c * stride] = temperature * (p * total - q[c * stride]);
    }

  return temperature * temperature * sum;
}

static double
kl_value (const MtlTargetType *target,
          const MtlItems      *items,
          const MtlSetting    *set,
          gsize                rows,
          const float         *outputs,
          const float         *targets,
          float               *gradient)
{
  return mtl_items_sum (items, set, rows, outputs, targets, gradient, add_item);
}

const MtlLoss mtl_loss_kl = {
  .method = {
    .id = "kl",
    .title = N_("KL Divergence"),
    .summary = N_("Takes a teacher's probabilities over: distillation."),
    .reference = "Hinton, Vinyals, Dean, “Distilling the Knowledge in a Neural Network”, 2015, "
                 "arXiv 1503.02531, sec. 2",
    .params = (const MtlParam[]) {
      [TEMPERATURE] = { .id = "temperature", .title = N_("Temperature"),
                        .summary = N_("What outputs are divided by before their softmax"),
                        .type = MTL_NUMBER, .minimum = 0.1, .maximum = 100.0, .initial = 1.0 },
      { NULL }
    },
  },
  .fits = mtl_target_fits_vectors,
  .divisor = kl_divisor,
  .value = kl_value,
  .metrics = (const char *const[]) { "agreement", NULL },
};
