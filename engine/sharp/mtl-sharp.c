/* mtl-sharp.c — see mtl-sharp.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp.h"

#include <string.h>

gboolean
mtl_sharp_is_alike (const MtlSharp   *self,
                    const MtlSetting *set)
{
  for (guint i = 0; i < mtl_method_n_params (&self->method, MTL_KIND_SHARP); i++)
    if (mtl_method_param (&self->method, MTL_KIND_SHARP, i)->type == MTL_PER_TASK)
      for (guint k = 1; k < set[i].n; k++)
        if (memcmp (&set[i].numbers[k], &set[i].numbers[0], sizeof (double)) != 0)
          return FALSE;

  return TRUE;
}

gboolean
mtl_sharp_merges (const MtlSharp   *self,
                  const MtlSetting *set)
{
  return self->takes != MTL_TAKES_ROWS && !(self->apart != NULL && self->apart (set))
         && mtl_sharp_is_alike (self, set);
}
