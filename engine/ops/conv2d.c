/* conv2d.c — convolution over images
 *
 *   y[o] = b[o] + Σ_c Σ_ij W[o,c,i,j] · x[c, s·Y + d·i − p, s·X + d·j − p]
 *
 * with stride s, dilation d and zeros for p pixels around x; see mtl-conv.h.
 * Gradients of a large W are made by tile: some of the channels, over the whole
 * batch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-conv.h"
#include "mtl-op-infer.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, ALGORITHM };
enum { AUTO, DIRECT, WINOGRAD_2, WINOGRAD_4 };  /* in the order of the list below */

static const char *const algorithms[] = { "auto", "direct", "winograd-2", "winograd-4", NULL };

#define BY_TILE 196608   /* weights from which on gradients are made by tile: those of all
                          * slots would take more memory than the batch does */

static gsize
count_outputs (const MtlConv *conv,
               gsize          size)
{
  gsize reach = (conv->kernel - 1) * conv->dilation + 1;

  return (size + 2 * conv->padding - reach) / conv->stride + 1;
}

static gsize
choose_tile (const MtlConv *conv,
             guint          algorithm)
{
  if (algorithm == AUTO)
    return mtl_conv_winograd_pays (conv) ? 2 : 0;

  return algorithm == WINOGRAD_2 ? 2 : algorithm == WINOGRAD_4 ? 4 : 0;
}

static MtlConv
measure (const MtlOpShape *shape)
{
  MtlConv conv = {
    .channels = shape->in[0].size[0], .height = shape->in[0].size[1],
    .width = shape->in[0].size[2],
    .filters = shape->set[CHANNELS].number, .kernel = shape->set[KERNEL].number,
    .stride = shape->set[STRIDE].number, .padding = shape->set[PADDING].number,
    .dilation = shape->set[DILATION].number, .groups = shape->set[GROUPS].number,
  };

  conv.out_height = count_outputs (&conv, conv.height);
  conv.out_width = count_outputs (&conv, conv.width);
  conv.tile = choose_tile (&conv, shape->set[ALGORITHM].number);
  return conv;
}

static MtlShape
weight_shape (const MtlOpShape *shape)
{
  gsize filters = shape->set[CHANNELS].number, kernel = shape->set[KERNEL].number;
  gsize groups = shape->set[GROUPS].number;

  return (MtlShape) { .rank = 4,
                      .size = { filters, shape->in[0].size[0] / groups, kernel, kernel } };
}

/* --- shapes --- */

static gboolean
check_kernel (const MtlOpShape  *shape,
              GError           **error)
{
  gsize kernel = shape->set[KERNEL].number, padding = shape->set[PADDING].number;
  gsize dilation = shape->set[DILATION].number;
  gsize room = MIN (shape->in[0].size[1], shape->in[0].size[2]) + 2 * padding;
  gsize largest = room > 0 ? (room - 1) / dilation + 1 : 0;
  g_autofree char *words = NULL, *spread = NULL;

  if (kernel <= largest)
    return TRUE;

  words = mtl_op_shape_words (&shape->in[0]);
  spread = dilation > 1 ? g_strdup_printf (" and a dilation of %" G_GSIZE_FORMAT, dilation)
                        : g_strdup ("");
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "has a kernel of %" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT ", but gets %s: with "
               "a padding of %" G_GSIZE_FORMAT "%s the kernel may be at most "
               "%" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT,
               kernel, kernel, words, padding, spread, largest, largest);
  return FALSE;
}

static gboolean
check_groups (const MtlOpShape  *shape,
              GError           **error)
{
  gsize channels = shape->in[0].size[0], filters = shape->set[CHANNELS].number;
  gsize groups = shape->set[GROUPS].number;

  if (channels % groups == 0 && filters % groups == 0)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "has %" G_GSIZE_FORMAT " groups, which have to divide the %" G_GSIZE_FORMAT
               " channels that it gets and the %" G_GSIZE_FORMAT " that it gives",
               groups, channels, filters);
  return FALSE;
}

