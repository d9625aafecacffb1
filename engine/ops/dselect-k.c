/* dselect-k.c — mixture of experts by selectors that become sharp
 *
 *   s_jb = S (z_jb)         p_ji = Π_b (s_jb where i has bit b, else 1 − s_jb)
 *   g_i  = Σ_j softmax (v)_j · p_ji             y = Σ_i g_i·f_i
 *
 * Selector j spells the number of an expert in m = ⌈log₂ n⌉ bits, lowest first.
 * The smooth step is 0 below −γ/2, 1 above γ/2, and between them
 *
 *   S (t) = −2t³/γ³ + 3t/(2γ) + ½       S' (t) = −6t²/γ³ + 3/(2γ)
 *
 * so that at the ends a bit is settled and gets no gradient any more. z and v are
 * linear in x, or the same for all samples. Where n is not a power of two, a
 * selector may spell a number that no expert has, and shares then sum to less
 * than 1. The source adds to the loss against that, and for sharp selectors; here
 * nothing is added.
 *
 * Source: Hazimeh et al., arXiv 2106.03760 (2021), sec. 3, with the first values
 * of z and v, weight and bias alike, of the authors' program.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-mixture.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-names.h"

#define MAX_BITS      5
#define MAX_SELECTORS 15

G_STATIC_ASSERT (MTL_OP_MAX_EXPERTS <= 1 << MAX_BITS);

enum { SELECTORS, GAMMA, BY_SAMPLE };
enum { Z_BIAS, V_BIAS, Z_WEIGHT, V_WEIGHT };

static guint
count_bits (guint n_experts)
{
  return g_bit_storage (n_experts - 1);
}

static float
smooth_step (double gamma,
             double t)
{
  if (t <= -0.5 * gamma)
    return 0.0f;
  if (t >= 0.5 * gamma)
    return 1.0f;

  /* Also for a NaN. */
  t /= gamma;
  return (float) (-2.0 * t * t * t + 1.5 * t + 0.5);
}

static float
smooth_slope (double gamma,
              double t)
{
  if (t <= -0.5 * gamma || t >= 0.5 * gamma)
    return 0.0f;

  t /= gamma;
  return (float) ((1.5 - 6.0 * t * t) / gamma);
}

/* Π over the bits of @expert but @without. */
static float
spell (const float *s,
       guint        n_bits,
       guint        expert,
       guint        without)
{
  float p = 1.0f;

  for (guint b = 0; b < n_bits; b++)
    if (b != without)
      p *= (expert >> b & 1) != 0 ? s[b] : 1.0f - s[b];

  return p;
}

static void
open_selected (const MtlSetting *set,
               guint             n_experts,
               const float      *z,
               float            *g)
{
  guint n_selectors = (guint) set[SELECTORS].number, n_bits = count_bits (n_experts);
  float shares[MAX_SELECTORS], s[MAX_BITS];

  mtl_op_mixture_softmax (n_selectors, z + n_selectors * n_bits, shares);
  memset (g, 0, n_experts * sizeof *g);
  for (guint j = 0; j < n_selectors; j++)
    {
      for (guint b = 0; b < n_bits; b++)
        s[b] = smooth_step (set[GAMMA].number, z[j * n_bits + b]);
      for (guint e = 0; e < n_experts; e++)
        g[e] += shares[j] * spell (s, n_bits, e, n_bits);
    }
}

