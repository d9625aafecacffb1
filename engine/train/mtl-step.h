/* mtl-step.h — one step of training, as sharpness methods see it
 *
 * A sharpness method asks for gradients at weights of its choosing and for a
 * balance of a part, and leaves the trunk direction and the heads' gradients.
 * θ is constant during a step: perturbed weights are written to a second
 * vector, so there is nothing to restore.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-work.h"

typedef struct _MtlStep MtlStep;

/* Each part has its own balancer state and random stream. */
typedef enum
{
  MTL_PART_LOSS,
  MTL_PART_FLAT,
  MTL_N_PARTS
} MtlPart;

const MtlPlan *mtl_step_plan    (MtlStep        *step);
const float *mtl_step_theta     (MtlStep        *step);   /* P floats */
gsize        mtl_step_n_weights (MtlStep        *step);   /* P */
gsize        mtl_step_n_trunk   (MtlStep        *step);   /* d */
float       *mtl_step_moved     (MtlStep        *step);   /* P floats to write θ + ε into */
MtlGrads    *mtl_step_rows      (MtlStep        *step,
                                 guint           n);      /* n < n_rows */
guint64      mtl_step_tasks     (MtlStep        *step);   /* those with a label in the batch */
/* At @theta (θ itself: the clean pass, whose losses are recorded). Fails with
 * MTL_ERROR_NOT_FINITE, which ends the step and leaves the model as it was. */
gboolean     mtl_step_gradients (MtlStep        *step,
                                 const float    *theta,
                                 guint64         tasks,
                                 MtlGrads       *out,
                                 GError        **error);
/* Adds scale · A(rows) to the trunk direction. */
gboolean     mtl_step_balance   (MtlStep        *step,
                                 MtlPart         part,
                                 const MtlGrads *rows,
                                 double          scale,
                                 GError        **error);
/* Heads' gradients are taken from here when the step is applied. */
void         mtl_step_heads     (MtlStep        *step,
                                 const MtlGrads *from);
/* Adds the mean of @rows over the tasks of the step to the trunk direction. */
void         mtl_step_add_mean  (MtlStep        *step,
                                 const MtlGrads *rows);

/* --- for sharpness methods --- */

/* P floats to work in, n < n_vectors of the method. */
float       *mtl_step_vector    (MtlStep        *step,
                                 guint           n);
/* The gradient of the mean of the losses of the step's tasks, P floats; @rows: of all of these.
 * 0 in heads of other tasks. */
void         mtl_step_mean      (MtlStep        *step,
                                 const MtlGrads *rows,
                                 float          *mean);
/* Adds factor·v, over the trunk alone, to the trunk direction. */
void         mtl_step_add       (MtlStep        *step,
                                 const float    *v,
                                 double          factor);
/* Losses at @theta as in evaluation, of those of @tasks that are in the step; others stay.
 * What is not finite comes out so. */
void         mtl_step_evaluate  (MtlStep        *step,
                                 const float    *theta,
                                 guint64         tasks,
                                 double         *losses);
/* s_k ← g_k + λ_k·(s_k − g_k) of the tasks of the step, trunk and heads: exactly g_k where both
 * are the same. λ: [K]. */
void         mtl_step_mix       (MtlStep        *step,
                                 MtlGrads       *s,
                                 const MtlGrads *g,
                                 const double   *lambda);
/* @v, P floats of the mean loss, is descended by the learning rate outside the optimiser: heads
 * as far as they follow their losses. Once a step, after mtl_step_balance(). */
void         mtl_step_beside    (MtlStep        *step,
                                 const float    *v,
                                 double          factor);
/* The rate of learning as a share of the highest that the schedule may give. */
double       mtl_step_pace      (MtlStep        *step);
/* Keyed by run and step. */
MtlRng       mtl_step_rng       (MtlStep        *step);
/* @n numbers of N(0, 1). */
void         mtl_step_normals   (MtlStep        *step,
                                 MtlRng          rng,
                                 gsize           n,
                                 float          *v);

/* --- for those that choose among samples, in steps of one batch --- */

gsize        mtl_step_n_samples (MtlStep        *step);
/* Adds factor times what each sample has, by @tasks, in the mean of the losses of the step's
 * tasks: at θ, after the clean pass, or at @theta by a pass forward. @losses: [n_samples]. */
void         mtl_step_add_samples (MtlStep      *step,
                                 const float    *theta,
                                 guint64         tasks,
                                 double          factor,
                                 double         *losses);
/* Gradients from here on are of samples @rows of the batch alone. A task without a label among
 * them is left out of the step. */
void         mtl_step_narrow    (MtlStep        *step,
                                 const guint32  *rows,
                                 gsize           n);

/* --- for learn() of a balancer --- */

/* A set of K rows of the balancer's own, n < n_sets. */
MtlGrads    *mtl_step_set       (MtlStep        *step,
                                 guint           n);
/* Gradients at @theta of one half of the batch, 0 or 1, or of all of it, MTL_STEP_WHOLE;
 * nothing of it is reported and running statistics stay. @out: NULL for the losses alone;
 * @losses: [K]. Fails as mtl_step_gradients(). */
#define MTL_STEP_WHOLE 2
/* … of @tasks alone: rows and losses of others stay. */
gboolean     mtl_step_probe_tasks (MtlStep      *step,
                                 const float    *theta,
                                 guint64         tasks,
                                 guint           half,
                                 MtlGrads       *out,
                                 double         *losses,
                                 GError        **error);
gboolean     mtl_step_probe     (MtlStep        *step,
                                 const float    *theta,
                                 guint           half,
                                 MtlGrads       *out,
                                 double         *losses,
                                 GError        **error);
/* moved ← @from − rate·Σ w_k·g_k over trunk and heads, of the tasks of the step; @w: [K].
 * @from may be the moved vector itself. */
void         mtl_step_descend   (MtlStep        *step,
                                 const float    *from,
                                 const MtlGrads *rows,
                                 const double   *w,
                                 double          rate);
/* m_ij ← ⟨a_i, b_j⟩ over trunk and heads, K×K; 0 for tasks that are not of the step. */
void         mtl_step_products  (MtlStep        *step,
                                 const MtlGrads *a,
                                 const MtlGrads *b,
                                 double         *m);
