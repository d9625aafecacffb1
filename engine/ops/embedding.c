/* embedding.c — a learned row of values for each token
 *
 *   y[t] = W[x[t]]        dW[v] = Σ dy[t] over all t with x[t] = v        W: vocabulary×width
 *
 * Tokens are whole numbers in floats. A number between two is rounded, one
 * outside the vocabulary (or a NaN) counts as the nearest token that there is,
 * so that a test set may have words that no training set had. The token
 * `padding` gives zeros and gets no gradient.
 *
 * Rows of dW are summed in the order of the samples. Those of a large
 * vocabulary are made by tile, some tokens over the whole batch: shards would
 * write all of it to add to little.
 *
 * Source: Bengio, Ducharme, Vincent, Jauvin, JMLR 3 (2003), sec. 2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

#define BY_TILE     16384    /* weights from which on gradients are made by tile */
#define PIECE       65536    /* weights of a tile, at least */
#define MOST_PIECES 16

enum { VOCABULARY, WIDTH, PADDING };
enum { WEIGHT };

static gsize
count_words (const MtlOpShape *shape)
{
  return shape->set[VOCABULARY].number;
}

static gsize
count_width (const MtlOpShape *shape)
{
  return shape->set[WIDTH].number;
}

static gboolean
embedding_infer (MtlOpShape  *shape,
                 GError     **error)
{
  const MtlShape out = { .rank = 2, .size = { shape->in[0].size[0], count_width (shape) } };
  const MtlShape weight = { .rank = 2, .size = { count_words (shape), count_width (shape) } };

  if (shape->in[0].rank != 1)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs numbers of tokens in one row, but gets %s", words);
      return FALSE;
    }

  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

static guint
count_tiles (const MtlOpShape *shape)
{
  gsize n = count_words (shape) * count_width (shape);

  return n < BY_TILE ? 0 : (guint) CLAMP (n / PIECE, 1, MIN (count_words (shape), MOST_PIECES));
}

static void
embedding_plan (const MtlOpShape *shape,
                MtlOpNeeds       *needs)
{
  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .init = MTL_INIT_NORMAL,
    .shape = { .rank = 2, .size = { count_words (shape), count_width (shape) } },
  };
  needs->n_tiles = count_tiles (shape);
  needs->reads_x = TRUE;
}

/* The row of W that @x stands for. Not x >= 0, so that a NaN is token 0. */
static gsize
find_row (float x,
          gsize n_words)
{
  if (!(x > 0.0f))
    return 0;

  return x < (float) n_words ? MIN ((gsize) (x + 0.5f), n_words - 1) : n_words - 1;
}

static gboolean
is_padding (const MtlOpShape *shape,
            gsize             row)
{
  return (double) row == shape->set[PADDING].number;
}

static void
embedding_forward (const MtlOpPass *pass)
{
  gsize width = count_width (pass->shape), n_words = count_words (pass->shape);
  gsize n = pass->rows * pass->shape->in[0].size[0];

  for (gsize t = 0; t < n; t++)
    {
      gsize row = find_row (pass->x[0][t], n_words);
      float *y = pass->y[0] + t * width;

      if (is_padding (pass->shape, row))
        memset (y, 0, width * sizeof *y);
      else
        memcpy (y, pass->weights[WEIGHT] + row * width, width * sizeof *y);
    }
}

static void
embedding_grad (const MtlOpPass *pass)
{
  gsize width = count_width (pass->shape), n_words = count_words (pass->shape);
  gsize n = pass->rows * pass->shape->in[0].size[0];
  guint n_tiles = count_tiles (pass->shape);
  gsize first = n_tiles > 0 ? n_words * pass->piece / n_tiles : 0;
  gsize end = n_tiles > 0 ? n_words * (pass->piece + 1) / n_tiles : n_words;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dw = mtl_op_dw (pass, WEIGHT, lane);

      if (n_tiles > 0)
        memset (dw + first * width, 0, (end - first) * width * sizeof *dw);
      for (gsize t = 0; t < n; t++)
        {
          const float *dy = mtl_op_dy (pass, 0, lane) + t * width;
          gsize row = find_row (pass->x[0][t], n_words);

          if (row < first || row >= end || is_padding (pass->shape, row))
            continue;
          for (gsize i = 0; i < width; i++)
            dw[row * width + i] += dy[i];
        }
    }
}

static void
embedding_backward (const MtlOpPass *pass)
{
  mtl_op_move_none (pass, 0);
}

static gboolean
embedding_write_c (const MtlOpShape  *shape,
                   MtlCWriter        *to,
                   GError           **error)
{
  gsize width = count_width (shape), n_words = count_words (shape);

  mtl_c_writer_line (to, 0, "for (long t = 0; t < %" G_GSIZE_FORMAT "; t++, y += %" G_GSIZE_FORMAT
                     ")", shape->in[0].size[0], width);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "long token = 0;\n");
  mtl_c_writer_line (to, 2, "if (x[t] > 0.0f)");
  mtl_c_writer_line (to, 3, "token = x[t] < %" G_GSIZE_FORMAT ".0f ? (long) (x[t] + 0.5f) : %"
                     G_GSIZE_FORMAT ";", n_words, n_words - 1);
  mtl_c_writer_line (to, 2, "if (token > %" G_GSIZE_FORMAT ")", n_words - 1);
  mtl_c_writer_line (to, 3, "token = %" G_GSIZE_FORMAT ";", n_words - 1);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", width);
  if (shape->set[PADDING].number >= 0.0)
    mtl_c_writer_line (to, 3, "y[i] = token == %.0f ? 0.0f : %s[token * %" G_GSIZE_FORMAT " + i];",
                       shape->set[PADDING].number, mtl_c_writer_tensor (to, WEIGHT), width);
  else
    mtl_c_writer_line (to, 3, "y[i] = %s[token * %" G_GSIZE_FORMAT " + i];",
                       mtl_c_writer_tensor (to, WEIGHT), width);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

static char *
embedding_line (const MtlSetting *set)
{
  /* Translators: second line of an embedding block: tokens and values for each, “1000 → 64”. */
  return g_strdup_printf (_("%.0f → %.0f"), set[VOCABULARY].number, set[WIDTH].number);
}

const MtlOp mtl_op_embedding = {
  .method = {
    .id = "embedding",
    .title = N_("Embedding"),
    .summary = N_("Looks up a learned row of values for each token; numbers outside the "
                  "vocabulary count as the nearest token."),
    .reference = "Bengio, Ducharme, Vincent, Jauvin, “A Neural Probabilistic Language Model”, "
                 "JMLR 3 (2003)",
    .params = (const MtlParam[]) {
      [VOCABULARY] = { .id = "vocabulary", .title = N_("Vocabulary"),
                       .summary = N_("Tokens that there are, numbered from 0"),
                       .unit = N_("tokens"),
                       .type = MTL_WHOLE, .minimum = 1, .maximum = 1 << 24, .initial = 1000 },
      [WIDTH] = { .id = "width", .title = N_("Width"), .summary = N_("Values for each token"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 1 << 20, .initial = 64 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Token that fills up short sequences and gives zeros; -1 is "
                                  "none"),
                    .type = MTL_WHOLE, .minimum = -1, .maximum = 1 << 24, .initial = 0,
                    .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .wholes = 1 << 0,
  },
  .look = { .icon = "basin-embedding-symbolic", .group = N_("Sequences"), .width = 92,
            .line = embedding_line },
  .infer = embedding_infer,
  .plan = embedding_plan,
  .forward = embedding_forward,
  .backward = embedding_backward,
  .grad = embedding_grad,
  .write_c = embedding_write_c,
};
