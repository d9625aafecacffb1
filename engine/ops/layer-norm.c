/* layer-norm.c — zero mean and unit variance over the width of each token
 *
 *   x̂ = (x − μ) / √(σ² + ε)     y = γ·x̂ + β     over the n values of the last axis
 *   dx = (g − Σg/n − x̂·Σ(g·x̂)/n) / √(σ² + ε)     g = γ·dy     dγ = Σ dy·x̂     dβ = Σ dy
 *
 * μ and 1/√(σ² + ε) of each token are kept from forward to backward.
 *
 * Source: Ba, Kiros, Hinton, arXiv 1607.06450 (2016), eq. 3 and 4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-op-norm.h"

enum { EPSILON };
enum { WEIGHT, BIAS };

typedef struct
{
  gsize tokens, width;   /* of one sample */
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  const MtlShape *in = &shape->in[0];

  return (Sizes) { in->rank == 2 ? in->size[0] : 1, in->size[in->rank - 1] };
}

static gboolean
layer_norm_infer (MtlOpShape  *shape,
                  GError     **error)
{
  if (shape->in[0].rank != 1 && shape->in[0].rank != 2)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs values in one row, or tokens × width, but gets %s", words);
      return FALSE;
    }

  return mtl_op_infer_same (shape, error);
}

static void
layer_norm_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  Sizes sizes = measure_sizes (shape);
  const MtlShape one = { .rank = 1, .size = { sizes.width } };

  needs->tensors[WEIGHT] = (MtlTensorSpec) { .name = "weight", .shape = one,
                                             .init = MTL_INIT_ONE };
  needs->tensors[BIAS] = (MtlTensorSpec) { .name = "bias", .shape = one,
                                           .init = MTL_INIT_ZERO };
  needs->kept = sizes.tokens * sizeof (MtlOpMoments);
  needs->scratch = 2 * sizes.width * sizeof (double);
  needs->reads_x = TRUE;
}

static void
layer_norm_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  const float *weight = pass->weights[WEIGHT], *bias = pass->weights[BIAS];
  const float *x = pass->x[0];
  float *y = pass->y[0];
  MtlOpMoments *kept = pass->kept;

  for (gsize r = 0; r < pass->rows * sizes.tokens; r++, x += sizes.width, y += sizes.width)
    {
      MtlOpMoments m = mtl_op_moments (x, sizes.width, pass->shape->set[EPSILON].number);

      kept[r] = m;
      for (gsize i = 0; i < sizes.width; i++)
        y[i] = (x[i] - m.mean) * m.inverse * weight[i] + bias[i];
    }
}

static void
layer_norm_grad (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  const MtlOpMoments *kept = pass->kept;
  double *of_weight = pass->scratch, *of_bias = of_weight + sizes.width;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *x = pass->x[0], *dy = mtl_op_dy (pass, 0, lane);

      memset (of_weight, 0, 2 * sizes.width * sizeof *of_weight);
      for (gsize r = 0; r < pass->rows * sizes.tokens; r++, x += sizes.width, dy += sizes.width)
        for (gsize i = 0; i < sizes.width; i++)
          {
            of_weight[i] += (double) (dy[i] * (x[i] - kept[r].mean) * kept[r].inverse);
            of_bias[i] += (double) dy[i];
          }
      for (gsize i = 0; i < sizes.width; i++)
        {
          mtl_op_dw (pass, WEIGHT, lane)[i] += (float) of_weight[i];
          mtl_op_dw (pass, BIAS, lane)[i] += (float) of_bias[i];
        }
    }
}

/* One token; @g: room for 2 n values. */
static void
pass_back (Sizes        sizes,
           MtlOpMoments m,
           const float *weight,
           const float *x,
           const float *dy,
           float       *g,
           float       *dx,
           gboolean     fresh)
{
  double n = (double) sizes.width;
  float mean, slope, *xhat = g + sizes.width;

  for (gsize i = 0; i < sizes.width; i++)
    {
      g[i] = weight[i] * dy[i];
      xhat[i] = (x[i] - m.mean) * m.inverse;
    }
  mean = (float) (mtl_op_sum (g, sizes.width) / n);
  slope = (float) (mtl_op_dot (g, xhat, sizes.width) / n);

  if (fresh)
    for (gsize i = 0; i < sizes.width; i++)
      dx[i] = m.inverse * (g[i] - mean - xhat[i] * slope);
  else
    for (gsize i = 0; i < sizes.width; i++)
      dx[i] += m.inverse * (g[i] - mean - xhat[i] * slope);
}

static void
layer_norm_backward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  const MtlOpMoments *kept = pass->kept;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize r = 0; mtl_op_dx (pass, 0, lane) != NULL && r < pass->rows * sizes.tokens; r++)
      {
        gsize at = r * sizes.width;

        pass_back (sizes, kept[r], pass->weights[WEIGHT], pass->x[0] + at,
                   mtl_op_dy (pass, 0, lane) + at, pass->scratch,
                   mtl_op_dx (pass, 0, lane) + at, mtl_op_dx_fresh (pass, 0, lane));
      }
}

static gboolean
layer_norm_write_c (const MtlOpShape  *shape,
                    MtlCWriter        *to,
                    GError           **error)
{
  Sizes sizes = measure_sizes (shape);

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "for (long t = 0; t < %" G_GSIZE_FORMAT "; t++, x += %" G_GSIZE_FORMAT
                     ", y += %" G_GSIZE_FORMAT ")", sizes.tokens, sizes.width, sizes.width);
  mtl_c_writer_line (to, 1, "{");
  mtl_op_write_moments (to, sizes.width, shape->set[EPSILON].number);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", sizes.width);
  mtl_c_writer_line (to, 3, "y[i] = (x[i] - mean) * inverse * %s[i] + %s[i];",
                     mtl_c_writer_tensor (to, WEIGHT), mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_layer_norm = {
  .method = {
    .id = "layer-norm",
    .title = N_("Layer Norm"),
    .summary = N_("Shifts and scales the values of each token to mean 0 and variance 1."),
    .reference = "Ba, Kiros, Hinton, “Layer Normalization”, arXiv 1607.06450 (2016)",
    .params = (const MtlParam[]) {
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
  .infer = layer_norm_infer,
  .plan = layer_norm_plan,
  .forward = layer_norm_forward,
  .backward = layer_norm_backward,
  .grad = layer_norm_grad,
  .write_c = layer_norm_write_c,
};
