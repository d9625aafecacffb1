/* op-lists.h — what every op is tried on: shapes of inputs and values of parameters
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

static const MtlShape shapes[] = {
  { 1, { 7 } },
  { 1, { 1 } },
  { 1, { 2 } },
  { 2, { 4, 5 } },
  { 3, { 2, 6, 6 } },
  { 3, { 3, 4, 7 } },
  { 2, { 3, 8 } },
  { 3, { 8, 4, 8 } },
  { 4, { 2, 3, 2, 4 } },
};

/* One shape for each wire, for ops whose inputs differ. */
typedef struct
{
  guint    n;
  MtlShape in[6];
} Inputs;

static const Inputs mixed[] = {
  { 2, { { 1, { 7 } }, { 1, { 4 } } } },
  { 2, { { 3, { 2, 6, 6 } }, { 1, { 2 } } } },
  { 2, { { 2, { 3, 8 } }, { 1, { 3 } } } },
  { 2, { { 2, { 4, 5 } }, { 1, { 4 } } } },
  { 3, { { 1, { 7 } }, { 1, { 4 } }, { 1, { 4 } } } },
  { 3, { { 1, { 7 } }, { 3, { 2, 3, 3 } }, { 3, { 2, 3, 3 } } } },
  { 3, { { 3, { 2, 3, 6 } }, { 3, { 1, 3, 6 } }, { 3, { 3, 3, 6 } } } },
  { 3, { { 3, { 2, 3, 6 } }, { 3, { 2, 1, 1 } }, { 3, { 1, 3, 6 } } } },
  { 3, { { 3, { 1, 3, 1 } }, { 1, { 1 } }, { 3, { 2, 1, 5 } } } },
  { 3, { { 4, { 2, 3, 2, 4 } }, { 4, { 1, 3, 1, 4 } }, { 4, { 2, 1, 1, 1 } } } },
  { 4, { { 3, { 2, 3, 3 } }, { 1, { 4 } }, { 1, { 4 } }, { 1, { 4 } } } },
  { 4, { { 2, { 4, 5 } }, { 2, { 4, 3 } }, { 2, { 4, 3 } }, { 2, { 4, 3 } } } },
  { 6, { { 1, { 3 } }, { 1, { 9 } }, { 1, { 9 } }, { 1, { 9 } }, { 1, { 9 } }, { 1, { 9 } } } },
};

/* Of a MTL_TEXT. */
static const char *const texts[] = { "2,1", "3,1,2", "2,3,1", "4,1,3,2", "2,-1", "-1,1,4" };

#define FEW 16  /* values of a whole number that are all tried */

/* Values that @param is tried at, beside its initial one. */
static inline guint
count_others (const MtlParam *param)
{
  switch (param->type)
    {
    case MTL_TEXT:
      return G_N_ELEMENTS (texts);
    case MTL_FLAG:
      return 1;
    case MTL_CHOICE:
      return g_strv_length ((char **) param->choices);
    case MTL_WHOLE:
      return param->maximum - param->minimum < FEW ? param->maximum - param->minimum + 1 : 2;
    default:
      return 2;
    }
}

static inline MtlSetting
find_other (const MtlParam *param,
            guint           n)
{
  switch (param->type)
    {
    case MTL_TEXT:
      return (MtlSetting) { .text = texts[n] };
    case MTL_FLAG:
      return (MtlSetting) { .number = 1.0 - param->initial };
    case MTL_CHOICE:
      return (MtlSetting) { .number = n, .text = param->choices[n] };
    case MTL_WHOLE:
      if (param->maximum - param->minimum < FEW)
        return (MtlSetting) { .number = param->minimum + n };
      break;
    default:
      break;
    }

  return (MtlSetting) { .number = n == 0 ? param->minimum
                                         : MIN (param->initial + 1.0, param->maximum) };
}
