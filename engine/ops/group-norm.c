/* group-norm.c — zero mean and unit variance over groups of channels
 *
 *   x̂ = (x − μ) / √(σ² + ε)     y = γ·x̂ + β     over the n values of a group in one sample
 *   dx = (g − Σg/n − x̂·Σ(g·x̂)/n) / √(σ² + ε)     g = γ·dy     dγ = Σ dy·x̂     dβ = Σ dy
 *
 * γ and β are of a channel. One group is layer norm over the whole picture, and
 * as many groups as channels are instance norm. The paper has 32 groups, for
 * networks of 64 channels and more; 8 also divides what is drawn here.
 *
 * Source: Wu, He, arXiv 1803.08494 (2018), eq. 1, 2 and 7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-op-norm.h"

enum { GROUPS, EPSILON };
enum { WEIGHT, BIAS };

typedef struct
{
  gsize groups, members, area;   /* channels of a group, values of a channel */
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  const MtlShape *in = &shape->in[0];
  gsize groups = shape->set[GROUPS].number;

  return (Sizes) { groups, in->size[0] / groups, in->size[1] * in->size[2] };
}

static gboolean
group_norm_infer (MtlOpShape  *shape,
                  GError     **error)
{
  gsize groups = shape->set[GROUPS].number;

  if (!mtl_op_infer_image (shape, error))
    return FALSE;
  if (shape->in[0].size[0] % groups != 0)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a number of channels that %" G_GSIZE_FORMAT " groups divide, but gets %s",
                   groups, words);
      return FALSE;
    }

  return mtl_op_infer_same (shape, error);
}

static void
group_norm_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  const MtlShape one = { .rank = 1, .size = { shape->in[0].size[0] } };
  Sizes sizes = measure_sizes (shape);

  needs->tensors[WEIGHT] = (MtlTensorSpec) { .name = "weight", .shape = one,
                                             .init = MTL_INIT_ONE };
  needs->tensors[BIAS] = (MtlTensorSpec) { .name = "bias", .shape = one,
                                           .init = MTL_INIT_ZERO };
  needs->kept = sizes.groups * sizeof (MtlOpMoments);
  needs->reads_x = TRUE;
}

static void
group_norm_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  gsize n = sizes.members * sizes.area;
  const float *x = pass->x[0];
  float *y = pass->y[0];
  MtlOpMoments *kept = pass->kept;

  for (gsize g = 0; g < pass->rows * sizes.groups; g++)
    {
      const float *weight = pass->weights[WEIGHT] + g % sizes.groups * sizes.members;
      const float *bias = pass->weights[BIAS] + g % sizes.groups * sizes.members;
      MtlOpMoments m = mtl_op_moments (x, n, pass->shape->set[EPSILON].number);

      kept[g] = m;
      for (gsize c = 0; c < sizes.members; c++, x += sizes.area, y += sizes.area)
        for (gsize i = 0; i < sizes.area; i++)
          y[i] = (x[i] - m.mean) * m.inverse * weight[c] + bias[c];
    }
}

static void
group_norm_grad (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  gsize channels = sizes.groups * sizes.members;
  const MtlOpMoments *kept = pass->kept;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize c = 0; c < channels; c++)
      {
        double of_weight = 0.0, of_bias = 0.0;

        for (gsize r = 0; r < pass->rows; r++)
          {
            gsize at = (r * channels + c) * sizes.area;
            const float *dy = mtl_op_dy (pass, 0, lane) + at;
            const MtlOpMoments *m = &kept[r * sizes.groups + c / sizes.members];
            double sum = mtl_op_sum (dy, sizes.area);

            of_bias += sum;
            of_weight += (mtl_op_dot (dy, pass->x[0] + at, sizes.area) - (double) m->mean * sum)
                         * (double) m->inverse;
          }
        mtl_op_dw (pass, WEIGHT, lane)[c] += (float) of_weight;
        mtl_op_dw (pass, BIAS, lane)[c] += (float) of_bias;
      }
}

