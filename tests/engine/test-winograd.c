/* test-winograd.c — each set's 3×3 convolutions against sums in double precision
 *
 * Errors are relative to the norm of the whole. Scratch and what is written over
 * are NaN before each call, and bytes behind each buffer are looked at.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define GUARD     16     /* floats */
#define LANES     2

static const MtlWinograd shapes[] = {
  { 64, 8, 8, 64, 8, 8, 1, 2 }, { 32, 5, 7, 48, 3, 5, 0, 2 }, { 3, 4, 4, 5, 6, 6, 2, 2 },
  { 17, 1, 1, 33, 1, 1, 1, 2 }, { 70, 2, 3, 31, 2, 3, 1, 2 }, { 5, 3, 270, 9, 3, 270, 1, 2 },
  { 130, 4, 4, 40, 4, 4, 1, 2 },
  { 64, 8, 8, 64, 8, 8, 1, 4 }, { 32, 5, 7, 48, 3, 5, 0, 4 }, { 3, 4, 4, 5, 6, 6, 2, 4 },
  { 17, 1, 1, 33, 1, 1, 1, 4 }, { 70, 2, 3, 31, 2, 3, 1, 4 }, { 5, 3, 540, 9, 3, 540, 1, 4 },
  { 130, 4, 4, 40, 4, 4, 1, 4 }, { 256, 9, 10, 64, 9, 10, 1, 4 },
};

typedef struct
{
  const MtlKernels  *kernels;
  const MtlWinograd *shape;
} Subject;

typedef struct
{
  gsize  n_samples, n_x, n_y, n_w;
  float *x, *w, *bias, *dy[LANES];
} Input;

/* With GUARD floats behind them, all NaN. */
static float *
blank (gsize n)
{
  float *values = g_new (float, n + GUARD);

  memset (values, 0xff, (n + GUARD) * sizeof *values);
  return values;
}

static void
check_guard (const float *values,
             gsize        n)
{
  for (gsize i = 0; i < GUARD * sizeof (float); i++)
    g_assert_cmpuint (((const guint8 *) (values + n))[i], ==, 0xff);
}

static float *
draw (gsize   n,
      guint64 stream)
{
  MtlRng rng = mtl_rng_new (3, stream);
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) mtl_rng_normal (rng, i);

  return values;
}

static void
set_up (Input             *it,
        const MtlWinograd *shape)
{
  it->n_samples = 3;
  it->n_x = it->n_samples * shape->in * shape->height * shape->width;
  it->n_y = it->n_samples * shape->out * shape->rows * shape->columns;
  it->n_w = shape->in * shape->out * 9;
  it->x = draw (it->n_x, 1);
  it->w = draw (it->n_w, 2);
  it->bias = draw (shape->out, 3);
  for (guint l = 0; l < LANES; l++)
    it->dy[l] = draw (it->n_y, 4 + l);
}

static void
clear (Input *it)
{
  g_free (it->x);
  g_free (it->w);
  g_free (it->bias);
  for (guint l = 0; l < LANES; l++)
    g_free (it->dy[l]);
}

/* Of tiles of 2×2, and of 4×4. */
static double
get_tolerance (const MtlWinograd *shape)
{
  return shape->tile == 2 ? 1e-6 : 2.5e-6;
}

static void
assert_close (const MtlWinograd *shape,
              const char        *what,
              const float       *found,
              const double      *expected,
              gsize              n)
{
  double error = 0.0, norm = 0.0;

  check_guard (found, n);
  for (gsize i = 0; i < n; i++)
    {
      error += (found[i] - expected[i]) * (found[i] - expected[i]);
      norm += expected[i] * expected[i];
    }
  g_test_message ("%s: %.3g of its norm", what, sqrt (error / norm));
  if (!(sqrt (error) <= get_tolerance (shape) * sqrt (norm)))
    g_error ("%s is off by %.3g of its norm", what, sqrt (error / norm));
}

/* Adds to @y, or, where @dw is given, to it. @turned: as prepare() has it. */
static void
sum_places (const MtlWinograd *s,
            const Input       *it,
            gboolean           turned,
            gsize              o,
            gsize              c,
            const float       *dy,
            double            *y,
            double            *dw)
{
  for (gsize r = 0; r < it->n_samples; r++)
    for (gsize row = 0; row < s->rows; row++)
      for (gsize column = 0; column < s->columns; column++)
        for (gsize tap = 0; tap < 9; tap++)
          {
            gsize y_at = ((r * s->out + o) * s->rows + row) * s->columns + column;
            gssize up = row + tap / 3 - s->padding, left = column + tap % 3 - s->padding;
            gsize w_at = turned ? (c * s->out + o) * 9 + 8 - tap : (o * s->in + c) * 9 + tap;
            double x;

            if (up < 0 || left < 0 || up >= (gssize) s->height || left >= (gssize) s->width)
              continue;
            x = it->x[((r * s->in + c) * s->height + up) * s->width + left];
            if (dw != NULL)
              dw[w_at] += x * dy[y_at];
            else
              y[y_at] += x * it->w[w_at];
          }
}

