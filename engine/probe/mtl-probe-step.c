/* mtl-probe-step.c — the step that a run would take on a batch, at a probe's weights
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-probe-step.h"

#include "mtl-cost.h"
#include "mtl-probe-private.h"
#include "mtl-setup.h"
#include "mtl-step-private.h"

struct _MtlProbeStep
{
  MtlProbeRun *run;
  MtlStep     *step;
  guint64      n_taken;
  MtlBatch    *batch;
  MtlBatch    *fresh[2];   /* that some balancers have beside */
};

double
mtl_probe_step_rate (MtlProbeRun *run)
{
  const MtlDesign *design = mtl_snapshot_design (run->snapshot);

  /* `lr` is an optimiser's first setting. */
  return mtl_chosen_settings (mtl_setup_method (design, "optimizer"))[0].number;
}

MtlProbeStep *
mtl_probe_step_new (MtlProbeRun *run)
{
  const MtlDesign *design = mtl_snapshot_design (run->snapshot);
  MtlProbeStep *self = g_new0 (MtlProbeStep, 1);

  self->run = run;
  self->step = mtl_step_new (run->work);
  self->batch = mtl_batch_new_like (run->batch);
  for (guint b = 0; b < G_N_ELEMENTS (self->fresh); b++)
    self->fresh[b] = mtl_batch_new_like (run->batch);
  mtl_step_set_balancer (self->step, MTL_PART_LOSS, mtl_setup_method (design, "balancer"));
  mtl_step_set_balancer (self->step, MTL_PART_FLAT, mtl_setup_flat_balancer (design));
  mtl_step_set_sharp (self->step, mtl_setup_method (design, "sharpness"));
  mtl_step_set_highest_rate (self->step, mtl_probe_step_rate (run));
  mtl_step_set_clock (self->step, mtl_snapshot_epoch (run->snapshot), mtl_probe_step_rate (run));

  return self;
}

void
mtl_probe_step_free (MtlProbeStep *self)
{
  mtl_step_free (self->step);
  mtl_batch_free (self->batch);
  for (guint b = 0; b < G_N_ELEMENTS (self->fresh); b++)
    mtl_batch_free (self->fresh[b]);
  g_free (self);
}

/* As many rows as the batch has, drawn from all that are loaded. */
static void
fill_fresh (MtlProbeStep *self,
            gsize         n)
{
  g_autofree guint32 *rows = g_new (guint32, n);

  for (guint b = 0; b < mtl_step_n_fresh (self->step); b++)
    {
      MtlRng rng = mtl_rng_derive_text (mtl_probe_rng (self->run), "fresh");

      rng = mtl_rng_derive (mtl_rng_derive (rng, b), self->n_taken);
      for (gsize i = 0; i < n; i++)
        rows[i] = (guint32) mtl_rng_below (rng, i, self->run->loaded);
      mtl_batch_take (self->fresh[b], self->run->batch, rows, n);
    }
}

static void
account (MtlProbeStep *self,
         gsize         rows)
{
  MtlProbeRun *run = self->run;
  MtlProbeCost cost = { 0 };

  mtl_probe_step_add_cost (run->plan, 1.0, (double) rows, &cost);
  run->spent += cost.passes * run->per_pass + cost.forward * run->per_forward
                + cost.backward * run->per_backward;
}

gboolean
mtl_probe_step_take (MtlProbeStep   *self,
                     const guint32  *rows,
                     gsize           n,
                     double         *direction,
                     GError        **error)
{
  MtlProbeRun *run = self->run;
  guint64 seed = (guint64) mtl_setup_number (mtl_snapshot_design (run->snapshot), "seed");
  const float *gradient, *beside;

  if (g_cancellable_set_error_if_cancelled (run->cancel, error))
    return FALSE;

  mtl_batch_take (self->batch, run->batch, rows, n);
  fill_fresh (self, n);
  mtl_step_set_fresh (self->step, (const MtlBatch *const *) self->fresh);
  if (!mtl_step_take (self->step, mtl_probe_theta (run), self->batch,
                      mtl_snapshot_step (run->snapshot) + self->n_taken, seed, FALSE, error))
    return FALSE;

  gradient = mtl_step_gradient (self->step);
  beside = mtl_step_descent (self->step);
  for (gsize i = 0; i < mtl_plan_n_weights (run->plan); i++)
    direction[i] = (double) gradient[i] + (beside != NULL ? beside[i] : 0.0f);
  self->n_taken++;
  account (self, n);

  return TRUE;
}

void
mtl_probe_step_add_cost (const MtlPlan *plan,
                         double         steps,
                         double         rows,
                         MtlProbeCost  *cost)
{
  const MtlDesign *design = mtl_plan_design (plan);
  double batches = mtl_setup_number (design, "accumulate");
  double forward, backward, relative;

  if (mtl_design_cost (design, &forward, &backward, &relative))
    mtl_probe_add_cost (cost, steps * forward / batches, rows, backward / forward);
}
