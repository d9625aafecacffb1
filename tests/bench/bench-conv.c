/* bench-conv.c — the convolutions of a residual network of 18 layers
 *
 * One line for each shape: ms for a batch of 64 and, in brackets, GF/s of the
 * sums by definition, for the forward pass, the gradient of the input and that
 * of the weights. Times are of the thread, the least of several rounds; what is
 * prepared of the weights for a pass counts with it. An argument is the number
 * of one shape, a second one that of its algorithm: 1 direct, 2 and 3 Winograd's
 * with tiles of 2×2 and of 4×4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mtl-blas.h"
#include "mtl-op.h"
#include "mtl-rng.h"

extern const MtlOp mtl_op_conv2d;

#define BATCH  64
#define SHARD  32
#define ROUNDS 7

typedef struct
{
  gsize in, out, size, kernel, stride, padding;
} Case;

static const Case cases[] = {
  { 3, 64, 32, 3, 1, 1 },    { 64, 64, 32, 3, 1, 1 },   { 64, 128, 32, 3, 2, 1 },
  { 64, 128, 32, 1, 2, 0 },  { 128, 128, 16, 3, 1, 1 }, { 128, 256, 16, 3, 2, 1 },
  { 128, 256, 16, 1, 2, 0 }, { 256, 256, 8, 3, 1, 1 },  { 256, 512, 8, 3, 2, 1 },
  { 256, 512, 8, 1, 2, 0 },  { 512, 512, 4, 3, 1, 1 },
};

typedef struct
{
  MtlOpShape   shape;
  MtlOpNeeds   needs;
  MtlSetting   set[7];
  gsize        n_x, n_y;   /* floats of a sample */
  const float *weights[2];
  float       *x, *y, *dy, *dx, *dw[2];
  gpointer     scratch, prepared;
} Bench;

typedef enum { FORWARD, BACKWARD, GRAD, N_PASSES } Pass;

static float *
random_floats (gsize   n,
               guint64 stream,
               double  scale)
{
  MtlRng rng = mtl_rng_derive (mtl_rng_new (1, MTL_STREAM_DATA), stream);
  float *values = g_aligned_alloc0 (n + 16, sizeof (float), 64);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) (scale * mtl_rng_normal (rng, i));

  return values;
}

static void
set_up (Bench      *bench,
        const Case *c,
        guint       algorithm)
{
  gsize n_w = c->in * c->out * c->kernel * c->kernel;

  *bench = (Bench) {
    .set = { { .number = c->out }, { .number = c->kernel }, { .number = c->stride },
             { .number = c->padding }, { .number = 1 }, { .number = 1 },
             { .number = algorithm } },
    .shape = { .set = bench->set, .n_in = 1, .in = { { 3, { c->in, c->size, c->size } } } },
  };
  if (!mtl_op_conv2d.infer (&bench->shape, NULL))
    g_error ("refused");
  mtl_op_conv2d.plan (&bench->shape, &bench->needs);
  bench->n_x = mtl_shape_size (&bench->shape.in[0]);
  bench->n_y = mtl_shape_size (&bench->shape.out[0]);
  bench->weights[0] = random_floats (n_w, 1, 1.0 / sqrt ((double) n_w / c->out));
  bench->weights[1] = random_floats (c->out, 2, 0.1);
  bench->x = random_floats (BATCH * bench->n_x, 3, 1.0);
  bench->y = random_floats (BATCH * bench->n_y, 4, 1.0);
  bench->dy = random_floats (BATCH * bench->n_y, 5, 1.0);
  bench->dx = random_floats (BATCH * bench->n_x, 6, 1.0);
  bench->dw[0] = random_floats (n_w, 7, 1.0);
  bench->dw[1] = random_floats (c->out, 8, 1.0);
  bench->scratch = g_aligned_alloc0 (bench->needs.scratch / 64 + 1, 64, 64);
  bench->prepared = g_aligned_alloc0 (MAX (bench->needs.prepared, bench->needs.prepared_back) / 64
                                      + 1, 64, 64);
}

static void
run (Bench *bench,
     Pass   what,
     gsize  first,
     gsize  rows,
     guint  piece)
{
  const float *x = bench->x + first * bench->n_x, *dy = bench->dy + first * bench->n_y;
  float *y = bench->y + first * bench->n_y, *dx = bench->dx + first * bench->n_x;
  const gboolean fresh = TRUE;
  MtlOpPass pass = {
    .shape = &bench->shape, .rows = rows, .x = &x, .y = &y, .weights = bench->weights,
    .scratch = bench->scratch, .prepared = bench->prepared, .piece = piece, .n_lanes = 1,
    .dy = &dy, .dx = &dx, .dx_fresh = &fresh, .dw = bench->dw,
  };

  if (what == FORWARD)
    mtl_op_conv2d.forward (&pass);
  else if (what == BACKWARD)
    mtl_op_conv2d.backward (&pass);
  else
    mtl_op_conv2d.grad (&pass);
}

static void
prepare (Bench    *bench,
         gboolean  goes_back)
{
  MtlOpPass pass = {
    .shape = &bench->shape, .weights = bench->weights, .scratch = bench->scratch,
    .prepared = bench->prepared, .goes_back = goes_back,
  };

  for (; mtl_op_conv2d.prepare != NULL && pass.piece < bench->needs.n_pieces; pass.piece++)
    mtl_op_conv2d.prepare (&pass);
}

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static double
time_pass (Bench *bench,
           Pass   what)
{
  double best = INFINITY;

  for (guint round = 0; round < ROUNDS; round++)
    {
      double start = now ();

      if (what != GRAD)
        prepare (bench, what == BACKWARD);
      if (what == GRAD && bench->needs.n_tiles > 0)
        for (guint piece = 0; piece < bench->needs.n_tiles; piece++)
          run (bench, what, 0, BATCH, piece);
      else
        for (gsize first = 0; first < BATCH; first += SHARD)
          run (bench, what, first, SHARD, 0);
      best = MIN (best, now () - start);
    }

  return best;
}

static void
bench_case (const Case *c,
            guint       algorithm)
{
  static const char *const names[N_PASSES] = { "forward", "dx", "dw" };
  static Bench bench;
  double flops;

  set_up (&bench, c, algorithm);
  flops = 2.0 * BATCH * (double) bench.n_y * c->in * c->kernel * c->kernel;
  printf ("basin %3zu->%3zu %2zux%-2zu k%zu s%zu:", c->in, c->out, c->size, c->size, c->kernel,
          c->stride);
  for (Pass what = 0; what < N_PASSES; what++)
    {
      double seconds = time_pass (&bench, what);

      printf ("  %s %7.2f ms (%4.0f)", names[what], 1e3 * seconds, 1e-9 * flops / seconds);
    }
  printf ("\n");
}

int
main (int   argc,
      char *argv[])
{
  mtl_blas_init ();
  if (argc > 1)
    bench_case (&cases[MIN ((gsize) atoi (argv[1]), G_N_ELEMENTS (cases) - 1)],
                argc > 2 ? (guint) atoi (argv[2]) : 0);
  else
    for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
      bench_case (&cases[n], 0);

  return 0;
}
