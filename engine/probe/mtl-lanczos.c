/* mtl-lanczos.c — extreme eigenvalues and spectral density of a symmetric operator
 *
 *   w = H·q_j,  α_j = ⟨q_j, w⟩,  w ← w − Σ_{i ≤ j} ⟨q_i, w⟩·q_i,  β_j = |w|,  q_{j+1} = w/β_j
 *
 * with full reorthogonalisation, done twice, since H is known to a few digits only and a
 * basis that decays repeats its largest eigenvalues. T = tridiagonal (α, β) = S·Θ·Sᵀ gives
 * the Ritz values θ_i, the vectors y_i = Q·s_i, the residuals β_m·|s_{m,i}|, within which of
 * θ_i an eigenvalue lies, and the weights τ_i = s_{1,i}² of the quadrature.
 * It ends where β_j < 1e-8·max |α|: then Q spans an invariant space.
 *
 * Cost: m products, 4·m²·n multiplications, m·n floats.
 *
 * Sources: Golub, Van Loan, “Matrix Computations”, section 10.3; Ghorbani et al., “An
 * Investigation into Neural Net Optimization via Hessian Eigenvalue Density”,
 * arXiv 1901.10159 (2019), algorithm 1; Yao et al., “PyHessian”, arXiv 1912.07145 (2019).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-lanczos.h"

#include <math.h>
#include <string.h>

#include "mtl-solvers.h"

#define INVARIANT 1e-8
#define WIDTH     0.02   /* σ of a density as a part of the range */
#define REACH     5.0    /* how many σ a density is followed beyond the range */
#define LEAST     1e-6   /* σ of a spectrum without a width, relative to its place or to 1 */

static double
dot (const float  *a,
     const double *b,
     gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];

  return sum;
}

/* w ← w − Σ ⟨q_i, w⟩·q_i over the @n_rows first rows. */
static void
project_off (const MtlLanczos *self,
             guint             n_rows,
             double           *w)
{
  for (guint row = 0; row < n_rows; row++)
    {
      const float *q = self->basis + row * self->n;
      double along = dot (q, w, self->n);

      for (gsize i = 0; i < self->n; i++)
        w[i] -= along * q[i];
    }
}

static double
length (const double *w,
        gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += w[i] * w[i];

  return sqrt (sum);
}

static void
set_row (MtlLanczos   *self,
         guint         row,
         const double *w,
         double        norm)
{
  for (gsize i = 0; i < self->n; i++)
    self->basis[row * self->n + i] = (float) (w[i] / norm);
}

static gboolean
iterate (MtlLanczos   *self,
         guint         steps,
         MtlMultiply   multiply,
         gpointer      data,
         double       *alpha,
         double       *beta,
         GError      **error)
{
  g_autofree double *w = g_new (double, self->n);
  double largest = 0.0;

  for (guint j = 0; j < steps; j++)
    {
      const float *q = self->basis + j * self->n;

      if (!multiply (data, q, w, error))
        return FALSE;
      alpha[j] = dot (q, w, self->n);
      if (j > 0)
        self->asymmetry = MAX (self->asymmetry, fabs (dot (q - self->n, w, self->n) - beta[j - 1]));
      project_off (self, j + 1, w);
      project_off (self, j + 1, w);
      beta[j] = length (w, self->n);
      self->m = j + 1;
      largest = MAX (largest, fabs (alpha[j]));
      if (beta[j] <= INVARIANT * largest || j + 1 == steps)
        break;
      set_row (self, j + 1, w, beta[j]);
    }

  return TRUE;
}

/* Order of the Ritz values, from the largest down. */
static int
compare_cb (gconstpointer a,
            gconstpointer b,
            gpointer      values)
{
  double left = ((const double *) values)[*(const guint *) a];
  double right = ((const double *) values)[*(const guint *) b];

  return left < right ? 1 : left > right ? -1 : 0;
}

