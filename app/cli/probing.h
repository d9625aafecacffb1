/* probing.h — a probe of a stored run, with progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "cli.h"
#include "mtl-prober.h"

typedef struct
{
  char      *run;        /* words that stand for it */
  GPtrArray *sets;       /* KEY=VALUE of the probe, ends with NULL */
  char      *threads;
  gboolean   best;
  gboolean   cost;       /* only says what it would take, into the frame */
} CliProbe;

/* Runs @probe on the newest checkpoint, after a line of what it takes; returns an exit
 * status. @store and @id (out) (nullable) (transfer full) are set on success; @grid and
 * @findings (out) (nullable) (transfer full) where it finds such. */
int cli_probe (const CliProbe  *probe,
               const char      *method,
               MtlProbeFrame   *frame,
               MtlGrid        **grid,
               MtlFindings    **findings,
               MtlStore       **store,
               char           **id);
/* Prints what probes have found of the run that @words stand for; returns an exit status. */
int cli_print_kept (const char *words,
                    gboolean    json);
/* “480 passes, …; about 12 s”: what the probe of @frame takes. (transfer full) */
char *cli_probe_cost (const MtlProbeFrame *frame);
