/* global-average-pool.c — the mean of each channel
 *
 *   y[c] = Σ_ij x[c,i,j] / (H·W)        dx[c,i,j] = dy[c] / (H·W)
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"

#define PARTS 16   /* sums that run beside each other: exact enough, and whole vectors */

static gsize
find_area (const MtlOpShape *shape)
{
  return shape->in[0].size[1] * shape->in[0].size[2];
}

static gboolean
global_average_pool_infer (MtlOpShape  *shape,
                           GError     **error)
{
  MtlShape out = { .rank = 1, .size = { shape->in[0].size[0] } };

  /* The image as a whole bounds what is summed. */
  return mtl_op_infer_image (shape, error) && mtl_op_infer_output (shape, &shape->in[0], error)
    && mtl_op_infer_output (shape, &out, error);
}

static double
sum_plane (const float *x,
           gsize        n)
{
  float parts[PARTS] = { 0.0f };
  gsize whole = n / PARTS * PARTS;
  double sum = 0.0;

  for (gsize i = 0; i < whole; i += PARTS)
    for (gsize j = 0; j < PARTS; j++)
      parts[j] += x[i + j];
  for (gsize j = 0; j < PARTS; j++)
    sum += (double) parts[j];
  for (gsize i = whole; i < n; i++)
    sum += (double) x[i];

  return sum;
}

static void
global_average_pool_forward (const MtlOpPass *pass)
{
  gsize n = pass->rows * pass->shape->in[0].size[0], area = find_area (pass->shape);

  for (gsize plane = 0; plane < n; plane++)
    pass->y[0][plane] = (float) (sum_plane (pass->x[0] + plane * area, area) / (double) area);
}

static void
global_average_pool_backward (const MtlOpPass *pass)
{
  gsize n = pass->rows * pass->shape->in[0].size[0], area = find_area (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_dx (pass, 0, lane);
      gboolean fresh = mtl_op_dx_fresh (pass, 0, lane);

      for (gsize plane = 0; dx != NULL && plane < n; plane++, dx += area)
        {
          float part = dy[plane] / (float) area;

          if (fresh)
            for (gsize i = 0; i < area; i++)
              dx[i] = part;
          else
            for (gsize i = 0; i < area; i++)
              dx[i] += part;
        }
    }
}

static gboolean
global_average_pool_write_c (const MtlOpShape  *shape,
                             MtlCWriter        *to,
                             GError           **error)
{
  gsize area = find_area (shape);

  mtl_c_writer_line (to, 0, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)",
                     shape->in[0].size[0]);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "float sum = 0.0f;\n");
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", area);
  mtl_c_writer_line (to, 3, "sum += x[k * %" G_GSIZE_FORMAT " + i];", area);
  mtl_c_writer_line (to, 2, "y[k] = sum / %" G_GSIZE_FORMAT ".0f;", area);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_global_average_pool = {
  .method = {
    .id = "global-average-pool",
    .title = N_("Global Average Pool"),
    .summary = N_("Gives the mean of each channel of an image."),
    .reference = "Lin, Chen, Yan, “Network In Network”, arXiv 1312.4400 (2013), sec. 3.2",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-average-pool-symbolic", .group = N_("Layers"), .width = 92 },
  .infer = global_average_pool_infer,
  .forward = global_average_pool_forward,
  .backward = global_average_pool_backward,
  .write_c = global_average_pool_write_c,
};
