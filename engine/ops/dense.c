/* dense.c — fully connected layer
 *
 *   y = x·Wᵀ + 1·bᵀ       W: n_out×n_in, b: n_out, x: rows×n_in
 *   dx = dy·W    dW = dyᵀ·x    db = dyᵀ·1
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-blas.h"
#include "mtl-c-writer.h"

enum { UNITS };
enum { WEIGHT, BIAS };

static MtlShape
weight_shape (const MtlOpShape *shape)
{
  return (MtlShape) { .rank = 2, .size = { shape->set[UNITS].number, shape->in[0].size[0] } };
}

static gboolean
dense_infer (MtlOpShape  *shape,
             GError     **error)
{
  const MtlShape out = { .rank = 1, .size = { shape->set[UNITS].number } };
  MtlShape weight;

  if (shape->in[0].rank != 1)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs values in one row, but gets %s: flatten them first", words);
      return FALSE;
    }

  weight = weight_shape (shape);
  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

static void
dense_plan (const MtlOpShape *shape,
            MtlOpNeeds       *needs)
{
  gsize n_in = shape->in[0].size[0], n_out = shape->out[0].size[0];

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (shape), .init = MTL_INIT_AUTO, .decay = TRUE,
    .fan_in = n_in, .fan_out = n_out,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { n_out } }, .init = MTL_INIT_ZERO,
    .fan_in = n_in, .fan_out = n_out,
  };
  needs->reads_x = TRUE;
}

static void
dense_forward (const MtlOpPass *pass)
{
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  for (gsize r = 0; r < pass->rows; r++)
    memcpy (pass->y[0] + r * n_out, pass->weights[BIAS], n_out * sizeof (float));

  mtl_blas_gemm (MTL_PLAIN, MTL_TRANSPOSED, pass->rows, n_out, n_in,
                 pass->x[0], n_in, pass->weights[WEIGHT], n_in, 1.0f, pass->y[0], n_out);
}

static void
dense_backward (const MtlOpPass *pass)
{
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      mtl_blas_gemm (MTL_PLAIN, MTL_PLAIN, pass->rows, n_in, n_out,
                     mtl_op_dy (pass, 0, lane), n_out, pass->weights[WEIGHT], n_in,
                     mtl_op_dx_fresh (pass, 0, lane) ? 0.0f : 1.0f,
                     mtl_op_dx (pass, 0, lane), n_in);
}

static void
dense_grad (const MtlOpPass *pass)
{
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dw = mtl_op_dw (pass, WEIGHT, lane), *db = mtl_op_dw (pass, BIAS, lane);

      if (dw != NULL)
        mtl_blas_gemm (MTL_TRANSPOSED, MTL_PLAIN, n_out, n_in, pass->rows,
                       dy, n_out, pass->x[0], n_in, 1.0f, dw, n_in);
      if (db != NULL)
        for (gsize r = 0; r < pass->rows; r++)
          for (gsize o = 0; o < n_out; o++)
            db[o] += dy[r * n_out + o];
    }
}

static char *
dense_line (const MtlSetting *set)
{
  guint units = set[UNITS].number;

  /* Translators: second line of a dense block on the canvas, e.g. “50 units”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u unit", "%u units", units), units);
}

static gboolean
dense_write_c (const MtlOpShape  *shape,
               MtlCWriter        *to,
               GError           **error)
{
  gsize n_in = shape->in[0].size[0], n_out = shape->out[0].size[0];

  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", n_out);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "const float *w = %s + o * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), n_in);
  mtl_c_writer_line (to, 2, "float sum = %s[o];\n", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n_in);
  mtl_c_writer_line (to, 3, "sum += w[i] * x[i];");
  mtl_c_writer_line (to, 2, "y[o] = sum;");
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_dense = {
  .method = {
    .id = "dense",
    .title = N_("Dense"),
    .summary = N_("Every output is a weighted sum of all inputs."),
    .reference = "Goodfellow, Bengio, Courville, “Deep Learning”, MIT Press 2016, ch. 6",
    .params = (const MtlParam[]) {
      [UNITS] = { .id = "units", .title = N_("Units"), .summary = N_("Values it gives"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 1 << 24, .initial = 32 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-dense-symbolic", .group = N_("Layers"), .width = 84,
            .line = dense_line },
  .infer = dense_infer,
  .plan = dense_plan,
  .forward = dense_forward,
  .backward = dense_backward,
  .grad = dense_grad,
  .write_c = dense_write_c,
};