static gboolean
check_algorithm (const MtlOpShape  *shape,
                 GError           **error)
{
  const MtlConv conv = measure (shape);

  if (conv.tile == 0 || mtl_conv_winograd_serves (&conv))
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "has the algorithm %s, which is for kernels of 3×3 with a stride, a dilation and "
               "groups of 1 and a padding of 2 at most: choose auto or direct",
               algorithms[(guint) shape->set[ALGORITHM].number]);
  return FALSE;
}

static gboolean
conv2d_infer (MtlOpShape  *shape,
              GError     **error)
{
  MtlShape weight, out = { .rank = 3 };
  MtlConv conv;

  if (!mtl_op_infer_image (shape, error) || !check_kernel (shape, error)
      || !check_groups (shape, error) || !check_algorithm (shape, error))
    return FALSE;

  conv = measure (shape);
  weight = weight_shape (shape);
  out.size[0] = conv.filters;
  out.size[1] = conv.out_height;
  out.size[2] = conv.out_width;

  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

/* 0: by shard. */
static guint
count_tiles (const MtlConv *conv)
{
  gsize n = conv->filters * mtl_conv_patch (conv);

  if (n < BY_TILE)
    return 0;

  return conv->tile > 0 ? mtl_conv_winograd_tiles (conv)
                                         : mtl_conv_patches_tiles (conv);
}

static void
conv2d_plan (const MtlOpShape *shape,
             MtlOpNeeds       *needs)
{
  const MtlConv conv = measure (shape);
  gsize fan_in = mtl_conv_patch (&conv);
  gsize fan_out = mtl_conv_group (&conv) * conv.kernel * conv.kernel;

  needs->tensors[MTL_CONV_WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (shape), .init = MTL_INIT_AUTO, .decay = TRUE,
    .fan_in = fan_in, .fan_out = fan_out,
  };
  needs->tensors[MTL_CONV_BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { conv.filters } }, .init = MTL_INIT_ZERO,
    .fan_in = fan_in, .fan_out = fan_out,
  };
  needs->scratch = mtl_conv_patches_scratch (&conv);
  if (conv.tile > 0)
    {
      needs->scratch = mtl_conv_winograd_scratch (&conv);
      needs->prepared = mtl_conv_winograd_prepared (&conv);
      needs->prepared_back = mtl_conv_winograd_prepared_back (&conv);
      needs->n_pieces = mtl_conv_winograd_pieces (&conv);
    }
  needs->n_tiles = count_tiles (&conv);
  needs->reads_x = TRUE;
}

/* --- passes --- */

static void
conv2d_prepare (const MtlOpPass *pass)
{
  const MtlConv conv = measure (pass->shape);

  if (conv.tile > 0)
    mtl_conv_winograd_prepare (&conv, pass);
}

static void
conv2d_forward (const MtlOpPass *pass)
{
  const MtlConv conv = measure (pass->shape);

  if (conv.tile > 0)
    mtl_conv_winograd_forward (&conv, pass);
  else
    mtl_conv_patches_forward (&conv, pass);
}

static void
conv2d_backward (const MtlOpPass *pass)
{
  const MtlConv conv = measure (pass->shape);

  if (conv.tile > 0)
    mtl_conv_winograd_backward (&conv, pass);
  else
    mtl_conv_patches_backward (&conv, pass);
}

/* Sixteen sums at once, added up in double precision. */
static double
sum_values (const float *values,
            gsize        n)
{
  float sums[16] = { 0.0f };
  double sum = 0.0;
  gsize whole = n / 16 * 16;

  for (gsize i = 0; i < whole; i += 16)
    for (guint j = 0; j < 16; j++)
      sums[j] += values[i + j];
  for (guint j = 0; j < 16; j++)
    sum += sums[j];
  for (gsize i = whole; i < n; i++)
    sum += values[i];

  return sum;
}

static void
grad_bias (const MtlConv   *conv,
           const MtlOpPass *pass,
           gboolean         over)
{
  gsize area = conv->out_height * conv->out_width;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize o = 0; o < conv->filters; o++)
      {
        const float *dy = mtl_op_dy (pass, 0, lane) + o * area;
        float *db = mtl_op_dw (pass, MTL_CONV_BIAS, lane) + o;
        double sum = over ? 0.0 : *db;

        for (gsize r = 0; r < pass->rows; r++)
          sum += sum_values (dy + r * conv->filters * area, area);
        *db = (float) sum;
      }
}

