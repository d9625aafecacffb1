/* test-curves.c — each set's exponentials against those in double precision
 *
 * Over floats of all sizes, with those of each sign, the denormal ones, ∞ and
 * NaN. BASIN_CURVES_STEP=1 takes every float there is, in a quarter of an hour.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "mtl-kernels.h"

#define STEP     4099        /* from the bits of one float to those of the next */
#define BLOCK    1021        /* no whole number of vectors */
#define WIDE     13
#define DENORMAL 0x1p-142    /* what a denormal factor may add */

static double
get_exp (double x)
{
  return exp (x);
}

static double
get_tanh (double x)
{
  return tanh (x);
}

static double
get_sigmoid (double x)
{
  return 1.0 / (1.0 + exp (-x));
}

static double
get_elu (double x)
{
  return x < 0.0 ? expm1 (x) : x;
}

static double
get_softplus (double x)
{
  return MAX (x, 0.0) + log1p (exp (-fabs (x)));
}

static double
get_silu (double x)
{
  return x == -INFINITY ? -0.0 : x / (1.0 + exp (-x));
}

static double
get_silu_slope (double x)
{
  double s = 1.0 / (1.0 + exp (-x)), rest = 1.0 / (1.0 + exp (x));

  return isinf (x) ? s : s + x * s * rest;
}

static double
get_normal (double x)
{
  return erfc (-x * M_SQRT1_2) / 2.0;
}

static double
get_gelu (double x)
{
  return x == -INFINITY ? -0.0 : x * get_normal (x);
}

static double
get_gelu_slope (double x)
{
  double density = exp (-x * x / 2.0) * M_2_SQRTPI * M_SQRT1_2 / 2.0;

  return get_normal (x) + (isinf (x) ? 0.0 : x * density);
}

static double
get_gelu_tanh (double x)
{
  double z = M_2_SQRTPI * M_SQRT2 * x * (1.0 + 0.044715 * x * x);

  return x == -INFINITY ? -0.0 : x * get_sigmoid (z);
}

static double
get_gelu_tanh_slope (double x)
{
  double c = M_2_SQRTPI * M_SQRT2, z = c * x * (1.0 + 0.044715 * x * x);
  double s = get_sigmoid (z), rest = get_sigmoid (-z);

  return fabs (x) > 1e9 ? s : s + x * s * rest * c * (1.0 + 3.0 * 0.044715 * x * x);
}

/* What an error is measured in: a unit of the last place of this. */
typedef enum { VALUE, INPUT, ONE } Unit;

typedef struct
{
  const char *name;
  gsize       member;           /* of MtlCurveKernels */
  double    (*get) (double x);
  Unit        unit;             /* the greater one of the value and this */
  double      limit;
} Curve;

static const Curve curves[] = {
  { "exp", offsetof (MtlCurveKernels, exp), get_exp, VALUE, 1.1 },
  { "tanh", offsetof (MtlCurveKernels, tanh), get_tanh, VALUE, 2.8 },
  { "sigmoid", offsetof (MtlCurveKernels, sigmoid), get_sigmoid, VALUE, 2.8 },
  { "elu", offsetof (MtlCurveKernels, elu), get_elu, VALUE, 1.0 },
  { "softplus", offsetof (MtlCurveKernels, softplus), get_softplus, VALUE, 3.0 },
  { "silu", offsetof (MtlCurveKernels, silu), get_silu, VALUE, 4.0 },
  { "silu-slope", offsetof (MtlCurveKernels, silu_slope), get_silu_slope, ONE, 2.0 },
  { "gelu", offsetof (MtlCurveKernels, gelu), get_gelu, VALUE, 6.5 },
  { "gelu-slope", offsetof (MtlCurveKernels, gelu_slope), get_gelu_slope, ONE, 2.0 },
  { "gelu-tanh", offsetof (MtlCurveKernels, gelu_tanh), get_gelu_tanh, INPUT, 2.0 },
  { "gelu-tanh-slope", offsetof (MtlCurveKernels, gelu_tanh_slope), get_gelu_tanh_slope, ONE, 2.0 },
};

typedef struct
{
  const MtlKernels *kernels;
  const Curve      *curve;
} Subject;

static MtlCurve
find_curve (const Subject *subject)
{
  return *(const MtlCurve *) ((const char *) subject->kernels->curves + subject->curve->member);
}

static float
make_float (guint32 bits)
{
  float x;

  memcpy (&x, &bits, sizeof x);
  return x;
}

static double
get_unit (double value)
{
  return ldexp (1.0, ilogb (MAX (fabs (value), FLT_MIN)) - 23);
}

/* In units; what is not finite has to be met. */
static double
find_error (const Curve *curve,
            float        x,
            float        y)
{
  double value = curve->get (x), scale = fabs (value), error;

  if (isnan (value))
    return isnan (y) ? 0.0 : INFINITY;
  if (isinf ((float) value) || isinf (y))
    return y == (float) value ? 0.0 : INFINITY;
  if (curve->unit != VALUE)
    scale = MAX (scale, curve->unit == ONE ? 1.0 : fabs (x));
  error = fabs (y - value);

  return error <= DENORMAL ? 0.0 : error / get_unit (scale);
}

