/* elu.c — exponential linear unit
 *
 *   y = x where x > 0, else α·(eˣ − 1)        dx = dy where y > 0, else (y + α)·dy
 *
 * A NaN passes through as NaN.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-names.h"
#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-slope.h"

enum { ALPHA };

static void
elu_plan (const MtlOpShape *shape,
          MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

static void
elu_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  float alpha = (float) pass->shape->set[ALPHA].number;
  float *y = pass->y[0];

  mtl_kernels ()->curves->elu (n, pass->x[0], y);
  for (gsize i = 0; alpha != 1.0f && i < n; i++)
    y[i] *= y[i] <= 0.0f ? alpha : 1.0f;
}

static void
find_slope (const MtlOpPass *pass,
            gsize            first,
            gsize            n,
            float           *slope)
{
  float alpha = (float) pass->shape->set[ALPHA].number;
  const float *y = pass->y[0] + first;

  /* In two parts, as a sum that depends on y would be a branch. */
  for (gsize i = 0; i < n; i++)
    slope[i] = y[i] <= 0.0f ? alpha : 1.0f;
  for (gsize i = 0; i < n; i++)
    slope[i] += y[i] <= 0.0f ? y[i] : 0.0f;
}

static void
elu_backward (const MtlOpPass *pass)
{
  mtl_op_slope_backward (pass, find_slope);
}

static gboolean
elu_write_c (const MtlOpShape  *shape,
             MtlCWriter        *to,
             GError           **error)
{
  g_autoptr(GString) text = g_string_new ("x[i] <= 0.0f ? ");

  mtl_c_writer_use_math (to);
  mtl_c_append_float (text, (float) shape->set[ALPHA].number);
  g_string_append (text, " * expm1f (x[i]) : x[i]");
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), text->str);

  return TRUE;
}

const MtlOp mtl_op_elu = {
  .method = {
    .id = "elu",
    .title = N_("ELU"),
    .summary = N_("Keeps what is positive and bends the rest towards −α."),
    .reference = "Clevert, Unterthiner, Hochreiter, “Fast and Accurate Deep Network Learning by "
                 "Exponential Linear Units (ELUs)”, ICLR 2016, arXiv 1511.07289, eq. 16",
    .params = (const MtlParam[]) {
      [ALPHA] = { .id = "alpha", .title = N_("Alpha"),
                  .summary = N_("−α is what very negative values become"),
                  .type = MTL_NUMBER, .minimum = 0.0, .maximum = 100.0, .initial = 1.0 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-elu-symbolic", .group = N_("Activation"), .width = 76, .bead = TRUE },
  .rectifies = TRUE,
  .infer = mtl_op_infer_same,
  .plan = elu_plan,
  .forward = elu_forward,
  .backward = elu_backward,
  .write_c = elu_write_c,
};
