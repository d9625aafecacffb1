/* gradvac.c — bring each gradient as close to the others as it usually is
 *
 * For each pair there is a target rho_ij, the running mean of the cosine that was
 * seen. Each g_i visits the other tasks j in some order; where its cosine f with
 * g_j is below the target, so much of g_j is added that the cosine is rho_ij:
 *
 *   g_i ← g_i + |g_i|·(rho·√(1 − f²) − f·√(1 − rho²)) / (|g_j|·√(1 − rho²)) · g_j
 *
 * and in any case (`targets` = all) rho_ij ← (1 − beta)·rho_ij + beta·f, with the f
 * from before the change. d is the sum of the results. With rho = 0, the first step, this is
 * PCGrad. A target may be negative; then nothing happens until a pair opposes
 * itself more than it does as a rule.
 *
 * As in PCGrad a changed gradient stays a combination of the given ones, so all
 * is done on coefficients and on the Gramian: O(K³) a step. A row that is zero, or
 * that was made so up to rounding, has no cosine: such a pair is passed over and
 * its target stays. Targets are kept below 1 − 1e-6, where the formula has a pole.
 *
 * Nothing is claimed of descent: a pair with a negative target is left opposed.
 *
 * Source: Wang, Tsvetkov, Firat, Cao, “Gradient Vaccine”, ICLR 2021.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-solvers.h"

#define HIGHEST   (1.0 - 1e-6)  /* target */
#define CANCELLED 1e-7          /* a sum shorter than this part of its terms is 0 */

enum
{
  BETA,
  ORDER,
  TARGETS,
};

enum
{
  TARGETS_ALL,
  TARGETS_MISSED,
};

enum
{
  STATE_TARGETS,  /* [K × K of the run], row-major: rho_ij */
};

static const char *const targets_choices[] = { "all", "missed", NULL };

static const MtlParam gradvac_params[] = {
  {
    .id = "beta",
    .title = N_("Pace of the Targets"),
    .summary = N_("What a new cosine counts in its target; LibMTL takes 0.5, the paper 0.01"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .initial = 0.5,
  },
  {
    .id = "order",
    .title = N_("Order"),
    .summary = N_("In which order the other tasks are visited; the paper and LibMTL draw one for "
                  "each gradient"),
    .type = MTL_CHOICE,
    .choices = mtl_visit_orders,
    .initial = MTL_VISIT_RANDOM,
    .rare = TRUE,
  },
  {
    .id = "targets",
    .title = N_("Targets That Move"),
    .summary = N_("All targets follow what was seen, as in the paper; LibMTL moves only those "
                  "that were missed"),
    .type = MTL_CHOICE,
    .choices = targets_choices,
    .initial = TARGETS_ALL,
    .rare = TRUE,
  },
  { .id = NULL },
};

static void
gradvac_declare (guint             n_tasks,
                 gsize             n_columns,
                 const MtlSetting *set,
                 MtlStateSpec     *spec)
{
  mtl_state_declare (spec, "targets", (gsize) n_tasks * n_tasks, FALSE, 0.0, FALSE);
}

/* A gradient on its way, Σ u_m·g_m. */
typedef struct
{
  double *u;
  double *slopes;  /* M·u */
  double *norms;   /* |g_m| */
} Visitor;

/* Its length; 0 where nothing but rounding is left of it. */
static double
measure_length (const Visitor *visitor,
                guint          k)
{
  double square = 0.0, size = 0.0, length;

  for (guint m = 0; m < k; m++)
    {
      square += visitor->u[m] * visitor->slopes[m];
      size += fabs (visitor->u[m]) * visitor->norms[m];
    }
  length = sqrt (MAX (square, 0.0));

  return length > CANCELLED * size ? length : 0.0;
}

static void
visit (const MtlBalanceInput *in,
       guint                  j,
       double                *target,
       Visitor               *visitor)
{
  guint k = in->n_tasks;
  double beta = in->set[BETA].number;
  double own = measure_length (visitor, k);
  double other = visitor->norms[j];
  double wanted = MIN (*target, HIGHEST);
  double cosine, added;

  if (own == 0.0 || other == 0.0)
    return;

  cosine = CLAMP (visitor->slopes[j] / own / other, -1.0, 1.0);
  if (cosine < wanted)
    {
      added = own / other
              * (wanted * sqrt ((1.0 - cosine * cosine) / (1.0 - wanted * wanted)) - cosine);
      visitor->u[j] += added;
      for (guint m = 0; m < k; m++)
        visitor->slopes[m] += added * in->gramian[m * k + j];
    }
  if (cosine < wanted || in->set[TARGETS].number == TARGETS_ALL)
    *target = (1.0 - beta) * *target + beta * cosine;
}

static MtlBalanceStatus
gradvac_weigh (const MtlBalanceInput  *in,
               double                 *w,
               GError                **error)
{
  guint k = in->n_tasks;
  guint n_run = (guint) sqrt (mtl_state_spec (in->state)->arrays[STATE_TARGETS].length);
  double *targets = mtl_state_doubles (in->state, STATE_TARGETS);
  g_autofree guint32 *order = g_new (guint32, k);
  g_autofree double *u = g_new (double, k);
  g_autofree double *slopes = g_new (double, k);
  g_autofree double *norms = g_new (double, k);
  Visitor visitor = { u, slopes, norms };

  for (guint m = 0; m < k; m++)
    {
      norms[m] = sqrt (MAX (in->gramian[m * k + m], 0.0));
      w[m] = 0.0;
    }

  for (guint i = 0; i < k; i++)
    {
      mtl_visit_order (in->rng, i, in->set[ORDER].number, k, order);
      for (guint m = 0; m < k; m++)
        {
          u[m] = m == i ? 1.0 : 0.0;
          slopes[m] = in->gramian[m * k + i];
        }
      for (guint n = 0; n < k; n++)
        if (order[n] != i)
          visit (in, order[n], &targets[in->task[i] * n_run + in->task[order[n]]], &visitor);
      for (guint m = 0; m < k; m++)
        w[m] += u[m];
    }

  return mtl_balancer_judge (in, w);
}

const MtlBalancer mtl_balancer_gradvac = {
  .method = {
    .id = "gradvac",
    .title = N_("GradVac"),
    .summary = N_("Brings each gradient to the angle that it usually has to the others and adds "
                  "the results up"),
    .reference = "Wang, Tsvetkov, Firat, Cao, “Gradient Vaccine: Investigating and Improving "
                 "Multi-task Optimization in Massively Multilingual Models”, ICLR 2021, "
                 "arXiv 2010.05874",
    .params = gradvac_params,
  },
  .needs = MTL_NEEDS_GRAMIAN,
  .heads = MTL_HEADS_PLAIN,
  .claims = MTL_CLAIM_HOMOGENEOUS,
  .declare = gradvac_declare,
  .weigh = gradvac_weigh,
};
