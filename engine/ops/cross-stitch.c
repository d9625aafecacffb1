/* cross-stitch.c — a task's own features mixed with those of other tasks
 *
 *   y = a_0·x_0 + Σ_i a_i·x_i        dx_i = a_i·dy    da_i = Σ x_i·dy
 *
 * with one learned a for each input, or for each of its channels. A channel is
 * the last dimension of tokens × width, else the first. One block for each task
 * makes the unit of the paper: the blocks' a are the rows of its matrix.
 *
 * Source: Misra, Shrivastava, Gupta, Hebert, arXiv 1604.03539 (2016), eq. 1 and
 * sec. 3.3, where rows begin as convex combinations.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-sum.h"

enum { ALPHA, BY_CHANNEL };
enum { OWN, OTHERS };

/* Elements of a sample that share an a: repeats × channels × area, channel by channel. */
typedef struct
{
  gsize repeats, channels, area;
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  const MtlShape *in = &shape->in[0];

  if (shape->set[BY_CHANNEL].number == 0.0)
    return (Sizes) { 1, 1, mtl_shape_size (in) };
  if (in->rank == 2)
    return (Sizes) { in->size[0], in->size[1], 1 };

  return (Sizes) { 1, in->size[0], mtl_shape_size (in) / in->size[0] };
}

static gboolean
cross_stitch_infer (MtlOpShape  *shape,
                    GError     **error)
{
  if (shape->n_in < 2)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE, "needs an input of another task to mix in");
      return FALSE;
    }

  for (guint i = 1; i < shape->n_in; i++)
    if (!mtl_op_same_shape (&shape->in[i], &shape->in[0]))
      {
        g_autofree char *own = mtl_op_shape_words (&shape->in[0]);
        g_autofree char *other = mtl_op_shape_words (&shape->in[i]);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                     "needs inputs of one shape, but its own is %s and the other %u is %s",
                     own, i, other);
        return FALSE;
      }

  return mtl_op_infer_same (shape, error);
}

static void
cross_stitch_plan (const MtlOpShape *shape,
                   MtlOpNeeds       *needs)
{
  gsize channels = measure_sizes (shape).channels, n_others = shape->n_in - 1;
  double alpha = shape->set[ALPHA].number;

  needs->tensors[OWN] = (MtlTensorSpec) {
    .name = "own", .shape = { .rank = 1, .size = { channels } }, .init = MTL_INIT_CONSTANT,
    .value = alpha,
  };
  needs->tensors[OTHERS] = (MtlTensorSpec) {
    .name = "others", .shape = { .rank = 2, .size = { n_others, channels } },
    .init = MTL_INIT_CONSTANT, .value = (1.0 - alpha) / (double) n_others,
  };
  needs->scratch = channels * sizeof (double);
  needs->reads_x = TRUE;
}

/* The a of input @i. */
static const float *
find_shares (const MtlOpPass *pass,
             gsize            channels,
             guint            i)
{
  return i == 0 ? pass->weights[OWN] : pass->weights[OTHERS] + (i - 1) * channels;
}

/* to ← a·from where @fresh, else to ← to + a·from; @repeats of all rows. */
static void
scale (Sizes        sizes,
       const float *a,
       const float *from,
       gboolean     fresh,
       float       *to)
{
  gsize channels = sizes.channels, area = sizes.area;

  if (fresh)
    memset (to, 0, sizes.repeats * channels * area * sizeof *to);

  for (gsize r = 0; r < sizes.repeats; r++, to += channels * area, from += channels * area)
    if (area == 1)
      for (gsize c = 0; c < channels; c++)
        to[c] += a[c] * from[c];
    else
      for (gsize c = 0; c < channels; c++)
        for (gsize i = c * area; i < (c + 1) * area; i++)
          to[i] += a[c] * from[i];
}

static Sizes
measure_shard (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  sizes.repeats *= pass->rows;
  return sizes;
}

static void
cross_stitch_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_shard (pass);

  for (guint i = 0; i < pass->shape->n_in; i++)
    scale (sizes, find_shares (pass, sizes.channels, i), pass->x[i], i == 0, pass->y[0]);
}

