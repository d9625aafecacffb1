/* mtw-contour.h — level sets of values on a square grid
 *
 * Columns run to the right from x = 0, rows upward from y = 0, both to
 * side − 1. Paths are added to a cairo context in these units.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <cairo.h>
#include <glib.h>

typedef struct
{
  guint   side;
  double *values;  /* side × side, row by row; NaN: not known */
} MtwRelief;

/* @values, made @factor times as fine by cubic interpolation; only where all
 * corners are finite. side' = (side − 1)·factor + 1 */
MtwRelief *mtw_relief_new      (const double    *values,
                                guint            side,
                                guint            factor);
void       mtw_relief_free     (MtwRelief       *self);
/* All that is at least @level, as closed polygons of one winding. */
void       mtw_relief_add_area (const MtwRelief *self,
                                double           level,
                                cairo_t         *cr);
/* The line along which values are @level. */
void       mtw_relief_add_line (const MtwRelief *self,
                                double           level,
                                cairo_t         *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwRelief, mtw_relief_free)
