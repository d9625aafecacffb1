/* no-network.h — a work without a network, for tests that answer for it themselves
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-work-private.h"

MtlWork *
mtl_work_new (MtlPlan *plan,
              MtlPool *pool)
{
  MtlWork *self = g_new0 (MtlWork, 1);

  self->plan = plan;

  return self;
}

void
mtl_work_free (MtlWork *self)
{
  g_free (self);
}

MtlPlan *
mtl_work_plan (MtlWork *self)
{
  return self->plan;
}

MtlPool *
mtl_work_pool (MtlWork *self)
{
  return NULL;
}

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
