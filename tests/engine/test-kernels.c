/* test-kernels.c — each set of kernels against sums in double precision
 *
 * The reference is the definition in mtl-conv-pool.h, written as loops. Where
 * rounding could choose another maximum, or another side of the rectifier, the
 * gradient of that output is set to zero, so that no choice is compared.
 * Errors are relative to the sum of the magnitudes of what is summed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "kernel-run.h"

#define TOLERANCE 1e-5
#define MARGIN    1e-4   /* below which two sums count as equal; values are of order 1 */

static const Case cases[] = {
  { 1, 36, 36, 10, 9, 0, 32, 2 },
  { 10, 14, 14, 20, 5, 0, 32, 2 },
  { 10, 14, 14, 20, 5, 0, 7, 3 },
  { 1, 36, 36, 10, 9, 0, 1, 1 },
  { 1, 2, 2, 1, 1, 0, 1, 1 },
  { 1, 12, 15, 3, 2, 0, 7, 2 },
  { 2, 9, 8, 5, 3, 1, 7, 1 },
  { 3, 11, 13, 7, 4, 2, 32, 3 },
  { 3, 13, 12, 13, 11, 0, 7, 2 },
  { 5, 10, 9, 11, 3, 0, 1, 3 },
  { 8, 17, 7, 6, 5, 3, 7, 2 },
  { 17, 8, 10, 4, 3, 1, 7, 2 },
  { 40, 7, 6, 9, 3, 1, 17, 1 },
  { 4, 30, 9, 2, 7, 0, 16, 2 },
  { 1, 25, 40, 12, 10, 4, 7, 3 },
  { 6, 6, 6, 1, 6, 1, 9, 1 },
};

/* --- the reference --- */

/* Calls for each pair of weight and pixel under position (r, s) of the convolution. */
typedef void (*Visit) (gpointer data,
                       gsize    weight,
                       gsize    pixel);

static void
visit_taps (const MtlConvPool *s,
            gsize              channel,
            gsize              r,
            gsize              column,
            Visit              visit,
            gpointer           data)
{
  for (gsize i = 0; i < s->in; i++)
    for (gsize u = 0; u < s->kernel; u++)
      for (gsize v = 0; v < s->kernel; v++)
        {
          gsize row = r + u - s->padding;      /* wraps to a huge number above the image */
          gsize at = column + v - s->padding;

          if (row < s->height && at < s->width)
            visit (data, ((channel * s->in + i) * s->kernel + u) * s->kernel + v,
                   (i * s->height + row) * s->width + at);
        }
}

typedef struct
{
  const float *w, *x;
  double       sum, scale;
} Sum;

static void
add_tap (gpointer data,
         gsize    weight,
         gsize    pixel)
{
  Sum *sum = data;
  double term = (double) sum->w[weight] * sum->x[pixel];

  sum->sum += term;
  sum->scale += fabs (term);
}

static void
expect_output (Run  *run,
               gsize row,
               gsize o)
{
  const MtlConvPool *s = &run->shape;
  gsize cells = s->rows * s->columns;
  gsize channel = o / cells;
  gsize r = 2 * (o % cells / s->columns);
  gsize column = 2 * (o % cells % s->columns);
  gsize at = row * run->n_y + o;
  double best = -INFINITY;
  double second = -INFINITY;

  run->scale_y[at] = 0.0;
  for (guint p = 0; p < 4; p++)
    {
      Sum sum = { .w = run->w, .x = run->x + row * run->n_x, .sum = run->bias[channel] };

      visit_taps (s, channel, r + p / 2, column + p % 2, add_tap, &sum);
      second = MAX (second, MIN (best, sum.sum));
      run->scale_y[at] = MAX (run->scale_y[at], sum.scale + fabs (run->bias[channel]));
      if (sum.sum > best)
        {
          best = sum.sum;
          run->peak[at] = (guint32) ((r + p / 2) * span (s, s->width) + column + p % 2);
        }
    }

  run->want_y[at] = MAX (best, 0.0);
  if (best <= 0.0)
    run->peak[at] = G_MAXUINT32;
  if (fabs (best) < MARGIN || best - second < MARGIN)
    for (guint l = 0; l < run->lanes; l++)
      run->dy[l][at] = 0.0f;
}

typedef struct
{
  const float *w, *x;
  double       g;
  double      *dw, *scale_w, *dx, *scale_x;
} Spread;

static void
spread_tap (gpointer data,
            gsize    weight,
            gsize    pixel)
{
  Spread *to = data;

  to->dw[weight] += to->g * to->x[pixel];
  to->scale_w[weight] += fabs (to->g * to->x[pixel]);
  to->dx[pixel] += to->g * to->w[weight];
  to->scale_x[pixel] += fabs (to->g * to->w[weight]);
}

/* --- the comparison --- */

static void
check_value (const char *name,
             gsize       index,
             double      found,
             double      expected,
             double      scale)
{
  if (!(fabs (found - expected) <= TOLERANCE * (scale + 1e-30)))
    g_error ("seed 7: %s[%" G_GSIZE_FORMAT "] is %.9g, expected %.9g, sum of magnitudes %.9g",
             name, index, found, expected, scale);
}

