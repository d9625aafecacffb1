/* add.c — sum of any number of inputs of one shape
 *
 *   y = Σ x_i        dx_i = dy
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

static gboolean
add_infer (MtlOpShape  *shape,
           GError     **error)
{
  for (guint i = 1; i < shape->n_in; i++)
    if (!mtl_op_same_shape (&shape->in[i], &shape->in[0]))
      {
        g_autofree char *first = mtl_op_shape_words (&shape->in[0]);
        g_autofree char *other = mtl_op_shape_words (&shape->in[i]);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                     "needs inputs of one shape, but input 1 is %s and input %u is %s",
                     first, i + 1, other);
        return FALSE;
      }

  return mtl_op_infer_same (shape, error);
}

static void
add_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->out[0]);

  for (guint i = 0; i < pass->shape->n_in; i++)
    mtl_op_move (pass->y[0], pass->x[i], n, i == 0);
}

static void
add_backward (const MtlOpPass *pass)
{
  for (guint i = 0; i < pass->shape->n_in; i++)
    mtl_op_move_dy (pass, i);
}

static gboolean
add_write_c (const MtlOpShape  *shape,
             MtlCWriter        *to,
             GError           **error)
{
  g_autoptr(GString) sum = g_string_new ("x0[i]");

  for (guint i = 1; i < shape->n_in; i++)
    g_string_append_printf (sum, " + x%u[i]", i);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), sum->str);

  return TRUE;
}

const MtlOp mtl_op_add = {
  .method = {
    .id = "add",
    .title = N_("Add"),
    .summary = N_("Sums inputs of one shape, as a skip connection does."),
    .reference = "He, Zhang, Ren, Sun, “Deep Residual Learning for Image Recognition”, CVPR 2016, "
                 "arXiv 1512.03385, eq. 1",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-add-symbolic", .group = N_("Shape"), .width = 76 },
  .infer = add_infer,
  .forward = add_forward,
  .backward = add_backward,
  .write_c = add_write_c,
};
