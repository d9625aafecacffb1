/* conv-relu-pool.c — convolution, rectifier and pooling as one block
 *
 * Stands for conv2d (stride 1), relu and max-pool (2×2, stride 2) where no
 * other block reads what passes between them. Its settings and tensors are
 * those of the conv2d. The result is that of the three one after another, up
 * to the order of sums; what is gained is that
 *
 *   - the outputs of the convolution, four times as many, are never stored,
 *   - after a 2×2 maximum one output in four at most has a gradient, and
 *     the gradients of weights and input are summed over those only.
 *
 * The arithmetic is in kernels/.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-conv.h"

enum { CHANNELS, KERNEL, STRIDE, PADDING, DILATION, GROUPS, ALGORITHM };   /* of conv2d */
enum { AUTO, DIRECT };                        /* its algorithms that this one may be */
enum { POOL_SIZE, POOL_STRIDE, POOL_PADDING };   /* of max-pool */
enum { CONV, RELU, POOL, N_PARTS };           /* the blocks it stands for */
enum { WEIGHT, BIAS };

/* Forward keeps a vector of whole images at hand. Beyond any second-level
 * cache that costs more than the bands of conv2d. */
#define SCRATCH_LIMIT (4 * 1024 * 1024)

/* Weights for each tap, of as many channels as filters, from which on conv2d's
 * tiles save more than is saved here: all passes take 0.85 of the time of the
 * three blocks with 128 channels, 1.0 with 192, 1.25 with 256. */
#define MANY_WEIGHTS (192 * 192)

#define SIDE_BY_SIDE 16  /* lanes of the widest vectors */

static MtlConvPool
measure (const MtlOpShape *shape)
{
  MtlConvPool pool = {
    .in = shape->in[0].size[0],
    .height = shape->in[0].size[1],
    .width = shape->in[0].size[2],
    .out = shape->set[CHANNELS].number,
    .kernel = shape->set[KERNEL].number,
    .padding = shape->set[PADDING].number,
  };

  pool.rows = (pool.height + 2 * pool.padding - pool.kernel + 1) / 2;
  pool.columns = (pool.width + 2 * pool.padding - pool.kernel + 1) / 2;

  return pool;
}

static MtlConv
get_conv (const MtlConvPool *pool)
{
  return (MtlConv) {
    .channels = pool->in, .height = pool->height, .width = pool->width, .filters = pool->out,
    .kernel = pool->kernel, .stride = 1, .padding = pool->padding, .dilation = 1, .groups = 1,
  };
}

static gboolean
conv_relu_pool_accepts (const MtlOpShape *parts,
                        guint             n_parts)
{
  const MtlSetting *conv = parts[CONV].set;
  const MtlSetting *max = parts[POOL].set;
  MtlConvPool pool;
  MtlConv same;

  g_return_val_if_fail (n_parts == N_PARTS, FALSE);

  if (conv[STRIDE].number != 1.0 || conv[DILATION].number != 1.0 || conv[GROUPS].number != 1.0
      || conv[ALGORITHM].number > DIRECT
      || max[POOL_SIZE].number != 2.0
      || (max[POOL_STRIDE].number != 2.0 && max[POOL_STRIDE].number != 0.0)
      || max[POOL_PADDING].number != 0.0)
    return FALSE;

  pool = measure (&parts[CONV]);
  same = get_conv (&pool);
  if (conv[ALGORITHM].number == AUTO && mtl_conv_winograd_pays (&same)
      && pool.in * pool.out >= MANY_WEIGHTS)
    return FALSE;

  return mtl_kernels ()->conv_pool->scratch (&pool) <= SCRATCH_LIMIT;
}

