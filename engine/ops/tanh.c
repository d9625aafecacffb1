/* tanh.c — hyperbolic tangent
 *
 *   y = tanh x        dx = (1 − y²)·dy
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"

static void
tanh_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
tanh_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  mtl_kernels ()->curves->tanh (n, pass->x[0], pass->y[0]);
}

static void
tanh_backward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  const float *y = pass->y[0];

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_dx (pass, 0, lane);

      if (dx == NULL)
        continue;
      if (mtl_op_dx_fresh (pass, 0, lane))
        for (gsize i = 0; i < n; i++)
          dx[i] = (1.0f - y[i] * y[i]) * dy[i];
      else
        for (gsize i = 0; i < n; i++)
          dx[i] += (1.0f - y[i] * y[i]) * dy[i];
    }
}

static gboolean
tanh_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  mtl_c_writer_use_math (to);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), "tanhf (x[i])");

  return TRUE;
}

const MtlOp mtl_op_tanh = {
  .method = {
    .id = "tanh",
    .title = N_("Tanh"),
    .summary = N_("Squeezes each value between −1 and 1."),
    .reference = "LeCun, Bottou, Orr, Müller, “Efficient BackProp”, in: Neural Networks: Tricks of "
                 "the Trade, Springer 1998, sec. 4.4",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-tanh-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .infer = mtl_op_infer_same,
  .plan = tanh_plan,
  .forward = tanh_forward,
  .backward = tanh_backward,
  .write_c = tanh_write_c,
};
