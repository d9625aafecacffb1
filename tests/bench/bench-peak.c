/* bench-peak.c — how near blocks with weights come to what the processor can do
 *
 * One line for each block, shape and pass: GF/s of processor time, the share of the
 * FMA peak, and the ratio to OpenBLAS's sgemm of a product of the same size.
 * The two take turns, and the median of the rounds counts. A shard is 32 rows,
 * as in training; gradients by tile are those of a batch of 256. Peak and
 * products are measured in the same run.
 *
 * Operations are two for each weight and value that it makes; a block that
 * needs fewer multiplications than that can come out above the peak.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <stdio.h>

#include "fma-peak.h"
#include "mtl-blas.h"
#include "mtl-catalogue.h"
#include "op-bench.h"

#define SHARD  32
#define BATCH  256
#define ROUNDS 9
#define TURN   0.02    /* s on a processor that a side works in a round */

typedef struct
{
  const char *op;
  const char *settings[4];   /* id, value, id, value */
  MtlShape    in;
} Case;

static const Case cases[] = {
  { "dense", { "units", "32" }, { 1, { 32 } } },
  { "dense", { "units", "50" }, { 1, { 500 } } },
  { "dense", { "units", "256" }, { 1, { 256 } } },
  { "dense", { "units", "256" }, { 1, { 1296 } } },
  { "dense", { "units", "1024" }, { 1, { 1024 } } },
  { "conv2d", { "channels", "64", "kernel", "3" }, { 3, { 64, 34, 34 } } },
  { "conv2d", { "channels", "128", "kernel", "3" }, { 3, { 128, 18, 18 } } },
  { "conv2d", { "channels", "256", "kernel", "3" }, { 3, { 256, 10, 10 } } },
  { "conv2d", { "channels", "512", "kernel", "3" }, { 3, { 512, 6, 6 } } },
  { "conv2d", { "channels", "128", "kernel", "1" }, { 3, { 64, 16, 16 } } },
};

typedef enum { FORWARD, BACKWARD, GRAD, N_PASSES } Pass;

static const char *const pass_names[N_PASSES] = { "forward", "dx", "dw" };

typedef struct
{
  OpBench *bench;
  Pass     pass;
  gsize    m, n, k;      /* of the product that stands for it */
  float   *a, *b, *c;
} Turn;

static void
work (Turn *turn)
{
  OpBench *bench = turn->bench;
  MtlOpPass pass = op_bench_pass (bench);

  if (turn->pass == FORWARD)
    {
      bench->op->forward (&pass);
      return;
    }

  pass.n_lanes = 1;
  pass.dy = (const float *const *) bench->dy;
  pass.dx = bench->dx;
  pass.dx_fresh = bench->fresh;
  pass.dw = bench->dw;
  if (turn->pass == BACKWARD)
    bench->op->backward (&pass);
  else
    for (pass.piece = 0; pass.piece < MAX (bench->needs.n_tiles, 1); pass.piece++)
      bench->op->grad (&pass);
}

static void
multiply (Turn *turn)
{
  mtl_blas_gemm (MTL_PLAIN, MTL_PLAIN, turn->m, turn->n, turn->k, turn->a, turn->k, turn->b,
                 turn->n, 0.0f, turn->c, turn->n);
}

