/* mtw-contour.c — level sets of values on a square grid
 *
 * Each cell is cut by straight lines between the places on its edges where
 * the linear interpolation meets the level. Where two opposite corners lie
 * above, the mean of all four says whether they are joined.
 *
 * The corners of a cell and the cuts between them, walked around once, give
 * its part of the area; all parts run the same way round, so that one fill of
 * them all shows no seams.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-contour.h"

#include <math.h>

typedef struct
{
  double x, y;
} Place;

static const Place corners[4] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };

/* --- refinement --- */

static double
at (const double *values,
    guint         side,
    int           column,
    int           row)
{
  guint c = (guint) CLAMP (column, 0, (int) side - 1);
  guint r = (guint) CLAMP (row, 0, (int) side - 1);

  return values[r * side + c];
}

/* Catmull and Rom's cubic through b and c, at t between them. */
static double
cubic (double a,
       double b,
       double c,
       double d,
       double t)
{
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

/* Linear where a neighbour that the cubic needs is not known. */
static double
interpolate (const double *values,
             guint         side,
             int           column,
             int           row,
             double        s,
             double        t)
{
  double rows[4];
  double value;

  for (int r = -1; r <= 2; r++)
    rows[r + 1] = cubic (at (values, side, column - 1, row + r), at (values, side, column, row + r),
                         at (values, side, column + 1, row + r),
                         at (values, side, column + 2, row + r), s);
  value = cubic (rows[0], rows[1], rows[2], rows[3], t);
  if (isfinite (value))
    return value;

  /* A factor of zero must not meet what is not finite. */
  if (t == 0 && s == 0)
    return at (values, side, column, row);
  return (1 - t) * ((1 - s) * at (values, side, column, row)
                    + s * at (values, side, column + 1, row))
         + t * ((1 - s) * at (values, side, column, row + 1)
                + s * at (values, side, column + 1, row + 1));
}

MtwRelief *
mtw_relief_new (const double *values,
                guint         side,
                guint         factor)
{
  MtwRelief *self = g_new (MtwRelief, 1);
  guint fine = (side - 1) * factor + 1;

  self->side = fine;
  self->values = g_new (double, (gsize) fine * fine);
  for (guint r = 0; r < fine; r++)
    for (guint c = 0; c < fine; c++)
      {
        double value = interpolate (values, side, (int) (c / factor), (int) (r / factor),
                                    (double) (c % factor) / factor,
                                    (double) (r % factor) / factor);

        self->values[(gsize) r * fine + c] = isfinite (value) ? value : NAN;
      }

  return self;
}

void
mtw_relief_free (MtwRelief *self)
{
  g_free (self->values);
  g_free (self);
}

/* --- cells --- */

/* The values of the corners of a cell, counter-clockwise; FALSE: unknown. */
static gboolean
read_cell (const MtwRelief *self,
           guint            column,
           guint            row,
           double           v[4])
{
  const double *low = self->values + (gsize) row * self->side + column;
  const double *high = low + self->side;

  v[0] = low[0];
  v[1] = low[1];
  v[2] = high[1];
  v[3] = high[0];

  return !isnan (v[0] + v[1] + v[2] + v[3]);
}

static guint
count_above (const double v[4],
             double       level)
{
  return (v[0] >= level) + (v[1] >= level) + (v[2] >= level) + (v[3] >= level);
}

/* Where the level lies on the edge from corner @i to the next. */
static Place
cut (const double v[4],
     guint        i,
     double       level)
{
  guint j = (i + 1) % 4;
  double t = (level - v[i]) / (v[j] - v[i]);

  return (Place) { corners[i].x + t * (corners[j].x - corners[i].x),
                   corners[i].y + t * (corners[j].y - corners[i].y) };
}

static gboolean
is_saddle (const double v[4],
           double       level)
{
  gboolean even = v[0] >= level && v[2] >= level && v[1] < level && v[3] < level;
  gboolean odd = v[1] >= level && v[3] >= level && v[0] < level && v[2] < level;

  return even || odd;
}

static gboolean
is_joined (const double v[4],
           double       level)
{
  return (v[0] + v[1] + v[2] + v[3]) / 4 >= level;
}

static void
add_corner_piece (cairo_t     *cr,
                  const double v[4],
                  guint        i,
                  double       level,
                  double       x,
                  double       y)
{
  Place before = cut (v, (i + 3) % 4, level);
  Place after = cut (v, i, level);

  cairo_move_to (cr, x + before.x, y + before.y);
  cairo_line_to (cr, x + corners[i].x, y + corners[i].y);
  cairo_line_to (cr, x + after.x, y + after.y);
  cairo_close_path (cr);
}

static void
add_cell_area (cairo_t     *cr,
               const double v[4],
               double       level,
               double       x,
               double       y)
{
  gboolean apart = is_saddle (v, level) && !is_joined (v, level);

  cairo_new_sub_path (cr);
  for (guint i = 0; i < 4; i++)
    {
      gboolean here = v[i] >= level;
      gboolean next = v[(i + 1) % 4] >= level;

      if (here && apart)
        add_corner_piece (cr, v, i, level, x, y);
      if (apart)
        continue;
      if (here)
        cairo_line_to (cr, x + corners[i].x, y + corners[i].y);
      if (here != next)
        cairo_line_to (cr, x + cut (v, i, level).x, y + cut (v, i, level).y);
    }
  if (!apart)
    cairo_close_path (cr);
}

/* Cells that lie wholly above are joined along their row. */
void
mtw_relief_add_area (const MtwRelief *self,
                     double           level,
                     cairo_t         *cr)
{
  for (guint row = 0; row + 1 < self->side; row++)
    {
      guint run = 0;

      for (guint column = 0; column + 1 < self->side; column++)
        {
          double v[4];
          guint n = read_cell (self, column, row, v) ? count_above (v, level) : 0;

          if (n == 4)
            {
              run++;
              continue;
            }
          if (run > 0)
            cairo_rectangle (cr, column - (double) run, row, run, 1);
          run = 0;
          if (n > 0)
            add_cell_area (cr, v, level, column, row);
        }
      if (run > 0)
        cairo_rectangle (cr, self->side - 1.0 - run, row, run, 1);
    }
}

static void
add_segment (cairo_t *cr,
             Place    from,
             Place    to,
             double   x,
             double   y)
{
  cairo_move_to (cr, x + from.x, y + from.y);
  cairo_line_to (cr, x + to.x, y + to.y);
}

static void
add_cell_line (cairo_t     *cr,
               const double v[4],
               double       level,
               double       x,
               double       y)
{
  Place cuts[4];
  guint n = 0;
  /* Pairs of neighbouring cuts go around a corner that is cut off. */
  guint first = is_saddle (v, level) && (v[0] >= level) == is_joined (v, level) ? 0 : 1;

  for (guint i = 0; i < 4; i++)
    if ((v[i] >= level) != (v[(i + 1) % 4] >= level))
      cuts[n++] = cut (v, i, level);
  if (n == 2)
    add_segment (cr, cuts[0], cuts[1], x, y);
  if (n == 4)
    {
      add_segment (cr, cuts[first], cuts[(first + 1) % 4], x, y);
      add_segment (cr, cuts[(first + 2) % 4], cuts[(first + 3) % 4], x, y);
    }
}

void
mtw_relief_add_line (const MtwRelief *self,
                     double           level,
                     cairo_t         *cr)
{
  for (guint row = 0; row + 1 < self->side; row++)
    for (guint column = 0; column + 1 < self->side; column++)
      {
        double v[4];
        guint n = read_cell (self, column, row, v) ? count_above (v, level) : 0;

        if (n > 0 && n < 4)
          add_cell_line (cr, v, level, column, row);
      }
}
