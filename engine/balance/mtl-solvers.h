/* mtl-solvers.h — the small dense problems that balancers share
 *
 * All work in double on K×K row-major matrices, K ≤ 64. `gramian` is M with
 * M_ij = ⟨g_i, g_j⟩: symmetric and, but for rounding, positive semidefinite.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#include "mtl-error.h"
#include "mtl-rng.h"

/* A direction below this part of what it is made of counts as zero:
 * |Σ w_k·g_k| ≤ 1e-6·Σ |w_k|·|g_k|. Float gradients do not say more. */
#define MTL_STATIONARY 1e-6

/* mtl-gram.c */

/* p ← M·w */
void     mtl_gram_apply       (const double  *gramian,
                               guint          k,
                               const double  *w,
                               double        *p);
/* |Σ w_k·g_k|; rounding below zero counts as zero. */
double   mtl_gram_length      (const double  *gramian,
                               guint          k,
                               const double  *w);
/* |Σ w_k·g_k| ≤ part·Σ |w_k|·|g_k| */
gboolean mtl_gram_cancels     (const double  *gramian,
                               guint          k,
                               const double  *w,
                               double         part);
/* The cosines of the rows that are not zero. @kept [k]: their indexes;
 * @norms [k]: their lengths; @cosines [k²]: kept×kept. Returns their number. */
guint    mtl_gram_cosines     (const double  *gramian,
                               guint          k,
                               guint         *kept,
                               double        *norms,
                               double        *cosines);

/* (transfer full): M with @part of its trace added to the diagonal. */
double  *mtl_gram_regularised (const double  *gramian,
                               guint          k,
                               double         part);

/* mtl-cholesky.c: b ← A⁻¹·b; A (n×n) is overwritten. A pivot below @floor [n]
 * is raised to it, so that a singular A gives a bounded answer. */
void     mtl_cholesky_solve   (double        *a,
                               guint          n,
                               const double  *floor,
                               double        *b);

/* mtl-eigen.c: A = V·diag(values)·Vᵀ; A is overwritten, column i of V belongs
 * to values[i], in no particular order. */
gboolean mtl_eigen_symmetric  (double        *a,
                               guint          n,
                               double        *values,
                               double        *vectors,
                               GError       **error);
/* x ← A⁺·b, eigenvalues up to @cut times the largest taken as zero. */
gboolean mtl_pseudo_solve     (const double  *a,
                               guint          n,
                               double         cut,
                               const double  *b,
                               double        *x,
                               GError       **error);

/* mtl-simplex.c: the nearest point of {w ≥ 0, Σ w = 1}, in place. */
void     mtl_simplex_project  (double        *w,
                               guint          n);

/* A point of the simplex that a method keeps for all tasks of a run, in a step that has
 * only @n of them: their entries, made to sum to 1, into @part. Returns what they summed
 * to before; with it mtl_simplex_put() gives them back, and the others keep theirs. */
double   mtl_simplex_take     (const double   *whole,
                               const guint    *task,
                               guint           n,
                               double         *part);
void     mtl_simplex_put      (const double   *part,
                               const guint    *task,
                               guint           n,
                               double          share,
                               double         *whole);

/* mtl-min-norm.c: the minimiser of ½·wᵀMw + linearᵀw over the simplex.
 * @linear may be NULL; else it must be a combination of the columns of M. */
gboolean mtl_min_norm         (const double  *gramian,
                               const double  *linear,
                               guint          k,
                               double        *w,
                               GError       **error);

/* mtl-pulled-hull.c: λ of the shortest vector of a hull that also follows b. */
gboolean mtl_pulled_hull      (const double  *gramian,
                               const double  *along,
                               guint          k,
                               double         square,
                               double         phi,
                               double        *lambda,
                               GError       **error);

/* mtl-dual-cone.c: the minimiser of vᵀMv over v ≥ u, where u ≥ 0: then Σ v_k·g_k
 * is the vector nearest to Σ u_k·g_k that conflicts with no g_k. */
gboolean mtl_dual_cone        (const double  *gramian,
                               guint          k,
                               const double  *u,
                               double        *v,
                               GError       **error);

/* mtl-bargain.c: w > 0 with (Mw)_k = w_k^(−1/alpha). No row may be zero and no
 * point of the convex hull may be. */
gboolean mtl_bargain          (const double  *gramian,
                               guint          k,
                               double         alpha,
                               double        *w,
                               GError       **error);

/* pcgrad.c: adds to w the coefficients of g_i after it was projected off each
 * row that it opposes, visited in @order [k]. */
void     mtl_surgery          (const double  *gramian,
                               guint          k,
                               guint          i,
                               const guint32 *order,
                               gboolean       visit_self,
                               double        *w);

/* In which order gradient @i of @k visits the others; its words are the choices of a
 * parameter. A random one is new for each @i. */
enum
{
  MTL_VISIT_RANDOM,
  MTL_VISIT_NATURAL,
  MTL_VISIT_REVERSED,
};

extern const char *const mtl_visit_orders[];

void     mtl_visit_order      (MtlRng          rng,
                               guint           i,
                               guint           how,
                               guint           k,
                               guint32        *order);
