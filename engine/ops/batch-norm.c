/* batch-norm.c — zero mean and unit variance over the batch, channel by channel
 *
 *   x̂ = (x − μ) / √(σ² + ε)     y = γ·x̂ + β
 *   dx = γ/√(σ² + ε) · (dy − Σdy/N − x̂·Σ(dy·x̂)/N)     dγ = Σ dy·x̂     dβ = Σ dy
 *
 * Sums run over the N values that a channel has in the batch. μ and σ² are
 * those of the batch while training, also at perturbed weights; evaluation
 * takes the running ones, which follow the batch's by a step of `momentum`:
 * running ← (1 − m)·running + m·batch, the variance divided by N − 1.
 *
 * A channel is the first dimension; a row of values has one for each.
 *
 * Source: Ioffe, Szegedy, arXiv 1502.03167 (2015), algorithms 1 and 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"

enum { MOMENTUM, EPSILON };
enum { WEIGHT, BIAS };
enum { MEAN, VARIANCE };
enum { SUM, SQUARES };         /* of measure(), each n_channels */
enum { SUM_DY, SUM_DY_XHAT };  /* of measure_back() */

typedef struct
{
  gsize channels, area;   /* values of a channel in one sample */
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  gsize channels = shape->in[0].size[0];

  return (Sizes) { channels, mtl_shape_size (&shape->in[0]) / channels };
}

/* What a channel is shifted and scaled by. */
typedef struct
{
  double mean, inverse;
} Channel;

static Channel
find_channel (const MtlOpPass *pass,
              Sizes            sizes,
              gsize            c)
{
  double epsilon = pass->shape->set[EPSILON].number;
  double n = (double) (pass->n_samples * sizes.area);
  double mean, variance;

  if (pass->totals == NULL)
    return (Channel) { pass->buffers[MEAN][c],
                       1.0 / sqrt ((double) pass->buffers[VARIANCE][c] + epsilon) };

  mean = pass->totals[SUM * sizes.channels + c] / n;
  variance = pass->totals[SQUARES * sizes.channels + c] / n - mean * mean;

  return (Channel) { mean, 1.0 / sqrt (MAX (variance, 0.0) + epsilon) };
}

static void
batch_norm_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  const MtlShape one = { .rank = 1, .size = { shape->in[0].size[0] } };

  needs->tensors[WEIGHT] = (MtlTensorSpec) { .name = "weight", .shape = one,
                                             .init = MTL_INIT_ONE };
  needs->tensors[BIAS] = (MtlTensorSpec) { .name = "bias", .shape = one,
                                           .init = MTL_INIT_ZERO };
  needs->buffers[MEAN] = (MtlTensorSpec) { .name = "mean", .shape = one,
                                           .init = MTL_INIT_ZERO };
  needs->buffers[VARIANCE] = (MtlTensorSpec) { .name = "variance", .shape = one,
                                               .init = MTL_INIT_ONE };
  needs->sums = 2 * (guint) one.size[0];
  needs->sums_back = 2 * (guint) one.size[0];
  needs->n_tiles = 1;
  needs->reads_x = TRUE;
}

/* --- forward --- */

/* A channel in the rows at hand. */
static MtlNormPieces
find_pieces (const MtlOpPass *pass,
             Sizes            sizes)
{
  return (MtlNormPieces) { pass->rows, sizes.area, sizes.channels * sizes.area };
}

static void
batch_norm_measure (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  for (gsize c = 0; c < sizes.channels; c++)
    mtl_kernels ()->norm->measure (find_pieces (pass, sizes), pass->x[0] + c * sizes.area,
                                   &pass->sums[SUM * sizes.channels + c],
                                   &pass->sums[SQUARES * sizes.channels + c]);
}

static void
batch_norm_settle (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  double m = pass->shape->set[MOMENTUM].number;
  double n = (double) (pass->n_samples * sizes.area);

  for (gsize c = 0; c < sizes.channels; c++)
    {
      double mean = pass->totals[SUM * sizes.channels + c] / n;
      double squares = pass->totals[SQUARES * sizes.channels + c] - n * mean * mean;
      double variance = n > 1.0 ? MAX (squares, 0.0) / (n - 1.0) : pass->buffers[VARIANCE][c];

      pass->renewed[MEAN][c] = (float) ((1.0 - m) * pass->buffers[MEAN][c] + m * mean);
      pass->renewed[VARIANCE][c] = (float) ((1.0 - m) * pass->buffers[VARIANCE][c]
                                            + m * variance);
    }
}

static void
batch_norm_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  for (gsize c = 0; c < sizes.channels; c++)
    {
      Channel channel = find_channel (pass, sizes, c);

      mtl_kernels ()->norm->shift (find_pieces (pass, sizes), pass->x[0] + c * sizes.area,
                                   (float) channel.mean,
                                   (float) (pass->weights[WEIGHT][c] * channel.inverse),
                                   pass->weights[BIAS][c], pass->y[0] + c * sizes.area);
    }
}

/* --- backward --- */

