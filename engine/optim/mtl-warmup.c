/* mtl-warmup.c — see mtl-warmup.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-warmup.h"

double
mtl_warmup_factor (double epoch,
                   double warmup)
{
  return epoch < warmup ? epoch / warmup : 1.0;
}
