/* positional-embedding.c — where a token stands, added to what it is
 *
 *   y[t] = x[t] + p[t]        dx = dy        dp[t] = Σ dy[t] over the samples
 *
 * p is learned (tokens×width), or fixed:
 *
 *   p[t][2i] = sin (t / 10000^(2i/width))     p[t][2i + 1] = cos (t / 10000^(2i/width))
 *
 * Source: Vaswani et al., arXiv 1706.03762 (2017), sec. 3.5. Learned rows begin
 * as in Dosovitskiy et al., arXiv 2010.11929 (2020): N(0, 0.02²).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

#define BASE 10000.0

enum { KIND };
enum { LEARNED, SINUSOIDAL };
enum { WEIGHT };

static const char *const kinds[] = { "learned", "sinusoidal", NULL };

static gboolean
is_learned (const MtlOpShape *shape)
{
  return (guint) shape->set[KIND].number == LEARNED;
}

static gboolean
positional_embedding_infer (MtlOpShape  *shape,
                            GError     **error)
{
  return mtl_op_infer_tokens (shape, error) && mtl_op_infer_same (shape, error);
}

static void
positional_embedding_plan (const MtlOpShape *shape,
                           MtlOpNeeds       *needs)
{
  if (is_learned (shape))
    {
      needs->tensors[WEIGHT] = (MtlTensorSpec) {
        .name = "weight", .shape = shape->in[0], .init = MTL_INIT_NARROW,
      };
      return;
    }
  needs->prepared = mtl_shape_size (&shape->in[0]) * sizeof (float);
  needs->n_pieces = 1;
}

static void
positional_embedding_prepare (const MtlOpPass *pass)
{
  gsize tokens = pass->shape->in[0].size[0], width = pass->shape->in[0].size[1];
  float *p = pass->prepared;

  for (gsize i = 0; i < width; i++)
    {
      double rate = pow (BASE, -(double) (i / 2 * 2) / (double) width);

      for (gsize t = 0; t < tokens; t++)
        p[t * width + i] = (float) (i % 2 == 0 ? sin ((double) t * rate) : cos ((double) t * rate));
    }
}

static void
positional_embedding_forward (const MtlOpPass *pass)
{
  gsize n = mtl_shape_size (&pass->shape->in[0]);
  const float *p = is_learned (pass->shape) ? pass->weights[WEIGHT] : pass->prepared;

  for (gsize r = 0; r < pass->rows; r++)
    for (gsize i = 0; i < n; i++)
      pass->y[0][r * n + i] = pass->x[0][r * n + i] + p[i];
}

static void
positional_embedding_backward (const MtlOpPass *pass)
{
  mtl_op_move_dy (pass, 0);
}

static void
positional_embedding_grad (const MtlOpPass *pass)
{
  gsize n = mtl_shape_size (&pass->shape->in[0]);

  for (guint lane = 0; is_learned (pass->shape) && lane < pass->n_lanes; lane++)
    for (gsize r = 0; r < pass->rows; r++)
      mtl_op_move (mtl_op_dw (pass, WEIGHT, lane), mtl_op_dy (pass, 0, lane) + r * n, n, FALSE);
}

static gboolean
positional_embedding_write_c (const MtlOpShape  *shape,
                              MtlCWriter        *to,
                              GError           **error)
{
  gsize tokens = shape->in[0].size[0], width = shape->in[0].size[1];

  if (is_learned (shape))
    {
      g_autofree char *sum = g_strdup_printf ("x[i] + %s[i]", mtl_c_writer_tensor (to, WEIGHT));

      mtl_c_writer_elementwise (to, tokens * width, sum);
      return TRUE;
    }

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", width);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "double rate = pow (%.1f, -(double) (i / 2 * 2) / %" G_GSIZE_FORMAT
                     ".0);\n", BASE, width);
  mtl_c_writer_line (to, 2, "for (long t = 0; t < %" G_GSIZE_FORMAT "; t++)", tokens);
  mtl_c_writer_line (to, 3, "y[t * %" G_GSIZE_FORMAT " + i] = x[t * %" G_GSIZE_FORMAT " + i]",
                     width, width);
  mtl_c_writer_line (to, 4, "+ (float) (i %% 2 == 0 ? sin ((double) t * rate) "
                     ": cos ((double) t * rate));");
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

static char *
positional_embedding_line (const MtlSetting *set)
{
  return g_strdup (kinds[(guint) set[KIND].number]);
}

const MtlOp mtl_op_positional_embedding = {
  .method = {
    .id = "positional-embedding",
    .title = N_("Positional Embedding"),
    .summary = N_("Adds to each token values that say where it stands."),
    .reference = "Vaswani et al., “Attention Is All You Need”, NeurIPS 2017, arXiv 1706.03762, "
                 "sec. 3.5",
    .params = (const MtlParam[]) {
      [KIND] = { .id = "kind", .title = N_("Kind"),
                 .summary = N_("learned: a weight for each token and value; sinusoidal: waves of "
                               "many lengths, with nothing to learn"),
                 .type = MTL_CHOICE, .choices = kinds, .maximum = SINUSOIDAL },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-position-symbolic", .group = N_("Sequences"), .width = 92,
            .line = positional_embedding_line },
  .infer = positional_embedding_infer,
  .plan = positional_embedding_plan,
  .prepare = positional_embedding_prepare,
  .forward = positional_embedding_forward,
  .backward = positional_embedding_backward,
  .grad = positional_embedding_grad,
  .write_c = positional_embedding_write_c,
};
