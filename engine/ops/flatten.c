/* flatten.c — the values of a sample in one row
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

static gboolean
flatten_infer (MtlOpShape  *shape,
               GError     **error)
{
  const MtlShape out = { .rank = 1, .size = { mtl_shape_size (&shape->in[0]) } };

  return mtl_op_infer_output (shape, &out, error);
}

static void
flatten_forward (const MtlOpPass *pass)
{
  memcpy (pass->y[0], pass->x[0], pass->rows * pass->shape->out[0].size[0] * sizeof (float));
}

static void
flatten_backward (const MtlOpPass *pass)
{
  mtl_op_move_dy (pass, 0);
}

static gboolean
flatten_write_c (const MtlOpShape  *shape,
                 MtlCWriter        *to,
                 GError           **error)
{
  mtl_c_writer_same (to);

  return TRUE;
}

const MtlOp mtl_op_flatten = {
  .method = {
    .id = "flatten",
    .title = N_("Flatten"),
    .summary = N_("Puts all values in one row, for a dense layer to read."),
    .reference = "LeCun, Bottou, Bengio, Haffner, “Gradient-Based Learning Applied to Document "
                 "Recognition”, Proceedings of the IEEE 86 (1998), sec. II",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-flatten-symbolic", .group = N_("Shape"), .width = 76, .bead = TRUE },
  .infer = flatten_infer,
  .forward = flatten_forward,
  .backward = flatten_backward,
  .write_c = flatten_write_c,
};
