/* mtl-cost.c — what a step of a design takes, told before it is trained
 *
 * A sharpness method declares its passes as a + b·K. Plain training takes one
 * forward and one backward for each of the K tasks, or, where neither the
 * balancer nor the diagnostics want the tasks' gradients apart, a single one: that
 * is so too where the balance is struck at the split, with a second forward.
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

static guint
count_tasks (const MtlDesign *design)
{
  guint n = 0;

  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    if (mtl_block_is_task (mtl_design_block (design, i)))
      n++;

  return n;
}

static guint
count_passes (const guint *declared,
              guint        n_tasks)
{
  return declared[0] + declared[1] * n_tasks;
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

  return (mtl_balancer_needs (balancer, chosen) == 0 || is_at_split (experiment))
         && mtl_chosen_get (experiment, "accumulate")->number == 1.0
         && mtl_chosen_get (experiment, "diagnose-every")->number != 1.0;
}

/* Documented in mtl-cost.h. */
gboolean
mtl_design_cost (const MtlDesign *self,
                 guint           *forward,
                 guint           *backward,
                 double          *relative)
{
  const MtlChosen *experiment = mtl_design_experiment (self);
  const MtlChosen *chosen = mtl_chosen_get (experiment, "sharpness")->method;
  const MtlSharp *sharp = (const MtlSharp *) mtl_chosen_method (chosen);
  guint n_batches = (guint) mtl_chosen_get (experiment, "accumulate")->number;
  guint n_tasks = count_tasks (self);
  guint plain;

  if (n_tasks == 0)
    return FALSE;

  plain = merges (experiment) ? 1 : n_tasks;
  *forward = count_passes (sharp->forward, n_tasks) + (is_at_split (experiment) ? 1 : 0);
  *backward = sharp->merges ? plain : count_passes (sharp->backward, n_tasks);
  *relative = (*forward + BACKWARD * *backward) / (1.0 + BACKWARD * plain);
  *forward *= n_batches;
  *backward *= n_batches;

  return TRUE;
}
