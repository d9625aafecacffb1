/* adaptive-average-pool.c — an image of any size to one of a given size
 *
 *   y[c,Y,X] = mean of x[c, i, j] over ⌊Y·H/h⌋ ≤ i < ⌈(Y + 1)·H/h⌉ and
 *                                      ⌊X·W/w⌋ ≤ j < ⌈(X + 1)·W/w⌉
 *
 * with H×W pixels before and h×w after. Where h does not divide H bins overlap
 * by a row; where h is larger rows are repeated. The edges are PyTorch's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-op-pool.h"

enum { HEIGHT, WIDTH };

static MtlPoolAxis
measure (const MtlOpShape *shape,
         guint             setting)
{
  return (MtlPoolAxis) { .size = shape->in[0].size[1 + setting],
                         .n = shape->set[setting].number };
}

static gboolean
adaptive_average_pool_infer (MtlOpShape  *shape,
                             GError     **error)
{
  MtlShape out;

  if (!mtl_op_infer_image (shape, error))
    return FALSE;

  out = shape->in[0];
  out.size[1] = shape->set[HEIGHT].number;
  out.size[2] = shape->set[WIDTH].number;

  return mtl_op_infer_output (shape, &out, error);
}

static void
adaptive_average_pool_plan (const MtlOpShape *shape,
                            MtlOpNeeds       *needs)
{
  const MtlPoolAxis along = measure (shape, WIDTH);

  needs->scratch = mtl_op_average_scratch (&along);
}

static void
adaptive_average_pool_forward (const MtlOpPass *pass)
{
  const MtlPoolAxis down = measure (pass->shape, HEIGHT), along = measure (pass->shape, WIDTH);

  mtl_op_average_forward (pass, &down, &along, 0);
}

static void
adaptive_average_pool_backward (const MtlOpPass *pass)
{
  const MtlPoolAxis down = measure (pass->shape, HEIGHT), along = measure (pass->shape, WIDTH);

  mtl_op_average_backward (pass, &down, &along, 0);
}

static char *
adaptive_average_pool_line (const MtlSetting *set)
{
  /* Translators: second line of an adaptive average pool block: height and width
   * of what it gives, e.g. “to 7×7”. */
  return g_strdup_printf (_("to %u×%u"), (guint) set[HEIGHT].number, (guint) set[WIDTH].number);
}

static gboolean
adaptive_average_pool_write_c (const MtlOpShape  *shape,
                               MtlCWriter        *to,
                               GError           **error)
{
  const MtlPoolAxis down = measure (shape, HEIGHT), along = measure (shape, WIDTH);

  mtl_op_write_average (to, shape->in[0].size[0], &down, &along, 0);

  return TRUE;
}

const MtlOp mtl_op_adaptive_average_pool = {
  .method = {
    .id = "adaptive-average-pool",
    .title = N_("Adaptive Average Pool"),
    .summary = N_("Brings an image to a given size by means of even parts."),
    .reference = "He, Zhang, Ren, Sun, “Spatial Pyramid Pooling in Deep Convolutional Networks for "
                 "Visual Recognition”, arXiv 1406.4729 (2014), sec. 2.2",
    .params = (const MtlParam[]) {
      [HEIGHT] = { .id = "height", .title = N_("Height"), .summary = N_("Rows it gives"),
                   .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 4096, .initial = 1 },
      [WIDTH] = { .id = "width", .title = N_("Width"), .summary = N_("Columns it gives"),
                  .unit = N_("px"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 4096, .initial = 1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-average-pool-symbolic", .group = N_("Layers"), .width = 92,
            .line = adaptive_average_pool_line },
  .infer = adaptive_average_pool_infer,
  .plan = adaptive_average_pool_plan,
  .forward = adaptive_average_pool_forward,
  .backward = adaptive_average_pool_backward,
  .write_c = adaptive_average_pool_write_c,
};