/* Seconds a call, of as many calls as a turn takes. */
static double
take_turn (Turn  *turn,
           void (*call) (Turn *turn))
{
  double start = thread_time (), now;
  guint n = 0;

  do
    {
      call (turn);
      n++;
      now = thread_time ();
    }
  while (now - start < TURN);

  return (now - start) / n;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (double *values)
{
  qsort (values, ROUNDS, sizeof *values, compare);
  return values[ROUNDS / 2];
}

static void
print_line (const Case *this,
            Turn       *turn,
            double      peak)
{
  const MtlTensorSpec *weight = &turn->bench->needs.tensors[0];
  double flops = 2.0 * turn->bench->n_y[0] * weight->fan_in;
  double flops_gemm = 2.0 * turn->m * turn->n * turn->k;
  double ours[ROUNDS], ratio[ROUNDS], rate;
  g_autofree char *shape = mtl_shape_to_text (&this->in);
  int wide = 12 + (int) strlen (shape) - (int) g_utf8_strlen (shape, -1);

  for (guint i = 0; i < ROUNDS; i++)
    {
      double mine = flops / take_turn (turn, work) / 1e9;

      ours[i] = mine;
      ratio[i] = mine / (flops_gemm / take_turn (turn, multiply) / 1e9);
    }
  rate = median (ours);
  printf ("%-8s %-7s %-*s %-8s %7.1f GF/s %6.0f %% %9.2f\n", this->op, this->settings[1], wide,
          shape, pass_names[turn->pass], rate, 100.0 * rate / peak, median (ratio));
}

/* The product that makes the same: rows of the shard (and places of a picture)
 * by outputs by what each output reads. */
static void
size_product (Turn *turn)
{
  const MtlTensorSpec *weight = &turn->bench->needs.tensors[0];
  gsize outputs = weight->shape.size[0], rows = turn->bench->n_y[0] / outputs;
  gsize reads = weight->fan_in;

  turn->m = turn->pass == GRAD ? outputs : rows;
  turn->n = turn->pass == BACKWARD ? reads : turn->pass == GRAD ? reads : outputs;
  turn->k = turn->pass == FORWARD ? reads : turn->pass == BACKWARD ? outputs : rows;
}

static MtlChosen *
choose (const Case *this)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_OP, this->op, &error);
  MtlChosen *chosen = method != NULL ? mtl_chosen_new (MTL_KIND_OP, method) : NULL;

  for (guint i = 0; chosen != NULL && i < 4 && this->settings[i] != NULL; i += 2)
    {
      g_autoptr(MtlChosen) before = chosen;

      chosen = mtl_chosen_with (before, this->settings[i], this->settings[i + 1], &error);
    }
  if (chosen == NULL)
    g_error ("%s: %s", this->op, error->message);

  return chosen;
}

static OpBench *
open_bench (const Case      *this,
            const MtlChosen *chosen,
            gsize            rows)
{
  g_autoptr(GError) error = NULL;
  OpBench *bench = op_bench_new ((const MtlOp *) mtl_chosen_method (chosen),
                                 mtl_chosen_settings (chosen), 1, &this->in, rows, 1, &error);

  if (bench == NULL)
    g_error ("%s: %s", this->op, error->message);
  op_bench_forward (bench);

  return bench;
}

static void
run_pass (const Case      *this,
          const MtlChosen *chosen,
          Pass             pass,
          double           peak)
{
  g_autoptr(OpBench) shard = open_bench (this, chosen, SHARD);
  g_autoptr(OpBench) batch = open_bench (this, chosen, BATCH);
  gboolean by_tile = pass == GRAD && shard->needs.n_tiles > 0;
  Turn turn = { .bench = by_tile ? batch : shard, .pass = pass };
  g_autofree float *a = NULL, *b = NULL, *c = NULL;

  size_product (&turn);
  turn.a = a = g_new0 (float, turn.m * turn.k);
  turn.b = b = g_new0 (float, turn.k * turn.n);
  turn.c = c = g_new0 (float, turn.m * turn.n);
  print_line (this, &turn, peak);
}

int
main (void)
{
  double peak;

  mtl_blas_init ();
  peak = fma_peak ();
  printf ("FMA peak %.1f GF/s on one core; OpenBLAS works as on %s\n", peak, mtl_blas_core ());
  printf ("%-8s %-7s %-12s %-8s %12s %8s %9s\n", "block", "setting", "of a sample", "pass", "",
          "of peak", "to sgemm");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(MtlChosen) chosen = choose (&cases[i]);

      for (guint p = 0; p < N_PASSES; p++)
        run_pass (&cases[i], chosen, p, peak);
      fflush (stdout);
    }

  return 0;
}