/* The three parts have accepted the shape before it comes here. */
static gboolean
conv_relu_pool_infer (MtlOpShape  *shape,
                      GError     **error)
{
  MtlConvPool pool;
  MtlShape out;

  if (!mtl_op_infer_image (shape, error))
    return FALSE;

  pool = measure (shape);
  out = (MtlShape) { .rank = 3, .size = { pool.out, pool.rows, pool.columns } };

  return mtl_op_infer_output (shape, &out, error);
}

static void
conv_relu_pool_plan (const MtlOpShape *shape,
                     MtlOpNeeds       *needs)
{
  MtlConvPool pool = measure (shape);
  gsize area = pool.kernel * pool.kernel;

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight",
    .shape = { .rank = 4, .size = { pool.out, pool.in, pool.kernel, pool.kernel } },
    .init = MTL_INIT_KAIMING, .decay = TRUE,
    .fan_in = pool.in * area, .fan_out = pool.out * area,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { pool.out } }, .init = MTL_INIT_ZERO,
    .fan_in = pool.in * area, .fan_out = pool.out * area,
  };
  needs->kept = pool.out * pool.rows * pool.columns * MTL_CONV_POOL_KEPT;
  needs->scratch = mtl_kernels ()->conv_pool->scratch (&pool);
  needs->side_by_side = SIDE_BY_SIDE;
  needs->reads_x = TRUE;
}

static void
conv_relu_pool_forward (const MtlOpPass *pass)
{
  MtlConvPool pool = measure (pass->shape);

  mtl_kernels ()->conv_pool->forward (&pool, pass);
}

static void
conv_relu_pool_grad (const MtlOpPass *pass)
{
  MtlConvPool pool = measure (pass->shape);

  mtl_kernels ()->conv_pool->grad (&pool, pass);
}

static void
conv_relu_pool_backward (const MtlOpPass *pass)
{
  MtlConvPool pool = measure (pass->shape);

  mtl_kernels ()->conv_pool->backward (&pool, pass);
}

/* The sums under one window are compared as they come, so the outputs of the
 * convolution take no memory. Beginning at zero is the rectifier. */
static gboolean
conv_relu_pool_write_c (const MtlOpShape  *shape,
                        MtlCWriter        *to,
                        GError           **error)
{
  const MtlConvPool pool = measure (shape);
  const MtlConv conv = get_conv (&pool);
  g_autofree char *top = mtl_op_conv_corner ("r * 2 + p / 2", 1, pool.padding);
  g_autofree char *left = mtl_op_conv_corner ("c * 2 + p % 2", 1, pool.padding);

  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", pool.out);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", pool.rows);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", pool.columns);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "float most = 0.0f;  /* what is below zero is cut off */\n");
  mtl_c_writer_line (to, 4, "for (long p = 0; p < 4; p++)");
  mtl_c_writer_line (to, 5, "{");
  mtl_c_writer_line (to, 6, "const long top = %s, left = %s;", top, left);
  mtl_op_write_conv (to, 6, &conv);
  mtl_c_writer_line (to, 6, "if (sum > most || sum != sum)  /* a NaN is kept */");
  mtl_c_writer_line (to, 7, "most = sum;");
  mtl_c_writer_line (to, 5, "}");
  mtl_c_writer_line (to, 4, "*y++ = most;");
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

const MtlOp mtl_op_conv_relu_pool = {
  .method = {
    .id = "conv-relu-pool",
    .title = "Convolution, ReLU, Max Pool",
    .summary = "The three blocks in one pass.",
    .reference = "As conv2d, relu and max-pool",
    .hidden = TRUE,
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-conv-symbolic", .group = "Layers", .width = 80 },
  .fuses = (const char *const[]) { "conv2d", "relu", "max-pool", NULL },
  .infer = conv_relu_pool_infer,
  .plan = conv_relu_pool_plan,
  .forward = conv_relu_pool_forward,
  .backward = conv_relu_pool_backward,
  .grad = conv_relu_pool_grad,
  .accepts = conv_relu_pool_accepts,
  .write_c = conv_relu_pool_write_c,
};
