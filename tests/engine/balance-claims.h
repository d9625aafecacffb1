/* balance-claims.h — checks of what single methods promise of their direction
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "balance-answers.h"

/* (transfer full): with one setting changed where there is such a one. */
static MtlChosen *
change (const MtlChosen *chosen,
        const char      *param,
        const char      *value)
{
  if (mtl_chosen_get (chosen, param) == NULL)
    return mtl_chosen_ref (chosen);

  return mtl_chosen_with (chosen, param, value, NULL);
}

/* Of the bargain before it is shortened; alpha is a setting, or 1. */
static char *
check_unit_gain (const MtlBalancer *balancer,
                 const MtlChosen   *chosen,
                 Problem           *p)
{
  g_autoptr(MtlChosen) whole = change (chosen, "max-norm", "0");
  const MtlSetting *setting = mtl_chosen_get (chosen, "alpha");
  double alpha = setting != NULL ? setting->number : 1.0;
  Answer a;
  char *wrong = answer (balancer, whole, p, &a);

  for (guint i = 0; wrong == NULL && a.status == MTL_BALANCE_OK && i < p->k; i++)
    {
      double norm = sqrt (p->gramian[i * p->k + i]);
      double found = gain (p, &a, i);
      double wanted = pow (a.w[i], -1.0 / alpha);

      /* Near a stationary point the terms of d are large and cancel. */
      if (norm > 0.0 && !(fabs (found / wanted - 1.0) < 1e-6 + 1e-14 * norm * a.size / wanted))
        wrong = g_strdup_printf ("⟨d, g_%u⟩ = %.12g, expected %.12g", i, found, wanted);
    }

  return wrong;
}

/* Of the shortest vector of a hull: no row is shorter, and those that carry weight gain
 * no more than the others must. */
static char *
check_support (const MtlBalancer *balancer,
               const MtlChosen   *chosen,
               Problem           *p)
{
  Answer a;
  char *wrong = answer (balancer, chosen, p, &a);

  for (guint i = 0; wrong == NULL && i < p->k; i++)
    {
      double norm = sqrt (p->gramian[i * p->k + i]);
      double slack = TOLERANCE * p->scale * MAX (a.length, 1e-3 * p->scale);

      if (a.length > norm + TOLERANCE * p->scale)
        wrong = g_strdup_printf ("|d| = %g, |g_%u| = %g", a.length, i, norm);
      else if (a.w[i] > 1e-6 && gain (p, &a, i) > a.length * a.length + slack / a.w[i])
        wrong = g_strdup_printf ("w_%u = %g, ⟨d, g_%u⟩ = %g > |d|² = %g", i, a.w[i], i,
                                 gain (p, &a, i), a.length * a.length);
    }

  return wrong;
}
