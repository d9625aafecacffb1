/* test-kernels.c — each set of kernels against sums in double precision
 *
 * The reference is the definition in mtl-conv-pool.h, written as loops. Where
 * rounding could choose another maximum, or another side of the rectifier, the
 * gradient of that output is set to zero, so that no choice is compared.
 *
 * Errors are relative to the sum of the magnitudes of what is summed.
 * Scratch is filled with NaN before each call, and a guard behind each buffer
 * is looked at after it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool.h"

#include <math.h>
#include <string.h>

#include "mtl-rng.h"

#define TOLERANCE 1e-5
#define MARGIN    1e-4   /* below which two sums count as equal; values are of order 1 */
#define GUARD     64     /* bytes behind a buffer, all 0xff */
#define MAX_LANES 3

typedef struct
{
  gsize in, height, width, out, kernel, padding, rows;
  guint lanes;
} Case;

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

typedef struct
{
  const MtlConvPoolKernels *kernels;
  const Case               *the;
} Subject;

typedef struct
{
  MtlConvPool shape;
  gsize       rows, n_x, n_y, n_w;   /* floats of a sample; of the weights */
  guint       lanes;
  float      *x, *w, *bias, *y;
  guint8     *kept;
  char       *scratch;
  gsize       n_scratch;
  float      *dy[MAX_LANES], *dx[MAX_LANES], *dw[2 * MAX_LANES];
  gboolean    fresh[MAX_LANES];
  double     *want_y, *scale_y;
  guint32    *peak;                  /* place of the maximum in the plane; G_MAXUINT32: none */
} Run;

static gpointer
guarded (gsize bytes)
{
  char *start = g_malloc (bytes + GUARD);

  memset (start, 0xff, bytes + GUARD);

  return start;
}

static void
check_guard (gconstpointer buffer,
             gsize         bytes,
             const char   *name)
{
  for (guint i = 0; i < GUARD; i++)
    if (((const guint8 *) buffer)[bytes + i] != 0xff)
      g_error ("%s: %" G_GSIZE_FORMAT " bytes asked for, written to %u bytes behind them",
               name, bytes, i);
}

static float *
random_floats (gsize   n,
               guint64 stream,
               double  scale)
{
  float *values = guarded (n * sizeof (float));
  MtlRng rng = mtl_rng_derive (mtl_rng_new (7, MTL_STREAM_DATA), stream);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (scale * mtl_rng_normal (rng, i));

  return values;
}

static gsize
span (const MtlConvPool *s,
      gsize              size)
{
  return size + 2 * s->padding - s->kernel + 1;
}

static void
set_up (Run           *run,
        const Subject *subject)
{
  const Case *c = subject->the;
  MtlConvPool *s = &run->shape;

  *s = (MtlConvPool) { .in = c->in, .height = c->height, .width = c->width, .out = c->out,
                       .kernel = c->kernel, .padding = c->padding };
  s->rows = span (s, s->height) / 2;
  s->columns = span (s, s->width) / 2;

  run->rows = c->rows;
  run->lanes = c->lanes;
  run->n_x = c->in * c->height * c->width;
  run->n_y = c->out * s->rows * s->columns;
  run->n_w = c->out * c->in * c->kernel * c->kernel;
  run->x = random_floats (run->rows * run->n_x, 1, 1.0);
  run->w = random_floats (run->n_w, 2, 1.0 / sqrt (c->in * c->kernel * c->kernel));
  run->bias = random_floats (c->out, 3, 0.3);
  run->y = guarded (run->rows * run->n_y * sizeof (float));
  run->kept = guarded (run->rows * run->n_y * MTL_CONV_POOL_KEPT);
  run->n_scratch = subject->kernels->scratch (s);
  run->scratch = guarded (run->n_scratch);
  run->want_y = g_new (double, run->rows * run->n_y);
  run->scale_y = g_new (double, run->rows * run->n_y);
  run->peak = g_new (guint32, run->rows * run->n_y);

  for (guint l = 0; l < run->lanes; l++)
    {
      run->dy[l] = random_floats (run->rows * run->n_y, 10 + l, 1.0);
      run->dx[l] = random_floats (run->rows * run->n_x, 20 + l, 1.0);
      run->dw[l] = random_floats (run->n_w, 30 + l, 1.0);
      run->dw[run->lanes + l] = random_floats (c->out, 40 + l, 1.0);
      run->fresh[l] = l != 1;
    }
}

