/* mtl-grads.h — K rows of gradients over the trunk, and every head's own
 *
 * Row k is zero where task k does not reach. Opaque to methods that see inner
 * products and combinations only: for these a wide layer may keep factors instead
 * of rows (mtl-factors.h).
 *
 * Inner products are summed in double precision, block by block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-factors.h"
#include "mtl-plan.h"

typedef struct _MtlGrads MtlGrads;

MtlGrads    *mtl_grads_new      (const MtlPlan  *plan);
/* For those who ask for gram, combine, along, finite and heads only, and of the tasks of the
 * last pass: whatever pays is kept as factors. @pool (nullable): of who asks. */
MtlGrads    *mtl_grads_new_products
                                (const MtlPlan  *plan,
                                 MtlPool        *pool);
void         mtl_grads_free     (MtlGrads       *self);
guint        mtl_grads_n_tasks  (const MtlGrads *self);
gsize        mtl_grads_n_trunk  (const MtlGrads *self);

/* K×K, symmetric where a = b, which factors take for granted. */
void         mtl_grads_gram     (const MtlGrads *a,
                                 const MtlGrads *b,
                                 MtlPool        *pool,
                                 double         *m);
/* direction ← direction + Σ w_k·a_k, d floats. */
void         mtl_grads_combine  (const MtlGrads *a,
                                 const double   *w,
                                 MtlPool        *pool,
                                 float          *direction);
/* The same of columns [first, first + n), which has to hold whole tensors; @direction: all
 * d floats. */
void         mtl_grads_gram_range
                                (const MtlGrads *a,
                                 const MtlGrads *b,
                                 gsize           first,
                                 gsize           n,
                                 MtlPool        *pool,
                                 double         *m);
/* m: [block][K×K]: the same of each of @blocks, of the plan, which sum to that of all. One
 * pass, however many there are. */
void         mtl_grads_gram_blocks
                                (const MtlGrads *a,
                                 const MtlGrads *b,
                                 const GArray   *blocks,
                                 MtlPool        *pool,
                                 double         *m);
void         mtl_grads_combine_range
                                (const MtlGrads *a,
                                 const double   *w,
                                 gsize           first,
                                 gsize           n,
                                 MtlPool        *pool,
                                 float          *direction);
/* m_k ← ⟨@direction, a_k⟩, K values. */
void         mtl_grads_along    (const MtlGrads *a,
                                 const float    *direction,
                                 double         *m);
/* a ← 0, trunk and heads, of @tasks. */
void         mtl_grads_clear    (MtlGrads       *a,
                                 guint64         tasks);
/* a_k ← a_k + w_k·b_k, trunk and heads, of @tasks. */
void         mtl_grads_add      (MtlGrads       *a,
                                 const double   *w,
                                 const MtlGrads *b,
                                 guint64         tasks);
/* a ← a − b, trunk and heads, of @tasks. */
void         mtl_grads_subtract (MtlGrads       *a,
                                 const MtlGrads *b,
                                 guint64         tasks);
/* |T·v|² with v the row of @task or its head; T = diag(scale), NULL: 1. */
double       mtl_grads_norm2    (const MtlGrads *a,
                                 guint           task,
                                 gboolean        head,
                                 const float    *scale);
/* The rows themselves: for the work that fills them and for tests. */
float       *mtl_grads_row      (MtlGrads       *self,
                                 guint           task);
float       *mtl_grads_head     (MtlGrads       *self,
                                 guint           task);
/* For the work: the row from @offset on, or NULL where the tensor there is kept as factors;
 * those; and the end of all factors of the pass before. */
float       *mtl_grads_part     (MtlGrads       *self,
                                 guint           task,
                                 gsize           offset);
MtlFactors  *mtl_grads_factors  (const MtlGrads *self,
                                 gsize           offset);
void         mtl_grads_begin    (MtlGrads       *self);
gboolean     mtl_grads_finite   (const MtlGrads *self,
                                 guint64         tasks,
                                 gboolean        rows,
                                 MtlPool        *pool,
                                 guint          *task,
                                 gsize          *element);

/* sum ← sum + Σ w_k·row_k, @n values each; row k lies k·@ld floats behind the first. */
void         mtl_add_rows       (guint           n_rows,
                                 const double   *w,
                                 const float    *rows,
                                 gsize           ld,
                                 gsize           n,
                                 float          *sum);
/* The first of @n values that is NaN or infinite; @n: all are finite. */
gsize        mtl_first_not_finite (const float  *v,
                                   gsize         n);

/* @pool (nullable): of who asks. */
gboolean     mtl_all_finite     (const float    *v,
                                 gsize           n,
                                 MtlPool        *pool);

/* θ + ε into @moved (P floats; what stands behind them stays). ε over the trunk:
 * trunk·T²·row; over the head of @task: head·T²·head gradient; elsewhere 0.
 * @scale may be @moved. */
void         mtl_perturb        (const float    *theta,
                                 const MtlGrads *along,
                                 guint           task,
                                 double          trunk,
                                 double          head,
                                 const float    *scale,
                                 float          *moved);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlGrads, mtl_grads_free)
