/* mtl-fork.h — the tasks' gradients where the trunk splits into heads
 *
 * Z is every value that a block of the trunk hands to a head, of all samples of a batch: the
 * loss of task k depends on the trunk's weights through Z alone, so that
 *
 *   g_k = (∂Z/∂θ)ᵀ·∂l_k/∂Z,     Σ w_k·g_k = (∂Z/∂θ)ᵀ·Σ w_k·∂l_k/∂Z
 *
 * and a single lane back from there makes a direction of the trunk, whatever the weights.
 * Penalties of blocks in the trunk add to the direction and not to ∂l_k/∂Z.
 *
 * It takes K · capacity · |z| floats, |z| for one sample.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan.h"
#include "mtl-pool.h"

typedef struct _MtlFork MtlFork;

MtlFork *mtl_fork_new    (const MtlPlan  *plan);
void      mtl_fork_free   (MtlFork       *self);
/* |z|: values of a sample. */
gsize     mtl_fork_size   (const MtlFork *self);
/* Bytes that one for @plan takes. */
gsize     mtl_fork_bytes  (const MtlPlan  *plan);
/* m ← the K×K products of the ∂l_k/∂Z of the last pass; @sum: added up over the samples
 * first, |z| values each. @pool (nullable) does not change the result. */
void      mtl_fork_gram   (const MtlFork *self,
                            gboolean        sum,
                            MtlPool        *pool,
                            double         *m);

/* For the work. */
void      mtl_fork_begin  (MtlFork       *self,
                            gsize           rows);
/* Where ∂l_@task of an output lies from sample @first on; NULL: it is none of Z. */
float    *mtl_fork_at     (const MtlFork *self,
                            guint           step,
                            guint           output,
                            guint           task,
                            gsize           first);
/* dz ← dz + Σ w_k·∂l_k of @rows samples of an output of Z; @w: [K]. */
void      mtl_fork_add    (const MtlFork *self,
                            const double   *w,
                            guint           step,
                            guint           output,
                            gsize           first,
                            gsize           rows,
                            float          *dz);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlFork, mtl_fork_free)
