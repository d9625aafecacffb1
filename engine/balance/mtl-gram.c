/* mtl-gram.c — vectors known only by their inner products
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-solvers.h"

#include <math.h>

void
mtl_gram_apply (const double *gramian,
                guint         k,
                const double *w,
                double       *p)
{
  for (guint i = 0; i < k; i++)
    {
      p[i] = 0.0;
      for (guint j = 0; j < k; j++)
        p[i] += gramian[i * k + j] * w[j];
    }
}

double
mtl_gram_length (const double *gramian,
                 guint         k,
                 const double *w)
{
  double sum = 0.0;

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      sum += w[i] * gramian[i * k + j] * w[j];

  return sqrt (MAX (sum, 0.0));
}

gboolean
mtl_gram_cancels (const double *gramian,
                  guint         k,
                  const double *w,
                  double        part)
{
  double whole = 0.0;

  for (guint i = 0; i < k; i++)
    whole += fabs (w[i]) * sqrt (MAX (gramian[i * k + i], 0.0));

  return mtl_gram_length (gramian, k, w) <= part * whole;
}

guint
mtl_gram_cosines (const double *gramian,
                  guint         k,
                  guint        *kept,
                  double       *norms,
                  double       *cosines)
{
  guint n = 0;

  for (guint i = 0; i < k; i++)
    if (gramian[i * k + i] > 0.0)
      {
        kept[n] = i;
        norms[n++] = sqrt (gramian[i * k + i]);
      }

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        double cosine = gramian[kept[i] * k + kept[j]] / norms[i] / norms[j];

        cosines[i * n + j] = i == j ? 1.0 : CLAMP (cosine, -1.0, 1.0);
      }

  return n;
}

double *
mtl_gram_regularised (const double *gramian,
                      guint         k,
                      double        part)
{
  double *copy = g_memdup2 (gramian, sizeof (double) * k * k);
  double trace = 0.0;

  for (guint i = 0; i < k; i++)
    trace += gramian[i * k + i];
  for (guint i = 0; i < k; i++)
    copy[i * k + i] += part * trace;

  return copy;
}
