/* mtl-grid.h — what probes find: figures so far, and losses over a plane
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

#define MTL_PROBE_MAX_SIDE 65

/* What a probe has found so far; plain bytes, fit for a mailbox. */
typedef struct
{
  char    probe[24];         /* id: "flatness", "landscape" … */
  guint   n_tasks;
  guint64 step;              /* of the snapshot */
  guint64 epoch;
  double  done;              /* 0 … 1 */
  double  seconds_left;      /* NaN: unknown */
  gboolean finished;
  /* what all of it takes, known before it begins */
  double  passes;            /* through the network, of any number of rows */
  double  forward;           /* rows through forward passes */
  double  backward;          /* rows × tasks through backward passes */
  double  seconds;           /* an estimate, from passes that were timed */
  /* flatness: of each task */
  double  sharpness[MTL_MAX_TASKS];   /* l(θ + ε) − l(θ) */
  double  loss[MTL_MAX_TASKS];        /* l(θ) */
  double  rho;
  gsize   samples;
} MtlProbeFrame;

/* A grid of losses of each task over the plane θ + a·d1 + b·d2; side × side
 * values, a along columns from −range to +range; NaN: not known yet. */
typedef struct _MtlGrid MtlGrid;

MtlGrid      *mtl_grid_new       (guint           n_tasks,
                                  guint           side,
                                  double          range);
MtlGrid      *mtl_grid_ref       (MtlGrid        *self);
void          mtl_grid_unref     (MtlGrid        *self);
guint         mtl_grid_n_tasks   (const MtlGrid  *self);
guint         mtl_grid_side      (const MtlGrid  *self);
double        mtl_grid_range     (const MtlGrid  *self);
double       *mtl_grid_values    (MtlGrid        *self,     /* writing: before it is posted */
                                  guint           task);
const double *mtl_grid_read      (const MtlGrid  *self,
                                  guint           task);
/* How many values are finite, and how many are known but not finite. */
void          mtl_grid_count     (const MtlGrid  *self,
                                  guint          *known,
                                  guint          *not_finite);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlGrid, mtl_grid_unref)