static void
conv2d_grad (const MtlOpPass *pass)
{
  const MtlConv conv = measure (pass->shape);
  guint n_tiles = count_tiles (&conv);
  gsize n = MAX (n_tiles, 1), first = conv.channels * pass->piece / n;

  if (conv.tile > 0)
    mtl_conv_winograd_grad (&conv, pass, n_tiles);
  else
    mtl_conv_patches_grad (&conv, pass, first, conv.channels * (pass->piece + 1) / n,
                           n_tiles > 0);
  if (pass->piece == 0)
    grad_bias (&conv, pass, n_tiles > 0);
}

static char *
conv2d_line (const MtlSetting *set)
{
  guint kernel = set[KERNEL].number;

  /* Translators: second line of a convolution block: so many filters of this size. */
  return g_strdup_printf (_("%u of %u×%u"), (guint) set[CHANNELS].number, kernel, kernel);
}

static gboolean
conv2d_write_c (const MtlOpShape  *shape,
                MtlCWriter        *to,
                GError           **error)
{
  const MtlConv conv = measure (shape);
  g_autofree char *top = mtl_op_conv_corner ("r", conv.stride, conv.padding);
  g_autofree char *left = mtl_op_conv_corner ("c", conv.stride, conv.padding);

  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", conv.filters);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", conv.out_height);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", conv.out_width);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "const long top = %s, left = %s;", top, left);
  mtl_op_write_conv (to, 4, &conv);
  mtl_c_writer_line (to, 4, "*y++ = sum;");
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

const MtlOp mtl_op_conv2d = {
  .method = {
    .id = "conv2d",
    .title = N_("Convolution"),
    .summary = N_("Looks for the same small patterns everywhere in an image."),
    .reference = "LeCun, Bottou, Bengio, Haffner, “Gradient-Based Learning Applied to Document "
                 "Recognition”, Proceedings of the IEEE 86 (1998), sec. II",
    .params = (const MtlParam[]) {
      [CHANNELS] = { .id = "channels", .title = N_("Channels"),
                     .summary = N_("Patterns it looks for"),
                     .type = MTL_WHOLE, .minimum = 1, .maximum = 65536, .initial = 16 },
      [KERNEL] = { .id = "kernel", .title = N_("Kernel"),
                   .summary = N_("Height and width of a pattern"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 3 },
      [STRIDE] = { .id = "stride", .title = N_("Stride"),
                   .summary = N_("Distance of two places it looks at"), .unit = N_("px"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 1 },
      [PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Zeros around the image"), .unit = N_("px"),
                    .type = MTL_WHOLE, .minimum = 0, .maximum = 1024, .initial = 0 },
      [DILATION] = { .id = "dilation", .title = N_("Dilation"),
                     .summary = N_("Distance of two pixels under a pattern"), .unit = N_("px"),
                     .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 1 },
      [GROUPS] = { .id = "groups", .title = N_("Groups"),
                   .summary = N_("Parts of the channels that do not see each other; as many as "
                                 "channels: depth-wise"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 65536, .initial = 1 },
      [ALGORITHM] = { .id = "algorithm", .title = N_("Algorithm"),
                      .summary = N_("How 3×3 is computed. winograd-4: faster than winograd-2 if "
                                    "height and width are multiples of 4, with three times "
                                    "its rounding error; auto: winograd-2 or direct"),
                      .type = MTL_CHOICE, .choices = algorithms, .maximum = WINOGRAD_4,
                      .initial = AUTO, .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-conv-symbolic", .group = N_("Layers"), .width = 80,
            .line = conv2d_line },
  .infer = conv2d_infer,
  .plan = conv2d_plan,
  .prepare = conv2d_prepare,
  .forward = conv2d_forward,
  .backward = conv2d_backward,
  .grad = conv2d_grad,
  .write_c = conv2d_write_c,
};
