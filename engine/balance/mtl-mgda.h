/* mtl-mgda.h — what MGDA and its upper bound have in common
 *
 * The first two parameters of both are the normalisation and what the weights apply to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

enum
{
  MTL_MGDA_NONE,
  MTL_MGDA_L2,
  MTL_MGDA_LOSS,
  MTL_MGDA_LOSS_AND_L2,
};

enum
{
  MTL_MGDA_NORMALIZED,
  MTL_MGDA_RAW,
};

extern const char *const mtl_mgda_normalizations[];
extern const char *const mtl_mgda_applications[];

/* Fits MtlBalancer.weigh. */
MtlBalanceStatus mtl_mgda_weigh (const MtlBalanceInput  *in,
                                 double                 *w,
                                 GError                **error);