/* Adds Σdy and Σ(dy·x̂) of the rows at hand, for one lane and channel. */
static void
add_gradients (const MtlOpPass *pass,
               Sizes            sizes,
               guint            lane,
               gsize            c,
               double          *sum_dy,
               double          *sum_dy_xhat)
{
  Channel channel = find_channel (pass, sizes, c);
  double product = 0.0;

  mtl_kernels ()->norm->measure_back (find_pieces (pass, sizes), pass->x[0] + c * sizes.area,
                                      mtl_op_dy (pass, 0, lane) + c * sizes.area, channel.mean,
                                      sum_dy, &product);
  *sum_dy_xhat += product * channel.inverse;
}

static void
batch_norm_measure_back (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      double *sums = pass->sums + lane * 2 * sizes.channels;

      for (gsize c = 0; c < sizes.channels; c++)
        add_gradients (pass, sizes, lane, c, &sums[SUM_DY * sizes.channels + c],
                       &sums[SUM_DY_XHAT * sizes.channels + c]);
    }
}

/* The sums that backward needs are the gradients of the weights. */
static void
batch_norm_grad (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize c = 0; c < sizes.channels; c++)
      {
        double sum_dy = 0.0, sum_dy_xhat = 0.0;

        if (pass->totals_back == NULL)
          {
            add_gradients (pass, sizes, lane, c, &sum_dy, &sum_dy_xhat);
          }
        else
          {
            const double *totals = pass->totals_back + lane * 2 * sizes.channels;

            sum_dy = totals[SUM_DY * sizes.channels + c];
            sum_dy_xhat = totals[SUM_DY_XHAT * sizes.channels + c];
          }
        mtl_op_dw (pass, WEIGHT, lane)[c] = (float) sum_dy_xhat;
        mtl_op_dw (pass, BIAS, lane)[c] = (float) sum_dy;
      }
}

/* The means are 0 in evaluation. */
static void
pass_back (const MtlOpPass *pass,
           Sizes            sizes,
           guint            lane,
           gsize            c)
{
  Channel channel = find_channel (pass, sizes, c);
  double n = (double) (pass->n_samples * sizes.area);
  const double *totals = pass->totals_back != NULL
                         ? pass->totals_back + lane * 2 * sizes.channels : NULL;
  MtlNormBack by = {
    .mean = (float) channel.mean,
    .factor = (float) (pass->weights[WEIGHT][c] * channel.inverse),
  };

  if (totals != NULL)
    {
      by.mean_dy = (float) (totals[SUM_DY * sizes.channels + c] / n);
      by.slope = (float) (totals[SUM_DY_XHAT * sizes.channels + c] / n * channel.inverse);
    }
  mtl_kernels ()->norm->pass_back (find_pieces (pass, sizes), by, pass->x[0] + c * sizes.area,
                                   mtl_op_dy (pass, 0, lane) + c * sizes.area,
                                   !mtl_op_dx_fresh (pass, 0, lane),
                                   mtl_op_dx (pass, 0, lane) + c * sizes.area);
}

static void
batch_norm_backward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize c = 0; mtl_op_dx (pass, 0, lane) != NULL && c < sizes.channels; c++)
      pass_back (pass, sizes, lane, c);
}

static gboolean
batch_norm_write_c (const MtlOpShape  *shape,
                    MtlCWriter        *to,
                    GError           **error)
{
  Sizes sizes = measure_sizes (shape);

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", sizes.channels);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "float scale = %s[c] / sqrtf (%s[c] + %#.9gf);",
                     mtl_c_writer_tensor (to, WEIGHT), mtl_c_writer_buffer (to, VARIANCE),
                     shape->set[EPSILON].number);
  mtl_c_writer_line (to, 2, "float shift = %s[c] - %s[c] * scale;\n",
                     mtl_c_writer_tensor (to, BIAS), mtl_c_writer_buffer (to, MEAN));
  mtl_c_writer_line (to, 2, "for (long i = c * %" G_GSIZE_FORMAT "; i < (c + 1) * %"
                     G_GSIZE_FORMAT "; i++)", sizes.area, sizes.area);
  mtl_c_writer_line (to, 3, "y[i] = x[i] * scale + shift;");
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_batch_norm = {
  .method = {
    .id = "batch-norm",
    .title = N_("Batch Norm"),
    .summary = N_("Shifts and scales each channel to the mean and spread of its batch."),
    .reference = "Ioffe, Szegedy, “Batch Normalization: Accelerating Deep Network Training by "
                 "Reducing Internal Covariate Shift”, arXiv 1502.03167 (2015)",
    .params = (const MtlParam[]) {
      [MOMENTUM] = { .id = "momentum", .title = N_("Momentum"),
                     .summary = N_("Share of a batch in the running mean and variance"),
                     .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.1, .rare = TRUE },
      [EPSILON] = { .id = "epsilon", .title = N_("Least variance ε"),
                    .summary = N_("Added to the variance"),
                    .type = MTL_NUMBER, .minimum = 1e-12, .maximum = 1.0, .initial = 1e-5,
                    .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-norm-symbolic", .group = N_("Regularise"), .width = 84 },
  .infer = mtl_op_infer_same,
  .plan = batch_norm_plan,
  .measure = batch_norm_measure,
  .settle = batch_norm_settle,
  .forward = batch_norm_forward,
  .measure_back = batch_norm_measure_back,
  .backward = batch_norm_backward,
  .grad = batch_norm_grad,
  .write_c = batch_norm_write_c,
};
