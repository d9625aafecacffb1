/* bench-step.h — a network that takes steps
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "bench-networks.h"
#include "mtl-model.h"
#include "mtl-step-private.h"

#define BENCH_SEED 1

typedef struct
{
  MtlDesign *design;
  MtlBatch  *batch;
  MtlPlan   *plan;
  MtlPool   *pool;
  MtlWork   *work;
  MtlModel  *model;
  MtlStep   *step;
  guint64    n;       /* steps so far */
  gsize      before;  /* bytes of the process when there was a batch and no network yet */
} Bench;

/* µs. */
double bench_take_steps (Bench *self,
                         guint  n_steps);

/* --- bench-told.c --- */
/* Bytes that the process has now, after which its peak is that. */
gsize  bench_begin_peak (void);
/* Does what the lines of standard input say. */
void   bench_do_as_told (Bench *self);
