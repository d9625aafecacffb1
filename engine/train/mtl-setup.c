/* mtl-setup.c — from a design to what runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-setup.h"

#include <string.h>

/* The source of a design, and its tasks with the names of their targets. */
typedef struct
{
  const MtlChosen *source;    /* NULL: none */
  guint            n_tasks;
  const char     **tasks;     /* owned, not so what they point to */
  const char     **targets;
} Parts;

static Parts
find_parts (const MtlDesign *design)
{
  guint n_blocks = mtl_design_n_blocks (design);
  Parts parts = {
    .tasks = g_new0 (const char *, n_blocks + 1),
    .targets = g_new0 (const char *, n_blocks + 1),
  };

  for (guint n = 0; n < n_blocks; n++)
    {
      const MtlBlock *block = mtl_design_block (design, n);

      if (mtl_block_is_source (block))
        parts.source = mtl_block_what (block);
      if (!mtl_block_is_task (block))
        continue;
      parts.tasks[parts.n_tasks] = mtl_block_id (block);
      parts.targets[parts.n_tasks++] = mtl_chosen_get (mtl_block_what (block), "target")->text;
    }

  return parts;
}

MtlData *
mtl_setup_data (const MtlDesign  *design,
                GCancellable     *cancel,
                GError          **error)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  MtlData *data;
  Parts parts;

  if (!mtl_survey_check (survey, error))
    return NULL;

  parts = find_parts (design);
  data = mtl_data_open (parts.source, parts.tasks, parts.targets, parts.n_tasks, cancel, error);
  g_free (parts.tasks);
  g_free (parts.targets);

  return data;
}

MtlData *
mtl_setup_rowless (const MtlDesign      *design,
                   const MtlSourceInfo  *info,
                   GError              **error)
{
  Parts parts = find_parts (design);
  MtlData *data = NULL;

  if (parts.source != NULL)
    data = mtl_data_new_rowless (parts.source, info, parts.tasks, parts.targets, parts.n_tasks,
                                 error);
  else
    g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN, "The design has no data block.");
  g_free (parts.tasks);
  g_free (parts.targets);

  return data;
}

static gboolean
same_tensor (const MtlTensor *a,
             const MtlTensor *b)
{
  return strcmp (a->block, b->block) == 0 && strcmp (a->name, b->name) == 0
         && a->shape.rank == b->shape.rank
         && memcmp (a->shape.size, b->shape.size, a->shape.rank * sizeof (gsize)) == 0;
}

gsize
mtl_setup_copy (const MtlPlan *from,
                const float   *from_theta,
                const MtlPlan *plan,
                float         *theta)
{
  gsize copied = 0;

  for (guint n = 0; n < mtl_plan_n_tensors (plan); n++)
    for (guint o = 0; o < mtl_plan_n_tensors (from); o++)
      {
        const MtlTensor *to = mtl_plan_tensor (plan, n);
        const MtlTensor *it = mtl_plan_tensor (from, o);

        if (!same_tensor (to, it))
          continue;
        memcpy (theta + to->offset, from_theta + it->offset, to->size * sizeof *theta);
        copied += to->size;
      }

  return copied;
}

double
mtl_setup_number (const MtlDesign *design,
                  const char      *id)
{
  return mtl_chosen_get (mtl_design_experiment (design), id)->number;
}

const MtlChosen *
mtl_setup_method (const MtlDesign *design,
                  const char      *id)
{
  return mtl_chosen_get (mtl_design_experiment (design), id)->method;
}

const MtlChosen *
mtl_setup_flat_balancer (const MtlDesign *design)
{
  const MtlSetting *own = mtl_chosen_get (mtl_setup_method (design, "sharpness"),
                                          "flat-balancer");

  return own != NULL && own->method != NULL ? own->method : mtl_setup_method (design, "balancer");
}
