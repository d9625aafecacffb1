/* mtl-cost.c — what a step of a design takes, told before it is trained
 *
 * A sharpness method declares its passes as a + b·K, or counts them by its
 * settings. Plain training takes one forward and one backward for each of the K
 * tasks, or, where neither the balancer nor the diagnostics want the tasks'
 * gradients apart, a single one: that is so too where the balance is struck at
 * the split, with a second forward, and for sharpness methods that take no rows
 * of tasks (mtl-step-lane.c). To that comes what the balancer looks at
 * beside: losses before backward or after the step, and gradients of its own.
 * A backward takes about two forwards, since it makes both the gradient of a
 * tensor and that of its weights.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-cost.h"

#include "mtl-balancer.h"
#include "mtl-catalogue.h"
#include "mtl-sharp.h"

#define BACKWARD 2.0  /* time of a backward, in forwards */
#define N_FRESH  2    /* batches whose gradients some balancers compare */

static guint
count_tasks (const MtlDesign *design)
{
  guint n = 0;

  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    if (mtl_block_is_task (mtl_design_block (design, i)))
      n++;

  return n;
}

/* (transfer full): the sharpness method with the settings of each task. */
static MtlChosen *
spread_sharp (const MtlDesign *design,
              const MtlChosen *chosen,
              guint            n_tasks)
{
  g_autofree const char **ids = g_new (const char *, n_tasks);
  MtlChosen *spread;
  guint k = 0;

  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    if (mtl_block_is_task (mtl_design_block (design, i)))
      ids[k++] = mtl_block_id (mtl_design_block (design, i));
  spread = mtl_chosen_for_tasks (chosen, ids, n_tasks, NULL);
  if (spread == NULL)   /* a task is named that is not there: a problem of its own */
    {
      g_autoptr(MtlChosen) initial = mtl_chosen_new (MTL_KIND_SHARP,
                                                     mtl_chosen_method (chosen));

      spread = mtl_chosen_for_tasks (initial, ids, n_tasks, NULL);
    }

  return spread;
}

/* @lanes: of a pass. */
static void
count_passes (const MtlSharp   *sharp,
              const MtlSetting *set,
              guint             lanes,
              double           *forward,
              double           *backward)
{
  *forward = sharp->forward[0] + sharp->forward[1] * lanes;
  *backward = sharp->backward[0] + sharp->backward[1] * lanes;
  if (sharp->passes != NULL)
    sharp->passes (set, lanes, forward, backward);
}

static gboolean
is_at_split (const MtlChosen *experiment)
{
  const MtlChosen *chosen = mtl_chosen_get (experiment, "balancer")->method;

  return mtl_balancer_scope ((const MtlBalancer *) mtl_chosen_method (chosen), chosen)
         == MTL_SCOPE_SPLIT;
}

/* Whether most steps take one backward for all tasks. */
static gboolean
merges (const MtlChosen *experiment)
{
  const MtlChosen *chosen = mtl_chosen_get (experiment, "balancer")->method;
  const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);

  return (!mtl_balancer_looks_at_gradients (balancer, chosen) || is_at_split (experiment))
         && mtl_chosen_get (experiment, "accumulate")->number == 1.0
         && mtl_chosen_get (experiment, "diagnose-every")->number != 1.0;
}

/* Whether all tasks have one weight, whatever is trained. */
static gboolean
weighs_alike (const MtlChosen *experiment)
{
  const MtlChosen *chosen = mtl_chosen_get (experiment, "balancer")->method;
  const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
  MtlClaims claims = MTL_CLAIM_LINEAR_SCALING | MTL_CLAIM_MEAN_IF_ALIGNED;

  return balancer->needs == 0 && (balancer->claims & claims) == claims;
}

/* Whether that goes for the passes of the sharpness method too. */
static gboolean
merges_sharp (const MtlChosen  *experiment,
              const MtlSharp   *sharp,
              const MtlSetting *set)
{
  return merges (experiment) && mtl_sharp_merges (sharp, set)
         && (sharp->takes != MTL_TAKES_BOTH || weighs_alike (experiment));
}

/* What the balancer looks at beside the gradients of the step. @early: its weights are asked
 * for before backward. */
static void
add_beside (const MtlChosen *experiment,
            guint            n_tasks,
            gboolean         early,
            double          *forward,
            double          *backward)
{
  const MtlChosen *chosen = mtl_chosen_get (experiment, "balancer")->method;
  const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
  double f = 0.0, b = 0.0;

  if (balancer->passes != NULL)
    balancer->passes (mtl_chosen_settings (chosen), n_tasks, &f, &b);
  if ((balancer->needs & MTL_NEEDS_CROSS) != 0)
    {
      f += N_FRESH;
      b += N_FRESH * n_tasks;
    }
  f += is_at_split (experiment) || (early && (balancer->needs & MTL_NEEDS_LOSSES) != 0) ? 1 : 0;
  f += mtl_balancer_follows (balancer, chosen) ? 1 : 0;
  *forward += f;
  *backward += b;
}

/* Documented in mtl-cost.h. */
gboolean
mtl_design_cost (const MtlDesign *self,
                 double          *forward,
                 double          *backward,
                 double          *relative)
{
  const MtlChosen *experiment = mtl_design_experiment (self);
  const MtlChosen *chosen = mtl_chosen_get (experiment, "sharpness")->method;
  const MtlSharp *sharp = (const MtlSharp *) mtl_chosen_method (chosen);
  double n_batches = mtl_chosen_get (experiment, "accumulate")->number;
  guint n_tasks = count_tasks (self);
  g_autoptr(MtlChosen) spread = NULL;
  const MtlSetting *set;
  gboolean merged;
  guint plain;

  if (n_tasks == 0)
    return FALSE;

  spread = spread_sharp (self, chosen, n_tasks);
  set = mtl_chosen_settings (spread);
  plain = merges (experiment) ? 1 : n_tasks;
  merged = merges_sharp (experiment, sharp, set);
  count_passes (sharp, set, merged ? 1 : n_tasks, forward, backward);
  add_beside (experiment, n_tasks, merged && sharp->takes == MTL_TAKES_BALANCE, forward, backward);
  *relative = (*forward + BACKWARD * *backward) / (1.0 + BACKWARD * plain);
  *forward *= n_batches;
  *backward *= n_batches;

  return TRUE;
}
