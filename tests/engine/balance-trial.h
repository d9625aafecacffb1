/* balance-trial.h — a balancer asked step after step, as training asks it
 *
 * Tasks are called a, b … of at most MOST_TASKS; all have rows of the same length.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "balance-answers.h"

typedef struct
{
  const MtlBalancer *balancer;
  MtlChosen         *chosen;
  MtlState          *state;
  guint              n_run;     /* tasks of the run */
  gsize              n_columns;
  guint64            step;
  guint64            epoch;
  double             rate;
  GError            *error;     /* of a step that was refused */
} Trial;

/* Of the tasks of a step, in the order of the call. */
typedef struct
{
  guint  n;
  guint  task[MOST_TASKS];
  double losses[MOST_TASKS];
  double rows[MOST_TASKS * MOST_COLUMNS];
  const double *last;           /* [n²]: Gramian of the last layer; or NULL */
  double after[MOST_TASKS];     /* losses once the weights were stepped */
} TrialStep;

/* @description: a method's id, then settings, all with blanks between. */
static inline void
trial_open (Trial      *self,
            const char *description,
            guint       n_run,
            gsize       n_columns)
{
  g_auto(GStrv) words = g_strsplit (description, " ", -1);
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_BALANCER, words[0], &error);
  g_autoptr(MtlChosen) chosen = NULL;
  MtlStateSpec spec = { 0 };

  g_assert_no_error (error);
  chosen = mtl_chosen_new (MTL_KIND_BALANCER, method);
  for (guint i = 1; words[i] != NULL; i++)
    {
      g_auto(GStrv) sides = g_strsplit (words[i], "=", 2);
      MtlChosen *changed = mtl_chosen_with (chosen, sides[0], sides[1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = changed;
    }

  *self = (Trial) { .balancer = (const MtlBalancer *) method, .n_run = n_run,
                    .n_columns = n_columns, .rate = 1.0 };
  self->chosen = mtl_chosen_for_tasks (chosen, task_ids, n_run, &error);
  g_assert_no_error (error);
  if (self->balancer->declare != NULL)
    self->balancer->declare (n_run, n_columns, mtl_chosen_settings (self->chosen), &spec);
  self->state = mtl_state_new (&spec);
}

static inline void
trial_clear (Trial *self)
{
  mtl_chosen_unref (self->chosen);
  mtl_state_free (self->state);
  g_clear_error (&self->error);
}

/* The Gramian of @s. */
static inline void
trial_measure (const Trial     *self,
               const TrialStep *s,
               double          *gramian)
{
  for (guint i = 0; i < s->n; i++)
    for (guint j = 0; j < s->n; j++)
      {
        gramian[i * s->n + j] = 0.0;
        for (gsize c = 0; c < self->n_columns; c++)
          gramian[i * s->n + j] += s->rows[i * self->n_columns + c]
                                   * s->rows[j * self->n_columns + c];
      }
}

/* Weighs, notes and follows; @w: weights of the tasks of @s. FALSE when refused. */
static inline gboolean
trial_take (Trial           *self,
            const TrialStep *s,
            double          *w)
{
  double gramian[MOST_TASKS * MOST_TASKS];
  const double *row[MOST_TASKS];
  const MtlRows rows = { .n_columns = self->n_columns, .doubles = row };
  MtlRng rng = mtl_rng_derive (mtl_rng_new (1, MTL_STREAM_LOSS_PART), self->step);
  MtlBalanceInput in = {
    .n_tasks = s->n, .task = s->task, .losses = s->losses, .gramian = gramian,
    .last = s->last, .rows = &rows,
    .step = self->step, .epoch = self->epoch, .rate = self->rate,
    .set = mtl_chosen_settings (self->chosen), .state = self->state, .rng = rng,
    .chosen = self->chosen,
  };

  for (guint i = 0; i < s->n; i++)
    row[i] = s->rows + i * self->n_columns;
  trial_measure (self, s, gramian);
  if (mtl_balancer_weigh (self->balancer, &in, w, &self->error) == MTL_BALANCE_REFUSED)
    return FALSE;

  if (self->balancer->note != NULL)
    self->balancer->note (&in);
  if (mtl_balancer_follows (self->balancer, self->chosen))
    self->balancer->follow (&in, s->after);
  self->step++;

  return TRUE;
}
