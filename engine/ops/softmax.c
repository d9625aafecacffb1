/* softmax.c — values of an axis as parts of one whole
 *
 *   y_k = e^(x_k − m) / Σ_j e^(x_j − m), m = max x        dx_k = y_k·(dy_k − Σ_j y_j·dy_j)
 *
 * The largest exponent is 0, so that none overflows and no sum is below 1. The
 * lines along the axis are taken side by side, BLOCK at a time: those of an
 * axis that is not the last one lie beside each other in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-axis.h"
#include "mtl-op-sum.h"

enum { AXIS };

#define BLOCK 64

static gboolean
softmax_infer (MtlOpShape  *shape,
               GError     **error)
{
  guint index;

  return mtl_op_axis_find (&shape->in[0], shape->set[AXIS].number, &index, error)
         && mtl_op_infer_same (shape, error);
}

static void
softmax_plan (const MtlOpShape *shape,
              MtlOpNeeds       *needs)
{
  needs->reads_y = TRUE;
}

/* Σ y_k, or Σ y_k·dy_k, of @many lines of @n values that are @inner apart. */
static void
add_lines (const float *y,
           const float *dy,
           gsize        n,
           gsize        inner,
           gsize        many,
           double      *sum)
{
  if (inner == 1)
    {
      sum[0] = dy != NULL ? mtl_op_dot (y, dy, n) : mtl_op_sum (y, n);
      return;
    }

  memset (sum, 0, many * sizeof *sum);
  for (gsize k = 0; k < n; k++)
    for (gsize i = 0; i < many; i++)
      sum[i] += (double) y[k * inner + i] * (dy != NULL ? (double) dy[k * inner + i] : 1.0);
}

/* e^y in place. */
static void
raise_lines (gsize  n,
             gsize  inner,
             gsize  many,
             float *y)
{
  MtlCurve raise = mtl_kernels ()->curves->exp;

  if (many == inner)
    raise (n * inner, y, y);
  else
    for (gsize k = 0; k < n; k++)
      raise (many, y + k * inner, y + k * inner);
}

static void
settle_lines (const float *x,
              gsize        n,
              gsize        inner,
              gsize        many,
              float       *y)
{
  float most[BLOCK], share[BLOCK];
  double sum[BLOCK];

  for (gsize i = 0; i < many; i++)
    most[i] = x[i];
  for (gsize k = 1; k < n; k++)
    for (gsize i = 0; i < many; i++)
      most[i] = x[k * inner + i] > most[i] ? x[k * inner + i] : most[i];
  for (gsize k = 0; k < n; k++)
    for (gsize i = 0; i < many; i++)
      y[k * inner + i] = x[k * inner + i] - most[i];
  raise_lines (n, inner, many, y);
  add_lines (y, NULL, n, inner, many, sum);
  for (gsize i = 0; i < many; i++)
    share[i] = (float) (1.0 / sum[i]);
  for (gsize k = 0; k < n; k++)
    for (gsize i = 0; i < many; i++)
      y[k * inner + i] *= share[i];
}

static void
softmax_forward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (gsize o = 0; o < pass->rows * axis.outer; o++)
    for (gsize i = 0; i < axis.inner; i += BLOCK)
      {
        gsize at = o * axis.n * axis.inner + i;

        settle_lines (pass->x[0] + at, axis.n, axis.inner, MIN (BLOCK, axis.inner - i),
                      pass->y[0] + at);
      }
}

static void
pass_lines_back (const float *y,
                 const float *dy,
                 gsize        n,
                 gsize        inner,
                 gsize        many,
                 gboolean     fresh,
                 float       *dx)
{
  double sum[BLOCK];
  float mean[BLOCK];

  add_lines (y, dy, n, inner, many, sum);
  for (gsize i = 0; i < many; i++)
    mean[i] = (float) sum[i];
  for (gsize k = 0; k < n; k++)
    if (fresh)
      for (gsize i = 0; i < many; i++)
        dx[k * inner + i] = y[k * inner + i] * (dy[k * inner + i] - mean[i]);
    else
      for (gsize i = 0; i < many; i++)
        dx[k * inner + i] += y[k * inner + i] * (dy[k * inner + i] - mean[i]);
}

static void
softmax_backward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize o = 0; mtl_op_dx (pass, 0, lane) != NULL && o < pass->rows * axis.outer; o++)
      for (gsize i = 0; i < axis.inner; i += BLOCK)
        {
          gsize at = o * axis.n * axis.inner + i;

          pass_lines_back (pass->y[0] + at, mtl_op_dy (pass, 0, lane) + at, axis.n, axis.inner,
                           MIN (BLOCK, axis.inner - i), mtl_op_dx_fresh (pass, 0, lane),
                           mtl_op_dx (pass, 0, lane) + at);
        }
}

static gboolean
softmax_write_c (const MtlOpShape  *shape,
                 MtlCWriter        *to,
                 GError           **error)
{
  MtlOpAxis axis = mtl_op_axis (&shape->in[0], shape->set[AXIS].number);
  const char *each = "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)";

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "for (long l = 0; l < %" G_GSIZE_FORMAT "; l++)",
                     axis.outer * axis.inner);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "long at = l / %" G_GSIZE_FORMAT " * %" G_GSIZE_FORMAT " + l %% %"
                     G_GSIZE_FORMAT ";", axis.inner, axis.n * axis.inner, axis.inner);
  mtl_c_writer_line (to, 2, "float most = x[at], sum = 0.0f;\n");
  mtl_c_writer_line (to, 2, each, axis.n);
  mtl_c_writer_line (to, 3, "most = x[at + k * %" G_GSIZE_FORMAT "] > most ? x[at + k * %"
                     G_GSIZE_FORMAT "] : most;", axis.inner, axis.inner);
  mtl_c_writer_line (to, 2, each, axis.n);
  mtl_c_writer_line (to, 3, "sum += y[at + k * %" G_GSIZE_FORMAT "] = expf (x[at + k * %"
                     G_GSIZE_FORMAT "] - most);", axis.inner, axis.inner);
  mtl_c_writer_line (to, 2, each, axis.n);
  mtl_c_writer_line (to, 3, "y[at + k * %" G_GSIZE_FORMAT "] /= sum;", axis.inner);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

static char *
softmax_line (const MtlSetting *set)
{
  return mtl_op_axis_line (set[AXIS].number);
}

const MtlOp mtl_op_softmax = {
  .method = {
    .id = "softmax",
    .title = N_("Softmax"),
    .summary = N_("Turns the values of an axis into positive parts that sum to one."),
    .reference = "Bridle, “Probabilistic Interpretation of Feedforward Classification Network "
                 "Outputs, with Relationships to Statistical Pattern Recognition”, in: "
                 "Neurocomputing, Springer 1990",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis sums to one: 1 is the first (channels), −1 the last"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_RANK, .maximum = MTL_OP_MAX_RANK,
                 .initial = -1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-softmax-symbolic", .group = N_("Activation"), .width = 84,
            .bead = TRUE, .line = softmax_line },
  .infer = softmax_infer,
  .plan = softmax_plan,
  .forward = softmax_forward,
  .backward = softmax_backward,
  .write_c = softmax_write_c,
};
