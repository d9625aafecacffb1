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
  MtlBatch     *part;       /* some of them; NULL: none were asked for */
  gsize         loaded;
  const MtlProbe *method;
  gboolean      untimed;    /* nobody asks how long it will take */
  gboolean      only_cost;  /* nothing is to be measured but passes */

  /* what is expected of the probe, in seconds: of a pass, a row, and a row of a task */
  MtlProbeCost  cost;
  double        per_pass, per_forward, per_backward;
  double        spent;      /* of what was expected */
  gint64        began;      /* monotonic, µs */
  gint64        posted;     /* when the last frame was */

  /* What to do with what is found. */
  void        (*post)      (const MtlProbeFrame *frame,
                            gpointer             data);
  void        (*post_grid) (MtlGrid             *grid,
                            gpointer             data);
  void        (*post_findings) (MtlFindings     *findings,
                                gpointer         data);
  gpointer      post_data;
};

/* Times a few passes: what a pass, a row and a row of a task take. */
gboolean mtl_probe_time (MtlProbeRun      *run,
                         const MtlSetting *set,
                         GError          **error);
double   mtl_probe_seconds (MtlProbeRun  *run);   /* of the whole, as expected */
/* Makes everything that @probe needs and runs it in the calling thread. */
gboolean mtl_probe_run (const MtlChosen  *probe,
                        MtlProbeRun      *run,
                        guint             n_threads,
                        GError          **error);
