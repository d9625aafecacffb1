/* mtl-probe-private.h — a probe at work
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-probe.h"
#include "mtl-work.h"

struct _MtlProbeRun
{
  MtlSnapshot  *snapshot;
  GCancellable *cancel;
  MtlData      *data;
  MtlPool      *pool;
  MtlPlan      *plan;
  MtlWork      *work;
  MtlBatch     *batch;      /* samples 0 … loaded−1 */
  gsize         loaded;
  gint64        began;      /* monotonic, µs */

  /* What to do with what is found. */
  void        (*post)      (const MtlProbeFrame *frame,
                            gpointer             data);
  void        (*post_grid) (MtlGrid             *grid,
                            gpointer             data);
  gpointer      post_data;
};

/* Makes everything that @probe needs and runs it in the calling thread. */
gboolean mtl_probe_run (const MtlChosen  *probe,
                        MtlProbeRun      *run,
                        guint             n_threads,
                        GError          **error);
