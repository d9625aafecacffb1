/* hessian.c — curvature of each task's loss and of their mean
 *
 * H = ∂²l/∂w² over the weights w that the loss depends on, trunk and own head, in EVALUATE
 * mode, known by products: central differences of gradients along unit vectors with
 * r = step·max(1, |θ|), see mtl-curvature.h.
 *
 * From `starts` random unit vectors Lanczos makes up to `steps` steps each. The first gives
 * the largest and the smallest eigenvalues; the quotient ⟨v, H·v⟩ at each of their vectors is
 * taken again with r/2 and 2r, and its movement is added to the residual of Lanczos for the
 * uncertainty: an eigenvalue lies that near, with few steps not always the one of that rank.
 * All starts give a second estimate of the trace and the density, whose integral is 1:
 *
 *   φ(x) = mean over starts of Σ_i τ_i·N(x; θ_i, σ²),   σ = 0.02·(θ_max − θ_min)
 *
 * The first estimate is Hutchinson's, the mean of ⟨z, H·z⟩ over `draws` random signs z.
 * Where a network has kinks (rectifiers, max pooling), differences see jumps of the gradient:
 * step-check and asymmetry tell. A movement above 1 % asks for another step or more samples.
 *
 * Cost: for K tasks and their mean, starts·steps·2 + 4·(top + 1) gradients each, and
 * draws·2 + 4 of all tasks at once. Memory: a vector of weights for each step.
 *
 * Sources: Yao et al., “PyHessian”, arXiv 1912.07145 (2019); Ghorbani et al., arXiv
 * 1901.10159 (2019); Hutchinson, Commun. Stat. Simul. Comput. 18 (1989).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-curvature.h"

#define POINTS 101    /* of the density */

enum
{
  SAMPLES,
  TOP,
  STEPS,
  STARTS,
  DRAWS,
  STEP,
};

