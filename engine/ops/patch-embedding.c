/* patch-embedding.c — a picture as tokens, one for each square of it
 *
 *   y[t] = W·patch[t] + b        W: width×(c·p·p), tokens in rows from the top left
 *
 * which is a convolution whose stride is its kernel. The squares of one sample
 * are laid out in rows of c·p·p values, and multiplied at once.
 *
 * Source: Dosovitskiy et al., arXiv 2010.11929 (2020), eq. 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-affine.h"

enum { PATCH, WIDTH };
enum { WEIGHT, BIAS };

typedef struct
{
  gsize channels, down, across;   /* squares down and across */
  gsize patch, width;
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  const gsize *in = shape->in[0].size;
  gsize patch = shape->set[PATCH].number;

  return (Sizes) { in[0], in[1] / patch, in[2] / patch, patch, shape->set[WIDTH].number };
}

static MtlOpAffine
get_affine (Sizes sizes)
{
  return (MtlOpAffine) { sizes.channels * sizes.patch * sizes.patch, sizes.width };
}

static MtlShape
weight_shape (Sizes sizes)
{
  return (MtlShape) { 4, { sizes.width, sizes.channels, sizes.patch, sizes.patch } };
}

static gboolean
patch_embedding_infer (MtlOpShape  *shape,
                       GError     **error)
{
  gsize patch = shape->set[PATCH].number;
  MtlShape weight, out = { .rank = 2 };
  Sizes sizes;

  if (!mtl_op_infer_image (shape, error))
    return FALSE;
  if (shape->in[0].size[1] % patch != 0 || shape->in[0].size[2] % patch != 0)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a height and a width that its patches of %" G_GSIZE_FORMAT "×%"
                   G_GSIZE_FORMAT " divide, but gets %s", patch, patch, words);
      return FALSE;
    }

  sizes = measure_sizes (shape);
  weight = weight_shape (sizes);
  /* Saturates, for the check of the whole to refuse. */
  if (!g_size_checked_mul (&out.size[0], sizes.down, sizes.across))
    out.size[0] = G_MAXSIZE;
  out.size[1] = sizes.width;

  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_output (shape, &out, error);
}

static void
patch_embedding_plan (const MtlOpShape *shape,
                      MtlOpNeeds       *needs)
{
  Sizes sizes = measure_sizes (shape);
  MtlOpAffine affine = get_affine (sizes);

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = weight_shape (sizes), .init = MTL_INIT_XAVIER, .decay = TRUE,
    .fan_in = affine.n_in, .fan_out = affine.n_out,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { sizes.width } }, .init = MTL_INIT_ZERO,
    .fan_in = affine.n_in, .fan_out = affine.n_out,
  };
  needs->reads_x = TRUE;
  needs->scratch = (mtl_shape_size (&shape->in[0]) + mtl_op_affine_scratch ()) * sizeof (float);
  needs->prepared = mtl_op_affine_packed (affine) * sizeof (float);
  needs->n_pieces = 1;
}

static void
patch_embedding_prepare (const MtlOpPass *pass)
{
  mtl_op_affine_pack (get_affine (measure_sizes (pass->shape)), pass->weights[WEIGHT],
                      pass->goes_back, pass->prepared);
}

/* Where the row @y of a channel's square begins in the picture. */
static gsize
find_line (Sizes sizes,
           gsize token,
           gsize channel,
           gsize y)
{
  gsize row = token / sizes.across * sizes.patch + y;

  return ((channel * sizes.down * sizes.patch + row) * sizes.across + token % sizes.across)
         * sizes.patch;
}

/* One sample's squares in rows. */
static void
gather (Sizes        sizes,
        const float *x,
        float       *patches)
{
  for (gsize t = 0; t < sizes.down * sizes.across; t++)
    for (gsize c = 0; c < sizes.channels; c++)
      for (gsize y = 0; y < sizes.patch; y++, patches += sizes.patch)
        memcpy (patches, x + find_line (sizes, t, c, y), sizes.patch * sizeof *x);
}

/* And back: every value of the picture belongs to one square. */
static void
scatter (Sizes        sizes,
         const float *patches,
         gboolean     fresh,
         float       *dx)
{
  for (gsize t = 0; t < sizes.down * sizes.across; t++)
    for (gsize c = 0; c < sizes.channels; c++)
      for (gsize y = 0; y < sizes.patch; y++, patches += sizes.patch)
        {
          float *line = dx + find_line (sizes, t, c, y);

          for (gsize i = 0; i < sizes.patch; i++)
            line[i] = patches[i] + (fresh ? 0.0f : line[i]);
        }
}

