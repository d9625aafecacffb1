/* mtl-lanczos.h — extreme eigenvalues and spectral density of a symmetric operator
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTL_LANCZOS_STEPS 64   /* at most */

/* hv ← H·v, n values each. FALSE with an error ends the iteration. */
typedef gboolean (*MtlMultiply) (gpointer      data,
                                 const float  *v,
                                 double       *hv,
                                 GError      **error);

typedef struct
{
  gsize   n;            /* of a vector */
  gsize   rank;         /* of the space */
  guint   m;            /* steps that were made */
  float  *basis;        /* m×n: orthonormal rows q_j */
  double  values[MTL_LANCZOS_STEPS];    /* Ritz values, from the largest down */
  double  weights[MTL_LANCZOS_STEPS];   /* τ_i, sum 1 */
  double  residuals[MTL_LANCZOS_STEPS]; /* |H·y_i − θ_i·y_i| in exact arithmetic */
  double  vectors[MTL_LANCZOS_STEPS * MTL_LANCZOS_STEPS];   /* m×m, column i of T's */
  double  asymmetry;    /* largest |⟨q_j, H·q_j+1⟩ − ⟨q_j+1, H·q_j⟩| */
} MtlLanczos;

/**
 * mtl_lanczos_new:
 * @n: values of a vector
 * @rank: dimension of the space that H acts in; no more steps are made
 * @start: (array length=n): in that space, not zero; of any length
 * @steps: at most MTL_LANCZOS_STEPS
 *
 * Returns: (transfer full): NULL with the error of @multiply or of the small
 *   eigenvalue problem
 */
MtlLanczos *mtl_lanczos_new     (gsize             n,
                                 gsize             rank,
                                 const float      *start,
                                 guint             steps,
                                 MtlMultiply       multiply,
                                 gpointer          data,
                                 GError          **error);
void        mtl_lanczos_free    (MtlLanczos       *self);
/* y_i, the Ritz vector of values[@i]: n values of length 1. */
void        mtl_lanczos_vector  (const MtlLanczos *self,
                                 guint             i,
                                 float            *y);
/* Σ τ_i·N(x; θ_i, sigma²) */
double      mtl_lanczos_density (const MtlLanczos *self,
                                 double            x,
                                 double            sigma);
/* σ for the density of all @n of them, 0.02 of the range of their Ritz values, and where on
 * both sides it has gone to nothing. */
double      mtl_lanczos_range   (MtlLanczos *const *several,
                                 guint             n,
                                 double           *low,
                                 double           *high);
/* Σ τ_i·θ_i; times the dimension an estimate of the trace. */
double      mtl_lanczos_mean    (const MtlLanczos *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlLanczos, mtl_lanczos_free)
