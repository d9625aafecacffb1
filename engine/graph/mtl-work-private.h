/* mtl-work-private.h — the inside of a work, for the files that run it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan-private.h"
#include "mtl-work.h"

struct _MtlWork
{
  MtlPlan       *plan;
  MtlPool       *pool;       /* not owned */
  guint          n_workers;
  char         **arenas;     /* one a worker */
  guint64      **written;    /* one a worker: [step × 4 + output], a bit for each lane's place */
  guint          max_slots;
  gsize          slot_size;  /* floats: K rows over the trunk, then the heads */
  float         *slots;

  /* constant while a pass runs */
  const MtlPass *pass;
  float *const  *outputs;
  gsize          n_shards;
  guint          n_slots;
  guint64        active;     /* tasks of the pass that have a label */
  gboolean       merged;     /* one lane in the trunk, seeds weighted */
  double        *divisors;   /* [K] */
  double        *seeds;      /* [K] */

  /* each shard writes its own */
  double        *losses;     /* [shard][K]: sums */
};

void        mtl_work_shard_forward  (MtlWork *self,
                                     gsize    shard,
                                     guint    worker);
void        mtl_work_shard_backward (MtlWork *self,
                                     gsize    shard,
                                     guint    worker,
                                     float   *slot);
