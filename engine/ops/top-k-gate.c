/* top-k-gate.c — mixture of the experts that a router likes best
 *
 *   z = W·x        g = softmax of the k largest z, all others 0        y = Σ_i g_i·f_i
 *
 * Of equal logits the one of the earlier expert is the larger. Gradients go
 * through what was chosen alone. W begins small and not at zero: with equal
 * logits the first k experts would be chosen at every place, and the others
 * would never learn. Nothing is added to the logits while training.
 *
 * While training, the losses of the tasks that read the block have balance·CV² of
 * the sums of softmax (z) over the batch, all logits, as in V-MoE from which M³ViT
 * comes: so an expert that is never chosen is drawn on as well. (Of the gates alone,
 * as in Shazeer et al., it would only with noise on the logits; and so would the
 * number of places where an expert is chosen have a slope.) The variance is that of
 * all n experts; where it is divided by n − 1, as in FastMoE on which M³ViT stands,
 * the same weight does n / (n − 1) times as much.
 *
 * Source: Liang et al. (M³ViT), arXiv 2210.14793 (2022), with one router for each
 * task; Shazeer et al., arXiv 1701.06538 (2017), eq. 3 and 5, without noise, and 7;
 * Riquelme et al. (V-MoE), arXiv 2106.05974 (2021), importance loss.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-mixture.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { K, BALANCE };
enum { WEIGHT };

static void
open_best (const MtlSetting *set,
           guint             n_experts,
           const float      *z,
           float            *g)
{
  for (guint e = 0; e < n_experts; e++)
    {
      guint larger = 0;

      for (guint other = 0; other < n_experts; other++)
        larger += z[other] > z[e] || (z[other] == z[e] && other < e);
      g[e] = larger < set[K].number ? z[e] : -INFINITY;
    }
  mtl_op_mixture_softmax (n_experts, g, g);
}

static MtlOpMixture
describe (const MtlOpShape *shape)
{
  MtlOpMixture gate = mtl_op_mixture_measure (shape);

  gate.open = open_best;
  gate.balance = shape->set[BALANCE].number;
  mtl_op_mixture_add_map (&gate, WEIGHT, MTL_OP_NO_TENSOR, gate.n_experts);

  return gate;
}

static gboolean
top_k_gate_infer (MtlOpShape  *shape,
                  GError     **error)
{
  MtlOpMixture gate;

  if (!mtl_op_mixture_infer (shape, error))
    return FALSE;

  gate = describe (shape);
  if (shape->set[K].number > gate.n_experts)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "chooses %g experts at each place, but has %u",
                   shape->set[K].number, gate.n_experts);
      return FALSE;
    }

  return mtl_op_mixture_check_maps (&gate, error);
}

static void
top_k_gate_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  MtlOpMixture gate = describe (shape);

  needs->tensors[WEIGHT] = (MtlTensorSpec) {
    .name = "weight", .shape = mtl_op_mixture_weight (&gate, 0), .init = MTL_INIT_UNIFORM,
    .decay = TRUE, .fan_in = gate.look, .fan_out = gate.n_experts,
  };
  mtl_op_mixture_plan (&gate, needs);
}

static void
top_k_gate_prepare (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_prepare (&gate, pass);
}

static void
top_k_gate_forward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_forward (&gate, pass);
}

static void
top_k_gate_measure (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_add_shares (&gate, pass);
}

static double
top_k_gate_penalty (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  return mtl_op_mixture_penalty (&gate, pass);
}

static void
top_k_gate_backward (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_backward (&gate, pass);
}

static void
top_k_gate_grad (const MtlOpPass *pass)
{
  MtlOpMixture gate = describe (pass->shape);

  mtl_op_mixture_grad (&gate, pass);
}

static gboolean
top_k_gate_write_c (const MtlOpShape  *shape,
                    MtlCWriter        *to,
                    GError           **error)
{
  MtlOpMixture gate = describe (shape);

  mtl_op_mixture_write_begin (&gate, to);
  mtl_c_writer_line (to, 2, "for (long e = 0; e < %u; e++)", gate.n_experts);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "int larger = 0;\n");
  mtl_c_writer_line (to, 4, "for (long o = 0; o < %u; o++)", gate.n_experts);
  mtl_c_writer_line (to, 5, "larger += z[o] > z[e] || (z[o] == z[e] && o < e);");
  mtl_c_writer_line (to, 4, "g[e] = larger < %g ? z[e] : -INFINITY;", shape->set[K].number);
  mtl_c_writer_line (to, 3, "}");
  mtl_op_write_softmax (to, gate.n_experts, "g");
  mtl_op_mixture_write_end (&gate, to);

  return TRUE;
}

static char *
top_k_gate_line (const MtlSetting *set)
{
  /* Translators: second line of a gate on the canvas; a number of experts. */
  return g_strdup_printf (_("best %g"), set[K].number);
}

const MtlOp mtl_op_top_k_gate = {
  .method = {
    .id = "top-k-gate",
    .title = N_("Top-k Gate"),
    .summary = N_("Mixes the k experts that a linear router likes best, for each sample or token: "
                  "one for each task makes a task-conditioned mixture of experts. Uneven use of "
                  "the experts adds to the training loss, and to no test loss."),
    .reference = "Liang, Fan, Sarkar, Jiang, Chen, Zou, Cheng, Hao, Wang, “M³ViT: "
                 "Mixture-of-Experts Vision Transformer for Efficient Multi-task Learning with "
                 "Model-Accelerator Co-design”, NeurIPS 2022, arXiv 2210.14793; Shazeer, "
                 "Mirhoseini, Maziarz, Davis, Le, Hinton, Dean, “Outrageously Large Neural "
                 "Networks: The Sparsely-Gated Mixture-of-Experts Layer”, ICLR 2017, "
                 "arXiv 1701.06538, eq. 3, 5 and 7; Riquelme, Puigcerver, Mustafa, Neumann, "
                 "Jenatton, Susano Pinto, Keysers, Houlsby, “Scaling Vision with Sparse Mixture "
                 "of Experts”, NeurIPS 2021, arXiv 2106.05974 (importance loss)",
    .params = (const MtlParam[]) {
      /* The paper has 4 of 16; a block here has 4 or 8 experts rather than 16. */
      [K] = { .id = "k", .title = N_("Experts chosen"),
              .summary = N_("Those with the largest logits; the others have no share"),
              .type = MTL_WHOLE, .minimum = 1, .maximum = MTL_OP_MAX_EXPERTS, .initial = 2 },
      /* 0.01 is that of the authors' program. */
      [BALANCE] = { .id = "balance", .title = N_("Weight of even load"),
                    .summary = N_("Times the squared coefficient of variation of what the router "
                                  "gives each expert over a batch, it is added to the training "
                                  "loss of the tasks behind the gate; 0 adds nothing"),
                    .type = MTL_NUMBER, .maximum = 100.0, .initial = 0.01 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", "experts", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-gate-symbolic", .group = N_("Multi-Task"), .width = 84,
            .line = top_k_gate_line },
  .infer = top_k_gate_infer,
  .plan = top_k_gate_plan,
  .prepare = top_k_gate_prepare,
  .forward = top_k_gate_forward,
  .measure = top_k_gate_measure,
  .penalty = top_k_gate_penalty,
  .backward = top_k_gate_backward,
  .grad = top_k_gate_grad,
  .write_c = top_k_gate_write_c,
};
