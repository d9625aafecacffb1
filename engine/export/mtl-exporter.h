/* mtl-exporter.h — the descriptor of a file format that a trained network leaves in
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtl-chosen.h"
#include "mtl-work.h"

#define MTL_EXPORT_ROWS 64  /* capacity of the plan that mtl_export() makes */

typedef struct
{
  const MtlPlan   *plan;
  const float     *theta;       /* P floats */
  guint64          tasks;       /* heads wanted */
  const char      *provenance;  /* run, seed, step, date: one line */
  MtlWork         *work;        /* to compute expected outputs with */
} MtlExportInput;

typedef struct
{
  MtlMethod method;
  /* Makes the whole file in memory. @name: file name without a folder. */
  GBytes *(*write) (const MtlExportInput *in,
                    const MtlSetting     *set,
                    char                **name,
                    GError              **error);
} MtlExporter;
