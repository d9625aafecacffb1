/* bench-networks.h — the networks that whole steps are measured on
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

typedef struct _BenchNetwork BenchNetwork;

typedef struct
{
  const char *name;
  guint       batch;
  guint       n_tasks[3];   /* cases; ends with 0 */
  guint       n_columns;    /* inputs of its table; 0: it reads none */
  guint       n_rows;       /* of its table */
  guint       n_classes;    /* of the table's two targets; 0: they are numbers */
  void      (*build) (BenchNetwork *to,
                      guint         n_tasks);
} BenchWorkload;

/* Ends with a name that is NULL. */
extern const BenchWorkload bench_workloads[];

/* NULL: none such. */
const BenchWorkload *bench_find_workload (const char *name);

/* (transfer full): path of a new file; NULL where the workload reads none. */
char      *bench_write_table (const BenchWorkload *workload);
/* @members: of its experiment, beside batch and optimiser. */
MtlDesign *bench_design      (const BenchWorkload *workload,
                              guint                n_tasks,
                              const char          *table,
                              const char          *members);
