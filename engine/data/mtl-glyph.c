/* mtl-glyph.c — digits drawn with a pen that is never the same twice
 *
 * Between the points of a stroke runs a Catmull–Rom spline; a corner ends one
 * spline and begins the next. With t in [0, 1] between p1 and p2:
 *
 *   p(t) = ½·(2·p1 + (p2 − p0)·t + (2·p0 − 5·p1 + 4·p2 − p3)·t²
 *             + (3·p1 − p0 − 3·p2 + p3)·t³)
 *
 * where p0 and p3 are the neighbours, or the end points themselves at an end.
 * Each spline becomes short straight pieces; a pixel at distance d from the
 * nearest piece of pen radius r gets the ink clamp ((r − d) / SOFT + ½). Only
 * the pixels around a piece are visited, so a glyph costs about 10 µs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-glyph.h"

#include <math.h>
#include <string.h>

#include "mtl-dice.h"

#define SIDE        MTL_GLYPH_SIDE
#define BOX         19.5   /* px: the longer side of a glyph, pen included */
#define SOFT        1.25   /* px over which ink fades */
#define PIECES      6      /* straight pieces between two points */
#define MAX_PLACES  (MTL_GLYPH_MAX_POINTS * PIECES + MTL_GLYPH_MAX_POINTS)

/* Spreads at jitter 1. */
#define POINT_SPREAD   0.016  /* of each point, of the height */
#define BEND_SPREAD    0.018  /* of the sideways bow, of the height */
#define SLANT_MEAN     0.12   /* to the right, as in writing */
#define SLANT_SPREAD   0.05
#define TURN_SPREAD    0.03   /* radians */
#define WIDTH_SPREAD   0.05   /* of the logarithm */
#define RADIUS_MEAN    1.25   /* px */
#define RADIUS_SPREAD  0.20   /* of the logarithm */
#define RADIUS_LEAST   0.6    /* px: a thinner line breaks, a thicker one is a blot */
#define RADIUS_MOST    2.4
#define SHIFT_SPREAD   0.10   /* px */

typedef struct
{
  double   x, y;
  gboolean joined;   /* by a piece to the place before */
} Place;

typedef struct
{
  Place  places[MAX_PLACES];
  guint  n;
  double radius;     /* of the pen, px */
} Path;

static const MtlGlyphShape *
choose_shape (MtlDice *dice,
              guint    digit)
{
  const MtlGlyphShape *chosen = NULL;
  double total = 0.0, left;

  for (const MtlGlyphShape *s = mtl_glyph_shapes; s->share > 0.0; s++)
    total += s->digit == digit ? s->share : 0.0;

  left = mtl_dice_unit (dice) * total;
  for (const MtlGlyphShape *s = mtl_glyph_shapes; s->share > 0.0 && left >= 0.0; s++)
    if (s->digit == digit)
      {
        chosen = s;
        left -= s->share;
      }

  return chosen;
}

/* The shape's points, each a little off and all of them bent along a bow. */
static guint
jitter_points (MtlDice             *dice,
               const MtlGlyphShape *shape,
               double               jitter,
               MtlGlyphPoint       *points)
{
  double bow = BEND_SPREAD * jitter * mtl_dice_normal (dice);
  double phase = 2.0 * G_PI * mtl_dice_unit (dice);
  guint n = 0;

  for (; n < MTL_GLYPH_MAX_POINTS && shape->points[n].pen != MTL_PEN_UP; n++)
    {
      const MtlGlyphPoint *p = &shape->points[n];

      points[n] = (MtlGlyphPoint) {
        .x = p->x * shape->width + bow * sin (G_PI * p->y + phase)
             + POINT_SPREAD * jitter * mtl_dice_normal (dice),
        .y = p->y + POINT_SPREAD * jitter * mtl_dice_normal (dice),
        .pen = p->pen,
      };
    }

  return n;
}

static double
spline (double p0,
        double p1,
        double p2,
        double p3,
        double t)
{
  return 0.5 * (2.0 * p1 + t * ((p2 - p0) + t * ((2.0 * p0 - 5.0 * p1 + 4.0 * p2 - p3)
                                                + t * (3.0 * p1 - p0 - 3.0 * p2 + p3))));
}

