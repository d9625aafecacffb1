/* dense.c — fully connected layer
 *
 *   y = x·Wᵀ + 1·bᵀ       W: n_out×n_in, b: n_out, x: rows×n_in
 *   dx = dy·W    dW = dyᵀ·x    db = dyᵀ·1
 *
 * Weights are packed once a pass, for all shards. Gradients of a large W are
 * made by tile, some panels of columns over the whole batch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"

#define CHUNK       256      /* rows of x packed at once */
#define PIECE       32768    /* weights that are worth a worker's while */
#define MOST_PIECES 16
#define BY_TILE     16384    /* weights from which on gradients are made by tile: the sums of
                              * shards would be written and read again and again */

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

/* --- weights in panels --- */

/* For y: Wᵀ; behind it, for dx: W. */
static float *
back_panels (const MtlOpPass *pass)
{
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  return (float *) pass->prepared + mtl_gemm_packed_size (mtl_kernels ()->gemm, n_in, n_out);
}

/* Panels of piece @piece, where @n_pieces have about as many each. */
static void
share_panels (gsize  n_panels,
              guint  piece,
              guint  n_pieces,
              gsize *first,
              gsize *end)
{
  *first = n_panels * piece / n_pieces;
  *end = n_panels * (piece + 1) / n_pieces;
}

static guint
count_pieces (gsize n_weights,
              gsize n_panels)
{
  return (guint) CLAMP (n_weights / PIECE, 1, MIN (n_panels, MOST_PIECES));
}

static void
dense_plan (const MtlOpShape *shape,
            MtlOpNeeds       *needs)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
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
  needs->scratch = CHUNK * gemm->panel * sizeof (float);
  needs->prepared = (mtl_gemm_packed_size (gemm, n_in, n_out)
                     + mtl_gemm_packed_size (gemm, n_out, n_in)) * sizeof (float);
  needs->n_pieces = count_pieces (n_in * n_out, MIN (mtl_gemm_panels (gemm, n_in),
                                                     mtl_gemm_panels (gemm, n_out)));
  if (n_in * n_out >= BY_TILE)
    needs->n_tiles = count_pieces (n_in * n_out, mtl_gemm_panels (gemm, n_in));
}

static void
dense_prepare (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];
  guint n_pieces = count_pieces (n_in * n_out, MIN (mtl_gemm_panels (gemm, n_in),
                                                    mtl_gemm_panels (gemm, n_out)));
  gsize first, end;

  share_panels (mtl_gemm_panels (gemm, n_out), pass->piece, n_pieces, &first, &end);
  gemm->pack (n_in, n_out, pass->weights[WEIGHT], n_in, TRUE, first, end, pass->prepared);
  if (!pass->goes_back)
    return;
  share_panels (mtl_gemm_panels (gemm, n_in), pass->piece, n_pieces, &first, &end);
  gemm->pack (n_out, n_in, pass->weights[WEIGHT], n_in, FALSE, first, end, back_panels (pass));
}

/* --- passes --- */

static void
dense_forward (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  gemm->multiply (pass->rows, n_out, n_in, pass->x[0], n_in, pass->prepared, 0,
                  mtl_gemm_panels (gemm, n_out), pass->weights[BIAS], FALSE, pass->y[0], n_out);
}

static void
dense_backward (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      gemm->multiply (pass->rows, n_in, n_out, mtl_op_dy (pass, 0, lane), n_out,
                      back_panels (pass), 0, mtl_gemm_panels (gemm, n_in), NULL,
                      !mtl_op_dx_fresh (pass, 0, lane), mtl_op_dx (pass, 0, lane), n_in);
}

/* One panel of dW, over the rows in chunks that fit into scratch; x is packed
 * once for all lanes. @over: the first chunk writes over what is there. */
static void
grad_panel (const MtlOpPass *pass,
            gsize            panel,
            gboolean         over)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];
  gsize column = panel * gemm->panel;
  gsize width = MIN (gemm->panel, n_in - column);

  for (gsize r = 0; r < pass->rows; r += CHUNK)
    {
      gsize rows = MIN (CHUNK, pass->rows - r);

      gemm->pack (rows, width, pass->x[0] + r * n_in + column, n_in, FALSE, 0, 1, pass->scratch);
      for (guint lane = 0; lane < pass->n_lanes; lane++)
        gemm->multiply_transposed (n_out, width, rows, mtl_op_dy (pass, 0, lane) + r * n_out, n_out,
                                   pass->scratch, 0, 1, !over || r > 0,
                                   mtl_op_dw (pass, WEIGHT, lane) + column, n_in);
    }
}

static void
grad_bias (const MtlOpPass *pass,
           gboolean         over)
{
  gsize n_out = pass->shape->out[0].size[0];

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *db = mtl_op_dw (pass, BIAS, lane);

      if (over)
        memset (db, 0, n_out * sizeof *db);
      for (gsize r = 0; r < pass->rows; r++)
        for (gsize o = 0; o < n_out; o++)
          db[o] += dy[r * n_out + o];
    }
}

static void
dense_grad (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = pass->shape->in[0].size[0], n_out = pass->shape->out[0].size[0];
  gboolean by_tile = n_in * n_out >= BY_TILE;
  gsize first = 0, end = mtl_gemm_panels (gemm, n_in);

  if (by_tile)
    share_panels (end, pass->piece, count_pieces (n_in * n_out, end), &first, &end);
  for (gsize panel = first; panel < end; panel++)
    grad_panel (pass, panel, by_tile);
  if (!by_tile || pass->piece == 0)
    grad_bias (pass, by_tile);
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
  .prepare = dense_prepare,
  .forward = dense_forward,
  .backward = dense_backward,
  .grad = dense_grad,
  .write_c = dense_write_c,
};
