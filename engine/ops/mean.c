/* mean.c — mean of the values of an axis
 *
 *   y = Σ_k x_k/n        dx_k = dy/n
 *
 * The lines along the axis are taken side by side, BLOCK at a time: those of an
 * axis that is not the last one lie beside each other in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-axis.h"
#include "mtl-op-sum.h"

enum { AXIS, KEEP };

#define BLOCK 64

static gboolean
mean_infer (MtlOpShape  *shape,
            GError     **error)
{
  return mtl_op_axis_reduce (shape, shape->set[AXIS].number, shape->set[KEEP].number != 0.0, error);
}

/* @many lines of @n values that are @inner apart. */
static void
average_lines (const float *x,
               gsize        n,
               gsize        inner,
               gsize        many,
               float       *y)
{
  double sum[BLOCK] = { 0.0 };

  if (inner == 1)
    sum[0] = mtl_op_sum (x, n);
  else
    for (gsize k = 0; k < n; k++)
      for (gsize i = 0; i < many; i++)
        sum[i] += (double) x[k * inner + i];
  for (gsize i = 0; i < many; i++)
    y[i] = (float) (sum[i] / (double) n);
}

static void
mean_forward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (gsize o = 0; o < pass->rows * axis.outer; o++)
    for (gsize i = 0; i < axis.inner; i += BLOCK)
      average_lines (pass->x[0] + o * axis.n * axis.inner + i, axis.n, axis.inner,
                     MIN (BLOCK, axis.inner - i), pass->y[0] + o * axis.inner + i);
}

static void
spread (MtlOpAxis    axis,
        gsize        outer,
        const float *dy,
        gboolean     fresh,
        float       *dx)
{
  float share = (float) (1.0 / (double) axis.n);

  for (gsize o = 0; o < outer; o++, dy += axis.inner)
    if (axis.inner == 1)
      for (gsize k = 0; k < axis.n; k++, dx++)
        *dx = (fresh ? 0.0f : *dx) + share * *dy;
    else
      for (gsize k = 0; k < axis.n; k++, dx += axis.inner)
        for (gsize i = 0; i < axis.inner; i++)
          dx[i] = (fresh ? 0.0f : dx[i]) + share * dy[i];
}

static void
mean_backward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      spread (axis, pass->rows * axis.outer, mtl_op_dy (pass, 0, lane),
              mtl_op_dx_fresh (pass, 0, lane), mtl_op_dx (pass, 0, lane));
}

static gboolean
mean_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  MtlOpAxis axis = mtl_op_axis (&shape->in[0], shape->set[AXIS].number);

  mtl_op_axis_write_lines (axis, to);
  mtl_c_writer_line (to, 3, "float sum = 0.0f;\n");
  mtl_c_writer_line (to, 3, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)", axis.n);
  mtl_c_writer_line (to, 4, "sum += line[k * %" G_GSIZE_FORMAT "];", axis.inner);
  mtl_c_writer_line (to, 3, "*y++ = sum / %" G_GSIZE_FORMAT ".0f;", axis.n);
  mtl_c_writer_line (to, 2, "}");

  return TRUE;
}

static char *
mean_line (const MtlSetting *set)
{
  return mtl_op_axis_line (set[AXIS].number);
}

const MtlOp mtl_op_mean = {
  .method = {
    .id = "mean",
    .title = N_("Mean"),
    .summary = N_("The mean over one axis, as over the tokens of a sequence."),
    .reference = "Lin, Chen, Yan, “Network In Network”, ICLR 2014, arXiv 1312.4400, sec. 3.2",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis is averaged: 1 is the first (channels), −1 the last"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_RANK, .maximum = MTL_OP_MAX_RANK,
                 .initial = -1 },
      [KEEP] = { .id = "keep", .title = N_("Keep Axis"),
                 .summary = N_("Leaves the axis with one place, so that Multiply can broadcast it"),
                 .type = MTL_FLAG },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-average-pool-symbolic", .group = N_("Shape"), .width = 84,
            .line = mean_line },
  .infer = mean_infer,
  .forward = mean_forward,
  .backward = mean_backward,
  .write_c = mean_write_c,
};
