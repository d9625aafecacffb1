/* gelu.c — Gaussian error linear unit
 *
 *   y = x·Φ(x) = x·(1 + erf(x/√2))/2        dx = (Φ(x) + x·φ(x))·dy
 *
 * with φ(x) = e^(−x²/2)/√(2π). The approximation by a tanh, with c = √(2/π) and
 * k = 0.044715, is
 *
 *   t = tanh(c·(x + k·x³))     y = x·(1 + t)/2
 *   dx = ((1 + t)/2 + x·(1 − t²)·c·(1 + 3k·x²)/2)·dy
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-slope.h"

enum { APPROXIMATE };
enum { NONE, TANH };  /* in the order of the words below */

static const char *const words[] = { "none", "tanh", NULL };

static gboolean
is_approximate (const MtlOpShape *shape)
{
  return shape->set[APPROXIMATE].number == TANH;
}

static void
gelu_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  needs->reads_x = TRUE;
}

static void
gelu_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  const MtlCurveKernels *curves = mtl_kernels ()->curves;

  (is_approximate (pass->shape) ? curves->gelu_tanh : curves->gelu) (n, pass->x[0], pass->y[0]);
}

static void
find_slope (const MtlOpPass *pass,
            gsize            first,
            gsize            n,
            float           *slope)
{
  const MtlCurveKernels *curves = mtl_kernels ()->curves;

  (is_approximate (pass->shape) ? curves->gelu_tanh_slope : curves->gelu_slope)
    (n, pass->x[0] + first, slope);
}

static void
gelu_backward (const MtlOpPass *pass)
{
  mtl_op_slope_backward (pass, find_slope);
}

static gboolean
gelu_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  mtl_c_writer_use_math (to);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), is_approximate (shape)
    ? "0.5f * x[i] * (1.0f + tanhf (0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i])))"
    : "0.5f * x[i] * (1.0f + erff (x[i] * 0.70710678f))");

  return TRUE;
}

const MtlOp mtl_op_gelu = {
  .method = {
    .id = "gelu",
    .title = N_("GELU"),
    .summary = N_("Weighs each value by how many of a normal distribution are smaller."),
    .reference = "Hendrycks, Gimpel, “Gaussian Error Linear Units (GELUs)”, arXiv 1606.08415 "
                 "(2016), sec. 2",
    .params = (const MtlParam[]) {
      [APPROXIMATE] = { .id = "approximate", .title = N_("Approximate"),
                        .summary = N_("none: exact, by erf; tanh: the form of GPT-2 and BERT"),
                        .type = MTL_CHOICE, .choices = words, .maximum = TANH, .initial = NONE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-gelu-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .rectifies = TRUE,
  .infer = mtl_op_infer_same,
  .plan = gelu_plan,
  .forward = gelu_forward,
  .backward = gelu_backward,
  .write_c = gelu_write_c,
};
