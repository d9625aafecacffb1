/* silu.c — value times its logistic function, also called swish
 *
 *   y = x·s, s = 1/(1 + e⁻ˣ)        dx = s·(1 + x·(1 − s))·dy
 *
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-slope.h"

static void
silu_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  needs->reads_x = TRUE;
}

static void
silu_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  mtl_kernels ()->curves->silu (n, pass->x[0], pass->y[0]);
}

static void
find_slope (const MtlOpPass *pass,
            gsize            first,
            gsize            n,
            float           *slope)
{
  mtl_kernels ()->curves->silu_slope (n, pass->x[0] + first, slope);
}

static void
silu_backward (const MtlOpPass *pass)
{
  mtl_op_slope_backward (pass, find_slope);
}

static gboolean
silu_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  mtl_c_writer_use_math (to);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), "x[i] / (1.0f + expf (-x[i]))");

  return TRUE;
}

const MtlOp mtl_op_silu = {
  .method = {
    .id = "silu",
    .title = N_("SiLU"),
    .summary = N_("Weighs each value by its sigmoid; also called swish."),
    .reference = "Elfwing, Uchibe, Doya, “Sigmoid-Weighted Linear Units for Neural Network "
                 "Function Approximation in Reinforcement Learning”, Neural Networks 107 (2018), "
                 "arXiv 1702.03118, eq. 6",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-gelu-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .rectifies = TRUE,
  .infer = mtl_op_infer_same,
  .plan = silu_plan,
  .forward = silu_forward,
  .backward = silu_backward,
  .write_c = silu_write_c,
};
