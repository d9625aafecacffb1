/* mtl-regions.c — for each class, how much of it is true, guessed and both
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-regions.h"

#include <math.h>

#include "mtl-target.h"

gsize
mtl_regions_n_sums (const MtlTargetType *target,
                    const MtlItems      *items)
{
  return MTL_REGION_SUMS * (target->kind == MTL_TARGET_CLASS ? target->n_classes : items->size);
}

static void
add_classes (const MtlTargetType *target,
             const MtlItems      *items,
             const float         *outputs,
             const float         *targets,
             double              *sums)
{
  for (gsize i = 0; i < items->n_items; i++)
    {
      int y = mtl_target_class (target, items, targets[i]);
      int guess;

      if (y < 0)
        continue;
      guess = mtl_items_guess (items, outputs + i * items->item_stride);
      sums[y * MTL_REGION_SUMS + MTL_REGION_TRUE] += 1.0;
      sums[y * MTL_REGION_SUMS + MTL_REGION_BOTH] += guess == y;
      if (guess >= 0)
        sums[guess * MTL_REGION_SUMS + MTL_REGION_GUESSED] += 1.0;
    }
}

static void
add_labels (const MtlItems *items,
            const float    *outputs,
            const float    *targets,
            double         *sums)
{
  for (gsize i = 0; i < items->size; i++, sums += MTL_REGION_SUMS)
    if (mtl_target_is_share (targets[i]))
      {
        gboolean yes = targets[i] > 0.5f, guess = outputs[i] > 0.0f;

        sums[MTL_REGION_TRUE] += yes;
        sums[MTL_REGION_GUESSED] += guess;
        sums[MTL_REGION_BOTH] += yes && guess;
      }
}

void
mtl_regions_add (const MtlTargetType *target,
                 const MtlItems      *items,
                 gsize                rows,
                 const float         *outputs,
                 const float         *targets,
                 double              *sums)
{
  for (gsize r = 0; r < rows; r++)
    if (target->kind == MTL_TARGET_CLASS)
      add_classes (target, items, outputs + r * items->size, targets + r * target->size, sums);
    else
      add_labels (items, outputs + r * items->size, targets + r * target->size, sums);
}

double
mtl_regions_mean (const double *sums,
                  gsize         n_sums,
                  double      (*score) (const double *sums))
{
  double sum = 0.0;
  gsize n = 0;

  for (gsize c = 0; c < n_sums; c += MTL_REGION_SUMS)
    if (sums[c + MTL_REGION_TRUE] + sums[c + MTL_REGION_GUESSED] > 0.0)
      {
        sum += score (sums + c);
        n++;
      }

  return n > 0 ? sum / n : NAN;
}
