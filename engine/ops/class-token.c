/* class-token.c — a learned token in front of the others
 *
 *   y = [w; x]        dx = dy[1 …]        dw = Σ dy[0] over the samples
 *
 * Attention collects in it what a head is to read of the whole sequence. It
 * begins as N(0, 0.02²), as the tokens of a transformer do.
 *
 * Source: Devlin et al., arXiv 1810.04805 (2018), sec. 3; Dosovitskiy et al.,
 * arXiv 2010.11929 (2020), eq. 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

enum { WEIGHT };

static gboolean
class_token_infer (MtlOpShape  *shape,
                   GError     **error)
{
  MtlShape out = shape->in[0];

  if (!mtl_op_infer_tokens (shape, error))
    return FALSE;
  /* Saturates, for the check of the whole to refuse. */
  if (!g_size_checked_add (&out.size[0], out.size[0], 1))
    out.size[0] = G_MAXSIZE;

  return mtl_op_infer_output (shape, &out, error);
}

static void
class_token_plan (const MtlOpShape *shape,
                  MtlOpNeeds       *needs)
{
  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = { .rank = 1, .size = { shape->in[0].size[1] } },
    .init = MTL_INIT_NARROW,
  };
}

static void
class_token_forward (const MtlOpPass *pass)
{
  gsize width = pass->shape->in[0].size[1], n = mtl_shape_size (&pass->shape->in[0]);

  for (gsize r = 0; r < pass->rows; r++)
    {
      float *y = pass->y[0] + r * (n + width);

      memcpy (y, pass->weights[WEIGHT], width * sizeof *y);
      memcpy (y + width, pass->x[0] + r * n, n * sizeof *y);
    }
}

static void
class_token_backward (const MtlOpPass *pass)
{
  gsize width = pass->shape->in[0].size[1], n = mtl_shape_size (&pass->shape->in[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize r = 0; mtl_op_dx (pass, 0, lane) != NULL && r < pass->rows; r++)
      mtl_op_move (mtl_op_dx (pass, 0, lane) + r * n,
                   mtl_op_dy (pass, 0, lane) + r * (n + width) + width, n,
                   mtl_op_dx_fresh (pass, 0, lane));
}

static void
class_token_grad (const MtlOpPass *pass)
{
  gsize width = pass->shape->in[0].size[1], n = mtl_shape_size (&pass->shape->out[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize r = 0; r < pass->rows; r++)
      mtl_op_move (mtl_op_dw (pass, WEIGHT, lane), mtl_op_dy (pass, 0, lane) + r * n, width, FALSE);
}

static gboolean
class_token_write_c (const MtlOpShape  *shape,
                     MtlCWriter        *to,
                     GError           **error)
{
  mtl_c_writer_line (to, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)",
                     shape->in[0].size[1]);
  mtl_c_writer_line (to, 1, "*y++ = %s[i];", mtl_c_writer_tensor (to, WEIGHT));
  mtl_c_writer_line (to, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)",
                     mtl_shape_size (&shape->in[0]));
  mtl_c_writer_line (to, 1, "*y++ = x[i];");

  return TRUE;
}

const MtlOp mtl_op_class_token = {
  .method = {
    .id = "class-token",
    .title = N_("Class Token"),
    .summary = N_("Puts a learned token in front, in which attention collects what a head reads."),
    .reference = "Devlin, Chang, Lee, Toutanova, “BERT: Pre-training of Deep Bidirectional "
                 "Transformers for Language Understanding”, NAACL 2019, arXiv 1810.04805, sec. 3",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-token-symbolic", .group = N_("Sequences"), .width = 92 },
  .infer = class_token_infer,
  .plan = class_token_plan,
  .forward = class_token_forward,
  .backward = class_token_backward,
  .grad = class_token_grad,
  .write_c = class_token_write_c,
};
