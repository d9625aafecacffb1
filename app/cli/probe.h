/* probe.h — a probe of a stored run, with progress
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
} CliProbe;

/* Runs @probe on the newest checkpoint; returns an exit status. @store and
 * @id (out) (nullable) (transfer full) are set on success. */
int cli_probe (const CliProbe  *probe,
               const char      *method,
               MtlProbeFrame   *frame,
               MtlGrid        **grid,
               MtlStore       **store,
               char           **id);
