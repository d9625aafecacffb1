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

static void
relu_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
relu_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  const float *x = pass->x[0];
  float *y = pass->y[0];

  /* x < 0 and not x > 0, so that a NaN is kept. */
  for (gsize i = 0; i < n; i++)
    y[i] = x[i] < 0.0f ? 0.0f : x[i];
}

/* @g is read in any case: a load that depends on y would be a branch, and half
 * of them go the wrong way. */
static inline float
pass_on (float y,
         float g)
{
  return y <= 0.0f ? 0.0f : g;
}

static void
relu_backward (const MtlOpPass *pass)
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
          dx[i] = pass_on (y[i], dy[i]);
      else
        for (gsize i = 0; i < n; i++)
          dx[i] += pass_on (y[i], dy[i]);
    }
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
  .infer = mtl_op_infer_same,
  .plan = relu_plan,
  .forward = relu_forward,
  .backward = relu_backward,
  .write_c = relu_write_c,
};
