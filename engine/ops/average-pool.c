/* average-pool.c — the mean of each window
 *
 *   y[c,Y,X] = Σ x[c, s·Y + i − p, s·X + j − p] / n    over 0 ≤ i, j < kernel
 *
 * with zeros for p pixels around x. n is kernel², or with count-include-pad off
 * the number of the window's values that lie in the image. Rows and columns that
 * fill no window are left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-op-pool.h"

enum { KERNEL, STRIDE, PADDING, COUNT_INCLUDE_PAD };

typedef struct
{
  MtlPoolAxis down, along;
  gsize       divisor;    /* 0: the values inside */
} Windows;

static Windows
measure (const MtlOpShape *shape)
{
  gsize kernel = shape->set[KERNEL].number;
  Windows windows;

  mtl_op_pool_axes (shape, kernel, shape->set[STRIDE].number, shape->set[PADDING].number,
                    &windows.down, &windows.along);
  windows.divisor = shape->set[COUNT_INCLUDE_PAD].number != 0.0 ? kernel * kernel : 0;

  return windows;
}

static gboolean
average_pool_infer (MtlOpShape  *shape,
                    GError     **error)
{
  return mtl_op_infer_pool (shape, shape->set[KERNEL].number, shape->set[STRIDE].number,
                            shape->set[PADDING].number, error);
}

static void
average_pool_plan (const MtlOpShape *shape,
                   MtlOpNeeds       *needs)
{
  const Windows windows = measure (shape);

  needs->scratch = mtl_op_average_scratch (&windows.along);
}

static void
average_pool_forward (const MtlOpPass *pass)
{
  const Windows windows = measure (pass->shape);

  mtl_op_average_forward (pass, &windows.down, &windows.along, windows.divisor);
}

static void
average_pool_backward (const MtlOpPass *pass)
{
  const Windows windows = measure (pass->shape);

  mtl_op_average_backward (pass, &windows.down, &windows.along, windows.divisor);
}

static char *
average_pool_line (const MtlSetting *set)
{
  guint kernel = set[KERNEL].number;

  /* Translators: second line of an average pool block: size of its window, e.g. “mean 2×2”. */
  return g_strdup_printf (_("mean %u×%u"), kernel, kernel);
}

static gboolean
average_pool_write_c (const MtlOpShape  *shape,
                      MtlCWriter        *to,
                      GError           **error)
{
  const Windows windows = measure (shape);

  mtl_op_write_average (to, shape->in[0].size[0], &windows.down, &windows.along, windows.divisor);

  return TRUE;
}

const MtlOp mtl_op_average_pool = {
  .method = {
    .id = "average-pool",
    .title = N_("Average Pool"),
    .summary = N_("Shrinks an image to the mean of each window."),
    .reference = "LeCun, Bottou, Bengio, Haffner, “Gradient-Based Learning Applied to Document "
                 "Recognition”, Proceedings of the IEEE 86 (1998), sec. II",
    .params = (const MtlParam[]) {
      [KERNEL] = { .id = "kernel", .title = N_("Kernel"),
                   .summary = N_("Height and width of a window"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 2 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of two windows; 0 is the kernel"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Zeros around the image, half the kernel at most"),
                    .unit = N_("px"),
                    .type = MTL_WHOLE, .minimum = 0, .maximum = 512, .initial = 0 },
      [COUNT_INCLUDE_PAD] = { .id = "count-include-pad", .title = N_("Count Padding"),
                              .summary = N_("Whether the mean counts zeros of the padding"),
                              .type = MTL_FLAG, .maximum = 1, .initial = 1, .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-average-pool-symbolic", .group = N_("Layers"), .width = 84,
            .line = average_pool_line },
  .infer = average_pool_infer,
  .plan = average_pool_plan,
  .forward = average_pool_forward,
  .backward = average_pool_backward,
  .write_c = average_pool_write_c,
};