static void
tear_down (Run *run)
{
  gpointer all[] = { run->x, run->w, run->bias, run->y, run->kept, run->scratch, run->want_y,
                     run->scale_y, run->peak };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    g_free (all[i]);

  for (guint l = 0; l < run->lanes; l++)
    {
      g_free (run->dy[l]);
      g_free (run->dx[l]);
      g_free (run->dw[l]);
      g_free (run->dw[run->lanes + l]);
    }
}

static MtlOpPass
pass_of (Run         *run,
         const float **x,
         float       **y,
         const float **weights)
{
  *x = run->x;
  *y = run->y;
  weights[0] = run->w;
  weights[1] = run->bias;
  memset (run->scratch, 0xff, run->n_scratch);

  return (MtlOpPass) {
    .rows = run->rows, .x = x, .y = y, .weights = weights,
    .kept = run->kept, .scratch = run->scratch, .n_lanes = run->lanes,
    .dy = (const float *const *) run->dy, .dx = run->dx, .dx_fresh = run->fresh, .dw = run->dw,
  };
}

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

  subject->kernels->forward (&run->shape, &pass);
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

  subject->kernels->grad (&run->shape, &pass);
  check_guard (run->scratch, run->n_scratch, "scratch of grad");
  memset (run->scratch, 0xff, run->n_scratch);
  subject->kernels->backward (&run->shape, &pass);
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

/* --- what the reference leaves out --- */

/* A row gives the same bits alone and anywhere in a shard. */
static void
test_place (gconstpointer data)
{
  const Subject *subject = data;
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  MtlOpPass pass;
  g_autofree float *all_y = NULL;
  g_autofree float *all_dx = NULL;

  set_up (&run, data);
  run.fresh[0] = TRUE;
  run.lanes = 1;
  pass = pass_of (&run, &x, &y, weights);
  subject->kernels->forward (&run.shape, &pass);
  subject->kernels->backward (&run.shape, &pass);
  all_y = g_memdup2 (run.y, run.rows * run.n_y * sizeof (float));
  all_dx = g_memdup2 (run.dx[0], run.rows * run.n_x * sizeof (float));

  pass.rows = 1;
  for (gsize row = 0; row < run.rows; row++)
    {
      float *dy = run.dy[0];

      x = run.x + row * run.n_x;
      run.dy[0] = dy + row * run.n_y;
      subject->kernels->forward (&run.shape, &pass);
      subject->kernels->backward (&run.shape, &pass);
      run.dy[0] = dy;

      for (gsize i = 0; i < run.n_y; i++)
        if (run.y[i] != all_y[row * run.n_y + i])
          g_error ("row %" G_GSIZE_FORMAT ": y[%" G_GSIZE_FORMAT "] is %.9g alone, %.9g in the shard",
                   row, i, run.y[i], all_y[row * run.n_y + i]);
      for (gsize i = 0; i < run.n_x; i++)
        if (run.dx[0][i] != all_dx[row * run.n_x + i])
          g_error ("row %" G_GSIZE_FORMAT ": dx[%" G_GSIZE_FORMAT "] is %.9g alone, %.9g in the "
                   "shard", row, i, run.dx[0][i], all_dx[row * run.n_x + i]);
    }

  run.lanes = subject->the->lanes;
  tear_down (&run);
}

/* A 1×1 kernel of weight 1 shows the pool and the rectifier alone. */
static const Case one_cell = { 1, 2, 2, 1, 1, 0, 1, 1 };

static void
check_cell (const MtlConvPoolKernels *kernels,
            const float               pixels[4],
            float                     value,
            int                       place)
{
  Subject subject = { kernels, &one_cell };
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  MtlOpPass pass;

  set_up (&run, &subject);
  memcpy (run.x, pixels, 4 * sizeof (float));
  run.w[0] = 1.0f;
  run.bias[0] = 0.0f;
  run.dy[0][0] = 1.0f;
  pass = pass_of (&run, &x, &y, weights);
  kernels->forward (&run.shape, &pass);
  kernels->backward (&run.shape, &pass);

  if (!(run.y[0] == value || (isnan (run.y[0]) && isnan (value))))
    g_error ("%s: maximum of %g %g %g %g is %g, expected %g", kernels->name, pixels[0], pixels[1],
             pixels[2], pixels[3], run.y[0], value);
  for (int p = 0; p < 4; p++)
    if (run.dx[0][p] != (p == place ? 1.0f : 0.0f))
      g_error ("%s: dx of %g %g %g %g is %g at %d, expected place %d", kernels->name, pixels[0],
               pixels[1], pixels[2], pixels[3], run.dx[0][p], p, place);

  tear_down (&run);
}

