/* kernel-run.h — the buffers of one run of a set of kernels
 *
 * Everything is random from a fixed seed. A guard stands behind each buffer
 * that a kernel writes to, and scratch is NaN before each call.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-rng.h"

#define GUARD     64     /* bytes behind a buffer, all 0xff */
#define MAX_LANES 3

typedef struct
{
  gsize in, height, width, out, kernel, padding, rows;
  guint lanes;
} Case;

typedef struct
{
  const MtlKernels *kernels;
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

static inline gpointer
guarded (gsize bytes)
{
  char *start = g_malloc (bytes + GUARD);

  memset (start, 0xff, bytes + GUARD);

  return start;
}

static inline void
check_guard (gconstpointer buffer,
             gsize         bytes,
             const char   *name)
{
  for (guint i = 0; i < GUARD; i++)
    if (((const guint8 *) buffer)[bytes + i] != 0xff)
      g_error ("%s: %" G_GSIZE_FORMAT " bytes asked for, written to %u bytes behind them",
               name, bytes, i);
}

static inline float *
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

static inline gsize
span (const MtlConvPool *s,
      gsize              size)
{
  return size + 2 * s->padding - s->kernel + 1;
}

static inline void
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
  run->n_scratch = subject->kernels->conv_pool->scratch (s);
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

static inline void
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

static inline MtlOpPass
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
