/* mtl-step-refusal.c — methods that do not go together in one step
 *
 * Asked by the survey, whose problems keep a run from starting, and by the trainer
 * before it takes settings over in the middle of a run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-step-refusal.h"

#include <glib/gi18n-lib.h>

#include "mtl-balancer.h"
#include "mtl-scope.h"
#include "mtl-setup.h"
#include "mtl-sharp.h"

char *
mtl_step_refusal (const MtlDesign  *design,
                  const char      **scope)
{
  const MtlChosen *chosen = mtl_setup_method (design, "sharpness");
  const MtlSharp *sharp = (const MtlSharp *) mtl_chosen_method (chosen);
  const MtlChosen *flat = mtl_setup_flat_balancer (design);
  const char *reason = NULL, *key = NULL;
  g_autoptr(GError) error = NULL;

  if (!mtl_scope_check (mtl_design_experiment (design), &key, &error))
    {
      if (scope != NULL)
        *scope = key;
      return g_strdup (error->message);
    }

  if (scope != NULL)
    *scope = NULL;
  if (sharp->refuses != NULL)
    reason = sharp->refuses (mtl_chosen_settings (chosen),
                             (guint) mtl_setup_number (design, "accumulate"),
                             (const MtlBalancer *) mtl_chosen_method (flat),
                             mtl_chosen_equal (flat, mtl_setup_method (design, "balancer")));

  return g_strdup (reason != NULL ? _(reason) : NULL);
}
