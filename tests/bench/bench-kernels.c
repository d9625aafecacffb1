/* bench-kernels.c — the fused convolution against its parts
 *
 * One line for each shape, pass and implementation, in µs a sample: the
 * fastest of many rounds over one shard of 32. “parts” are the ops conv2d,
 * relu and max-pool, one after another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "mtl-blas.h"
#include "mtl-kernels.h"
#include "mtl-rng.h"

extern const MtlOp mtl_op_conv2d;
extern const MtlOp mtl_op_relu;
extern const MtlOp mtl_op_max_pool;

#define ROWS   32
#define ROUNDS 60
#define MAX_LANES 2

typedef struct
{
  const char *name;
  gsize       in, height, out, kernel;
} Case;

static const Case cases[] = {
  { "conv1 1->10 9x9 on 36x36", 1, 36, 10, 9 },
  { "conv2 10->20 5x5 on 14x14", 10, 14, 20, 5 },
  { "3x3 32->32 on 18x18", 32, 18, 32, 3 },
};

/* One op with the buffers of a shard. */
typedef struct
{
  const MtlOp              *op;        /* or */
  const MtlKernels *kernels;
  MtlConvPool               pool;
  MtlOpShape                shape;
  MtlOpPass                 pass;
  const float              *x;
  float                    *y;
  const float              *weights[2];
  float                    *dy[MAX_LANES], *dx[MAX_LANES], *dw[2 * MAX_LANES];
  gboolean                  fresh[MAX_LANES];
} Stage;

typedef enum { FORWARD, GRAD, BACKWARD, N_PASSES } Pass;

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

static gsize
size_of (const MtlShape *shape)
{
  gsize size = ROWS;

  for (guint i = 0; i < shape->rank; i++)
    size *= shape->size[i];

  return size;
}

/* Bytes are rounded up for the allocator, which wants whole lines. */
static gpointer
allocate (gsize bytes)
{
  return g_aligned_alloc0 (bytes / 64 + 1, 64, 64);
}

static void
fill_buffers (Stage       *stage,
              const float *x,
              gsize        n_weights,
              gsize        n_bias,
              guint        lanes)
{
  double scale = n_bias > 0 ? 1.0 / sqrt ((double) n_weights / n_bias) : 1.0;

  stage->x = x;
  stage->y = random_floats (size_of (&stage->shape.out[0]), 1, 1.0);
  stage->weights[0] = random_floats (n_weights, 2, scale);
  stage->weights[1] = random_floats (n_bias, 3, 0.1);
  for (guint l = 0; l < lanes; l++)
    {
      stage->dy[l] = random_floats (size_of (&stage->shape.out[0]), 4 + l, 1.0);
      stage->dx[l] = random_floats (size_of (&stage->shape.in[0]), 6 + l, 1.0);
      stage->dw[l] = random_floats (n_weights, 8 + l, 1.0);
      stage->dw[lanes + l] = random_floats (n_bias, 10 + l, 1.0);
      stage->fresh[l] = TRUE;
    }

  stage->pass = (MtlOpPass) {
    .shape = &stage->shape, .rows = ROWS, .x = &stage->x, .y = &stage->y,
    .weights = stage->weights, .kept = stage->pass.kept, .scratch = stage->pass.scratch,
    .prepared = stage->pass.prepared,
    .n_lanes = lanes, .dy = (const float *const *) stage->dy, .dx = stage->dx,
    .dx_fresh = stage->fresh, .dw = stage->dw,
  };
}

static void
set_up_op (Stage            *stage,
           const MtlOp      *op,
           const MtlSetting *set,
           const MtlShape   *in,
           const float      *x,
           guint             lanes)
{
  MtlOpNeeds needs = { 0 };
  gsize n_weights = 0;
  gsize n_bias = 0;

  *stage = (Stage) { .op = op, .shape = { .set = set, .n_in = 1, .n_out = 1, .in = { *in } } };
  if (!op->infer (&stage->shape, NULL))
    g_error ("%s: refused", op->method.id);
  if (op->plan != NULL)
    op->plan (&stage->shape, &needs);
  if (needs.tensors[0].name != NULL)
    {
      n_weights = size_of (&needs.tensors[0].shape) / ROWS;
      n_bias = size_of (&needs.tensors[1].shape) / ROWS;
    }

  stage->pass.kept = allocate (needs.kept * ROWS);
  stage->pass.scratch = allocate (needs.scratch);
  stage->pass.prepared = allocate (needs.prepared);
  fill_buffers (stage, x, n_weights, n_bias, lanes);
  stage->pass.goes_back = TRUE;
  for (stage->pass.piece = 0; stage->pass.piece < needs.n_pieces; stage->pass.piece++)
    op->prepare (&stage->pass);
  stage->pass.piece = 0;
}

