/* mtw-sea.h — a relief as a sea chart: bands of colour with contours between
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-contour.h"
#include "mtw-pen.h"

#define MTW_SEA_BANDS 11

/* The bands part @relief evenly from 0 to 1 and fill the rectangle. Dark is low. */
void mtw_sea_draw (MtwPen          *pen,
                   const MtwRelief *relief,
                   double           left,
                   double           top,
                   double           right,
                   double           bottom);
