/* mtl-setup.c — from a design to what runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-setup.h"

#include <string.h>

MtlData *
mtl_setup_data (const MtlDesign  *design,
                GCancellable     *cancel,
                GError          **error)
{
  g_autoptr(MtlSurvey) survey = mtl_survey_new (design);
  g_autoptr(GPtrArray) tasks = g_ptr_array_new ();
  g_autoptr(GPtrArray) targets = g_ptr_array_new ();
  const MtlChosen *source = NULL;

  if (!mtl_survey_check (survey, error))
    return NULL;

  for (guint n = 0; n < mtl_design_n_blocks (design); n++)
    {
      const MtlBlock *block = mtl_design_block (design, n);

      if (mtl_block_is_source (block))
        source = mtl_block_what (block);
      if (!mtl_block_is_task (block))
        continue;
      g_ptr_array_add (tasks, (char *) mtl_block_id (block));
      g_ptr_array_add (targets, (char *) mtl_chosen_get (mtl_block_what (block), "target")->text);
    }

  return mtl_data_open (source, (const char *const *) tasks->pdata,
                        (const char *const *) targets->pdata, tasks->len, cancel, error);
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
