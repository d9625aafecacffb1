/* none.c — plain training: gradients where the weights are
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp.h"

#include <glib/gi18n-lib.h>

static gboolean
none_step (MtlStep           *step,
           const MtlSetting  *set,
           MtlState          *state,
           GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);

  if (!mtl_step_gradients (step, mtl_step_theta (step), mtl_step_tasks (step), g, error)
      || !mtl_step_balance (step, MTL_PART_LOSS, g, 1.0, error))
    return FALSE;

  mtl_step_heads (step, g);
  return TRUE;
}

const MtlSharp mtl_sharp_none = {
  .method = {
    .id = "none",
    .title = N_("Off"),
    .summary = N_("Plain training, with no regard to how sharp a minimum is."),
    .reference = "Gradient descent",
  },
  .n_rows = 1,
  .balanced = 1,
  .takes = MTL_TAKES_BALANCE,
  .forward = { 1, 0 },
  .backward = { 0, 1 },
  .step = none_step,
};
