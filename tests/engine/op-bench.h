/* op-bench.h — one op with all the memory that a pass needs, for tests
 *
 * What an op did not ask for it does not get: x and y are NULL in backward
 * unless the plan says that they are read, and scratch is filled with NaN
 * before every call. Blocks of memory have the exact size, so that the address
 * sanitizer sees a step too far.
 *
 * The rows are the batch: sums over it are those of this one shard, and tiles
 * are called one after the other. Of a penalty each lane has another share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>
#include <string.h>

#include "mtl-op.h"

#define BENCH_LANES   2
#define BENCH_PORTS   MTL_MAX_PORTS
#define BENCH_OUTPUTS 4

typedef struct
{
  const MtlOp *op;
  MtlOpShape   shape;
  MtlOpNeeds   needs;
  MtlPassMode  mode;
  MtlRng       rng;
  gsize        rows;
  guint        n_tensors, n_buffers;
  guint32     *samples;
  gsize        n_x[BENCH_PORTS], n_y[BENCH_OUTPUTS];  /* of all rows */
  gsize        n_w[MTL_OP_MAX_TENSORS];
  float       *x[BENCH_PORTS], *y[BENCH_OUTPUTS], *w[MTL_OP_MAX_TENSORS];
  float       *dy[BENCH_OUTPUTS * BENCH_LANES];
  float       *dx[BENCH_PORTS * BENCH_LANES];
  gboolean     fresh[BENCH_PORTS * BENCH_LANES];
  float       *dw[MTL_OP_MAX_TENSORS * BENCH_LANES];
  gsize        n_b[MTL_OP_MAX_BUFFERS];
  float       *buffers[MTL_OP_MAX_BUFFERS], *renewed[MTL_OP_MAX_BUFFERS];
  double      *sums, *sums_back;
  double       seeds[BENCH_LANES];   /* of a penalty in the lanes */
  gpointer     kept, scratch, prepared, prepared_back;
} OpBench;

static inline const MtlOp *
find_op (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OP, id, &error);

  g_assert_no_error (error);
  return (const MtlOp *) method;
}

/* The value that dx and dw hold before backward; exact in binary. */
#define BENCH_BEFORE 0.375f

static inline float *
op_bench_draw (GRand *rand,
               gsize  n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = g_rand_double_range (rand, 0.25, 1.0) * (g_rand_boolean (rand) ? 1 : -1);

  return values;
}

/* Inputs whose values within a sample are 4/n apart and 1/n from 0 at least: no
 * step of a difference quotient crosses a kink of a rectifier or a maximum. From
 * sample to sample they grow, so that no channel is constant. */
static inline float *
op_bench_draw_input (GRand *rand,
                     gsize  rows,
                     gsize  n)
{
  float *values = g_new (float, rows * n);

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < n; i++)
      {
        gsize j = g_rand_int_range (rand, 0, i + 1);
        double growth = 1.0 + 0.5 * r / rows;

        values[r * n + i] = values[r * n + j];
        values[r * n + j] = growth * ((i + 0.25) / n * 4.0 - 2.0);
      }

  return values;
}

/* Whole numbers from 0 to 3, where an input is to hold such. */
static inline float *
op_bench_draw_wholes (GRand *rand,
                      gsize  n)
{
  float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) g_rand_int_range (rand, 0, 4);

  return values;
}

static inline gboolean
op_bench_is_whole (const OpBench *bench,
                   guint          input)
{
  return input < 32 && (bench->op->ports.wholes >> input & 1) != 0;
}

static inline void
op_bench_fill_ports (OpBench *bench,
                     GRand   *rand)
{
  for (guint i = 0; i < bench->shape.n_in; i++)
    {
      gsize n = mtl_shape_size (&bench->shape.in[i]);

      bench->n_x[i] = bench->rows * n;
      bench->x[i] = op_bench_is_whole (bench, i) ? op_bench_draw_wholes (rand, bench->n_x[i])
                                                 : op_bench_draw_input (rand, bench->rows, n);
      for (guint lane = 0; lane < BENCH_LANES; lane++)
        bench->dx[i * BENCH_LANES + lane] = g_new (float, bench->n_x[i]);
    }
  for (guint o = 0; o < bench->shape.n_out; o++)
    {
      bench->n_y[o] = bench->rows * mtl_shape_size (&bench->shape.out[o]);
      bench->y[o] = g_new (float, bench->n_y[o]);
      for (guint lane = 0; lane < BENCH_LANES; lane++)
        bench->dy[o * BENCH_LANES + lane] = op_bench_draw (rand, bench->n_y[o]);
    }
}

