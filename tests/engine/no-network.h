/* no-network.h — what a work says of its network, for tests with a work of their own that has none
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-work.h"

void
mtl_work_run_heads (MtlWork       *self,
                    const MtlPass *pass,
                    double        *losses,
                    MtlGrads      *grads,
                    float *const  *outputs,
                    MtlFork       *fork)
{
  g_assert_not_reached ();
}

void
mtl_work_run_trunk (MtlWork        *self,
                    const MtlPass  *pass,
                    const MtlFork  *fork,
                    const double   *weights,
                    float          *direction)
{
  g_assert_not_reached ();
}

const float *
mtl_work_renewed (MtlWork *self)
{
  static const float none[1];

  return none;
}

const char *
mtl_work_first_not_finite (MtlWork       *self,
                           const MtlPass *pass)
{
  return "quadratic";
}