static void
patch_embedding_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  MtlOpAffine affine = get_affine (sizes);
  gsize tokens = sizes.down * sizes.across, n = tokens * affine.n_in;

  for (gsize r = 0; r < pass->rows; r++)
    {
      gather (sizes, pass->x[0] + r * n, pass->scratch);
      mtl_op_affine_forward (affine, tokens, pass->scratch, affine.n_in, pass->prepared,
                             pass->weights[BIAS], pass->y[0] + r * tokens * sizes.width,
                             sizes.width);
    }
}

static void
patch_embedding_grad (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  MtlOpAffine affine = get_affine (sizes);
  gsize tokens = sizes.down * sizes.across, n = tokens * affine.n_in;
  float *patches = pass->scratch;

  for (gsize r = 0; r < pass->rows; r++)
    {
      gather (sizes, pass->x[0] + r * n, patches);
      for (guint lane = 0; lane < pass->n_lanes; lane++)
        mtl_op_affine_grad (affine, tokens, patches, affine.n_in,
                            mtl_op_dy (pass, 0, lane) + r * tokens * sizes.width, sizes.width,
                            mtl_op_dw (pass, WEIGHT, lane), patches + n);
    }
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    mtl_op_affine_grad_bias (sizes.width, pass->rows * tokens, mtl_op_dy (pass, 0, lane),
                             sizes.width, mtl_op_dw (pass, BIAS, lane));
}

static void
patch_embedding_backward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  MtlOpAffine affine = get_affine (sizes);
  gsize tokens = sizes.down * sizes.across, n = tokens * affine.n_in;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize r = 0; mtl_op_dx (pass, 0, lane) != NULL && r < pass->rows; r++)
      {
        mtl_op_affine_backward (affine, tokens,
                                mtl_op_dy (pass, 0, lane) + r * tokens * sizes.width, sizes.width,
                                pass->prepared, FALSE, pass->scratch, affine.n_in);
        scatter (sizes, pass->scratch, mtl_op_dx_fresh (pass, 0, lane),
                 mtl_op_dx (pass, 0, lane) + r * n);
      }
}

static gboolean
patch_embedding_write_c (const MtlOpShape  *shape,
                         MtlCWriter        *to,
                         GError           **error)
{
  Sizes sizes = measure_sizes (shape);
  gsize p = sizes.patch, columns = sizes.across * p;

  mtl_c_writer_line (to, 0, "for (long v = 0; v < %" G_GSIZE_FORMAT "; v++)", sizes.down);
  mtl_c_writer_line (to, 1, "for (long h = 0; h < %" G_GSIZE_FORMAT "; h++)", sizes.across);
  mtl_c_writer_line (to, 2, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", sizes.width);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "const float *w = %s + o * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), get_affine (sizes).n_in);
  mtl_c_writer_line (to, 4, "const float *at = x + v * %" G_GSIZE_FORMAT " + h * %" G_GSIZE_FORMAT
                     ";", p * columns, p);
  mtl_c_writer_line (to, 4, "float sum = %s[o];\n", mtl_c_writer_tensor (to, BIAS));
  mtl_c_writer_line (to, 4, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", sizes.channels);
  mtl_c_writer_line (to, 5, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", p);
  mtl_c_writer_line (to, 6, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++)", p);
  mtl_c_writer_line (to, 7, "sum += *w++ * at[c * %" G_GSIZE_FORMAT " + i * %" G_GSIZE_FORMAT
                     " + j];", sizes.down * p * columns, columns);
  mtl_c_writer_line (to, 4, "*y++ = sum;");
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

static char *
patch_embedding_line (const MtlSetting *set)
{
  guint patch = set[PATCH].number;

  /* Translators: second line of a patch embedding block, e.g. “patches of 4×4”. */
  return g_strdup_printf (_("patches of %u×%u"), patch, patch);
}

const MtlOp mtl_op_patch_embedding = {
  .method = {
    .id = "patch-embedding",
    .title = N_("Patch Embedding"),
    .summary = N_("Makes a token of each square of a picture."),
    .reference = "Dosovitskiy et al., “An Image is Worth 16x16 Words: Transformers for Image "
                 "Recognition at Scale”, ICLR 2021, arXiv 2010.11929, eq. 1",
    .params = (const MtlParam[]) {
      [PATCH] = { .id = "patch", .title = N_("Patch"), .summary = N_("Side of a square"),
                  .unit = N_("pixels"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 4 },
      [WIDTH] = { .id = "width", .title = N_("Width"), .summary = N_("Values for each token"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 1 << 20, .initial = 64 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-patches-symbolic", .group = N_("Sequences"), .width = 100,
            .line = patch_embedding_line },
  .infer = patch_embedding_infer,
  .plan = patch_embedding_plan,
  .prepare = patch_embedding_prepare,
  .forward = patch_embedding_forward,
  .backward = patch_embedding_backward,
  .grad = patch_embedding_grad,
  .write_c = patch_embedding_write_c,
};
