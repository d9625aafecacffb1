/* mtl-op-mixture.h — experts mixed by gates, for the ops that differ in the gates alone
 *
 *   z = W·x + b          at every place: n_logits numbers
 *   g = open (z)         one gate for each expert
 *   y = Σ_i g_i·f_i
 *
 *   df_i = g_i·dy    dg_i = ⟨dy, f_i⟩    dz = slope (z, g, dg)
 *
 * A balanced mixture, whose logits are one for each expert, adds to the loss so that
 * experts get even shares. Of n experts at the N places of a batch
 *
 *   p = softmax (z)     I_i = Σ p_i
 *   penalty = balance · CV²(I) = balance · Σ_i (I_i − N/n)² · n / N²
 *
 * which is balance·(n − 1) where one expert has all. Each p_i has a gradient of
 * 2·balance·(I_i − N/n)·n / N² from it, whether or not its expert has a gate.
 *
 * A place is a sample. Where the first input is tokens × width and so are the
 * experts, for as many tokens, it is a token: each has gates of its own.
 *
 * Where a gate is exactly 0, its dg is not worked out and reads 0: slope() gives
 * no gradient through it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"
#include "mtl-op-linear.h"

#define MTL_OP_MAX_EXPERTS (MTL_MAX_PORTS - 1)

typedef struct
{
  const MtlSetting *set;
  gsize             n_places;   /* of a sample */
  gsize             look;       /* values that z is made of, at a place */
  gsize             width;      /* values of an expert, at a place */
  gsize             n_logits;
  guint             n_experts;
  double            balance;    /* weight of the penalty; 0: none */
  MtlOpLinear       maps[2];    /* side by side they make z */
  guint             n_maps;
  void (*open)  (const MtlSetting *set,
                 guint             n_experts,
                 const float      *z,
                 float            *g);
  void (*slope) (const MtlSetting *set,
                 guint             n_experts,
                 const float      *z,
                 const float      *g,
                 const float      *dg,
                 float            *dz);
} MtlOpMixture;

/* Two inputs or more behind the first, of one shape, which is that of the output. */
gboolean     mtl_op_mixture_infer       (MtlOpShape  *shape,
                                         GError     **error);
/* Without logits, maps and open(); slope() is that of gates that are a softmax of z. */
MtlOpMixture mtl_op_mixture_measure     (const MtlOpShape *shape);
/* Another map that makes @n_out logits of tensors @weight and @bias. */
void         mtl_op_mixture_add_map     (MtlOpMixture *self,
                                         guint         weight,
                                         guint         bias,
                                         gsize         n_out);
/* Whether the weights of all maps have a size that is possible. */
gboolean     mtl_op_mixture_check_maps  (const MtlOpMixture  *self,
                                         GError             **error);
/* The shape of the weight of map @n. */
MtlShape     mtl_op_mixture_weight      (const MtlOpMixture *self,
                                         guint               n);
/* All but the tensors. */
void         mtl_op_mixture_plan        (const MtlOpMixture *self,
                                         MtlOpNeeds         *needs);
void         mtl_op_mixture_prepare     (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);
void         mtl_op_mixture_forward     (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);
void         mtl_op_mixture_grad        (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);
void         mtl_op_mixture_backward    (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);

/* For the op's measure() and penalty(). */
void         mtl_op_mixture_add_shares  (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);
double       mtl_op_mixture_penalty     (const MtlOpMixture *self,
                                         const MtlOpPass    *pass);

/* g ← softmax (z), n values; g may be z. */
void         mtl_op_mixture_softmax     (gsize               n,
                                         const float        *z,
                                         float              *g);
/* dz = g·(dg − Σ g·dg); dz may be dg. */
void         mtl_op_mixture_softmax_slope (gsize             n,
                                         const float        *g,
                                         const float        *dg,
                                         float              *dz);

/* The C around what makes gates of z. begin() opens a loop over places, declares
 * z and g and fills z; end() mixes and closes it. Between them stand lines at
 * depth 2. */
void         mtl_op_mixture_write_begin (const MtlOpMixture *self,
                                         MtlCWriter         *to);
void         mtl_op_mixture_write_end   (const MtlOpMixture *self,
                                         MtlCWriter         *to);
/* @z becomes its softmax, n values. */
void         mtl_op_write_softmax       (MtlCWriter *to,
                                         gsize       n,
                                         const char *z);