static void
test_cells (gconstpointer data)
{
  const MtlConvPoolKernels *kernels = data;

  check_cell (kernels, (const float[]) { 2, 2, 2, 2 }, 2, 0);
  check_cell (kernels, (const float[]) { 1, 3, 2, 3 }, 3, 1);
  check_cell (kernels, (const float[]) { -1, 1, 4, 4 }, 4, 2);
  check_cell (kernels, (const float[]) { -1, -2, 3, 5 }, 5, 3);
  check_cell (kernels, (const float[]) { 0, -1, 0, -2 }, 0, -1);
  check_cell (kernels, (const float[]) { -3, -1, -4, -2 }, 0, -1);
  check_cell (kernels, (const float[]) { 1, NAN, 3, 2 }, NAN, 1);
}

/* Lanes that are not wanted are passed over, and the others served. */
static void
test_unwanted (gconstpointer data)
{
  const MtlConvPoolKernels *kernels = data;
  Subject subject = { kernels, &cases[2] };
  Run run = { 0 };
  const float *x, *weights[2];
  float *y;
  float *kept_dx, *kept_dw;
  MtlOpPass pass;

  set_up (&run, &subject);
  pass = pass_of (&run, &x, &y, weights);
  kernels->forward (&run.shape, &pass);
  run.dy[2] = memcpy (run.dy[2], run.dy[0], run.rows * run.n_y * sizeof (float));
  memset (run.dw[0], 0, run.n_w * sizeof (float));
  memset (run.dw[2], 0, run.n_w * sizeof (float));
  kept_dx = g_steal_pointer (&run.dx[1]);
  kept_dw = g_steal_pointer (&run.dw[1]);
  kernels->grad (&run.shape, &pass);
  kernels->backward (&run.shape, &pass);

  g_assert_cmpmem (run.dw[0], run.n_w * sizeof (float), run.dw[2], run.n_w * sizeof (float));
  g_assert_cmpmem (run.dx[0], run.rows * run.n_x * sizeof (float),
                   run.dx[2], run.rows * run.n_x * sizeof (float));
  run.dx[1] = kept_dx;
  run.dw[1] = kept_dw;
  tear_down (&run);
}

extern const MtlOp mtl_op_conv_relu_pool;

static gboolean
accepts (double stride,
         double size,
         double pool_stride,
         gsize  channels)
{
  MtlSetting conv[] = { { .number = 10 }, { .number = 5 }, { .number = stride }, { .number = 0 } };
  MtlSetting pool[] = { { .number = size }, { .number = pool_stride } };
  MtlOpShape parts[] = {
    { .set = conv, .in = { { .rank = 3, .size = { channels, 36, 36 } } } },
    { .set = NULL },
    { .set = pool },
  };

  return mtl_op_conv_relu_pool.accepts (parts, G_N_ELEMENTS (parts));
}

static void
test_accepts (void)
{
  g_assert_true (accepts (1, 2, 2, 1));
  g_assert_true (accepts (1, 2, 0, 10));
  g_assert_false (accepts (2, 2, 2, 1));
  g_assert_false (accepts (1, 3, 2, 1));
  g_assert_false (accepts (1, 2, 1, 1));
  g_assert_false (accepts (1, 2, 2, 4096));
}

static void
add_case (const MtlConvPoolKernels *kernels,
          guint                     n)
{
  Subject *subject = g_new (Subject, 1);
  const Case *c = &cases[n];
  g_autofree char *words = g_strdup_printf ("%zux%zux%zu-%zu-of-%zu-pad-%zu-rows-%zu-lanes-%u",
                                            c->in, c->height, c->width, c->out, c->kernel,
                                            c->padding, c->rows, c->lanes);
  g_autofree char *reference = g_strdup_printf ("/kernels/%s/reference/%s", kernels->name, words);
  g_autofree char *place = g_strdup_printf ("/kernels/%s/place/%s", kernels->name, words);

  *subject = (Subject) { kernels, c };
  g_test_add_data_func_full (reference, subject, test_reference, g_free);
  if (c->rows > 1)
    g_test_add_data_func_full (place, g_memdup2 (subject, sizeof *subject), test_place, g_free);
}

int
main (int    argc,
      char **argv)
{
  const MtlConvPoolKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kernels/accepts", test_accepts);
  for (guint set = 0; (kernels = mtl_conv_pool_kernels (set)) != NULL; set++)
    {
      g_autofree char *cells = g_strdup_printf ("/kernels/%s/cells", kernels->name);
      g_autofree char *unwanted = g_strdup_printf ("/kernels/%s/unwanted", kernels->name);

      g_test_add_data_func (cells, kernels, test_cells);
      g_test_add_data_func (unwanted, kernels, test_unwanted);
      for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
        add_case (kernels, n);
    }

  return g_test_run ();
}
