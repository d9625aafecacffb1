/* esam.c — efficient sharpness-aware minimisation
 *
 * Two ways to pay less for SAM's second pass, with ḡ the gradient of the mean loss:
 *
 *   stochastic weight perturbation   each tensor moves with probability β, and
 *                                    then by 1/β of ε = ρ·ḡ/|ḡ|;
 *   data selection                   gradients at θ + ε are of the share γ of the
 *                                    batch whose losses grew most from θ to θ + ε.
 *
 * Of several tasks, what grows is a sample's part in the mean of all losses; the
 * gradients of the tasks over the samples chosen are balanced, and a task without a
 * label among them is left out of the step. Where losses are alike, earlier samples
 * are chosen. β = γ = 1 is SAM. Where no tensor moves ε = 0. ρ = 0 is plain training on
 * the whole batch. Samples are chosen within one batch, so that γ < 1 goes with no
 * accumulation.
 *
 * The authors' code also freezes the tensors that do not move in the pass at θ, which
 * here is clean for all of them.
 *
 * Cost: 2 + γ passes forward and 1 + γ backward a step, where γ < 1; one more of the
 * part at θ + ε for each further radius.
 *
 * Source: Du, Yan, Feng, Zhou, Zhen, Goh, Tan, “Efficient Sharpness-aware Minimization
 * for Improved Training of Neural Networks”, ICLR 2022, arXiv 2110.03141, Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum { RHO, BETA, GAMMA, MOVE };

static const MtlParam esam_params[] = {
  { MTL_MOVE_RHO, .initial = 0.05 },
  { .id = "beta", .title = N_("Moved β"),
    .summary = N_("Probability that a tensor moves; 0.6 and 0.5 in the paper, 1 at first in the "
                  "authors’ code"),
    .type = MTL_NUMBER, .minimum = 0.01, .maximum = 1.0, .initial = 0.5 },
  { .id = "gamma", .title = N_("Chosen γ"),
    .summary = N_("Share of the batch, that whose losses grew most, in the second pass; 1 at "
                  "first in the authors’ code"),
    .type = MTL_NUMBER, .minimum = 0.01, .maximum = 1.0, .initial = 0.5 },
  MTL_MOVE_PLAIN_PARAMS,
  MTL_MOVE_ADAPTIVE_PARAMS,
  { .id = NULL }
};

typedef struct
{
  double  growth;
  guint32 row;
} Sample;

/* What grew most first; what is no number before all others, so that it is looked at. */
static int
compare_growth (gconstpointer a,
                gconstpointer b)
{
  const Sample *x = a, *y = b;
  double p = isnan (x->growth) ? INFINITY : x->growth;
  double q = isnan (y->growth) ? INFINITY : y->growth;

  if (p != q)
    return p > q ? -1 : 1;

  return x->row < y->row ? -1 : x->row > y->row;
}

static int
compare_row (gconstpointer a,
             gconstpointer b)
{
  const guint32 *x = a, *y = b;

  return *x < *y ? -1 : *x > *y;
}

/* Each tensor stays with probability 1 − β; others go 1/β as far. */
static void
draw_tensors (MtlStep *step,
              double   beta,
              float   *v)
{
  const MtlPlan *plan = mtl_step_plan (step);
  MtlRng rng = mtl_step_rng (step);

  for (guint n = 0; n < mtl_move_n_tensors (step, mtl_step_n_weights (step)); n++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, n);
      float factor = mtl_rng_unit (rng, n) < beta ? (float) (1.0 / beta) : 0.0f;

      for (gsize i = tensor->offset; i < tensor->offset + tensor->size; i++)
        v[i] *= factor;
    }
}

