/* mtw-history.c — undo and redo: two piles of designs, each with a name
 *
 * A design shares with its neighbour every block that the edit between them
 * left alone, so a long history is small.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-history.h"

typedef struct
{
  MtlDesign *design;
  char      *name;     /* of the edit between it and the one above */
} Step;

struct _MtwHistory
{
  GPtrArray *undo;     /* Step, newest last */
  GPtrArray *redo;
};

static Step *
step_new (MtlDesign  *design,
          const char *name)
{
  Step *step = g_new0 (Step, 1);

  step->design = mtl_design_ref (design);
  step->name = g_strdup (name);
  return step;
}

static void
step_free (gpointer data)
{
  Step *step = data;

  mtl_design_unref (step->design);
  g_free (step->name);
  g_free (step);
}

MtwHistory *
mtw_history_new (void)
{
  MtwHistory *self = g_new0 (MtwHistory, 1);

  self->undo = g_ptr_array_new_with_free_func (step_free);
  self->redo = g_ptr_array_new_with_free_func (step_free);
  return self;
}

void
mtw_history_free (MtwHistory *self)
{
  g_ptr_array_unref (self->undo);
  g_ptr_array_unref (self->redo);
  g_free (self);
}

void
mtw_history_push (MtwHistory *self,
                  MtlDesign  *before,
                  const char *name)
{
  g_ptr_array_add (self->undo, step_new (before, name));
  g_ptr_array_set_size (self->redo, 0);
}

static MtlDesign *
travel (GPtrArray *from,
        GPtrArray *to,
        MtlDesign *present)
{
  Step *step;
  MtlDesign *design;

  if (from->len == 0)
    return NULL;

  step = g_ptr_array_steal_index (from, from->len - 1);
  g_ptr_array_add (to, step_new (present, step->name));
  design = mtl_design_ref (step->design);
  step_free (step);
  return design;
}

MtlDesign *
mtw_history_undo (MtwHistory *self,
                  MtlDesign  *present)
{
  return travel (self->undo, self->redo, present);
}

MtlDesign *
mtw_history_redo (MtwHistory *self,
                  MtlDesign  *present)
{
  return travel (self->redo, self->undo, present);
}

static const char *
last_name (GPtrArray *steps)
{
  return steps->len > 0 ? ((Step *) steps->pdata[steps->len - 1])->name : NULL;
}

const char *
mtw_history_undo_name (MtwHistory *self)
{
  return last_name (self->undo);
}

const char *
mtw_history_redo_name (MtwHistory *self)
{
  return last_name (self->redo);
}
