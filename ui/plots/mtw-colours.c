/* mtw-colours.c — the colours, dashes and markers of tasks, conflict and loss
 *
 * The loss ramp is even in lightness (OKLab L 0.24 to 0.95), so that it also
 * reads in grey; the conflict ramp is lightest at zero on paper and darkest
 * at zero on a dark ground. Between its stops a ramp is linear in sRGB.
 *
 * OKLab: B. Ottosson, “A perceptual color space for image processing”, 2020.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-colours.h"

#include <math.h>

#define N_CONFLICT 7
#define N_LOSS     11
#define MAX_DASH   6

typedef struct
{
  guint32   light, dark;      /* 0xrrggbb */
  guint     n_dash;
  double    dash[MAX_DASH];
  MtwMarker marker;
} Task;

static const Task tasks[MTW_N_TASK_COLOURS] = {
  { 0x245c91, 0x46a3fa, 0, { 0 }, MTW_MARKER_CIRCLE },
  { 0xc47812, 0xffb12a, 2, { 7, 3 }, MTW_MARKER_SQUARE },
  { 0x004915, 0xb3ffd1, 2, { 2, 3 }, MTW_MARKER_TRIANGLE_UP },
  { 0x571360, 0xeebdff, 4, { 9, 3, 2, 3 }, MTW_MARKER_DIAMOND },
  { 0x0099ba, 0x9fc0c4, 2, { 12, 4 }, MTW_MARKER_CROSS },
  { 0x5c6b00, 0xeff652, 2, { 1, 3 }, MTW_MARKER_PLUS },
  { 0x7e4ebf, 0x8372ee, 6, { 6, 2, 2, 2, 2, 2 }, MTW_MARKER_TRIANGLE_DOWN },
  { 0x41434a, 0x8d8d93, 2, { 16, 4 }, MTW_MARKER_STAR },
};

static const guint32 conflict_light[N_CONFLICT] = {
  0x8a2410, 0xd0542c, 0xeeb097, 0xececea, 0xa5c3e6, 0x4a84c8, 0x123f80,
};

static const guint32 conflict_dark[N_CONFLICT] = {
  0xffb08f, 0xe8693f, 0x8a4a37, 0x464648, 0x3f5f86, 0x5f9ae0, 0xb5d6ff,
};

static const guint32 losses[N_LOSS] = {
  0x181846, 0x1d2c5f, 0x204178, 0x1a5a8c, 0x127499, 0x1e8da3,
  0x40a6a6, 0x6abca7, 0x9bcfa7, 0xcddfaf, 0xf8f0c6,
};

static void
unpack (guint32 colour,
        double  rgb[3])
{
  for (guint i = 0; i < 3; i++)
    rgb[i] = (colour >> (16 - 8 * i) & 0xff) / 255.0;
}

static void
interpolate (const guint32 *stops,
             guint          n,
             double         t,
             double         rgb[3])
{
  double place = CLAMP (t, 0.0, 1.0) * (n - 1);
  guint left = MIN ((guint) place, n - 2);
  double low[3], high[3];

  unpack (stops[left], low);
  unpack (stops[left + 1], high);
  for (guint i = 0; i < 3; i++)
    rgb[i] = low[i] + (place - left) * (high[i] - low[i]);
}

static double
linearise (double component)
{
  return component <= 0.04045 ? component / 12.92 : pow ((component + 0.055) / 1.055, 2.4);
}

void
mtw_task_colour (guint    task,
                 gboolean dark,
                 double   rgb[3])
{
  const Task *entry = &tasks[task % MTW_N_TASK_COLOURS];

  unpack (dark ? entry->dark : entry->light, rgb);
}

const double *
mtw_task_dash (guint  task,
               guint *n)
{
  const Task *entry = &tasks[task % MTW_N_TASK_COLOURS];

  *n = entry->n_dash;
  return entry->n_dash > 0 ? entry->dash : NULL;
}

MtwMarker
mtw_task_marker (guint task)
{
  return tasks[task % MTW_N_TASK_COLOURS].marker;
}

gboolean
mtw_task_hollow (guint task)
{
  return task / MTW_N_TASK_COLOURS % 2 == 1;
}

void
mtw_conflict_colour (double   cosine,
                     gboolean dark,
                     double   rgb[3])
{
  double known = isnan (cosine) ? 0 : cosine;

  interpolate (dark ? conflict_dark : conflict_light, N_CONFLICT, (known + 1) / 2, rgb);
}

void
mtw_conflict_word_colour (gboolean conflict,
                          gboolean dark,
                          double   rgb[3])
{
  static const guint32 words[2][2] = { { 0x2f68b0, 0x78b0ee }, { 0xb8431d, 0xf07b50 } };

  unpack (words[conflict ? 1 : 0][dark ? 1 : 0], rgb);
}

void
mtw_loss_colour (double t,
                 double rgb[3])
{
  interpolate (losses, N_LOSS, isnan (t) ? 1 : t, rgb);
}

void
mtw_oklab (const double rgb[3],
           double       lab[3])
{
  double r = linearise (rgb[0]), g = linearise (rgb[1]), b = linearise (rgb[2]);
  double l = cbrt (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  double m = cbrt (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  double s = cbrt (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);

  lab[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
  lab[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
  lab[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

double
mtw_oklab_lightness (const double rgb[3])
{
  double lab[3];

  mtw_oklab (rgb, lab);
  return lab[0];
}