static void
check_forward (Run           *run,
               const Subject *subject)
{
  const float *x, *weights[2];
  float *y;
  MtlOpPass pass = pass_of (run, &x, &y, weights);

  subject->kernels->conv_pool->forward (&run->shape, &pass);
  check_guard (run->scratch, run->n_scratch, "scratch of forward");
  check_guard (run->y, run->rows * run->n_y * sizeof (float), "y");
  check_guard (run->kept, run->rows * run->n_y * MTL_CONV_POOL_KEPT, "kept");

  for (gsize row = 0; row < run->rows; row++)
    for (gsize o = 0; o < run->n_y; o++)
      {
        gsize at = row * run->n_y + o;

        expect_output (run, row, o);
        check_value ("y", at, run->y[at], run->want_y[at], run->scale_y[at]);
      }
}

/* @base: what stood in the buffer before, to which the kernel adds; or NULL. */
static void
check_all (const char   *name,
           gsize         n,
           const float  *found,
           const float  *base,
           const double *expected,
           const double *scale)
{
  for (gsize i = 0; i < n; i++)
    {
      double before = base != NULL ? base[i] : 0.0;

      check_value (name, i, found[i], before + expected[i], fabs (before) + scale[i]);
    }
}

static void
check_lane (Run         *run,
            guint        l,
            const float *old_dw,
            const float *old_db,
            const float *old_dx)
{
  const MtlConvPool *s = &run->shape;
  gsize cells = s->rows * s->columns;
  gsize wide = span (s, s->width);
  g_autofree double *dw = g_new0 (double, 2 * run->n_w);
  g_autofree double *db = g_new0 (double, 2 * s->out);

  for (gsize row = 0; row < run->rows; row++)
    {
      g_autofree double *dx = g_new0 (double, 2 * run->n_x);
      Spread to = { .w = run->w, .x = run->x + row * run->n_x, .dw = dw,
                    .scale_w = dw + run->n_w, .dx = dx, .scale_x = dx + run->n_x };

      for (gsize o = 0; o < run->n_y; o++)
        {
          guint32 peak = run->peak[row * run->n_y + o];

          to.g = run->dy[l][row * run->n_y + o];
          if (peak == G_MAXUINT32 || to.g == 0.0)
            continue;
          visit_taps (s, o / cells, peak / wide, peak % wide, spread_tap, &to);
          db[o / cells] += to.g;
          db[s->out + o / cells] += fabs (to.g);
        }

      check_all ("dx", run->n_x, run->dx[l] + row * run->n_x,
                 run->fresh[l] ? NULL : old_dx + row * run->n_x, dx, dx + run->n_x);
    }

  check_all ("dw", run->n_w, run->dw[l], old_dw, dw, dw + run->n_w);
  check_all ("db", s->out, run->dw[run->lanes + l], old_db, db, db + s->out);
}

static void
check_backward (Run           *run,
                const Subject *subject)
{
  const float *x, *weights[2];
  float *y;
  float *old[3][MAX_LANES];
  gsize n_x = run->rows * run->n_x;
  gsize out = run->shape.out;
  MtlOpPass pass = pass_of (run, &x, &y, weights);

  for (guint l = 0; l < run->lanes; l++)
    {
      old[0][l] = g_memdup2 (run->dw[l], run->n_w * sizeof (float));
      old[1][l] = g_memdup2 (run->dw[run->lanes + l], out * sizeof (float));
      old[2][l] = g_memdup2 (run->dx[l], n_x * sizeof (float));
    }

  subject->kernels->conv_pool->grad (&run->shape, &pass);
  check_guard (run->scratch, run->n_scratch, "scratch of grad");
  memset (run->scratch, 0xff, run->n_scratch);
  subject->kernels->conv_pool->backward (&run->shape, &pass);
  check_guard (run->scratch, run->n_scratch, "scratch of backward");

  for (guint l = 0; l < run->lanes; l++)
    {
      check_guard (run->dx[l], n_x * sizeof (float), "dx");
      check_guard (run->dw[l], run->n_w * sizeof (float), "dw");
      check_lane (run, l, old[0][l], old[1][l], old[2][l]);
      for (guint i = 0; i < 3; i++)
        g_free (old[i][l]);
    }
}

static void
test_reference (gconstpointer data)
{
  Run run = { 0 };

  set_up (&run, data);
  check_forward (&run, data);
  check_backward (&run, data);
  tear_down (&run);
}

static void
add_case (const MtlKernels *kernels,
          guint                     n)
{
  Subject *subject = g_new (Subject, 1);
  const Case *c = &cases[n];
  g_autofree char *words = g_strdup_printf ("%zux%zux%zu-%zu-of-%zu-pad-%zu-rows-%zu-lanes-%u",
                                            c->in, c->height, c->width, c->out, c->kernel,
                                            c->padding, c->rows, c->lanes);
  g_autofree char *reference = g_strdup_printf ("/kernels/%s/reference/%s", kernels->name, words);

  *subject = (Subject) { kernels, c };
  g_test_add_data_func_full (reference, subject, test_reference, g_free);
}

int
main (int    argc,
      char **argv)
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
      add_case (kernels, n);

  return g_test_run ();
}
