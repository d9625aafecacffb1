/* transpose.c — the axes of a sample in another order
 *
 * Axis i of the output is axis order[i] of the input: `2,1` swaps the two axes
 * of tokens × width, `2,3,1` puts the channels of a picture last.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-json.h"
#include "mtl-op-axis.h"

enum { ORDER };

/* The axes of the output, 1 in front where it has fewer than four: how long each
 * is, and how far its places are apart in the input. */
typedef struct
{
  gsize size[MTL_OP_MAX_RANK], apart[MTL_OP_MAX_RANK];
} Walk;

/* Axes counted from 0; FALSE with @error unless each comes up once. */
static gboolean
read_order (const MtlOpShape  *shape,
            guint             *order,
            GError           **error)
{
  const MtlShape *in = &shape->in[0];
  gint64 axes[MTL_OP_MAX_RANK];
  g_autofree char *words = NULL;
  g_autofree char *quoted = NULL;
  guint n, seen = 0;

  if (!mtl_op_list_parse (shape->set[ORDER].text, "axes", 1, axes, &n, error))
    return FALSE;

  for (guint i = 0; i < n; i++)
    if (axes[i] <= in->rank)
      {
        order[i] = (guint) axes[i] - 1;
        seen |= 1u << order[i];
      }
  if (n == in->rank && seen == (1u << in->rank) - 1)
    return TRUE;

  words = mtl_op_shape_words (in);
  quoted = mtl_json_quote_found (shape->set[ORDER].text);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "orders axes as %s, but gets %s: the order has to name each of 1 to %u once",
               quoted, words, in->rank);
  return FALSE;
}

static gboolean
transpose_infer (MtlOpShape  *shape,
                 GError     **error)
{
  MtlShape out = { .rank = shape->in[0].rank };
  guint order[MTL_OP_MAX_RANK];

  if (!read_order (shape, order, error))
    return FALSE;

  for (guint i = 0; i < out.rank; i++)
    out.size[i] = shape->in[0].size[order[i]];

  return mtl_op_infer_output (shape, &out, error);
}

static Walk
find_walk (const MtlOpShape *shape)
{
  Walk walk = { { 1, 1, 1, 1 }, { 0 } };
  guint rank = shape->in[0].rank, order[MTL_OP_MAX_RANK] = { 0 };
  gsize apart[MTL_OP_MAX_RANK];

  read_order (shape, order, NULL);
  for (guint i = rank; i > 0; i--)
    apart[i - 1] = i < rank ? apart[i] * shape->in[0].size[i] : 1;
  for (guint i = 0; i < rank; i++)
    {
      guint at = MTL_OP_MAX_RANK - rank + i;

      walk.size[at] = shape->in[0].size[order[i]];
      walk.apart[at] = apart[order[i]];
    }

  return walk;
}

static void
transpose_forward (const MtlOpPass *pass)
{
  Walk w = find_walk (pass->shape);
  gsize n = mtl_shape_size (&pass->shape->in[0]);
  float *y = pass->y[0];

  for (gsize r = 0; r < pass->rows; r++)
    for (gsize a = 0; a < w.size[0]; a++)
      for (gsize b = 0; b < w.size[1]; b++)
        for (gsize c = 0; c < w.size[2]; c++, y += w.size[3])
          {
            const float *x = pass->x[0] + r * n + a * w.apart[0] + b * w.apart[1] + c * w.apart[2];

            for (gsize d = 0; d < w.size[3]; d++)
              y[d] = x[d * w.apart[3]];
          }
}

static void
pass_back (const MtlOpPass *pass,
           Walk             w,
           guint            lane)
{
  gsize n = mtl_shape_size (&pass->shape->in[0]);
  const float *dy = mtl_op_dy (pass, 0, lane);
  gboolean fresh = mtl_op_dx_fresh (pass, 0, lane);

  for (gsize r = 0; r < pass->rows; r++)
    for (gsize a = 0; a < w.size[0]; a++)
      for (gsize b = 0; b < w.size[1]; b++)
        for (gsize c = 0; c < w.size[2]; c++, dy += w.size[3])
          {
            float *dx = mtl_op_dx (pass, 0, lane) + r * n + a * w.apart[0] + b * w.apart[1]
                        + c * w.apart[2];

            if (fresh)
              for (gsize d = 0; d < w.size[3]; d++)
                dx[d * w.apart[3]] = dy[d];
            else
              for (gsize d = 0; d < w.size[3]; d++)
                dx[d * w.apart[3]] += dy[d];
          }
}

static void
transpose_backward (const MtlOpPass *pass)
{
  Walk walk = find_walk (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      pass_back (pass, walk, lane);
}

static gboolean
transpose_write_c (const MtlOpShape  *shape,
                   MtlCWriter        *to,
                   GError           **error)
{
  Walk w = find_walk (shape);

  for (guint i = 0; i < MTL_OP_MAX_RANK; i++)
    mtl_c_writer_line (to, i, "for (long %c = 0; %c < %" G_GSIZE_FORMAT "; %c++)", 'a' + i,
                       'a' + i, w.size[i], 'a' + i);
  mtl_c_writer_line (to, MTL_OP_MAX_RANK,
                     "*y++ = x[a * %" G_GSIZE_FORMAT " + b * %" G_GSIZE_FORMAT " + c * %"
                     G_GSIZE_FORMAT " + d * %" G_GSIZE_FORMAT "];",
                     w.apart[0], w.apart[1], w.apart[2], w.apart[3]);

  return TRUE;
}

static char *
transpose_line (const MtlSetting *set)
{
  return g_strdup (set[ORDER].text);
}

const MtlOp mtl_op_transpose = {
  .method = {
    .id = "transpose",
    .title = N_("Transpose"),
    .summary = N_("Puts the axes of a sample in another order: tokens × width to width × tokens."),
    .reference = "Harris, Millman, van der Walt et al., “Array Programming with NumPy”, Nature 585 "
                 "(2020), arXiv 2006.10256",
    .params = (const MtlParam[]) {
      [ORDER] = { .id = "order", .title = N_("Order"),
                  .summary = N_("Axes of the input, from 1, in the order of the output: 2,1 swaps"),
                  .type = MTL_TEXT, .initial_text = "2,1" },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-transpose-symbolic", .group = N_("Shape"), .width = 84,
            .line = transpose_line },
  .infer = transpose_infer,
  .forward = transpose_forward,
  .backward = transpose_backward,
  .write_c = transpose_write_c,
};
