/* softplus.c — smooth rectifier
 *
 *   y = log(1 + e)/β, e = e^(β·x)        dx = dy/(1 + e^(−β·x))
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-names.h"
#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-slope.h"

enum { BETA };

static void
softplus_plan (const MtlOpShape *shape,
               MtlOpNeeds       *needs)
{
  needs->reads_x = TRUE;
}

/* of ← β·x */
static void
scale (const MtlOpPass *pass,
       gsize            first,
       gsize            n,
       float           *of)
{
  float beta = (float) pass->shape->set[BETA].number;
  const float *x = pass->x[0] + first;

  for (gsize i = 0; i < n; i++)
    of[i] = beta * x[i];
}

static void
softplus_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  float beta = (float) pass->shape->set[BETA].number;
  float *y = pass->y[0];

  scale (pass, 0, n, y);
  mtl_kernels ()->curves->softplus (n, y, y);
  for (gsize i = 0; i < n; i++)
    y[i] /= beta;
}

static void
find_slope (const MtlOpPass *pass,
            gsize            first,
            gsize            n,
            float           *slope)
{
  scale (pass, first, n, slope);
  mtl_kernels ()->curves->sigmoid (n, slope, slope);
}

static void
softplus_backward (const MtlOpPass *pass)
{
  mtl_op_slope_backward (pass, find_slope);
}

static gboolean
softplus_write_c (const MtlOpShape  *shape,
                  MtlCWriter        *to,
                  GError           **error)
{
  g_autoptr(GString) beta = g_string_new (NULL);
  g_autofree char *text = NULL;

  mtl_c_append_float (beta, (float) shape->set[BETA].number);
  text = g_strdup_printf ("%s * x[i] > 20.0f ? x[i] : log1pf (expf (%s * x[i])) / %s",
                          beta->str, beta->str, beta->str);
  mtl_c_writer_use_math (to);
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), text);

  return TRUE;
}

const MtlOp mtl_op_softplus = {
  .method = {
    .id = "softplus",
    .title = N_("Softplus"),
    .summary = N_("A smooth form of ReLU, whose values are always positive."),
    .reference = "Dugas, Bengio, Bélisle, Nadeau, Garcia, “Incorporating Second-Order Functional "
                 "Knowledge for Better Option Pricing”, NIPS 2000, sec. 3",
    .params = (const MtlParam[]) {
      [BETA] = { .id = "beta", .title = N_("Beta"),
                 .summary = N_("How sharply it bends; a large one is nearly ReLU"),
                 .type = MTL_NUMBER, .minimum = 0.1, .maximum = 100.0, .initial = 1.0,
                 .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-softplus-symbolic", .group = N_("Activation"), .width = 76,
            .bead = TRUE },
  .infer = mtl_op_infer_same,
  .plan = softplus_plan,
  .forward = softplus_forward,
  .backward = softplus_backward,
  .write_c = softplus_write_c,
};
