/* dense.c — fully connected layer
 *
 *   y = x·Wᵀ + 1·bᵀ       W: n_out×n_in, b: n_out, x: rows×n_in
 *   dx = dy·W    dW = dyᵀ·x    db = dyᵀ·1
 *
 * Of tokens × width each token is a row: the same weights act on all of them.
 *
 * Weights are packed once a pass, for all shards. Gradients of a large W are
 * made by tile, a block of outputs and some panels of columns over the whole
 * batch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-affine.h"

#define CHUNK       256      /* rows of x packed at once */
#define PIECE       32768    /* weights that are worth a worker's while */
#define MOST_PIECES 16
#define BLOCK       256      /* outputs of a tile: their dy of a chunk stays in the second-level
                              * cache while the tile's panels pass */
#define MARGIN      16       /* floats between two rows of a block that is brought together */
#define BY_TILE     16384    /* weights from which on gradients are made by tile: the sums of
                              * shards would be written and read again and again */

enum { UNITS };
enum { WEIGHT, BIAS };

/* Of the last axis. */
static gsize
count_in (const MtlOpShape *shape)
{
  return shape->in[0].size[shape->in[0].rank - 1];
}

static gsize
count_out (const MtlOpShape *shape)
{
  return shape->set[UNITS].number;
}

static gsize
count_tokens (const MtlOpShape *shape)
{
  return shape->in[0].rank == 2 ? shape->in[0].size[0] : 1;
}

static MtlShape
weight_shape (const MtlOpShape *shape)
{
  return (MtlShape) { .rank = 2, .size = { count_out (shape), count_in (shape) } };
}

static gboolean
dense_infer (MtlOpShape  *shape,
             GError     **error)
{
  MtlShape out = shape->in[0];
  MtlShape weight;

  if (out.rank != 1 && out.rank != 2)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs values in one row, or tokens × width, but gets %s: flatten them first",
                   words);
      return FALSE;
    }

  weight = weight_shape (shape);
  out.size[out.rank - 1] = count_out (shape);
  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

/* --- weights in panels --- */

/* For y: Wᵀ; behind it, for dx: W. */
static float *
back_panels (const MtlOpPass *pass)
{
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);

  return (float *) pass->prepared + mtl_gemm_packed_size (mtl_kernels ()->gemm, n_in, n_out);
}

/* What falls to @piece of @n things, where @n_pieces have about as many each. */
static void
share (gsize  n,
       guint  piece,
       guint  n_pieces,
       gsize *first,
       gsize *end)
{
  *first = n * piece / n_pieces;
  *end = n * (piece + 1) / n_pieces;
}

static guint
count_pieces (gsize n_weights,
              gsize n_panels)
{
  return (guint) CLAMP (n_weights / PIECE, 1, MIN (n_panels, MOST_PIECES));
}

/* Tiles of dW: so many times BLOCK outputs, and of each so many times some panels. */
static guint
count_blocks (gsize n_out)
{
  return (guint) ((n_out + BLOCK - 1) / BLOCK);
}

static guint
count_columns (gsize n_in,
               gsize n_out)
{
  guint n_pieces = count_pieces (n_in * n_out, mtl_gemm_panels (mtl_kernels ()->gemm, n_in));

  return MAX (n_pieces / count_blocks (n_out), 1);
}

static void
dense_plan (const MtlOpShape *shape,
            MtlOpNeeds       *needs)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (shape), n_out = count_out (shape);

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (shape), .init = MTL_INIT_AUTO, .decay = TRUE,
    .fan_in = n_in, .fan_out = n_out,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { n_out } }, .init = MTL_INIT_ZERO,
    .fan_in = n_in, .fan_out = n_out,
  };
  needs->reads_x = TRUE;
  needs->product = TRUE;
  needs->scratch = CHUNK * (gemm->panel + (n_out > BLOCK ? BLOCK + MARGIN : 0)) * sizeof (float);
  needs->prepared = (mtl_gemm_packed_size (gemm, n_in, n_out)
                     + mtl_gemm_packed_size (gemm, n_out, n_in)) * sizeof (float);
  needs->n_pieces = count_pieces (n_in * n_out, MIN (mtl_gemm_panels (gemm, n_in),
                                                     mtl_gemm_panels (gemm, n_out)));
  if (n_in * n_out >= BY_TILE)
    needs->n_tiles = count_blocks (n_out) * count_columns (n_in, n_out);
}

static void
dense_prepare (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);
  guint n_pieces = count_pieces (n_in * n_out, MIN (mtl_gemm_panels (gemm, n_in),
                                                    mtl_gemm_panels (gemm, n_out)));
  gsize first, end;

  share (mtl_gemm_panels (gemm, n_out), pass->piece, n_pieces, &first, &end);
  gemm->pack (n_in, n_out, pass->weights[WEIGHT], n_in, TRUE, first, end, pass->prepared);
  if (!pass->goes_back)
    return;
  share (mtl_gemm_panels (gemm, n_in), pass->piece, n_pieces, &first, &end);
  gemm->pack (n_out, n_in, pass->weights[WEIGHT], n_in, FALSE, first, end, back_panels (pass));
}

/* --- passes --- */

static void
dense_forward (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);

  gemm->multiply (pass->rows * count_tokens (pass->shape), n_out, n_in, pass->x[0], n_in,
                  pass->prepared, 0, mtl_gemm_panels (gemm, n_out), pass->weights[BIAS], FALSE,
                  pass->y[0], n_out);
}

static void
dense_backward (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);
  gsize rows = pass->rows * count_tokens (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      gemm->multiply (rows, n_in, n_out, mtl_op_dy (pass, 0, lane), n_out,
                      back_panels (pass), 0, mtl_gemm_panels (gemm, n_in), NULL,
                      !mtl_op_dx_fresh (pass, 0, lane), mtl_op_dx (pass, 0, lane), n_in);
}