/* Lays pieces from point @from to the next one. */
static void
lay_span (Path                *path,
          const MtlGlyphPoint *points,
          guint                n,
          guint                from)
{
  guint to = from + 1;
  guint before = points[from].pen == MTL_PEN_CURVE ? from - 1 : from;
  guint after = points[to].pen == MTL_PEN_CURVE && to + 1 < n
                && points[to + 1].pen != MTL_PEN_START ? to + 1 : to;

  for (guint i = 1; i <= PIECES; i++)
    {
      double t = (double) i / PIECES;

      path->places[path->n++] = (Place) {
        .x = spline (points[before].x, points[from].x, points[to].x, points[after].x, t),
        .y = spline (points[before].y, points[from].y, points[to].y, points[after].y, t),
        .joined = TRUE,
      };
    }
}

static void
lay_strokes (Path                *path,
             const MtlGlyphPoint *points,
             guint                n)
{
  path->n = 0;
  for (guint i = 0; i < n; i++)
    {
      if (points[i].pen == MTL_PEN_START)
        path->places[path->n++] = (Place) { .x = points[i].x, .y = points[i].y };
      if (i + 1 < n && points[i + 1].pen != MTL_PEN_START)
        lay_span (path, points, n, i);
    }
}

/* Slants and turns about the middle, and draws the width in or out. */
static void
lean (MtlDice *dice,
      Path    *path,
      double   jitter)
{
  double slant = jitter * (SLANT_MEAN + SLANT_SPREAD * mtl_dice_normal (dice));
  double turn = jitter * TURN_SPREAD * mtl_dice_normal (dice);
  double width = exp (jitter * WIDTH_SPREAD * mtl_dice_normal (dice));

  for (guint i = 0; i < path->n; i++)
    {
      Place *p = &path->places[i];
      double y = p->y - 0.5;
      double x = width * p->x - slant * y;

      p->x = cos (turn) * x - sin (turn) * y;
      p->y = sin (turn) * x + cos (turn) * y;
    }
}

/* Centre of mass of the line; *extent: the longer side of its box. */
static void
measure (const Path *path,
         double     *extent,
         double      centre[2])
{
  double low_x = G_MAXDOUBLE, low_y = G_MAXDOUBLE, high_x = -G_MAXDOUBLE, high_y = -G_MAXDOUBLE;
  double length = 0.0, sum_x = 0.0, sum_y = 0.0;

  for (guint i = 0; i < path->n; i++)
    {
      const Place *p = &path->places[i];

      low_x = MIN (low_x, p->x);
      low_y = MIN (low_y, p->y);
      high_x = MAX (high_x, p->x);
      high_y = MAX (high_y, p->y);
      if (p->joined)
        {
          double piece = hypot (p->x - p[-1].x, p->y - p[-1].y);

          length += piece;
          sum_x += piece * 0.5 * (p->x + p[-1].x);
          sum_y += piece * 0.5 * (p->y + p[-1].y);
        }
    }

  *extent = MAX (MAX (high_x - low_x, high_y - low_y), 1e-6);
  centre[0] = length > 0.0 ? sum_x / length : low_x;
  centre[1] = length > 0.0 ? sum_y / length : low_y;
}

static void
bring_to_place (MtlDice *dice,
                Path    *path,
                double   jitter)
{
  double extent, centre[2], scale, shift_x, shift_y;

  path->radius = CLAMP (RADIUS_MEAN * exp (jitter * RADIUS_SPREAD * mtl_dice_normal (dice)),
                        RADIUS_LEAST, RADIUS_MOST);
  measure (path, &extent, centre);
  scale = (BOX - 2.0 * path->radius) * (1.0 - 0.08 * jitter * mtl_dice_unit (dice)) / extent;
  shift_x = SIDE / 2.0 + jitter * SHIFT_SPREAD * mtl_dice_normal (dice);
  shift_y = SIDE / 2.0 + jitter * SHIFT_SPREAD * mtl_dice_normal (dice);

  for (guint i = 0; i < path->n; i++)
    {
      path->places[i].x = shift_x + scale * (path->places[i].x - centre[0]);
      path->places[i].y = shift_y + scale * (path->places[i].y - centre[1]);
    }
}