static guint64
get_step (void)
{
  const char *wish = g_getenv ("BASIN_CURVES_STEP");

  return wish != NULL ? MAX (strtoull (wish, NULL, 10), 1) : STEP;
}

static void
test_error (gconstpointer data)
{
  const Subject *subject = data;
  const Curve *curve = subject->curve;
  double most = 0.0;
  float where = 0.0f;

  for (guint64 first = 0, step = get_step (); first <= G_MAXUINT32; first += BLOCK * step)
    {
      float x[BLOCK], y[BLOCK];

      for (guint i = 0; i < BLOCK; i++)
        x[i] = make_float ((guint32) MIN (first + i * step, G_MAXUINT32));
      find_curve (subject) (BLOCK, x, y);
      for (guint i = 0; i < BLOCK; i++)
        if (find_error (curve, x[i], y[i]) > most)
          {
            most = find_error (curve, x[i], y[i]);
            where = x[i];
          }
    }

  g_test_message ("at most %.3f units, at %a", most, where);
  if (!(most <= curve->limit))
    g_error ("%s of %.9g is off by %.3f units, more than %.3g", curve->name, where, most,
             curve->limit);
}

static void
test_special (gconstpointer data)
{
  const Subject *subject = data;
  const float x[] = { 0.0f, -0.0f, INFINITY, -INFINITY, NAN, FLT_MAX, -FLT_MAX, FLT_MIN, -FLT_MIN,
                      FLT_TRUE_MIN, -FLT_TRUE_MIN, 0x1.62e42ep6f, 0x1.62e430p6f };

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    {
      float y;

      find_curve (subject) (1, &x[i], &y);
      if (!(find_error (subject->curve, x[i], y) <= subject->curve->limit))
        g_error ("%s of %.9g is %.9g", subject->curve->name, x[i], y);
    }
}

/* A value gives the same bits in each place, also over itself; what lies beyond stays. */
static void
test_places (gconstpointer data)
{
  const Subject *subject = data;

  for (guint n = 0; n < 40; n++)
    {
      float x[41], y[41];

      for (guint i = 0; i <= n; i++)
        {
          x[i] = 0.37f * i - 5.0f;
          y[i] = 7.0f;
        }
      find_curve (subject) (n, x, y);
      g_assert_cmpfloat (y[n], ==, 7.0f);
      for (guint i = 0; i < n; i++)
        {
          float alone;

          find_curve (subject) (1, &x[i], &alone);
          g_assert_cmpmem (&alone, sizeof alone, &y[i], sizeof y[i]);
        }
      find_curve (subject) (n, x, x);
      g_assert_cmpmem (x, n * sizeof *x, y, n * sizeof *y);
    }
}

/* Of doubles, against more digits than they have. */
static void
test_wide (gconstpointer data)
{
  const MtlKernels *kernels = data;
  const double special[] = { 0.0, -0.0, 1000.0, INFINITY, -INFINITY, -750.0, NAN };
  double most = 0.0, y[G_N_ELEMENTS (special)];

  for (double first = -745.0; first < 710.0; first += 0.37)
    {
      double x[WIDE], found[WIDE];

      for (guint i = 0; i < WIDE; i++)
        x[i] = first + i * 0x1.1p-5;
      kernels->curves->exp_wide (WIDE, x, found);
      for (guint i = 0; i < WIDE; i++)
        {
          long double value = expl (x[i]), size = MAX (value, (long double) DBL_MIN);

          if (isinf ((double) value))
            g_assert_cmpfloat (found[i], ==, INFINITY);
          else
            most = MAX (most, (double) (fabsl (found[i] - value) / ldexpl (1, ilogbl (size) - 52)));
        }
    }
  g_test_message ("at most %.3f units", most);
  g_assert_cmpfloat (most, <=, 1.1);

  kernels->curves->exp_wide (G_N_ELEMENTS (special), special, y);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (special); i++)
    g_assert_cmpfloat (y[i], ==, exp (special[i]));
  g_assert_true (isnan (y[G_N_ELEMENTS (special) - 1]));
}

static void
add_test (const char        *what,
          const MtlKernels  *kernels,
          const Curve       *curve,
          GTestDataFunc      test)
{
  g_autofree char *path = g_strdup_printf ("/curves/%s/%s/%s", kernels->name, curve->name, what);
  Subject *subject = g_new (Subject, 1);

  *subject = (Subject) { kernels, curve };
  g_test_add_data_func_full (path, subject, test, g_free);
}

int
main (int    argc,
      char **argv)
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);

  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    {
      g_autofree char *path = g_strdup_printf ("/curves/%s/exp-wide", kernels->name);

      g_test_add_data_func (path, kernels, test_wide);
      for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
        {
          add_test ("error", kernels, &curves[i], test_error);
          add_test ("special", kernels, &curves[i], test_special);
          add_test ("places", kernels, &curves[i], test_places);
        }
    }

  return g_test_run ();
}
