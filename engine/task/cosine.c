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
#include <string.h>

#include "mtl-angle.h"

static gboolean
cosine_fits (const MtlTargetType  *target,
             const MtlItems       *items,
             const MtlSetting     *set,
             GError              **error)
{
  return mtl_target_fits_vectors (target, items, error);
}

static double
cosine_divisor (const MtlTargetType *target,
                const MtlItems      *items,
                const MtlSetting    *set,
                gsize                rows,
                const float         *targets)
{
  gsize count = 0;

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      count += mtl_vector_length (items, targets + r * items->size + i * items->item_stride)
               >= MTL_NO_LENGTH;

  return count;
}

static double
add_item (const MtlItems *items,
          const float    *p,
          const float    *t,
          float          *gradient)
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
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, rows * items->size * sizeof *gradient);

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        gsize at = r * items->size + i * items->item_stride;

        sum += add_item (items, outputs + at, targets + at,
                         gradient != NULL ? gradient + at : NULL);
      }

  return sum;
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
  .fits = cosine_fits,
  .divisor = cosine_divisor,
  .value = cosine_value,
  .metrics = (const char *const[]) { "mean-angle", "within-11", "within-30", NULL },
};