/* One group of one sample, whose channels are weighted by @weight. */
static void
pass_back (Sizes        sizes,
           MtlOpMoments m,
           const float *weight,
           const float *x,
           const float *dy,
           float       *dx,
           gboolean     fresh)
{
  double n = (double) (sizes.members * sizes.area), sum = 0.0, product = 0.0;
  float mean, slope;

  for (gsize c = 0; c < sizes.members; c++)
    {
      double part = mtl_op_sum (dy + c * sizes.area, sizes.area);
      double dot = mtl_op_dot (dy + c * sizes.area, x + c * sizes.area, sizes.area);

      sum += (double) weight[c] * part;
      product += (double) weight[c] * (dot - (double) m.mean * part);
    }
  mean = (float) (sum / n);
  slope = (float) (product / n * (double) m.inverse * (double) m.inverse);

  for (gsize c = 0; c < sizes.members; c++, x += sizes.area, dy += sizes.area, dx += sizes.area)
    if (fresh)
      for (gsize i = 0; i < sizes.area; i++)
        dx[i] = m.inverse * (weight[c] * dy[i] - mean - (x[i] - m.mean) * slope);
    else
      for (gsize i = 0; i < sizes.area; i++)
        dx[i] += m.inverse * (weight[c] * dy[i] - mean - (x[i] - m.mean) * slope);
}

static void
group_norm_backward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  const MtlOpMoments *kept = pass->kept;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    for (gsize g = 0; mtl_op_dx (pass, 0, lane) != NULL && g < pass->rows * sizes.groups; g++)
      {
        gsize at = g * sizes.members * sizes.area;

        pass_back (sizes, kept[g], pass->weights[WEIGHT] + g % sizes.groups * sizes.members,
                   pass->x[0] + at, mtl_op_dy (pass, 0, lane) + at,
                   mtl_op_dx (pass, 0, lane) + at, mtl_op_dx_fresh (pass, 0, lane));
      }
}

static gboolean
group_norm_write_c (const MtlOpShape  *shape,
                    MtlCWriter        *to,
                    GError           **error)
{
  Sizes sizes = measure_sizes (shape);
  gsize n = sizes.members * sizes.area;

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "for (long g = 0; g < %" G_GSIZE_FORMAT "; g++, x += %" G_GSIZE_FORMAT
                     ", y += %" G_GSIZE_FORMAT ")", sizes.groups, n, n);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "const float *weight = %s + g * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, WEIGHT), sizes.members);
  mtl_c_writer_line (to, 2, "const float *bias = %s + g * %" G_GSIZE_FORMAT ";",
                     mtl_c_writer_tensor (to, BIAS), sizes.members);
  mtl_op_write_moments (to, n, shape->set[EPSILON].number);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "y[i] = (x[i] - mean) * inverse * weight[i / %" G_GSIZE_FORMAT
                     "] + bias[i / %" G_GSIZE_FORMAT "];", sizes.area, sizes.area);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}

static char *
group_norm_line (const MtlSetting *set)
{
  guint groups = set[GROUPS].number;

  /* Translators: second line of a group norm block on the canvas, e.g. “8 groups”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u group", "%u groups", groups), groups);
}

const MtlOp mtl_op_group_norm = {
  .method = {
    .id = "group-norm",
    .title = N_("Group Norm"),
    .summary = N_("Shifts and scales groups of channels of each picture to mean 0 and variance 1."),
    .reference = "Wu, He, “Group Normalization”, ECCV 2018, arXiv 1803.08494",
    .params = (const MtlParam[]) {
      [GROUPS] = { .id = "groups", .title = N_("Groups"),
                   .summary = N_("Into which the channels are divided, in order"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 65536, .initial = 8 },
      [EPSILON] = { .id = "epsilon", .title = N_("Least variance ε"),
                    .summary = N_("Added to the variance"),
                    .type = MTL_NUMBER, .minimum = 1e-12, .maximum = 1.0, .initial = 1e-5,
                    .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-norm-symbolic", .group = N_("Regularise"), .width = 84,
            .line = group_norm_line },
  .infer = group_norm_infer,
  .plan = group_norm_plan,
  .forward = group_norm_forward,
  .backward = group_norm_backward,
  .grad = group_norm_grad,
  .write_c = group_norm_write_c,
};