static void
slope_selected (const MtlSetting *set,
                guint             n_experts,
                const float      *z,
                const float      *g,
                const float      *dg,
                float            *dz)
{
  guint n_selectors = (guint) set[SELECTORS].number, n_bits = count_bits (n_experts);
  float shares[MAX_SELECTORS], dshares[MAX_SELECTORS], s[MAX_BITS];
  double gamma = set[GAMMA].number;

  mtl_op_mixture_softmax (n_selectors, z + n_selectors * n_bits, shares);
  for (guint j = 0; j < n_selectors; j++, z += n_bits)
    {
      for (guint b = 0; b < n_bits; b++)
        s[b] = smooth_step (gamma, z[b]);

      dshares[j] = 0.0f;
      for (guint e = 0; e < n_experts; e++)
        dshares[j] += dg[e] * spell (s, n_bits, e, n_bits);

      for (guint b = 0; b < n_bits; b++)
        {
          float ds = 0.0f;

          for (guint e = 0; e < n_experts; e++)
            ds += ((e >> b & 1) != 0 ? dg[e] : -dg[e]) * spell (s, n_bits, e, b);
          dz[j * n_bits + b] = shares[j] * ds * smooth_slope (gamma, z[b]);
        }
    }
  mtl_op_mixture_softmax_slope (n_selectors, shares, dshares, dz + n_selectors * n_bits);
}

static MtlOpMixture
describe (const MtlOpShape *shape)
{
  MtlOpMixture gate = mtl_op_mixture_measure (shape);
  gboolean looks = shape->set[BY_SAMPLE].number != 0.0;
  gsize n_selectors = (gsize) shape->set[SELECTORS].number;

  gate.open = open_selected;
  gate.slope = slope_selected;
  mtl_op_mixture_add_map (&gate, looks ? Z_WEIGHT : MTL_OP_NO_TENSOR, Z_BIAS,
                          n_selectors * count_bits (gate.n_experts));
  mtl_op_mixture_add_map (&gate, looks ? V_WEIGHT : MTL_OP_NO_TENSOR, V_BIAS, n_selectors);

  return gate;
}

static gboolean
dselect_k_infer (MtlOpShape  *shape,
                 GError     **error)
{
  MtlOpMixture gate;

  if (!mtl_op_mixture_infer (shape, error))
    return FALSE;

  gate = describe (shape);
  return mtl_op_mixture_check_maps (&gate, error);
}

static void
plan_map (const MtlOpMixture *gate,
          guint               map,
          const char         *weight,
          const char         *bias,
          double              range,
          MtlOpNeeds         *needs)
{
  const MtlOpLinear *it = &gate->maps[map];

  needs->tensors[it->bias] = (MtlTensorSpec) {
    .name = bias, .shape = { .rank = 1, .size = { it->n_out } }, .init = MTL_INIT_RANGE,
    .value = range,
  };
  if (it->weight != MTL_OP_NO_TENSOR)
    needs->tensors[it->weight] = (MtlTensorSpec) {
      .name = weight, .shape = mtl_op_mixture_weight (gate, map), .init = MTL_INIT_RANGE,
      .value = range, .decay = TRUE,
    };
}

static void
dselect_k_plan (const MtlOpShape *shape,
                MtlOpNeeds       *needs)
{
  MtlOpMixture gate = describe (shape);

  plan_map (&gate, 0, "code_weight", "code_bias", shape->set[GAMMA].number / 100.0, needs);
  plan_map (&gate, 1, "share_weight", "share_bias", 0.05, needs);
  mtl_op_mixture_plan (&gate, needs);
}

static void
dselect_k_prepare (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_prepare (&gate, pass);
}

static void
dselect_k_forward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_forward (&gate, pass);
}

static void
dselect_k_backward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_backward (&gate, pass);
}

static void
dselect_k_grad (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_grad (&gate, pass);
}

/* s takes the place of z, behind which v becomes its softmax. */
static void
write_steps (const MtlOpMixture *gate,
             MtlCWriter         *to)
{
  gsize n_bits = gate->maps[0].n_out;
  g_autoptr(GString) gamma = g_string_new (NULL);

  mtl_c_append_float (gamma, (float) gate->set[GAMMA].number);
  mtl_c_writer_line (to, 2, "float *v = z + %" G_GSIZE_FORMAT ";\n", n_bits);
  mtl_op_write_softmax (to, gate->maps[1].n_out, "v");
  mtl_c_writer_line (to, 2, "for (long b = 0; b < %" G_GSIZE_FORMAT "; b++)", n_bits);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "float t = z[b] / %s;\n", gamma->str);
  mtl_c_writer_line (to, 4, "z[b] = t <= -0.5f ? 0.0f : t >= 0.5f ? 1.0f");
  mtl_c_writer_line (to, 4, "       : 0.5f + t * (1.5f - 2.0f * t * t);");
  mtl_c_writer_line (to, 3, "}");
}