static void
run_stage (const Stage *stage,
           Pass         pass)
{
  if (stage->kernels != NULL)
    {
      if (pass == FORWARD)
        stage->kernels->conv_pool->forward (&stage->pool, &stage->pass);
      else if (pass == GRAD)
        stage->kernels->conv_pool->grad (&stage->pool, &stage->pass);
      else
        stage->kernels->conv_pool->backward (&stage->pool, &stage->pass);
    }
  else if (pass == FORWARD)
    stage->op->forward (&stage->pass);
  else if (pass == BACKWARD)
    stage->op->backward (&stage->pass);
  else if (stage->op->grad != NULL)
    stage->op->grad (&stage->pass);
}

/* µs a sample. What leads from the pool's gradient to the convolution's is
 * counted with grad, since backward of a first block is not run. */
static double
time_pass (const Stage *stages,
           guint        n,
           Pass         pass)
{
  double best = INFINITY;

  for (guint round = 0; round < ROUNDS; round++)
    {
      gint64 start = g_get_monotonic_time ();

      if (pass == FORWARD)
        for (guint i = 0; i < n; i++)
          run_stage (&stages[i], FORWARD);
      else if (pass == GRAD)
        {
          for (guint i = n - 1; i > 0; i--)
            run_stage (&stages[i], BACKWARD);
          run_stage (&stages[0], GRAD);
        }
      else
        run_stage (&stages[0], BACKWARD);

      best = MIN (best, (double) (g_get_monotonic_time () - start) / ROWS);
    }

  return best;
}

static void
print_line (const Case  *c,
            const char  *name,
            const Stage *stages,
            guint        n,
            guint        lanes)
{
  double forward = time_pass (stages, n, FORWARD);
  double grad = time_pass (stages, n, GRAD);
  double backward = time_pass (stages, n, BACKWARD);

  printf ("%-26s %-7s lanes %u: forward %7.2f  grad %7.2f  backward %7.2f  us/sample\n",
          c->name, name, lanes, forward, grad, backward);
}

static void
bench_case (const Case *c,
            guint       lanes)
{
  MtlSetting conv[] = { { .number = c->out }, { .number = c->kernel }, { .number = 1 },
                        { .number = 0 }, { .number = 1 }, { .number = 1 }, { .number = 0 } };
  MtlSetting max[] = { { .number = 2 }, { .number = 2 }, { .number = 0 } };
  MtlShape in = { .rank = 3, .size = { c->in, c->height, c->height } };
  float *x = random_floats (size_of (&in), 0, 1.0);
  Stage stages[3];
  const MtlKernels *kernels;

  set_up_op (&stages[0], &mtl_op_conv2d, conv, &in, x, lanes);
  set_up_op (&stages[1], &mtl_op_relu, NULL, &stages[0].shape.out[0], stages[0].y, lanes);
  set_up_op (&stages[2], &mtl_op_max_pool, max, &stages[1].shape.out[0], stages[1].y, lanes);
  for (guint i = 1; i < 3; i++)
    for (guint l = 0; l < lanes; l++)
      stages[i].dx[l] = stages[i - 1].dy[l];
  print_line (c, "parts", stages, 3, lanes);

  for (guint n = 0; (kernels = mtl_kernels_usable (n)) != NULL; n++)
    {
      gsize rows = stages[2].shape.out[0].size[1];
      Stage fused = {
        .kernels = kernels,
        .pool = { .in = c->in, .height = c->height, .width = c->height, .out = c->out,
                  .kernel = c->kernel, .rows = rows, .columns = rows },
        .shape = { .in = { in }, .out = { stages[2].shape.out[0] } },
      };

      fused.pass.kept = allocate (c->out * rows * rows * ROWS * MTL_CONV_POOL_KEPT);
      fused.pass.scratch = allocate (kernels->conv_pool->scratch (&fused.pool));
      fill_buffers (&fused, x, c->out * c->in * c->kernel * c->kernel, c->out, lanes);
      print_line (c, kernels->name, &fused, 1, lanes);
    }
}

int
main (void)
{
  mtl_blas_init ();
  for (guint lanes = 1; lanes <= MAX_LANES; lanes++)
    for (guint n = 0; n < G_N_ELEMENTS (cases); n++)
      bench_case (&cases[n], lanes);

  return 0;
}