static void
cross_stitch_backward (const MtlOpPass *pass)
{
  Sizes sizes = measure_shard (pass);

  for (guint i = 0; i < pass->shape->n_in; i++)
    for (guint lane = 0; lane < pass->n_lanes; lane++)
      if (mtl_op_dx (pass, i, lane) != NULL)
        scale (sizes, find_shares (pass, sizes.channels, i), mtl_op_dy (pass, 0, lane),
               mtl_op_dx_fresh (pass, i, lane), mtl_op_dx (pass, i, lane));
}

/* Adds Σ x·dy of each channel to @da. @sums: n_channels to work in. */
static void
add_products (Sizes        sizes,
              const float *x,
              const float *dy,
              double      *sums,
              float       *da)
{
  gsize channels = sizes.channels, area = sizes.area;

  for (gsize c = 0; c < channels; c++)
    sums[c] = 0.0;
  for (gsize r = 0; r < sizes.repeats; r++, x += channels * area, dy += channels * area)
    if (area == 1)
      for (gsize c = 0; c < channels; c++)
        sums[c] += (double) x[c] * (double) dy[c];
    else
      for (gsize c = 0; c < channels; c++)
        sums[c] += mtl_op_dot (x + c * area, dy + c * area, area);
  for (gsize c = 0; c < channels; c++)
    da[c] += (float) sums[c];
}

static void
cross_stitch_grad (const MtlOpPass *pass)
{
  Sizes sizes = measure_shard (pass);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (guint i = 0; i < pass->shape->n_in; i++)
      add_products (sizes, pass->x[i], mtl_op_dy (pass, 0, lane), pass->scratch,
                    i == 0 ? mtl_op_dw (pass, OWN, lane)
                    : mtl_op_dw (pass, OTHERS, lane) + (i - 1) * sizes.channels);
}

static gboolean
cross_stitch_write_c (const MtlOpShape  *shape,
                      MtlCWriter        *to,
                      GError           **error)
{
  Sizes sizes = measure_sizes (shape);

  mtl_c_writer_line (to, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)",
                     mtl_shape_size (&shape->in[0]));
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "long c = i / %" G_GSIZE_FORMAT " %% %" G_GSIZE_FORMAT ";\n",
                     sizes.area, sizes.channels);
  mtl_c_writer_line (to, 2, "y[i] = %s[c] * x0[i];", mtl_c_writer_tensor (to, OWN));
  for (guint i = 1; i < shape->n_in; i++)
    mtl_c_writer_line (to, 2, "y[i] += %s[%" G_GSIZE_FORMAT " + c] * x%u[i];",
                       mtl_c_writer_tensor (to, OTHERS), (i - 1) * sizes.channels, i);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

const MtlOp mtl_op_cross_stitch = {
  .method = {
    .id = "cross-stitch",
    .title = N_("Cross-Stitch"),
    .summary = N_("Mixes a task’s own features with those of other tasks, in shares that are "
                  "learned: one for each task and stage makes a cross-stitch network."),
    .reference = "Misra, Shrivastava, Gupta, Hebert, “Cross-stitch Networks for Multi-task "
                 "Learning”, CVPR 2016, arXiv 1604.03539, eq. 1",
    .params = (const MtlParam[]) {
      [ALPHA] = { .id = "alpha", .title = N_("Own share at first"),
                  .summary = N_("The others have what is left, in equal parts"),
                  .type = MTL_NUMBER, .maximum = 1.0, .initial = 0.9 },
      [BY_CHANNEL] = { .id = "by-channel", .title = N_("Shares by channel"),
                       .summary = N_("Learns a share for each channel in place of one for all"),
                       .type = MTL_FLAG, .maximum = 1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "own", "others", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-cross-stitch-symbolic", .group = N_("Multi-Task"), .width = 84 },
  .infer = cross_stitch_infer,
  .plan = cross_stitch_plan,
  .forward = cross_stitch_forward,
  .backward = cross_stitch_backward,
  .grad = cross_stitch_grad,
  .write_c = cross_stitch_write_c,
};
