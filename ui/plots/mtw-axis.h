/* mtw-axis.h — a range of values with its ticks
 *
 * An axis knows values and places from 0 to 1; pixels are the chart's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTW_MAX_TICKS 12

typedef struct
{
  double   low, high;             /* values at places 0 and 1; low < high */
  gboolean log_scale;
  double   step;                  /* between ticks; 0 on a log scale */
  guint    n;                     /* ticks in use */
  double   ticks[MTW_MAX_TICKS];  /* values, ascending */
} MtwAxis;

/* Ticks are 1, 2 or 5 × 10^n apart, 3 to 5 of them; both ends are moved
 * outward to half a tick, so that the axis stands still while data grows. */
void    mtw_axis_linear (MtwAxis       *self,
                         double         low,
                         double         high);
/* As it is given, but its end moved outward to a fifth of a tick. */
void    mtw_axis_time   (MtwAxis       *self,
                         double         high);
/* Decades, and 2 and 5 where there is room. Values ≤ 0 stand at the low end. */
void    mtw_axis_log    (MtwAxis       *self,
                         double         low,
                         double         high);
/* 0 at the low end, 1 at the high end, beyond when @value is beyond. */
double  mtw_axis_place  (const MtwAxis *self,
                         double         value);
double  mtw_axis_value  (const MtwAxis *self,
                         double         place);
/* (transfer full): of tick @n */
char   *mtw_axis_label  (const MtwAxis *self,
                         guint          n);