static gboolean
decompose (MtlLanczos    *self,
           const double  *alpha,
           const double  *beta,
           GError       **error)
{
  guint m = self->m;
  g_autofree double *t = g_new0 (double, m * m);
  g_autofree double *vectors = g_new (double, m * m);
  g_autofree double *values = g_new (double, m);
  g_autofree guint *order = g_new (guint, m);

  for (guint j = 0; j < m; j++)
    {
      order[j] = j;
      t[j * m + j] = alpha[j];
      if (j + 1 < m)
        t[j * m + j + 1] = t[(j + 1) * m + j] = beta[j];
    }
  if (!mtl_eigen_symmetric (t, m, values, vectors, error))
    return FALSE;

  g_qsort_with_data (order, (int) m, sizeof *order, compare_cb, values);
  for (guint i = 0; i < m; i++)
    {
      self->values[i] = values[order[i]];
      self->weights[i] = vectors[order[i]] * vectors[order[i]];
      self->residuals[i] = beta[m - 1] * fabs (vectors[(m - 1) * m + order[i]]);
      for (guint j = 0; j < m; j++)
        self->vectors[j * m + i] = vectors[j * m + order[i]];
    }

  return TRUE;
}

MtlLanczos *
mtl_lanczos_new (gsize          n,
                 gsize          rank,
                 const float   *start,
                 guint          steps,
                 MtlMultiply    multiply,
                 gpointer       data,
                 GError       **error)
{
  g_autoptr(MtlLanczos) self = g_new0 (MtlLanczos, 1);
  double alpha[MTL_LANCZOS_STEPS], beta[MTL_LANCZOS_STEPS];
  double norm2 = 0.0;

  g_return_val_if_fail (steps >= 1 && steps <= MTL_LANCZOS_STEPS && rank >= 1, NULL);

  steps = (guint) MIN (steps, rank);
  self->n = n;
  self->rank = rank;
  self->basis = g_new (float, steps * n);
  for (gsize i = 0; i < n; i++)
    norm2 += (double) start[i] * start[i];
  g_return_val_if_fail (norm2 > 0.0, NULL);
  for (gsize i = 0; i < n; i++)
    self->basis[i] = (float) (start[i] / sqrt (norm2));

  if (!iterate (self, steps, multiply, data, alpha, beta, error)
      || !decompose (self, alpha, beta, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
mtl_lanczos_free (MtlLanczos *self)
{
  g_free (self->basis);
  g_free (self);
}

void
mtl_lanczos_vector (const MtlLanczos *self,
                    guint             i,
                    float            *y)
{
  memset (y, 0, sizeof *y * self->n);
  for (guint j = 0; j < self->m; j++)
    {
      const float *q = self->basis + j * self->n;
      float s = (float) self->vectors[j * self->m + i];

      for (gsize k = 0; k < self->n; k++)
        y[k] += s * q[k];
    }
}

double
mtl_lanczos_density (const MtlLanczos *self,
                     double            x,
                     double            sigma)
{
  double sum = 0.0;

  for (guint i = 0; i < self->m; i++)
    {
      double z = (x - self->values[i]) / sigma;

      sum += self->weights[i] * exp (-0.5 * z * z);
    }

  return sum / (sigma * sqrt (2.0 * G_PI));
}

double
mtl_lanczos_range (MtlLanczos *const *several,
                   guint              n,
                   double            *low,
                   double            *high)
{
  double sigma;

  *low = INFINITY;
  *high = -INFINITY;
  for (guint s = 0; s < n; s++)
    {
      *low = MIN (*low, several[s]->values[several[s]->m - 1]);
      *high = MAX (*high, several[s]->values[0]);
    }

  sigma = MAX (WIDTH * (*high - *low), LEAST * MAX (fabs (*high), fabs (*low)));
  if (!(sigma > 0.0))
    sigma = LEAST;
  *low -= REACH * sigma;
  *high += REACH * sigma;

  return sigma;
}

double
mtl_lanczos_mean (const MtlLanczos *self)
{
  double sum = 0.0;

  for (guint i = 0; i < self->m; i++)
    sum += self->weights[i] * self->values[i];

  return sum;
}
