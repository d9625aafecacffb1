/* gate.c — mixture of experts by a softmax gate
 *
 *   g = softmax (W·x + b)        y = Σ_i g_i·f_i        W: experts×values of x
 *
 * W and b begin with zeros, so that all experts weigh the same at first.
 *
 * Source: Ma et al., KDD 2018, sec. 4.2; Tang et al., RecSys 2020, sec. 4. Both
 * are without b.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-mixture.h"

#include <glib/gi18n-lib.h>

enum { WEIGHT, BIAS };

static void
open_all (const MtlSetting *set,
          guint             n_experts,
          const float      *z,
          float            *g)
{
  mtl_op_mixture_softmax (n_experts, z, g);
}

static MtlOpMixture
describe (const MtlOpShape *shape)
{
  MtlOpMixture gate = mtl_op_mixture_measure (shape);

  gate.open = open_all;
  mtl_op_mixture_add_map (&gate, WEIGHT, BIAS, gate.n_experts);

  return gate;
}

static gboolean
gate_infer (MtlOpShape  *shape,
            GError     **error)
{
  MtlOpMixture gate;

  if (!mtl_op_mixture_infer (shape, error))
    return FALSE;

  gate = describe (shape);
  return mtl_op_mixture_check_maps (&gate, error);
}

static void
gate_plan (const MtlOpShape *shape,
           MtlOpNeeds       *needs)
{
  MtlOpMixture gate = describe (shape);

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = mtl_op_mixture_weight (&gate, 0), .init = MTL_INIT_ZERO,
    .decay = TRUE, .fan_in = gate.look, .fan_out = gate.n_experts,
  };
  needs->tensors[BIAS] = (MtlTensorSpec) {
    .name = "bias", .shape = { .rank = 1, .size = { gate.n_experts } }, .init = MTL_INIT_ZERO,
    .fan_in = gate.look, .fan_out = gate.n_experts,
  };
  mtl_op_mixture_plan (&gate, needs);
}

static void
gate_prepare (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_prepare (&gate, pass);
}

static void
gate_forward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_forward (&gate, pass);
}

static void
gate_backward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_backward (&gate, pass);
}

static void
gate_grad (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_grad (&gate, pass);
}

static gboolean
gate_write_c (const MtlOpShape  *shape,
              MtlCWriter        *to,
              GError           **error)
{
  MtlOpMixture gate = describe (shape);

  mtl_op_mixture_write_begin (&gate, to);
  mtl_c_writer_line (to, 2, "for (long e = 0; e < %u; e++)", gate.n_experts);
  mtl_c_writer_line (to, 3, "g[e] = z[e];");
  mtl_op_write_softmax (to, gate.n_experts, "g");
  mtl_op_mixture_write_end (&gate, to);

  return TRUE;
}

const MtlOp mtl_op_gate = {
  .method = {
    .id = "gate",
    .title = N_("Gate"),
    .summary = N_("Mixes experts in shares that follow from its first input, for each sample or "
                  "token: one for each task makes an MMoE, or with experts of one task among "
                  "them a CGC or PLE."),
    .reference = "Ma, Zhao, Yi, Chen, Hong, Chi, “Modeling Task Relationships in Multi-task "
                 "Learning with Multi-gate Mixture-of-Experts”, KDD 2018, sec. 4.2; Tang, Liu, "
                 "Zhao, Gong, “Progressive Layered Extraction (PLE): A Novel Multi-Task Learning "
                 "(MTL) Model for Personalized Recommendations”, RecSys 2020, sec. 4",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", "experts", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-gate-symbolic", .group = N_("Multi-Task"), .width = 76 },
  .infer = gate_infer,
  .plan = gate_plan,
  .prepare = gate_prepare,
  .forward = gate_forward,
  .backward = gate_backward,
  .grad = gate_grad,
  .write_c = gate_write_c,
};
