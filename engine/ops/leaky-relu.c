/* leaky-relu.c — rectifier that lets a part of the negative through
 *
 *   y = x where x > 0, else a·x        dx = dy where y > 0, else a·dy
 *
 * With a ≥ 0 the sign of x is that of y, which is what backward reads. At 0 the
 * subgradient is a. A NaN passes through as NaN.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-names.h"
#include "mtl-c-writer.h"
#include "mtl-op-slope.h"

enum { SLOPE };

static void
leaky_relu_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
leaky_relu_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  float a = (float) pass->shape->set[SLOPE].number;
  const float *x = pass->x[0];
  float *y = pass->y[0];

  /* In two parts, one of them 0, as a product that depends on x would be a branch;
   * x < 0 and not x > 0, so that a NaN is kept. */
  for (gsize i = 0; i < n; i++)
    {
      float above = x[i] < 0.0f ? 0.0f : x[i];
      float below = x[i] < 0.0f ? x[i] : 0.0f;

      y[i] = above + a * below;
    }
}

static void
find_slope (const MtlOpPass *pass,
            gsize            first,
            gsize            n,
            float           *slope)
{
  float a = (float) pass->shape->set[SLOPE].number;
  const float *y = pass->y[0] + first;

  for (gsize i = 0; i < n; i++)
    slope[i] = y[i] <= 0.0f ? a : 1.0f;
}

static void
leaky_relu_backward (const MtlOpPass *pass)
{
  mtl_op_slope_backward (pass, find_slope);
}

static gboolean
leaky_relu_write_c (const MtlOpShape  *shape,
                    MtlCWriter        *to,
                    GError           **error)
{
  g_autoptr(GString) text = g_string_new ("x[i] <= 0.0f ? ");

  mtl_c_append_float (text, (float) shape->set[SLOPE].number);
  g_string_append (text, " * x[i] : x[i]");
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), text->str);

  return TRUE;
}

const MtlOp mtl_op_leaky_relu = {
  .method = {
    .id = "leaky-relu",
    .title = N_("Leaky ReLU"),
    .summary = N_("Keeps what is positive and lets a small part of the rest through."),
    .reference = "Maas, Hannun, Ng, “Rectifier Nonlinearities Improve Neural Network Acoustic "
                 "Models”, ICML 2013 Workshop on Deep Learning for Audio, Speech and Language "
                 "Processing, eq. 2",
    .params = (const MtlParam[]) {
      [SLOPE] = { .id = "slope", .title = N_("Negative Slope"),
                  .summary = N_("What negative values are multiplied by"),
                  .type = MTL_NUMBER, .minimum = 0.0, .maximum = 1.0, .initial = 0.01 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-leaky-relu-symbolic", .group = N_("Activation"), .width = 76,
            .bead = TRUE },
  .rectifies = TRUE,
  .infer = mtl_op_infer_same,
  .plan = leaky_relu_plan,
  .forward = leaky_relu_forward,
  .backward = leaky_relu_backward,
  .write_c = leaky_relu_write_c,
};
