/* task.c — the block that ends a head: a named objective
 *
 * Holds the choice of loss, target and weight. The work calls the loss itself,
 * on the values at the input, so there is nothing to compute here; whether
 * their number suits the target is for the loss to say.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op.h"

#include <glib/gi18n-lib.h>

static gboolean
task_infer (MtlOpShape  *shape,
            GError     **error)
{
  shape->n_out = 0;
  return TRUE;
}

static char *
task_line (const MtlSetting *set)
{
  return g_strdup (_(mtl_chosen_method (set[MTL_TASK_LOSS].method)->title));
}

const MtlOp mtl_op_task = {
  .method = {
    .id = MTL_TASK_ID,
    .title = N_("Task"),
    .summary = N_("What one head learns: a target from the data and a loss."),
    .reference = "Caruana, “Multitask Learning”, Machine Learning 28 (1997)",
    .params = (const MtlParam[]) {
      [MTL_TASK_LOSS] = { .id = "loss", .title = N_("Loss"), .summary = N_("What is minimised"),
                          .type = MTL_METHOD, .kind = MTL_KIND_LOSS,
                          .initial_text = "cross-entropy" },
      [MTL_TASK_TARGET] = { .id = "target", .title = N_("Target"),
                            .summary = N_("Column of the data that it learns"),
                            .type = MTL_TEXT, .initial_text = "" },
      [MTL_TASK_WEIGHT] = { .id = "weight", .title = N_("Weight"),
                            .summary = N_("Multiplies the loss and its gradient before any method "
                                          "sees them; curves show the loss itself"),
                            .type = MTL_NUMBER, .minimum = 0.0, .maximum = 1e6, .initial = 1.0 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { NULL },
  },
  .look = { .icon = "basin-task-symbolic", .group = N_("Tasks"), .width = 96, .line = task_line },
  .infer = task_infer,
};
