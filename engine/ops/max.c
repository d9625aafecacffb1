/* max.c — largest of the values of an axis
 *
 *   y = max_k x_k        dx_k = dy where k is the first place of the maximum, else 0
 *
 * That place is kept. A NaN wins over every number, or a fault would be hidden
 * here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-axis.h"
#include "mtl-op-move.h"

enum { AXIS, KEEP };

static gboolean
max_infer (MtlOpShape  *shape,
           GError     **error)
{
  return mtl_op_axis_reduce (shape, shape->set[AXIS].number, shape->set[KEEP].number != 0.0, error);
}

static void
max_plan (const MtlOpShape *shape,
          MtlOpNeeds       *needs)
{
  needs->kept = mtl_shape_size (&shape->out[0]) * sizeof (guint32);
}

/* All lines of one o: y and @place are of axis.inner. */
static void
find_most (MtlOpAxis    axis,
           const float *x,
           float       *y,
           guint32     *place)
{
  memcpy (y, x, axis.inner * sizeof *y);
  memset (place, 0, axis.inner * sizeof *place);
  for (gsize k = 1; k < axis.n; k++)
    for (gsize i = 0; i < axis.inner; i++)
      {
        float value = x[k * axis.inner + i];
        gboolean wins = (value > y[i]) | ((value != value) & (y[i] == y[i]));

        y[i] = wins ? value : y[i];
        place[i] = wins ? (guint32) k : place[i];
      }
}

static void
max_forward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);
  guint32 *place = pass->kept;

  for (gsize o = 0; o < pass->rows * axis.outer; o++)
    find_most (axis, pass->x[0] + o * axis.n * axis.inner, pass->y[0] + o * axis.inner,
               place + o * axis.inner);
}

static void
scatter (MtlOpAxis      axis,
         gsize          outer,
         const guint32 *place,
         const float   *dy,
         float         *dx)
{
  for (gsize o = 0; o < outer; o++)
    for (gsize i = 0; i < axis.inner; i++)
      dx[(o * axis.n + place[o * axis.inner + i]) * axis.inner + i] += dy[o * axis.inner + i];
}

static void
max_backward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      float *dx = mtl_op_clear_dx (pass, 0, lane);

      if (dx != NULL)
        scatter (axis, pass->rows * axis.outer, pass->kept, mtl_op_dy (pass, 0, lane), dx);
    }
}

static gboolean
max_write_c (const MtlOpShape  *shape,
             MtlCWriter        *to,
             GError           **error)
{
  MtlOpAxis axis = mtl_op_axis (&shape->in[0], shape->set[AXIS].number);

  mtl_op_axis_write_lines (axis, to);
  mtl_c_writer_line (to, 3, "float most = line[0];\n");
  mtl_c_writer_line (to, 3, "for (long k = 1; k < %" G_GSIZE_FORMAT "; k++)", axis.n);
  mtl_c_writer_line (to, 4, "{");
  mtl_c_writer_line (to, 5, "float value = line[k * %" G_GSIZE_FORMAT "];\n", axis.inner);
  mtl_c_writer_line (to, 5, "if (value > most || value != value)  /* a NaN is kept */");
  mtl_c_writer_line (to, 6, "most = value;");
  mtl_c_writer_line (to, 4, "}");
  mtl_c_writer_line (to, 3, "*y++ = most;");
  mtl_c_writer_line (to, 2, "}");

  return TRUE;
}

static char *
max_line (const MtlSetting *set)
{
  return mtl_op_axis_line (set[AXIS].number);
}

const MtlOp mtl_op_max = {
  .method = {
    .id = "max",
    .title = N_("Max"),
    .summary = N_("The largest value over one axis, as over the tokens of a sequence."),
    .reference = "Qi, Su, Mo, Guibas, “PointNet: Deep Learning on Point Sets for 3D "
                 "Classification and Segmentation”, CVPR 2017, arXiv 1612.00593, sec. 4.2",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis is searched: 1 is the first (channels), −1 the last"),
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
  .look = { .icon = "basin-pool-symbolic", .group = N_("Shape"), .width = 84,
            .line = max_line },
  .infer = max_infer,
  .plan = max_plan,
  .forward = max_forward,
  .backward = max_backward,
  .write_c = max_write_c,
};