/* Outputs and panels of dW. */
typedef struct
{
  gsize output, n_outputs;
  gsize panel, end;
} Tile;

static Tile
find_tile (const MtlOpPass *pass)
{
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);
  guint n_columns = count_columns (n_in, n_out);
  Tile tile;
  gsize end;

  share (n_out, pass->piece / n_columns, count_blocks (n_out), &tile.output, &end);
  tile.n_outputs = end - tile.output;
  share (mtl_gemm_panels (mtl_kernels ()->gemm, n_in), pass->piece % n_columns, n_columns,
         &tile.panel, &tile.end);

  return tile;
}

/* One panel of a tile in one lane, over @rows of the batch from @first on, whose dy is @dy. */
static void
grad_panel (const MtlOpPass *pass,
            const Tile      *tile,
            gsize            panel,
            guint            lane,
            gsize            first,
            gsize            rows,
            const float     *dy,
            gsize            ld)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (pass->shape), column = panel * gemm->panel;
  gsize width = MIN (gemm->panel, n_in - column);

  gemm->pack (rows, width, pass->x[0] + first * n_in + column, n_in, FALSE, 0, 1, pass->scratch);
  gemm->multiply_transposed (tile->n_outputs, width, rows, dy, ld, pass->scratch, 0, 1, first > 0,
                             mtl_op_dw (pass, WEIGHT, lane) + tile->output * n_in + column, n_in);
}

/* Rows that are a power of two apart push each other out of the cache, so a block of
 * many outputs is brought together. */
static void
grad_chunk (const MtlOpPass *pass,
            const Tile      *tile,
            guint            lane,
            gsize            first,
            gsize            rows)
{
  gsize n_out = count_out (pass->shape), ld = n_out;
  const float *dy = mtl_op_dy (pass, 0, lane) + first * n_out + tile->output;
  float *copy = (float *) pass->scratch + CHUNK * mtl_kernels ()->gemm->panel;

  if (n_out > BLOCK)
    {
      ld = BLOCK + MARGIN;
      for (gsize r = 0; r < rows; r++)
        memcpy (copy + r * ld, dy + r * n_out, tile->n_outputs * sizeof *copy);
      dy = copy;
    }
  for (gsize panel = tile->panel; panel < tile->end; panel++)
    grad_panel (pass, tile, panel, lane, first, rows, dy, ld);
}

static void
grad_tile (const MtlOpPass *pass)
{
  gsize n_out = count_out (pass->shape);
  gsize all = pass->rows * count_tokens (pass->shape);
  Tile tile = find_tile (pass);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *db = mtl_op_dw (pass, BIAS, lane) + tile.output;

      for (gsize r = 0; mtl_op_dw (pass, WEIGHT, lane) != NULL && r < all; r += CHUNK)
        grad_chunk (pass, &tile, lane, r, MIN (CHUNK, all - r));
      if (tile.panel > 0)
        continue;
      memset (db, 0, tile.n_outputs * sizeof *db);
      mtl_op_affine_grad_bias (tile.n_outputs, all, mtl_op_dy (pass, 0, lane) + tile.output, n_out,
                               db);
    }
}

/* x is packed once for all lanes. */
static void
grad_shard (const MtlOpPass *pass)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_in = count_in (pass->shape), n_out = count_out (pass->shape);
  gsize all = pass->rows * count_tokens (pass->shape);

  for (gsize r = 0; r < all; r += CHUNK)
    for (gsize column = 0; column < n_in; column += gemm->panel)
      {
        gsize rows = MIN (CHUNK, all - r), width = MIN (gemm->panel, n_in - column);

        gemm->pack (rows, width, pass->x[0] + r * n_in + column, n_in, FALSE, 0, 1, pass->scratch);
        for (guint lane = 0; lane < pass->n_lanes; lane++)
          gemm->multiply_transposed (n_out, width, rows, mtl_op_dy (pass, 0, lane) + r * n_out,
                                     n_out, pass->scratch, 0, 1, TRUE,
                                     mtl_op_dw (pass, WEIGHT, lane) + column, n_in);
      }
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    mtl_op_affine_grad_bias (n_out, all, mtl_op_dy (pass, 0, lane), n_out,
                             mtl_op_dw (pass, BIAS, lane));
}

static void
dense_grad (const MtlOpPass *pass)
{
  if (count_in (pass->shape) * count_out (pass->shape) >= BY_TILE)
    grad_tile (pass);
  else
    grad_shard (pass);
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
  gsize n_in = count_in (shape), n_out = count_out (shape);

  guint depth = shape->in[0].rank == 2 ? 1 : 0;

  if (depth > 0)
    mtl_c_writer_line (to, 0, "for (long t = 0; t < %" G_GSIZE_FORMAT "; t++, x += %"
                       G_GSIZE_FORMAT ", y += %" G_GSIZE_FORMAT ")", count_tokens (shape), n_in,
                       n_out);
  mtl_c_writer_line (to, depth, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", n_out);
  mtl_c_writer_line (to, depth + 1, "{");
  mtl_c_writer_line (to, depth + 2, "const float *w = %s + o * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), n_in);
  mtl_c_writer_line (to, depth + 2, "float sum = %s[o];\n", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, depth + 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n_in);
  mtl_c_writer_line (to, depth + 3, "sum += w[i] * x[i];");
  mtl_c_writer_line (to, depth + 2, "y[o] = sum;");
  mtl_c_writer_line (to, depth + 1, "}");

  return TRUE;
}

const MtlOp mtl_op_dense = {
  .method = {
    .id = "dense",
    .title = N_("Dense"),
    .summary = N_("Every output is a weighted sum of all inputs; of tokens, for each of them."),
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
