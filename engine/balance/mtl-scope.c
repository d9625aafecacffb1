/* mtl-scope.c — which scopes of a balancer make sense
 *
 * A method that does not look at gradients has the same weights for any part of the trunk, and
 * one that learns beside its steps does so once for all of it. At the split the gradients of
 * the trunk's weights are never taken apart: nothing can read them, nor know their lengths.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-scope.h"

#include <glib/gi18n-lib.h>

#include "mtl-balancer.h"
#include "mtl-sharp.h"

/* What a balancer cannot do in any scope but the trunk; NULL: nothing. */
static const char *
refuse_parts (const MtlBalancer *balancer)
{
  if ((balancer->needs & (MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS | MTL_NEEDS_CROSS)) == 0)
    return _("%s weighs losses and does not look at gradients, so it cannot balance a part of "
             "the trunk. Set its scope to trunk.");
  if (balancer->learn != NULL || balancer->follow != NULL)
    return _("%s learns from the whole trunk at once, so it cannot balance a part of it. Set its "
             "scope to trunk.");

  return NULL;
}

static gboolean
needs_lengths (const MtlChosen *chosen)
{
  const MtlSetting *rescale = mtl_chosen_get (chosen, "rescale");

  return rescale != NULL && (g_strcmp0 (rescale->text, "unit") == 0
                             || g_strcmp0 (rescale->text, "match") == 0);
}

/* … at the split. */
static const char *
refuse_split (const MtlBalancer *balancer,
              const MtlChosen   *chosen,
              const MtlChosen   *experiment)
{
  const MtlChosen *sharp = mtl_chosen_get (experiment, "sharpness")->method;

  if ((balancer->needs & MTL_NEEDS_ROWS) != 0 || balancer->combine != NULL)
    return _("%s reads the tasks’ gradients in the trunk’s weights, which are never made where "
             "it is balanced at the split. Set its scope to trunk or block.");
  if ((balancer->needs & MTL_NEEDS_CROSS) != 0)
    return _("%s compares gradients of several batches, whose values at the split have nothing "
             "in common. Set its scope to trunk or block.");
  if (needs_lengths (chosen))
    return _("%s is to be rescaled to a length, which is not known where it is balanced at the "
             "split. Set its rescale to none, mean or sum.");
  if (((const MtlSharp *) mtl_chosen_method (sharp))->n_rows > 1)
    return _("%s cannot be balanced at the split while flat regions are sought: that takes the "
             "tasks’ gradients in the trunk apart. Set its scope to trunk, or sharpness to none.");
  if (mtl_chosen_get (experiment, "accumulate")->number > 1.0)
    return _("%s cannot be balanced at the split over several batches: the values there belong to "
             "one. Set its scope to trunk, or accumulate to 1.");

  return NULL;
}

static gboolean
check (const MtlChosen  *chosen,
       const MtlChosen  *experiment,
       GError          **error)
{
  const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
  MtlBalanceScope scope = mtl_balancer_scope (balancer, chosen);
  const char *reason = NULL;

  if (scope != MTL_SCOPE_TRUNK)
    reason = refuse_parts (balancer);
  if (reason == NULL && scope == MTL_SCOPE_SPLIT)
    reason = refuse_split (balancer, chosen, experiment);
  if (reason == NULL)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, reason, balancer->method.id);
  return FALSE;
}

gboolean
mtl_scope_check (const MtlChosen  *experiment,
                 const char      **key,
                 GError          **error)
{
  const MtlChosen *sharp = mtl_chosen_get (experiment, "sharpness")->method;
  const MtlSetting *flat = mtl_chosen_get (sharp, "flat-balancer");
  gboolean fits = check (mtl_chosen_get (experiment, "balancer")->method, experiment, error);

  if (key != NULL)
    *key = fits ? "experiment.sharpness.flat-balancer.scope" : "experiment.balancer.scope";

  return fits && (flat == NULL || flat->method == NULL || check (flat->method, experiment, error));
}