static const MtlParam hessian_params[] = {
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "top", .title = N_("Eigenvalues"), .summary = N_("How many of the largest"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 10.0, .initial = 3.0 },
  { .id = "steps", .title = N_("Lanczos steps"),
    .summary = N_("More of them separate eigenvalues that lie close together"),
    .type = MTL_WHOLE, .minimum = 2.0, .maximum = MTL_LANCZOS_STEPS, .initial = 30.0 },
  { .id = "starts", .title = N_("Lanczos starts"),
    .summary = N_("Random vectors that the density is averaged over"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 64.0, .initial = 4.0 },
  { .id = "draws", .title = N_("Draws for the trace"),
    .summary = N_("Random signs of Hutchinson’s estimate; 30 or more are advised"),
    .type = MTL_WHOLE, .minimum = 2.0, .maximum = 1000.0, .initial = 30.0 },
  { .id = "step", .title = N_("Step r"), .rare = TRUE,
    .summary = N_("Of the differences, in units of max(1, |θ|); larger for networks with kinks"),
    .type = MTL_NUMBER, .minimum = 1e-6, .maximum = 0.1, .initial = 1e-3 },
  { .id = NULL }
};

enum
{
  EIGENVALUE,
  SMALLEST,
  STEP_CHECK,
  ASYMMETRY,
  TRACE,
  LANCZOS_TRACE,
  DENSITY,
};

static const MtlMeasure hessian_measures[] = {
  { "eigenvalue", N_("Eigenvalue"),
    N_("residual of Lanczos, and movement when the step is halved and doubled"),
    N_("rank, 1 is the largest") },
  { "smallest-eigenvalue", N_("Smallest eigenvalue"),
    N_("residual of Lanczos, and movement when the step is halved and doubled"), NULL },
  { "step-check", N_("Movement of the largest by the step, as a part of it"), NULL, NULL },
  { "asymmetry", N_("Asymmetry of the products, as a part of the largest"), NULL, NULL },
  { "trace", N_("Trace (Hutchinson)"),
    N_("standard error over the draws, and movement when the step is halved and doubled"), NULL },
  { "trace-by-lanczos", N_("Trace (Lanczos)"), N_("standard error over the starts"), NULL },
  { "density", N_("Spectral density"), N_("standard error over the starts"), N_("eigenvalue") },
  { NULL, NULL, NULL, NULL }
};

typedef struct
{
  MtlCurvature      of;         /* of whom the curvature is */
  const MtlSetting *set;
  MtlFindings      *findings;
} Hessian;

static void
add (Hessian *self,
     guint    measure,
     double   x,
     double   value,
     double   error)
{
  const MtlFinding finding = { &hessian_measures[measure], self->of.subject, MTL_ALL_TASKS, NULL,
                               x, value, error };

  mtl_findings_add (self->findings, &finding);
}

/* --- eigenvalues --- */

static gboolean
add_eigenvalue (Hessian           *self,
                const MtlLanczos  *lanczos,
                guint              i,
                gboolean           smallest,
                GError           **error)
{
  g_autofree float *v = g_new (float, self->of.n);
  double value = lanczos->values[i];
  double half, twice, moved;

  mtl_lanczos_vector (lanczos, i, v);
  if (!mtl_curvature_quotient (&self->of, v, self->of.step / 2.0, &half, error)
      || !mtl_curvature_quotient (&self->of, v, self->of.step * 2.0, &twice, error))
    return FALSE;

  moved = MAX (fabs (half - value), fabs (twice - value));
  add (self, smallest ? SMALLEST : EIGENVALUE, smallest ? NAN : i + 1.0, value,
       lanczos->residuals[i] + moved);
  if (i == 0 && !smallest)
    add (self, STEP_CHECK, NAN, value != 0.0 ? moved / fabs (value) : 0.0, NAN);

  return TRUE;
}

static gboolean
add_eigenvalues (Hessian           *self,
                 const MtlLanczos  *lanczos,
                 GError           **error)
{
  guint last = lanczos->m - 1;
  double largest = MAX (fabs (lanczos->values[0]), fabs (lanczos->values[last]));

  for (guint i = 0; i < MIN ((guint) self->set[TOP].number, lanczos->m); i++)
    if (!add_eigenvalue (self, lanczos, i, FALSE, error))
      return FALSE;
  if (!add_eigenvalue (self, lanczos, last, TRUE, error))
    return FALSE;

  add (self, ASYMMETRY, NAN, largest > 0.0 ? lanczos->asymmetry / largest : 0.0, NAN);
  return TRUE;
}

/* --- density --- */

static void
add_density (Hessian            *self,
             MtlLanczos *const  *lanczos,
             guint               n_starts)
{
  double low, high;
  double sigma = mtl_lanczos_range (lanczos, n_starts, &low, &high);

  for (guint p = 0; p < POINTS; p++)
    {
      double x = low + (high - low) * p / (POINTS - 1.0);
      MtlSpread spread = { 0 };

      for (guint s = 0; s < n_starts; s++)
        mtl_spread_add (&spread, mtl_lanczos_density (lanczos[s], x, sigma));
      add (self, DENSITY, x, mtl_spread_mean (&spread), mtl_spread_error (&spread));
    }
}

static void
add_lanczos_trace (Hessian            *self,
                   MtlLanczos *const  *lanczos,
                   guint               n_starts)
{
  MtlSpread spread = { 0 };

  for (guint s = 0; s < n_starts; s++)
    mtl_spread_add (&spread, (double) lanczos[s]->rank * mtl_lanczos_mean (lanczos[s]));
  add (self, LANCZOS_TRACE, NAN, mtl_spread_mean (&spread), mtl_spread_error (&spread));
}

static gboolean
measure_spectrum (Hessian  *self,
                  GError  **error)
{
  guint n_starts = (guint) self->set[STARTS].number;
  g_autoptr(GPtrArray) starts = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_lanczos_free);

  for (guint s = 0; s < n_starts; s++)
    {
      MtlLanczos *lanczos = mtl_curvature_lanczos (&self->of, s, (guint) self->set[STEPS].number,
                                                   error);

      if (lanczos == NULL)
        return FALSE;
      g_ptr_array_add (starts, lanczos);
      if (s == 0 && !add_eigenvalues (self, lanczos, error))
        return FALSE;
      /* The density needs no vectors. */
      g_clear_pointer (&lanczos->basis, g_free);
    }

  add_lanczos_trace (self, (MtlLanczos *const *) starts->pdata, n_starts);
  add_density (self, (MtlLanczos *const *) starts->pdata, n_starts);
  mtl_probe_post_findings (self->of.run, self->findings);

  return TRUE;
}

