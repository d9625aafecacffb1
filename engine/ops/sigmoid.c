/* sigmoid.c — logistic function
 *
 *   y = 1 / (1 + e⁻ˣ)        dx = y·(1 − y)·dy
 *
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"

static void
sigmoid_plan (const MtlOpShape *shape,
              MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
sigmoid_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  mtl_kernels ()->curves->sigmoid (n, pass->x[0], pass->y[0]);
}

static void
sigmoid_backward (const MtlOpPass *pass)
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
          dx[i] = y[i] * (1.0f - y[i]) * dy[i];
      else
        for (gsize i = 0; i < n; i++)
          dx[i] += y[i] * (1.0f - y[i]) * dy[i];
    }
}

static gboolean
sigmoid_write_c (const MtlOpShape  *shape,
                 MtlCWriter        *to,
                 GError           **error)
{
  mtl_c_writer_use_math (to);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), "1.0f / (1.0f + expf (-x[i]))");

  return TRUE;
}

const MtlOp mtl_op_sigmoid = {
  .method = {
    .id = "sigmoid",
    .title = N_("Sigmoid"),
    .summary = N_("Squeezes each value between 0 and 1."),
    .reference = "LeCun, Bottou, Orr, Müller, “Efficient BackProp”, in: Neural Networks: Tricks of "
                 "the Trade, Springer 1998, sec. 4.4",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-sigmoid-symbolic", .group = N_("Activation"), .width = 76,
            .bead = TRUE },
  .infer = mtl_op_infer_same,
  .plan = sigmoid_plan,
  .forward = sigmoid_forward,
  .backward = sigmoid_backward,
  .write_c = sigmoid_write_c,
};