static inline void
op_bench_fill_weights (OpBench *bench,
                       GRand   *rand)
{
  for (; bench->needs.tensors[bench->n_tensors].name != NULL; bench->n_tensors++)
    {
      guint t = bench->n_tensors;

      bench->n_w[t] = mtl_shape_size (&bench->needs.tensors[t].shape);
      bench->w[t] = op_bench_draw (rand, bench->n_w[t]);
      for (guint lane = 0; lane < BENCH_LANES; lane++)
        bench->dw[t * BENCH_LANES + lane] = g_new (float, bench->n_w[t]);
    }
  for (; bench->needs.buffers[bench->n_buffers].name != NULL; bench->n_buffers++)
    {
      guint b = bench->n_buffers;

      bench->n_b[b] = mtl_shape_size (&bench->needs.buffers[b].shape);
      bench->buffers[b] = g_new (float, bench->n_b[b]);
      bench->renewed[b] = g_new (float, bench->n_b[b]);
      for (gsize i = 0; i < bench->n_b[b]; i++)
        bench->buffers[b][i] = (float) g_rand_double_range (rand, 0.25, 1.0);
    }
  bench->sums = g_new (double, bench->needs.sums);
  bench->sums_back = g_new (double, bench->needs.sums_back * BENCH_LANES);
  bench->kept = g_malloc (bench->rows * bench->needs.kept);
  bench->scratch = g_malloc (bench->needs.scratch);
  bench->prepared = g_malloc (bench->needs.prepared);
  bench->prepared_back = g_malloc (bench->needs.prepared_back);
}

