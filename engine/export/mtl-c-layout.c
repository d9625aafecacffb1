/* mtl-c-layout.c — where the values of an exported function live
 *
 * Step s of a function writes its value at moment s, and the value is live up
 * to the last step that reads it. A value shares the place of one before it
 * where the step is elementwise and its last reader. A place whose last value
 * a task reads is that task's output and needs no scratch; the others are put
 * into scratch largest first, each at the lowest offset where no place is that
 * is live at the same moment. For a chain of blocks that is the least possible:
 * the largest sum of two neighbours.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-c-private.h"

typedef struct
{
  const MtlCFile *file;
  MtlCLayout     *layout;
  guint          *last;   /* [step]: moment of the last reading; n_steps: a task's */
  guint          *home;   /* [step]: the step that opened the place it lives in */
  guint          *until;  /* [home]: the last moment of the place */
} Layouter;

MtlInput
mtl_c_resolve (const MtlCFile *file,
               MtlInput        input)
{
  while (file->steps[input.step].wanted && file->steps[input.step].kind == MTL_C_SAME)
    input = file->plan->steps[input.step].in[0];

  return input;
}

static gboolean
is_run (const Layouter *self,
        guint           step)
{
  const MtlPlanStep *it = &self->file->plan->steps[step];

  return (it->tasks & self->layout->tasks) != 0 && self->file->steps[step].wanted
         && self->file->steps[step].kind != MTL_C_SAME;
}

static gboolean
is_wanted_task (const Layouter *self,
                guint           step)
{
  int task = self->file->plan->steps[step].task;

  return task >= 0 && mtl_c_has_task (self->layout->tasks, (guint) task);
}

static void
find_last (Layouter *self)
{
  const MtlPlan *plan = self->file->plan;

  for (guint s = 0; s < plan->n_steps; s++)
    {
      gboolean task = is_wanted_task (self, s);

      if (!task && !is_run (self, s))
        continue;

      for (guint n = 0; n < plan->steps[s].n_in; n++)
        {
          MtlInput from = mtl_c_resolve (self->file, plan->steps[s].in[n]);

          self->last[from.step] = MAX (self->last[from.step], task ? plan->n_steps : s);
          if (plan->steps[from.step].op == NULL)
            self->layout->ports |= 1u << from.output;
        }
    }
}

/* The place of an input that step @s may write over; @s itself: none. */
static guint
find_home (const Layouter *self,
           guint           s)
{
  const MtlPlanStep *step = &self->file->plan->steps[s];

  if (self->file->steps[s].kind != MTL_C_ELEMENTWISE)
    return s;

  for (guint n = 0; n < step->n_in; n++)
    {
      MtlInput from = mtl_c_resolve (self->file, step->in[n]);
      const MtlPlanStep *it = &self->file->plan->steps[from.step];

      if (it->op != NULL && self->last[from.step] == s && it->out[0].size == step->out[0].size)
        return self->home[from.step];
    }

  return s;
}

static void
find_homes (Layouter *self)
{
  for (guint s = 0; s < self->file->plan->n_steps; s++)
    if (is_run (self, s))
      {
        self->home[s] = find_home (self, s);
        self->until[self->home[s]] = MAX (self->until[self->home[s]], self->last[s]);
      }
}

/* The first task that reads a place has it as its output. */
static void
give_outputs (Layouter *self)
{
  const MtlPlan *plan = self->file->plan;

  for (guint s = 0; s < plan->n_steps; s++)
    {
      MtlInput from;
      MtlCPlace *place;

      if (!is_wanted_task (self, s))
        continue;

      from = mtl_c_resolve (self->file, plan->steps[s].in[0]);
      place = &self->layout->places[self->home[from.step]];
      if (plan->steps[from.step].op != NULL && place->where != MTL_C_OUTPUT)
        *place = (MtlCPlace) { .where = MTL_C_OUTPUT, .task = (guint) plan->steps[s].task };
    }
}

/* --- scratch --- */

static int
compare_places (gconstpointer a,
                gconstpointer b,
                gpointer      data)
{
  const MtlPlan *plan = data;
  guint left = *(const guint *) a, right = *(const guint *) b;
  gsize left_size = plan->steps[left].out[0].size, right_size = plan->steps[right].out[0].size;

  if (left_size != right_size)
    return left_size < right_size ? 1 : -1;

  return left < right ? -1 : left > right;
}

/* The lowest offset for place @n of @order beside those before it. */
static gsize
find_offset (const Layouter *self,
             const guint    *order,
             guint           n)
{
  const MtlPlanStep *steps = self->file->plan->steps;
  gsize size = steps[order[n]].out[0].size;
  gsize offset = 0;
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint o = 0; o < n; o++)
        {
          gsize other = self->layout->places[order[o]].offset;
          gsize end = other + steps[order[o]].out[0].size;
          gboolean together = order[o] <= self->until[order[n]]
                              && order[n] <= self->until[order[o]];

          if (together && other < offset + size && offset < end)
            {
              offset = end;
              moved = TRUE;
            }
        }
    }

  return offset;
}

static void
place_rest (Layouter *self)
{
  const MtlPlan *plan = self->file->plan;
  MtlCLayout *layout = self->layout;
  g_autoptr(GArray) order = g_array_new (FALSE, FALSE, sizeof (guint));
  guint *homes;

  for (guint s = 0; s < plan->n_steps; s++)
    if (is_run (self, s) && self->home[s] == s && layout->places[s].where != MTL_C_OUTPUT)
      g_array_append_val (order, s);
  g_array_sort_with_data (order, compare_places, (gpointer) plan);

  homes = (guint *) (gpointer) order->data;
  for (guint n = 0; n < order->len; n++)
    {
      gsize offset = find_offset (self, homes, n);

      layout->places[homes[n]] = (MtlCPlace) { .where = MTL_C_SCRATCH, .offset = offset };
      layout->floats = MAX (layout->floats, offset + plan->steps[homes[n]].out[0].size);
    }
}

MtlCLayout *
mtl_c_layout_new (const MtlCFile *file,
                  guint64         tasks)
{
  guint n_steps = file->plan->n_steps;
  MtlCLayout *layout = g_new0 (MtlCLayout, 1);
  g_autofree guint *last = g_new0 (guint, n_steps);
  g_autofree guint *home = g_new0 (guint, n_steps);
  g_autofree guint *until = g_new0 (guint, n_steps);
  Layouter self = { file, layout, last, home, until };

  layout->tasks = tasks;
  layout->places = g_new0 (MtlCPlace, n_steps);

  find_last (&self);
  find_homes (&self);
  give_outputs (&self);
  place_rest (&self);
  for (guint s = 0; s < n_steps; s++)
    if (is_run (&self, s))
      layout->places[s] = layout->places[home[s]];

  return layout;
}

void
mtl_c_layout_free (MtlCLayout *self)
{
  g_free (self->places);
  g_free (self);
}
