/* mtw-sea.c — a relief as a sea chart: bands of colour with contours between
 *
 * The bands are painted from the lowest up, each over all that is above it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-sea.h"

#include <math.h>

#include "mtw-colours.h"

typedef struct
{
  MtwPen          *pen;
  const MtwRelief *relief;
  double           left, top, right, bottom;
} Sea;

/* From the relief's units to the rectangle; the caller saves and restores. */
static void
enter_relief (const Sea *sea)
{
  double last = sea->relief->side - 1.0;

  cairo_translate (sea->pen->cr, sea->left, sea->bottom);
  cairo_scale (sea->pen->cr, (sea->right - sea->left) / last, -(sea->bottom - sea->top) / last);
}

static void
fill_bands (const Sea *sea)
{
  cairo_t *cr = sea->pen->cr;

  for (guint band = 0; band < MTW_SEA_BANDS; band++)
    {
      double rgb[3];

      cairo_save (cr);
      enter_relief (sea);
      /* The cubic may dip below the lowest value: the first band takes all. */
      mtw_relief_add_area (sea->relief, band > 0 ? (double) band / MTW_SEA_BANDS : -HUGE_VAL, cr);
      cairo_restore (cr);
      mtw_loss_colour (band / (MTW_SEA_BANDS - 1.0), rgb);
      mtw_pen_rgb (sea->pen, rgb, 1);
      cairo_fill (cr);
    }
}

static void
stroke_levels (const Sea *sea)
{
  static const double black[] = { 0, 0, 0 };
  static const double white[] = { 1, 1, 1 };
  cairo_t *cr = sea->pen->cr;

  cairo_set_line_width (cr, 0.9);
  for (guint band = 1; band < MTW_SEA_BANDS; band++)
    {
      cairo_save (cr);
      enter_relief (sea);
      mtw_relief_add_line (sea->relief, (double) band / MTW_SEA_BANDS, cr);
      cairo_restore (cr);
      mtw_pen_rgb (sea->pen, band < MTW_SEA_BANDS / 2 ? white : black, 0.38);
      cairo_stroke (cr);
    }
}

void
mtw_sea_draw (MtwPen          *pen,
              const MtwRelief *relief,
              double           left,
              double           top,
              double           right,
              double           bottom)
{
  const Sea sea = { pen, relief, left, top, right, bottom };

  fill_bands (&sea);
  stroke_levels (&sea);
}