static gboolean
dselect_k_write_c (const MtlOpShape  *shape,
                   MtlCWriter        *to,
                   GError           **error)
{
  MtlOpMixture gate = describe (shape);
  guint n_bits = count_bits (gate.n_experts);

  mtl_op_mixture_write_begin (&gate, to);
  write_steps (&gate, to);
  mtl_c_writer_line (to, 2, "for (long e = 0; e < %u; e++)", gate.n_experts);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "g[e] = 0.0f;");
  mtl_c_writer_line (to, 4, "for (long j = 0; j < %" G_GSIZE_FORMAT "; j++)", gate.maps[1].n_out);
  mtl_c_writer_line (to, 5, "{");
  mtl_c_writer_line (to, 6, "float share = v[j];\n");
  mtl_c_writer_line (to, 6, "for (int b = 0; b < %u; b++)", n_bits);
  mtl_c_writer_line (to, 7, "share *= (e >> b & 1) != 0 ? z[j * %u + b] : 1.0f - z[j * %u + b];",
                     n_bits, n_bits);
  mtl_c_writer_line (to, 6, "g[e] += share;");
  mtl_c_writer_line (to, 5, "}");
  mtl_c_writer_line (to, 3, "}");
  mtl_op_mixture_write_end (&gate, to);

  return TRUE;
}

static char *
dselect_k_line (const MtlSetting *set)
{
  guint n = (guint) set[SELECTORS].number;

  /* Translators: second line of a DSelect-k block on the canvas. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u selector", "%u selectors", n), n);
}

const MtlOp mtl_op_dselect_k = {
  .method = {
    .id = "dselect-k",
    .title = N_("DSelect-k"),
    .summary = N_("Mixes k experts at most, which selectors come to choose smoothly. What the "
                  "paper adds to the loss is left out: with a number of experts that is no power "
                  "of two, shares may sum to less than 1."),
    .reference = "Hazimeh, Zhao, Chowdhery, Sathiamoorthy, Chen, Mazumder, Hong, Chi, “DSelect-k: "
                 "Differentiable Selection in the Mixture of Experts with Applications to "
                 "Multi-Task Learning”, NeurIPS 2021, arXiv 2106.03760, sec. 3",
    .params = (const MtlParam[]) {
      [SELECTORS] = { .id = "selectors", .title = N_("Selectors"),
                      .summary = N_("Experts that have a share in the end, at most"),
                      .type = MTL_WHOLE, .minimum = 1, .maximum = MAX_SELECTORS, .initial = 2 },
      [GAMMA] = { .id = "gamma", .title = N_("Width of the step γ"),
                  .summary = N_("A bit is settled where it is beyond half of it"),
                  .type = MTL_NUMBER, .minimum = 0.1, .maximum = 100.0, .initial = 1.0,
                  .rare = TRUE },
      [BY_SAMPLE] = { .id = "by-sample", .title = N_("Chosen by sample"),
                      .summary = N_("Whether the first input has a say; else the choice is the "
                                    "same for all samples"),
                      .type = MTL_FLAG, .maximum = 1, .initial = 1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", "experts", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-gate-symbolic", .group = N_("Multi-Task"), .width = 84,
            .line = dselect_k_line },
  .infer = dselect_k_infer,
  .plan = dselect_k_plan,
  .prepare = dselect_k_prepare,
  .forward = dselect_k_forward,
  .backward = dselect_k_backward,
  .grad = dselect_k_grad,
  .write_c = dselect_k_write_c,
};
