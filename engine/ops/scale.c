/* scale.c — a learned factor for each place of an axis, or one for all
 *
 *   y = γ_k·x        dx = γ_k·dy        dγ_k = Σ x·dy
 *
 * The factors begin at 1 and are not decayed: 0 is no place to draw them to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-axis.h"
#include "mtl-op-sum.h"

enum { AXIS };
enum { WEIGHT };

#define ONE_FOR_ALL 0.0

static gboolean
scale_infer (MtlOpShape  *shape,
             GError     **error)
{
  double number = shape->set[AXIS].number;
  guint index;

  return (number == ONE_FOR_ALL || mtl_op_axis_find (&shape->in[0], number, &index, error))
         && mtl_op_infer_same (shape, error);
}

static MtlOpAxis
find_axis (const MtlOpShape *shape)
{
  if (shape->set[AXIS].number == ONE_FOR_ALL)
    return (MtlOpAxis) { 1, 1, mtl_shape_size (&shape->in[0]) };

  return mtl_op_axis (&shape->in[0], shape->set[AXIS].number);
}

static void
scale_plan (const MtlOpShape *shape,
            MtlOpNeeds       *needs)
{
  gsize n = find_axis (shape).n;

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = { .rank = 1, .size = { n } }, .init = MTL_INIT_ONE,
    .fan_in = 1, .fan_out = 1,
  };
  needs->scratch = n * sizeof (double);
  needs->reads_x = TRUE;
}

/* y = γ·x, or with @add y += γ·x: forward, and backward in one lane. */
static void
multiply (const MtlOpPass *pass,
          const float     *x,
          gboolean         add,
          float           *y)
{
  MtlOpAxis axis = find_axis (pass->shape);
  const float *factors = pass->weights[WEIGHT];

  for (gsize o = 0; o < pass->rows * axis.outer; o++)
    {
      gsize at = o * axis.n * axis.inner;

      if (axis.inner == 1 && add)
        for (gsize k = 0; k < axis.n; k++)
          y[at + k] += factors[k] * x[at + k];
      else if (axis.inner == 1)
        for (gsize k = 0; k < axis.n; k++)
          y[at + k] = factors[k] * x[at + k];
      else
        for (gsize k = 0; k < axis.n; k++, at += axis.inner)
          if (add)
            for (gsize i = 0; i < axis.inner; i++)
              y[at + i] += factors[k] * x[at + i];
          else
            for (gsize i = 0; i < axis.inner; i++)
              y[at + i] = factors[k] * x[at + i];
    }
}

static void
scale_forward (const MtlOpPass *pass)
{
  multiply (pass, pass->x[0], FALSE, pass->y[0]);
}

static void
scale_backward (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      multiply (pass, mtl_op_dy (pass, 0, lane), !mtl_op_dx_fresh (pass, 0, lane),
                mtl_op_dx (pass, 0, lane));
}

static void
scale_grad (const MtlOpPass *pass)
{
  MtlOpAxis axis = find_axis (pass->shape);
  double *sums = pass->scratch;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *x = pass->x[0], *dy = mtl_op_dy (pass, 0, lane);
      float *dw = mtl_op_dw (pass, WEIGHT, lane);

      memset (sums, 0, axis.n * sizeof *sums);
      for (gsize o = 0; o < pass->rows * axis.outer; o++)
        if (axis.inner == 1)
          for (gsize k = 0; k < axis.n; k++)
            sums[k] += (double) *x++ * (double) *dy++;
        else
          for (gsize k = 0; k < axis.n; k++, x += axis.inner, dy += axis.inner)
            sums[k] += mtl_op_dot (x, dy, axis.inner);
      for (gsize k = 0; k < axis.n; k++)
        dw[k] += (float) sums[k];
    }
}

static gboolean
scale_write_c (const MtlOpShape  *shape,
               MtlCWriter        *to,
               GError           **error)
{
  MtlOpAxis axis = find_axis (shape);
  g_autofree char *text = g_strdup_printf ("%s[i / %" G_GSIZE_FORMAT " %% %" G_GSIZE_FORMAT
                                           "] * x[i]", mtl_c_writer_tensor (to, WEIGHT),
                                           axis.inner, axis.n);

  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), text);

  return TRUE;
}

static char *
scale_line (const MtlSetting *set)
{
  if (set[AXIS].number == ONE_FOR_ALL)
    return g_strdup (_("by one factor"));

  return mtl_op_axis_line (set[AXIS].number);
}

const MtlOp mtl_op_scale = {
  .method = {
    .id = "scale",
    .title = N_("Scale"),
    .summary = N_("Multiplies by learned factors that begin at one."),
    .reference = "Touvron, Cord, Sablayrolles, Synnaeve, Jégou, “Going Deeper with Image "
                 "Transformers”, ICCV 2021, arXiv 2103.17239, eq. 4, with factors that begin at 1",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis has a factor for each place: 1 is the first (channels), "
                               "−1 the last; 0: one factor for all"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_RANK, .maximum = MTL_OP_MAX_RANK,
                 .initial = 1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-multiply-symbolic", .group = N_("Layers"), .width = 84,
            .line = scale_line },
  .infer = scale_infer,
  .plan = scale_plan,
  .forward = scale_forward,
  .backward = scale_backward,
  .grad = scale_grad,
  .write_c = scale_write_c,
};
