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
  guint64    steps_per_epoch;
  gsize      before;  /* bytes of the process when there was a batch and no network yet */
} Bench;

/* @table: NULL where the workload reads none. */
void   bench_open       (Bench               *self,
                         const BenchWorkload *workload,
                         const char          *members,  /* of the experiment */
                         guint                n_tasks,
                         guint                threads,
                         const char          *table);
void   bench_clear      (Bench *self);
/* µs. */
double bench_take_steps (Bench *self,
                         guint  n_steps);

/* --- bench-told.c --- */
/* Bytes that the process has now, after which its peak is that. */
gsize  bench_begin_peak (void);
/* Does what the lines of standard input say. */
void   bench_do_as_told (Bench *self);

/* --- bench-turns.c --- */
void   bench_compare_scopes (void);
void   bench_compare_sharp  (void);