static inline void
op_bench_free (OpBench *bench)
{
  for (guint i = 0; i < BENCH_PORTS; i++)
    g_free (bench->x[i]);
  for (guint i = 0; i < MTL_OP_MAX_TENSORS; i++)
    g_free (bench->w[i]);
  for (guint i = 0; i < BENCH_PORTS * BENCH_LANES; i++)
    g_free (bench->dx[i]);
  for (guint i = 0; i < MTL_OP_MAX_TENSORS * BENCH_LANES; i++)
    g_free (bench->dw[i]);
  for (guint i = 0; i < BENCH_OUTPUTS * BENCH_LANES; i++)
    g_free (bench->dy[i]);
  for (guint i = 0; i < MTL_OP_MAX_BUFFERS; i++)
    {
      g_free (bench->buffers[i]);
      g_free (bench->renewed[i]);
    }
  g_free (bench->samples);
  for (guint i = 0; i < BENCH_OUTPUTS; i++)
    g_free (bench->y[i]);
  g_free (bench->sums);
  g_free (bench->sums_back);
  g_free (bench->kept);
  g_free (bench->scratch);
  g_free (bench->prepared);
  g_free (bench->prepared_back);
  g_free (bench);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (OpBench, op_bench_free)

/* @set is kept by reference. NULL when the op refuses the inputs. */
static inline OpBench *
op_bench_new (const MtlOp      *op,
              const MtlSetting *set,
              guint             n_in,
              const MtlShape   *in,
              gsize             rows,
              guint32           seed,
              GError          **error)
{
  g_autoptr(OpBench) bench = g_new0 (OpBench, 1);
  g_autoptr(GRand) rand = g_rand_new_with_seed (seed);

  bench->op = op;
  bench->rows = rows;
  for (guint lane = 0; lane < BENCH_LANES; lane++)
    bench->seeds[lane] = 1.0 + 2.0 * lane;
  bench->rng = mtl_rng_new (seed, MTL_STREAM_DROPOUT);
  bench->shape.set = set;
  bench->shape.n_in = n_in;
  memcpy (bench->shape.in, in, n_in * sizeof *in);
  if (!op->infer (&bench->shape, error))
    return NULL;

  if (op->plan != NULL)
    op->plan (&bench->shape, &bench->needs);
  bench->samples = g_new (guint32, rows);
  for (gsize r = 0; r < rows; r++)
    bench->samples[r] = g_rand_int (rand);
  op_bench_fill_ports (bench, rand);
  op_bench_fill_weights (bench, rand);
  return g_steal_pointer (&bench);
}

static inline void
op_bench_spoil (OpBench *bench)
{
  if (bench->needs.scratch > 0)
    memset (bench->scratch, 0xff, bench->needs.scratch);
}

static inline MtlOpPass
op_bench_pass (OpBench *bench)
{
  gboolean trains = bench->mode != MTL_PASS_EVALUATE;

  op_bench_spoil (bench);

  return (MtlOpPass) {
    .shape = &bench->shape, .mode = bench->mode, .rows = bench->rows, .samples = bench->samples,
    .x = (const float *const *) bench->x, .y = bench->y,
    .weights = (const float *const *) bench->w, .kept = bench->kept, .scratch = bench->scratch,
    .buffers = (const float *const *) bench->buffers, .renewed = bench->renewed,
    .prepared = bench->prepared, .totals = trains ? bench->sums : NULL, .n_samples = bench->rows,
    .pass_rng = bench->rng,
  };
}

static inline void
op_bench_prepare (OpBench   *bench,
                  MtlOpPass  pass)
{
  if (bench->needs.prepared == 0)
    return;
  memset (bench->prepared, 0xff, bench->needs.prepared);
  pass.goes_back = bench->needs.prepared_back == 0;
  for (pass.piece = 0; pass.piece < bench->needs.n_pieces; pass.piece++)
    {
      op_bench_spoil (bench);
      bench->op->prepare (&pass);
    }
}

/* What backward() reads in place of that, where there is any. */
static inline void
op_bench_prepare_back (OpBench   *bench,
                       MtlOpPass *pass)
{
  if (bench->needs.prepared_back == 0)
    return;
  memset (bench->prepared, 0xff, bench->needs.prepared);
  memset (bench->prepared_back, 0xff, bench->needs.prepared_back);
  pass->prepared = bench->prepared_back;
  pass->goes_back = TRUE;
  for (pass->piece = 0; pass->piece < bench->needs.n_pieces; pass->piece++)
    {
      op_bench_spoil (bench);
      bench->op->prepare (pass);
    }
  pass->piece = 0;
}

static inline void
op_bench_measure (OpBench   *bench,
                  MtlOpPass  pass)
{
  if (bench->needs.sums == 0 || pass.totals == NULL)
    return;
  memset (bench->sums, 0, bench->needs.sums * sizeof *bench->sums);
  pass.sums = bench->sums;
  bench->op->measure (&pass);
  op_bench_spoil (bench);
  if (bench->op->settle != NULL)
    bench->op->settle (&pass);
  op_bench_spoil (bench);
}

static inline void
op_bench_forward (OpBench *bench)
{
  MtlOpPass pass = op_bench_pass (bench);

  pass.dy = NULL;
  op_bench_prepare (bench, pass);
  if (bench->op->penalty == NULL)
    op_bench_measure (bench, pass);
  bench->op->forward (&pass);
  if (bench->op->penalty != NULL)
    op_bench_measure (bench, pass);
}

/* Of the last forward pass. */
static inline double
op_bench_penalty (OpBench *bench)
{
  MtlOpPass pass = op_bench_pass (bench);

  if (bench->op->penalty == NULL || bench->needs.sums == 0 || pass.totals == NULL)
    return 0.0;

  return bench->op->penalty (&pass);
}

/* By tile a gradient is written over, so that there is nothing to add to before. */
static inline void
op_bench_grad (OpBench   *bench,
               MtlOpPass  pass)
{
  gboolean tiles = bench->needs.n_tiles > 0;

  for (guint i = 0; i < bench->n_tensors * BENCH_LANES; i++)
    for (gsize j = 0; j < bench->n_w[i / BENCH_LANES]; j++)
      bench->dw[i][j] = tiles ? NAN : BENCH_BEFORE;
  for (pass.piece = 0; pass.piece < MAX (bench->needs.n_tiles, 1); pass.piece++)
    {
      op_bench_spoil (bench);
      bench->op->grad (&pass);
    }
  for (guint i = 0; tiles && i < bench->n_tensors * BENCH_LANES; i++)
    for (gsize j = 0; j < bench->n_w[i / BENCH_LANES]; j++)
      bench->dw[i][j] += BENCH_BEFORE;
}

/* grad() and backward(); dx and dw hold BENCH_BEFORE first, NaN where fresh. */
static inline void
op_bench_backward (OpBench *bench)
{
  const float *no_x[BENCH_PORTS] = { NULL };
  float *no_y[BENCH_OUTPUTS] = { NULL };
  MtlOpPass pass = op_bench_pass (bench);

  for (guint i = 0; i < bench->shape.n_in * BENCH_LANES; i++)
    for (gsize j = 0; bench->dx[i] != NULL && j < bench->n_x[i / BENCH_LANES]; j++)
      bench->dx[i][j] = bench->fresh[i] ? NAN : BENCH_BEFORE;
  pass.x = bench->needs.reads_x ? pass.x : no_x;
  pass.y = bench->needs.reads_y ? pass.y : no_y;
  pass.n_lanes = BENCH_LANES;
  pass.dy = (const float *const *) bench->dy;
  pass.dx = bench->dx;
  pass.dx_fresh = bench->fresh;
  pass.dw = bench->dw;
  pass.seeds = bench->op->penalty != NULL ? bench->seeds : NULL;
  if (bench->needs.sums_back > 0 && pass.totals != NULL)
    {
      memset (bench->sums_back, 0, bench->needs.sums_back * BENCH_LANES * sizeof (double));
      pass.sums = bench->sums_back;
      bench->op->measure_back (&pass);
    }
  pass.totals_back = pass.totals != NULL ? bench->sums_back : NULL;
  if (bench->op->grad != NULL)
    op_bench_grad (bench, pass);
  op_bench_prepare_back (bench, &pass);
  op_bench_spoil (bench);
  if (bench->op->backward != NULL)
    bench->op->backward (&pass);
}

/* One setting for each parameter of @op, at its initial value; to be freed. Texts are static. */
static inline MtlSetting *
op_bench_settings (const MtlOp *op,
                   guint       *n)
{
  guint count = 0;
  MtlSetting *set;

  while (op->method.params != NULL && op->method.params[count].id != NULL)
    count++;

  set = g_new0 (MtlSetting, count + 1);
  for (guint i = 0; i < count; i++)
    {
      set[i].number = op->method.params[i].initial;
      set[i].text = op->method.params[i].initial_text;
    }
  if (n != NULL)
    *n = count;
  return set;
}
