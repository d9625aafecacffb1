/* mtl-glyph.h — digits drawn with a pen that is never the same twice
 *
 * A digit is written in one of several hands: strokes through a few points.
 * Points are jittered, the whole is bent, slanted and turned, brought to the
 * size and place that MNIST uses (20 pixels within 28, the centre of mass in
 * the middle) and stroked with a soft pen of its own width.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-rng.h"

#define MTL_GLYPH_SIDE       28
#define MTL_GLYPH_MAX_POINTS 20

typedef enum
{
  MTL_PEN_UP,      /* ends the list of points */
  MTL_PEN_START,   /* a new stroke begins here */
  MTL_PEN_CURVE,   /* the stroke goes smoothly through here */
  MTL_PEN_CORNER,  /* the stroke turns sharply here */
} MtlPen;

typedef struct
{
  double x;        /* 0 left … 1 right */
  double y;        /* 0 top … 1 bottom */
  MtlPen pen;
} MtlGlyphPoint;

/* One way of writing a digit. */
typedef struct
{
  guint         digit;   /* 0 … 9 */
  double        share;   /* how often, beside the digit's other shapes */
  double        width;   /* of the box, in parts of its height */
  MtlGlyphPoint points[MTL_GLYPH_MAX_POINTS];
} MtlGlyphShape;

typedef struct
{
  double jitter;   /* how much hands differ: 1 is usual, 0 writes like print */
  double noise;    /* standard deviation of the grain within the ink */
} MtlGlyphStyle;

/* Ends with a shape whose share is 0. */
extern const MtlGlyphShape mtl_glyph_shapes[];

/* @rng: of this glyph alone; @pixels: 28×28, 0 background … 255 ink. */
void mtl_glyph_draw (MtlRng               rng,
                     guint                digit,
                     const MtlGlyphStyle *style,
                     guint8              *pixels);
