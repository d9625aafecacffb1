/* mtl-target.c — what losses and metrics ask of targets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <math.h>

int
mtl_target_class (const MtlTargetType *type,
                  float                target)
{
  /* Compared as a float first: the conversion of a NaN or a huge number is undefined. */
  if (!(target >= 0.0f && target < (float) type->n_classes) || target != floorf (target))
    return -1;

  return (int) target;
}

gboolean
mtl_target_is_share (float target)
{
  return target >= 0.0f && target <= 1.0f;
}

gboolean
mtl_target_check_size (gsize        needed,
                       const char  *what_for,
                       gsize        size,
                       GError     **error)
{
  if (size != needed)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs %" G_GSIZE_FORMAT " value%s, %s, but gets %" G_GSIZE_FORMAT,
                   needed, needed == 1 ? "" : "s", what_for, size);
      return FALSE;
    }

  return TRUE;
}

gboolean
mtl_target_fits_values (const MtlTargetType  *type,
                        gsize                 size,
                        GError              **error)
{
  if (type->kind != MTL_TARGET_VALUES)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of values, but its target is one of %u classes: "
                   "choose cross-entropy", type->n_classes);
      return FALSE;
    }

  return mtl_target_check_size (type->size, "one for each value of its target", size, error);
}

gsize
mtl_target_count_values (const float *targets,
                         gsize        n)
{
  gsize count = 0;

  for (gsize i = 0; i < n; i++)
    count += !isnan (targets[i]);

  return count;
}
