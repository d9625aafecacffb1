/* relu.c — rectifier
 *
 *   y = max(x, 0)        dx = dy where y > 0, else 0
 *
 * The subgradient at 0 is taken as 0. A NaN passes through as NaN.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"

static void
relu_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
relu_forward (const MtlOpPass *pass)
{
  mtl_kernels ()->rows->rectify (pass->x[0], pass->rows * mtl_shape_size (&pass->shape->in[0]),
                                 pass->y[0]);
}

static void
relu_backward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      mtl_kernels ()->rows->rectify_back (pass->y[0], mtl_op_dy (pass, 0, lane), n,
                                          !mtl_op_dx_fresh (pass, 0, lane),
                                          mtl_op_dx (pass, 0, lane));
}

static gboolean
relu_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), "x[i] < 0.0f ? 0.0f : x[i]");

  return TRUE;
}

const MtlOp mtl_op_relu = {
  .method = {
    .id = "relu",
    .title = N_("ReLU"),
    .summary = N_("Keeps what is positive and sets the rest to zero."),
    .reference = "Nair, Hinton, “Rectified Linear Units Improve Restricted Boltzmann Machines”, "
                 "ICML 2010",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-relu-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .rectifies = TRUE,
  .infer = mtl_op_infer_same,
  .plan = relu_plan,
  .forward = relu_forward,
  .backward = relu_backward,
  .write_c = relu_write_c,
};
