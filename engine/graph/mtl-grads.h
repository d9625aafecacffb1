/* mtl-grads.h — K rows of gradients over the trunk, and every head's own
 *
 * Row k is zero where task k does not reach. Opaque to methods, which see
 * inner products and combinations only, so that a wide layer may one day keep
 * factors instead of rows.
 *
 * Inner products are summed in double precision, block by block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-plan.h"

typedef struct _MtlGrads MtlGrads;

MtlGrads    *mtl_grads_new      (const MtlPlan  *plan);
void         mtl_grads_free     (MtlGrads       *self);
guint        mtl_grads_n_tasks  (const MtlGrads *self);
gsize        mtl_grads_n_trunk  (const MtlGrads *self);

/* K×K, symmetric where a = b. */
void         mtl_grads_gram     (const MtlGrads *a,
                                 const MtlGrads *b,
                                 MtlPool        *pool,
                                 double         *m);
/* direction ← direction + Σ w_k·a_k, d floats. */
void         mtl_grads_combine  (const MtlGrads *a,
                                 const double   *w,
                                 float          *direction);
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
gboolean     mtl_grads_finite   (const MtlGrads *self,
                                 guint64         tasks,
                                 gboolean        rows,
                                 guint          *task,
                                 gsize          *element);

/* The first of @n values that is NaN or infinite; @n: all are finite. */
gsize        mtl_first_not_finite (const float  *v,
                                   gsize         n);

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
