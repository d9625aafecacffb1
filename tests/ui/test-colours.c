/* test-colours.c — contrast and distance of the tasks' colours, evenness of the ramps
 *
 * Contrast: WCAG 2.1. Distance: OKLab × 100, for normal sight and for
 * protanopia, deuteranopia and tritanopia after Machado, Oliveira, Fernandes,
 * “A physiologically-based model for simulation of color vision deficiency”,
 * 2009, severity 1, clipped to the gamut.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib.h>
#include <math.h>

#include "mtw-colours.h"

/* Seen with this simulation: 12.02 and 10.35 of the first four, 6.39 and 6.31 of all. */
#define FIRST_FOUR_LIGHT 12.0
#define FIRST_FOUR_DARK  10.3
#define ALL_EIGHT        6.3
#define CONTRAST_LIGHT   3.3
#define CONTRAST_DARK    3.1

static const double sights[4][3][3] = {
  { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } },
  { { 0.152286, 1.052583, -0.204868 }, { 0.114503, 0.786281, 0.099216 },
    { -0.003882, -0.048116, 1.051998 } },
  { { 0.367322, 0.860646, -0.227968 }, { 0.280085, 0.672501, 0.047413 },
    { -0.011820, 0.042940, 0.968881 } },
  { { 1.255528, -0.076749, -0.178779 }, { -0.078411, 0.930809, 0.147602 },
    { 0.004733, 0.691367, 0.303900 } },
};

static double
linear (double component)
{
  return component <= 0.04045 ? component / 12.92 : pow ((component + 0.055) / 1.055, 2.4);
}

static double
encoded (double light)
{
  return light <= 0.0031308 ? 12.92 * light : 1.055 * pow (light, 1 / 2.4) - 0.055;
}

static double
luminance (const double rgb[3])
{
  return 0.2126 * linear (rgb[0]) + 0.7152 * linear (rgb[1]) + 0.0722 * linear (rgb[2]);
}

static double
contrast (const double a[3],
          const double b[3])
{
  double y1 = luminance (a), y2 = luminance (b);

  return (MAX (y1, y2) + 0.05) / (MIN (y1, y2) + 0.05);
}

static void
see (const double sight[3][3],
     const double rgb[3],
     double       lab[3])
{
  double seen[3];

  for (guint i = 0; i < 3; i++)
    {
      double light = 0;

      for (guint j = 0; j < 3; j++)
        light += sight[i][j] * linear (rgb[j]);
      seen[i] = encoded (CLAMP (light, 0, 1));
    }
  mtw_oklab (seen, lab);
}

static double
least_distance (guint    n,
                gboolean dark)
{
  double least = G_MAXDOUBLE;

  for (guint sight = 0; sight < G_N_ELEMENTS (sights); sight++)
    for (guint a = 0; a < n; a++)
      for (guint b = 0; b < a; b++)
        {
          double rgb[3], la[3], lb[3];

          mtw_task_colour (a, dark, rgb);
          see (sights[sight], rgb, la);
          mtw_task_colour (b, dark, rgb);
          see (sights[sight], rgb, lb);
          least = MIN (least, 100 * hypot (hypot (la[0] - lb[0], la[1] - lb[1]), la[2] - lb[2]));
        }

  return least;
}

static void
test_distance (void)
{
  g_assert_cmpfloat (least_distance (4, FALSE), >=, FIRST_FOUR_LIGHT);
  g_assert_cmpfloat (least_distance (4, TRUE), >=, FIRST_FOUR_DARK);
  g_assert_cmpfloat (least_distance (8, FALSE), >=, ALL_EIGHT);
  g_assert_cmpfloat (least_distance (8, TRUE), >=, ALL_EIGHT);
}

static void
test_contrast (void)
{
  /* Paper and block; cards are white, or between the two when dark. */
  const double white[3] = { 1, 1, 1 };
  const double night[2][3] = { { 30 / 255.0, 30 / 255.0, 30 / 255.0 },
                               { 56 / 255.0, 56 / 255.0, 56 / 255.0 } };

  for (guint task = 0; task < MTW_N_TASK_COLOURS; task++)
    {
      double rgb[3];

      mtw_task_colour (task, FALSE, rgb);
      g_assert_cmpfloat (contrast (rgb, white), >=, CONTRAST_LIGHT);
      mtw_task_colour (task, TRUE, rgb);
      for (guint i = 0; i < 2; i++)
        g_assert_cmpfloat (contrast (rgb, night[i]), >=, CONTRAST_DARK);
    }
}

static void
test_ramps (void)
{
  double before = 0;

  for (guint i = 0; i <= 10; i++)
    {
      double rgb[3], lightness;

      mtw_loss_colour (i / 10.0, rgb);
      lightness = mtw_oklab_lightness (rgb);
      if (i > 0)
        {
          g_assert_cmpfloat (100 * (lightness - before), >=, 6.5);
          g_assert_cmpfloat (100 * (lightness - before), <=, 8);
        }
      before = lightness;
    }

  for (guint dark = 0; dark <= 1; dark++)
    {
      double low[3], beyond[3], unknown[3], none[3];

      mtw_conflict_colour (-1, dark, low);
      mtw_conflict_colour (-7, dark, beyond);
      mtw_conflict_colour (0, dark, none);
      mtw_conflict_colour (NAN, dark, unknown);
      for (guint i = 0; i < 3; i++)
        {
          g_assert_cmpfloat (low[i], ==, beyond[i]);
          g_assert_cmpfloat (none[i], ==, unknown[i]);
        }
    }
}

static void
test_marks (void)
{
  guint n;

  /* Never by colour alone: no two of the eight share a marker or a dash. */
  for (guint a = 0; a < MTW_N_TASK_COLOURS; a++)
    for (guint b = 0; b < a; b++)
      {
        const double *one = mtw_task_dash (a, &n), *other = mtw_task_dash (b, &n);

        g_assert_cmpint (mtw_task_marker (a), !=, mtw_task_marker (b));
        g_assert_true (one != other);
      }

  g_assert_null (mtw_task_dash (0, &n));
  g_assert_cmpuint (n, ==, 0);
  g_assert_false (mtw_task_hollow (7));
  g_assert_true (mtw_task_hollow (8));
  g_assert_cmpint (mtw_task_marker (8), ==, mtw_task_marker (0));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/colours/distance", test_distance);
  g_test_add_func ("/colours/contrast", test_contrast);
  g_test_add_func ("/colours/ramps", test_ramps);
  g_test_add_func ("/colours/marks", test_marks);

  return g_test_run ();
}