/* --- trace --- */

static gboolean
measure_trace (Hessian  *self,
               GError  **error)
{
  guint n = mtl_subject_count (self->of.labelled);
  MtlRng rng = mtl_rng_derive_text (mtl_probe_rng (self->of.run), "signs");
  g_autofree MtlSpread *spreads = g_new0 (MtlSpread, n);
  g_autofree double *moved = g_new (double, n);

  if (!mtl_curvature_traces (&self->of, rng, (guint) self->set[DRAWS].number, spreads, moved,
                             error))
    return FALSE;

  for (guint s = 0; mtl_subject_get (self->of.labelled, s, &self->of.subject); s++)
    add (self, TRACE, NAN, spreads[s].mean, hypot (mtl_spread_error (&spreads[s]), moved[s]));
  mtl_probe_post_findings (self->of.run, self->findings);

  return TRUE;
}

static void
hessian_cost (const MtlPlan    *plan,
              const MtlSetting *set,
              gsize             rows,
              MtlProbeCost     *cost)
{
  double n = MIN (set[SAMPLES].number, (double) rows);
  guint n_tasks = mtl_plan_n_tasks (plan);
  double steps = MIN (set[STEPS].number, (double) mtl_plan_n_weights (plan));
  double passes = 2.0 * set[STARTS].number * steps + 4.0 * (MIN (set[TOP].number, steps) + 1.0);

  mtl_probe_add_cost (cost, n_tasks * passes, n, 1);
  if (n_tasks > 1)
    mtl_probe_add_cost (cost, passes, n, n_tasks);
  mtl_probe_add_cost (cost, 2.0 * set[DRAWS].number + 4.0, n, n_tasks);
}

static gboolean
measure (Hessian  *self,
         GError  **error)
{
  if (!measure_trace (self, error))
    return FALSE;

  for (guint s = 0; mtl_subject_get (self->of.labelled, s, &self->of.subject); s++)
    if (mtl_subject_restrict (self->of.plan, self->of.subject, self->of.labelled, NULL) > 0
        && !measure_spectrum (self, error))
      return FALSE;

  mtl_probe_finish (self->of.run, self->findings);
  return TRUE;
}

static gboolean
hessian_run (MtlProbeRun       *run,
             const MtlSetting  *set,
             GError           **error)
{
  g_autoptr(MtlFindings) findings = mtl_findings_new ();
  Hessian self = { .set = set, .findings = findings };
  gboolean done = mtl_curvature_init (&self.of, run, (gsize) set[SAMPLES].number,
                                      set[STEP].number, error)
                  && measure (&self, error);

  mtl_curvature_clear (&self.of);
  return done;
}

const MtlProbe mtl_probe_hessian = {
  .method = {
    .id = "hessian",
    .title = N_("Curvature"),
    .summary = N_("Largest eigenvalues, trace and spectral density of each loss’s Hessian."),
    .reference = "Yao et al., “PyHessian: Neural Networks Through the Lens of the Hessian”, "
                 "arXiv 1912.07145 (2019); Ghorbani et al., “An Investigation into Neural Net "
                 "Optimization via Hessian Eigenvalue Density”, arXiv 1901.10159 (2019)",
    .params = hessian_params,
  },
  .measures = hessian_measures,
  .cost = hessian_cost,
  .run = hessian_run,
};