static void
check_run (const Subject *subject,
           gboolean       turned,
           gboolean       add)
{
  const MtlWinogradKernels *kernels = subject->kernels->winograd;
  const MtlWinograd *s = subject->shape;
  Input it;
  gsize n_panels = mtl_gemm_panels (subject->kernels->gemm, s->out);
  gsize n_weights = kernels->prepared (s), n_scratch = kernels->scratch (s);
  g_autofree float *weights = blank (n_weights), *scratch = blank (n_scratch), *y = NULL;
  g_autofree double *expected = NULL;

  set_up (&it, s);
  y = blank (it.n_y);
  expected = g_new0 (double, it.n_y);
  for (gsize i = 0; i < it.n_y; i++)
    {
      if (add)
        expected[i] = y[i] = it.dy[0][i];
      else
        expected[i] = it.bias[i / (s->rows * s->columns) % s->out];
    }
  for (gsize o = 0; o < s->out; o++)
    for (gsize c = 0; c < s->in; c++)
      sum_places (s, &it, turned, o, c, NULL, expected, NULL);

  for (gsize panel = n_panels; panel > 0; panel--)
    kernels->prepare (s, it.w, turned, panel - 1, panel, weights);
  check_guard (weights, n_weights);
  kernels->run (s, &(MtlWinogradRun) { it.n_samples, it.x, weights, add ? NULL : it.bias, add, y,
                                       scratch });
  check_guard (scratch, n_scratch);
  assert_close (s, turned ? "turned y" : "y", y, expected, it.n_y);
  clear (&it);
}

static void
test_run (gconstpointer data)
{
  for (guint kind = 0; kind < 4; kind++)
    check_run (data, kind & 1, kind >> 1);
}

static void
check_grad (const Subject *subject,
            gboolean       over)
{
  const MtlWinogradKernels *kernels = subject->kernels->winograd;
  const MtlWinograd *s = subject->shape;
  gsize n_scratch = kernels->grad_scratch (s);
  g_autofree float *scratch = blank (n_scratch), *first = NULL, *second = NULL;
  g_autofree double *expected = NULL;
  float *dw[LANES];
  Input it;

  set_up (&it, s);
  dw[0] = first = blank (it.n_w);
  dw[1] = second = blank (it.n_w);
  if (!over)
    for (guint l = 0; l < LANES; l++)
      memcpy (dw[l], it.w, it.n_w * sizeof (float));

  for (gsize panel = 0; panel < mtl_gemm_panels (subject->kernels->gemm, s->out); panel++)
    kernels->grad (s, &(MtlWinogradGrad) { it.n_samples, it.x, LANES,
                                           (const float *const *) it.dy, dw, over, panel,
                                           panel + 1, scratch });
  check_guard (scratch, n_scratch);
  expected = g_new (double, it.n_w);
  for (guint l = 0; l < LANES; l++)
    {
      for (gsize i = 0; i < it.n_w; i++)
        expected[i] = over ? 0.0 : it.w[i];
      for (gsize o = 0; o < s->out; o++)
        for (gsize c = 0; c < s->in; c++)
          sum_places (s, &it, FALSE, o, c, it.dy[l], NULL, expected);
      assert_close (s, "dw", dw[l], expected, it.n_w);
    }
  clear (&it);
}

static void
test_grad (gconstpointer data)
{
  check_grad (data, FALSE);
  check_grad (data, TRUE);
}

int
main (int   argc,
      char *argv[])
{
  const MtlKernels *kernels;

  g_test_init (&argc, &argv, NULL);
  for (guint set = 0; (kernels = mtl_kernels_usable (set)) != NULL; set++)
    for (guint n = 0; n < G_N_ELEMENTS (shapes); n++)
      {
        Subject *subject = g_new (Subject, 1);
        g_autofree char *run = g_strdup_printf ("/winograd/run/%s/%u", kernels->name, n);
        g_autofree char *grad = g_strdup_printf ("/winograd/grad/%s/%u", kernels->name, n);

        *subject = (Subject) { kernels, &shapes[n] };
        g_test_add_data_func (run, subject, test_run);
        g_test_add_data_func_full (grad, subject, test_grad, g_free);
      }

  return g_test_run ();
}
