/* point.c — learned numbers that depend on no input: a point of the plane
 *
 *   y = (x_1, x_2) for every sample        dx_i = Σ dy_i over the samples
 *
 * For losses that are functions of a few weights rather than of data: the point is
 * what is trained, and an input, whose values do not count, only says how many samples
 * there are. It gets no gradient. The numbers begin where a person puts them and are
 * not decayed: 0 is no place to draw them to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define N 2   /* coordinates, each a tensor and a parameter of its own */

static const char *const names[N] = { "x1", "x2" };

static gboolean
point_infer (MtlOpShape  *shape,
             GError     **error)
{
  return mtl_op_infer_output (shape, &(MtlShape) { .rank = 1, .size = { N } }, error);
}

static void
point_plan (const MtlOpShape *shape,
            MtlOpNeeds       *needs)
{
  for (guint i = 0; i < N; i++)
    needs->tensors[i] = (MtlTensorSpec) {
      .name = names[i], .shape = { .rank = 1, .size = { 1 } }, .init = MTL_INIT_CONSTANT,
      .value = shape->set[i].number, .fan_in = 1, .fan_out = 1,
    };
}

static void
point_forward (const MtlOpPass *pass)
{
  for (gsize r = 0; r < pass->rows; r++)
    for (guint i = 0; i < N; i++)
      pass->y[0][r * N + i] = pass->weights[i][0];
}

static void
point_backward (const MtlOpPass *pass)
{
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL && mtl_op_dx_fresh (pass, 0, lane))
      memset (mtl_op_dx (pass, 0, lane), 0, n * sizeof (float));
}

static void
point_grad (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (guint i = 0; i < N; i++)
      {
        double sum = 0.0;

        for (gsize r = 0; r < pass->rows; r++)
          sum += (double) mtl_op_dy (pass, 0, lane)[r * N + i];
        mtl_op_dw (pass, i, lane)[0] += (float) sum;
      }
}

static char *
point_line (const MtlSetting *set)
{
  /* Translators: where a learned point of the plane begins. */
  return g_strdup_printf (_("from (%g, %g)"), set[0].number, set[1].number);
}

const MtlOp mtl_op_point = {
  .method = {
    .id = "point",
    .title = N_("Point"),
    .summary = N_("Two learned numbers, the same for every sample: weights that a loss of a few "
                  "variables is minimised by."),
    .reference = "Liu, Liu, Jin, Stone, Liu, “Conflict-Averse Gradient Descent for Multi-task "
                 "Learning”, NeurIPS 2021, arXiv 2110.14048, appendix: toy optimization problem",
    .params = (const MtlParam[]) {
      /* The first of the source's starting points. */
      { .id = "x1", .title = N_("x₁"), .summary = N_("Where the first number begins"),
        .type = MTL_NUMBER, .minimum = -1e6, .maximum = 1e6, .initial = -8.5 },
      { .id = "x2", .title = N_("x₂"), .summary = N_("Where the second number begins"),
        .type = MTL_NUMBER, .minimum = -1e6, .maximum = 1e6, .initial = 7.5 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-token-symbolic", .group = N_("Toy Problem"), .width = 108,
            .line = point_line },
  .infer = point_infer,
  .plan = point_plan,
  .forward = point_forward,
  .backward = point_backward,
  .grad = point_grad,
};