static guint
to_pixel (double place)
{
  return (guint) CLAMP (place, 0.0, SIDE - 1.0);
}

/* Inks the pixels around the piece from @a to @b; ink does not add up. */
static void
ink_piece (float       *ink,
           const Place *a,
           const Place *b,
           double       radius)
{
  double reach = radius + SOFT;
  double along_x = b->x - a->x, along_y = b->y - a->y;
  double square = along_x * along_x + along_y * along_y;
  guint last_x = to_pixel (MAX (a->x, b->x) + reach);
  guint last_y = to_pixel (MAX (a->y, b->y) + reach);

  for (guint y = to_pixel (MIN (a->y, b->y) - reach); y <= last_y; y++)
    for (guint x = to_pixel (MIN (a->x, b->x) - reach); x <= last_x; x++)
      {
        double from_x = x + 0.5 - a->x, from_y = y + 0.5 - a->y;
        double t = square > 0.0 ? (from_x * along_x + from_y * along_y) / square : 0.0;
        double cut = CLAMP (t, 0.0, 1.0);
        double dx = from_x - cut * along_x, dy = from_y - cut * along_y;
        double here = (radius - sqrt (dx * dx + dy * dy)) / SOFT + 0.5;
        float *pixel = &ink[y * SIDE + x];

        *pixel = MAX (*pixel, (float) CLAMP (here, 0.0, 1.0));
      }
}

/* The pen presses now more, now less. */
static void
ink_path (MtlDice    *dice,
          const Path *path,
          double      jitter,
          float      *ink)
{
  double swing = MIN (0.18 * jitter, 0.5);
  double pace = 2.0 * G_PI * (0.5 + mtl_dice_unit (dice)) / (path->n + 1);
  double phase = 2.0 * G_PI * mtl_dice_unit (dice);

  for (guint i = 1; i < path->n; i++)
    if (path->places[i].joined)
      ink_piece (ink, &path->places[i - 1], &path->places[i],
                 path->radius * (1.0 + swing * sin (pace * i + phase)));
}

/* The paper takes the ink unevenly; where there is none it stays white. An even
 * distribution of width 1 has the standard deviation 1 / √12. */
static void
add_grain (MtlRng  rng,
           double  noise,
           float  *ink)
{
  float grain[SIDE * SIDE];

  if (noise <= 0.0)
    return;

  mtl_rng_fill (rng, 0, SIDE * SIDE, grain);
  for (guint i = 0; i < SIDE * SIDE; i++)
    ink[i] *= 1.0f + (float) (noise * sqrt (12.0)) * (grain[i] - 0.5f);
}

/**
 * mtl_glyph_draw:
 * @rng: of this glyph alone; the same draws the same glyph
 * @digit: 0 … 9
 * @pixels: (out): 28×28, row by row, 0 background … 255 ink
 */
void
mtl_glyph_draw (MtlRng               rng,
                guint                digit,
                const MtlGlyphStyle *style,
                guint8              *pixels)
{
  MtlDice dice = { .rng = rng };
  MtlGlyphPoint points[MTL_GLYPH_MAX_POINTS];
  float ink[SIDE * SIDE] = { 0 };
  Path path;
  guint n;

  g_return_if_fail (digit < 10);

  n = jitter_points (&dice, choose_shape (&dice, digit), style->jitter, points);
  lay_strokes (&path, points, n);
  lean (&dice, &path, style->jitter);
  bring_to_place (&dice, &path, style->jitter);
  ink_path (&dice, &path, style->jitter, ink);
  add_grain (rng, style->noise, ink);

  for (guint i = 0; i < SIDE * SIDE; i++)
    pixels[i] = (guint8) (255.0f * CLAMP (ink[i], 0.0f, 1.0f) + 0.5f);
}