/* How the part of each sample in the mean loss grows, each task at its own point. */
static void
find_growth (MtlStep      *step,
             const float  *v,
             const double *rho,
             double       *growth)
{
  mtl_step_add_samples (step, mtl_step_theta (step), mtl_step_tasks (step), -1.0, growth);
  for (guint64 left = mtl_step_tasks (step), alike; left != 0; left &= ~alike)
    {
      alike = mtl_move_alike (left, rho);
      mtl_move_by (step, v, rho[__builtin_ctzll (alike)]);
      mtl_step_add_samples (step, mtl_step_moved (step), alike, 1.0, growth);
    }
}

static void
choose_samples (MtlStep      *step,
                const float  *v,
                const double *rho,
                double        gamma)
{
  gsize n = mtl_step_n_samples (step);
  gsize n_chosen = CLAMP ((gsize) (gamma * (double) n), 1, n);
  g_autofree double *growth = g_new0 (double, n);
  g_autofree Sample *samples = g_new (Sample, n);
  g_autofree guint32 *rows = g_new (guint32, n);

  find_growth (step, v, rho, growth);
  for (gsize r = 0; r < n; r++)
    samples[r] = (Sample) { growth[r], (guint32) r };
  qsort (samples, n, sizeof *samples, compare_growth);
  for (gsize r = 0; r < n_chosen; r++)
    rows[r] = samples[r].row;
  qsort (rows, n_chosen, sizeof *rows, compare_row);
  mtl_step_narrow (step, rows, n_chosen);
}

static gboolean
moves (const MtlSetting *set)
{
  for (guint k = 0; k < set[RHO].n; k++)
    if (set[RHO].numbers[k] > 0.0)
      return TRUE;

  return FALSE;
}

static gboolean
esam_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  float *v = mtl_step_vector (step, 0);
  MtlMove how = mtl_move_read (&set[MOVE], TRUE);

  if (!mtl_move_clean (step, g, v, error))
    return FALSE;
  if (!moves (set))
    return mtl_move_balance (step, g, error);

  mtl_move_direct (step, &how, v);
  if (set[BETA].number < 1.0)
    draw_tensors (step, set[BETA].number, v);
  if (set[GAMMA].number < 1.0)
    choose_samples (step, v, set[RHO].numbers, set[GAMMA].number);

  return mtl_move_gradients (step, v, set[RHO].numbers, s, error)
         && mtl_move_balance (step, s, error);
}

/* Where nothing moves it is balanced at θ. */
static gboolean
esam_apart (const MtlSetting *set)
{
  return !moves (set);
}

static void
esam_passes (const MtlSetting *set,
             guint             n_tasks,
             double           *forward,
             double           *backward)
{
  double n = mtl_move_n_radii (&set[RHO], n_tasks);
  double gamma = set[GAMMA].number;

  *forward = 1.0 + n * (gamma < 1.0 ? 1.0 + gamma : 1.0);
  *backward = (1.0 + gamma) * n_tasks;
}

static const char *
esam_refuses (const MtlSetting  *set,
              guint              n_batches,
              const MtlBalancer *flat,
              gboolean           same)
{
  return n_batches > 1 && set[GAMMA].number < 1.0
         ? N_("Efficient SAM chooses samples within one batch: set its γ to 1, or accumulate 1 "
              "batch")
         : NULL;
}

const MtlSharp mtl_sharp_esam = {
  .method = {
    .id = "esam",
    .title = N_("Efficient SAM"),
    .summary = N_("As SAM, moving some tensors, and looking there at the samples alone whose "
                  "losses grow most."),
    .reference = "Du, Yan, Feng, Zhou, Zhen, Goh, Tan, “Efficient Sharpness-aware Minimization "
                 "for Improved Training of Neural Networks”, ICLR 2022, arXiv 2110.03141, "
                 "Algorithm 1",
    .params = esam_params,
  },
  .n_rows = 2,
  .n_vectors = 1,
  .balanced = 3,
  .takes = MTL_TAKES_MEAN_FIRST,
  .apart = esam_apart,
  .passes = esam_passes,
  .refuses = esam_refuses,
  .step = esam_step,
};
