/* mtw-curve.h — a copy of one curve with its extremes on every scale
 *
 * Beside the points stands a tree of spans: the extremes and the sum of each
 * 16 points, of each 256, and so on. An appended point touches one span a
 * level; the exact minimum and maximum of any stretch of points then cost
 * O(log n), so a curve of a million points is drawn as fast as its columns.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-series.h"

/* What a stretch of points holds. */
typedef struct
{
  double low, high;  /* of the finite values; +∞ and −∞ when there is none */
  double sum;        /* of the finite values */
  guint  n;          /* finite values */
  guint  gaps;       /* values that are not finite */
} MtwSpan;

typedef struct _MtwCurve MtwCurve;

/* @series: (nullable): where mtw_curve_pull() takes points from */
MtwCurve       *mtw_curve_new         (MtlSeries      *series);
void            mtw_curve_free        (MtwCurve       *self);
/* Copies what the series has gained; TRUE when that is anything. */
gboolean        mtw_curve_pull        (MtwCurve       *self);
void            mtw_curve_append      (MtwCurve       *self,
                                       double          x,
                                       double          y);
gsize           mtw_curve_length      (const MtwCurve *self);
const MtlPoint *mtw_curve_points      (const MtwCurve *self);
/* Of the points @from to before @to. */
void            mtw_curve_span        (const MtwCurve *self,
                                       gsize           from,
                                       gsize           to,
                                       MtwSpan        *span);
/* Index of the first point from @from on with an x of at least @x. */
gsize           mtw_curve_seek        (const MtwCurve *self,
                                       gsize           from,
                                       double          x);
/* y of the last point with an x up to @x; NaN when there is none. */
double          mtw_curve_at          (const MtwCurve *self,
                                       double          x);
/* The last finite y; NaN when there is none. */
double          mtw_curve_last        (const MtwCurve *self);
/* (transfer none): the bias-corrected moving average with @factor of 0 to
 * below 1 on the past, kept up to date by mtw_curve_pull(). */
MtwCurve       *mtw_curve_smoothed    (MtwCurve       *self,
                                       double          factor);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwCurve, mtw_curve_free)
