/* mtl-scope.c — which scopes of a balancer make sense
 *
 * A method that does not look at gradients has the same weights for any part of the trunk, and
 * one that learns beside its steps does so once for all of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-scope.h"

#include <glib/gi18n-lib.h>

#include "mtl-balancer.h"

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
check (const MtlChosen  *chosen,
       GError          **error)
{
  const MtlBalancer *balancer = (const MtlBalancer *) mtl_chosen_method (chosen);
  MtlBalanceScope scope = mtl_balancer_scope (balancer, chosen);
  const char *reason = NULL;

  if (scope != MTL_SCOPE_TRUNK)
    reason = refuse_parts (balancer);
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
  gboolean fits = check (mtl_chosen_get (experiment, "balancer")->method, error);

  if (key != NULL)
    *key = fits ? "experiment.sharpness.flat-balancer.scope" : "experiment.balancer.scope";

  return fits && (flat == NULL || flat->method == NULL || check (flat->method, error));
}
