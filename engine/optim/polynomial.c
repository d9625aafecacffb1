/* polynomial.c — the rate falls along a power of what is left of the run
 *
 *   f + (1 − f)·(1 − e / T)ᵖ
 *
 * from 1 at e = 0 to the least factor f at the end, e = T; p = 1 is a line.
 *
 * Source: Chen et al., arXiv 1606.00915 (2016), section 4.1, where p = 0.9.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  POWER,
  MINIMUM,
};

static const MtlParam params[] = {
  {
    .id = "power",
    .title = N_("Power"),
    .summary = N_("1 is a straight line; above, the rate falls early, below, late"),
    .type = MTL_NUMBER,
    .minimum = 0.01,
    .maximum = 10.0,
    .initial = 0.9,
  },
  {
    .id = "minimum",
    .title = N_("Least factor"),
    .summary = N_("What is left of the rate at the end"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
  },
  { .id = NULL },
};

static double
polynomial_factor (const MtlSetting *set,
                   double            epoch,
                   double            n_epochs)
{
  double least = set[MINIMUM].number;
  double left = CLAMP (1.0 - epoch / n_epochs, 0.0, 1.0);

  return least + (1.0 - least) * pow (left, set[POWER].number);
}

const MtlSchedule mtl_schedule_polynomial = {
  .method = {
    .id = "polynomial",
    .title = N_("Polynomial"),
    .summary = N_("The rate falls along a power of what is left of the run"),
    .reference = "Chen et al., “DeepLab: Semantic Image Segmentation with Deep Convolutional "
                 "Nets, Atrous Convolution, and Fully Connected CRFs”, arXiv 1606.00915, "
                 "section 4.1",
    .params = params,
  },
  .factor = polynomial_factor,
};
