/* mtw-paths.h — the ways of several runs over the plane of two weights
 *
 * For two tasks whose trunk has two weights. Losses are known on a grid around the
 * origin; runs that have the weights in their record go over it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-grid.h"
#include "mtl-record.h"

#include "mtw-contour.h"
#include "mtw-plot-kind.h"

typedef struct
{
  double x[2];
} MtwPlace;

typedef struct
{
  char     *run;       /* name */
  char     *method;    /* title of the balancer, and of a sharpness method where there is one */
  guint     start;     /* which of the starting points that are there, from 0 */
  gsize     n;         /* steps + 1 */
  MtwPlace *places;    /* where the weights were, from the first on */
  double    losses[2]; /* at the last step */
  double    gap;       /* see mtw_paths_gap() */
} MtwWay;

struct _MtwPaths
{
  MtlGrid   *grid;
  MtwRelief *losses[2];  /* of each task, refined */
  GArray    *front;      /* of MtwPlace: points that minimise a weighted sum, by loss 1 */
  GPtrArray *ways;       /* of MtwWay */
  GPtrArray *methods;    /* titles, in the order they came */
  guint      n_starts;
};

/* The farthest that a weight of @record was from 0; NaN and MTL_ERROR_SETTING where it
 * has no two weights in its record, or no two tasks. */
double    mtw_paths_reach (MtlRecord  *record,
                           GError    **error);
/* @grid: over the plane of the trunk, of two tasks. */
MtwPaths *mtw_paths_new   (MtlGrid    *grid);
void      mtw_paths_free  (MtwPaths   *self);
gboolean  mtw_paths_add   (MtwPaths   *self,
                           MtlRecord  *record,
                           GError    **error);
/* By how much one point of the plane betters both of @losses, where it does so most: on
 * the Pareto front nothing does, and this is not above 0 but for the grid. NaN where a
 * loss is not finite. */
double    mtw_paths_gap   (const MtwPaths *self,
                           const double    losses[2]);

/* For mtw_plot_write() with `paths` of the input set; in no list. */
extern const MtwPlotKind mtw_plot_paths;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwPaths, mtw_paths_free)
