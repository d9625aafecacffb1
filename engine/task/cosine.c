/* cosine.c — angle between a predicted and a true direction
 *
 *   l = 1 − ⟨p/|p|, t/|t|⟩    dl/dp = −(t/|t| − cos·p/|p|)/|p|
 *
 * The channels of an item make a direction: a normal at each pixel. An item is
 * missing where one of its channels is NaN or t has no length. An output of no
 * length has no direction: its loss is 1 and its gradient 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-angle.h"

/* Not where a channel is missing. */
static gboolean
has_direction (const MtlItems *items,
               const float    *t)
{
  return mtl_vector_length (items, t) >= MTL_NO_LENGTH;
}

static double
cosine_divisor (const MtlTargetType *target,
                const MtlItems      *items,
                const MtlSetting    *set,
                gsize                rows,
                const float         *targets)
{
  return mtl_items_count (items, rows, targets, has_direction);
}

static double
add_item (const MtlItems   *items,
          const MtlSetting *set,
          const float      *p,
          const float      *t,
          float            *gradient)
{
  double p_length = mtl_vector_length (items, p);
  double t_length = mtl_vector_length (items, t);
  double cosine;

  /* A missing target gives NaN here. */
  if (!(t_length >= MTL_NO_LENGTH))
    return 0.0;
  if (p_length < MTL_NO_LENGTH)
    return 1.0;

  cosine = mtl_vector_product (items, p, t) / (p_length * t_length);
  for (gsize c = 0; gradient != NULL && c < items->n_channels; c++)
    {
      gsize at = c * items->channel_stride;

      gradient[at] = (cosine * p[at] / p_length - t[at] / t_length) / p_length;
    }

  return 1.0 - cosine;
}

static double
cosine_value (const MtlTargetType *target,
              const MtlItems      *items,
              const MtlSetting    *set,
              gsize                rows,
              const float         *outputs,
              const float         *targets,
              float               *gradient)
{
  return mtl_items_sum (items, set, rows, outputs, targets, gradient, add_item);
}

const MtlLoss mtl_loss_cosine = {
  .method = {
    .id = "cosine",
    .title = N_("Cosine"),
    .summary = N_("Turns the direction that an item's channels make, such as a surface normal."),
    .reference = "Eigen, Fergus, “Predicting Depth, Surface Normals and Semantic Labels with a "
                 "Common Multi-Scale Convolutional Architecture”, ICCV 2015, arXiv 1411.4734, "
                 "sec. 4.2",
  },
  .fits = mtl_target_fits_vectors,
  .divisor = cosine_divisor,
  .value = cosine_value,
  .metrics = (const char *const[]) { "mean-angle", "within-11", "within-30", NULL },
};
