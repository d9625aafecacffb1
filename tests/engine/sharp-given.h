/* sharp-given.h — steps on gradients written down, for tests of sharpness methods
 *
 * The step, the methods and the balancers are the engine's own; the work that would
 * run a network is replaced by one that answers with given gradients, one at the
 * clean point and one elsewhere, and counts what it is asked. Three weights, of which
 * two are the trunk. Of two tasks the mean is what one task has: their rows lie on
 * both sides of it, and the head of the first is twice the mean's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>
#include <string.h>

#include "mtl-step-private.h"
#include "no-network.h"

#define TOLERANCE 1e-6
#define P         3
#define D         2
#define ROWS      4

/* --- the work --- */

static double clean[P] = { 0.3, -0.4, 1.2 };
static double moved[P] = { 0.5, -0.2, 1.0 };
static const double apart[D] = { 0.7, -0.2 };

/* By how much each sample's loss is larger there, of the two tasks. */
static const float growth[2][ROWS] = { { 3.0f, 1.0f, 4.0f, 2.0f }, { 0.0f, 5.0f, 0.0f, 0.0f } };

static const float start[P] = { 1.0f, -2.0f, 0.5f };

static struct
{
  double shift[P];   /* of the newest pass that went elsewhere */
  double forward, backward;
  guint32 samples;   /* bits of those in the newest pass backward that went elsewhere */
} seen;

guint64
mtl_work_labelled (MtlWork        *self,
                   const MtlBatch *batch)
{
  return (G_GUINT64_CONSTANT (1) << self->plan->n_tasks) - 1;
}

void
mtl_work_run (MtlWork       *self,
              const MtlPass *pass,
              double        *losses,
              MtlGrads      *grads,
              float *const  *outputs)
{
  guint n_tasks = self->plan->n_tasks;
  gboolean here = memcmp (pass->theta, start, sizeof start) == 0;
  const double *g = here ? clean : moved;

  seen.forward += (double) pass->batch->rows / ROWS;
  for (guint i = 0; !here && i < P; i++)
    seen.shift[i] = (double) pass->theta[i] - start[i];
  for (guint k = 0; k < n_tasks; k++)
    {
      double side = n_tasks == 1 ? 0.0 : k == 0 ? 1.0 : -1.0;

      if ((pass->tasks >> k & 1) == 0)
        continue;
      if (outputs != NULL && outputs[k] != NULL)
        for (guint r = 0; r < ROWS; r++)
          outputs[k][r] = here ? 0.5f : 0.5f + growth[k][r];
      if (losses != NULL)
        losses[k] = 1.0 + k + pass->theta[0] * pass->theta[1];
      if (grads == NULL)
        continue;
      seen.backward += (double) pass->batch->rows / ROWS;
      seen.samples = 0;
      for (gsize r = 0; r < pass->batch->rows; r++)
        seen.samples |= 1u << pass->batch->samples[r];
      for (guint i = 0; i < D; i++)
        mtl_grads_row (grads, k)[i] = (float) (g[i] + side * apart[i]);
      if (k == 0)
        mtl_grads_head (grads, k)[0] = (float) (n_tasks * g[D]);
    }
}

void
mtl_work_run_sum (MtlWork       *self,
                  const MtlPass *pass,
                  const double  *weights,
                  double        *losses,
                  MtlGrads      *grads,
                  float *const  *outputs,
                  float         *direction)
{
  g_assert_not_reached ();
}

/* A sample's loss is its output. */

static double
output_divisor (const MtlTargetType *target,
                const MtlItems      *items,
                const MtlSetting    *set,
                gsize                rows,
                const float         *targets)
{
  return (double) rows;
}

static double
output_value (const MtlTargetType *target,
              const MtlItems      *items,
              const MtlSetting    *set,
              gsize                rows,
              const float         *outputs,
              const float         *targets,
              float               *gradient)
{
  double sum = 0.0;

  for (gsize r = 0; r < rows; r++)
    sum += outputs[r];

  return sum;
}

static const MtlLoss output_loss = {
  .method = { .id = "output", .title = "Output", .summary = "Itself", .reference = "None" },
  .divisor = output_divisor, .value = output_value,
};

/* --- a step --- */

typedef struct
{
  MtlPlan   plan;
  MtlTask   tasks[2];
  char     *ids[3];
  GArray   *tensors;
  MtlWork  *work;
  MtlStep  *step;
  guint32   samples[ROWS];
  gsize     one[2];
  float     targets[2][ROWS];
  float    *target[2];
  MtlBatch  batch;
  guint64   n;
} Bench;

static inline void
bench_init (Bench *self,
            guint  n_tasks)
{
  const MtlTensor trunk = { .block = "t", .name = "weight", .shape = { 2, { 1, D } }, .size = D };
  const MtlTensor head = { .block = "h", .name = "bias", .shape = { 1, { 1 } }, .offset = D,
                           .size = 1 };

  memset (&seen, 0, sizeof seen);
  *self = (Bench) { .ids = { (char *) "one", n_tasks > 1 ? (char *) "two" : NULL, NULL } };
  self->tensors = g_array_new (FALSE, FALSE, sizeof (MtlTensor));
  g_array_append_val (self->tensors, trunk);
  g_array_append_val (self->tensors, head);
  self->tasks[0] = (MtlTask) { .id = "one", .loss = &output_loss, .size = 1, .weight = 1.0,
                               .offset = D, .n_weights = 1 };
  self->tasks[1] = (MtlTask) { .id = "two", .loss = &output_loss, .size = 1, .weight = 1.0,
                               .offset = P };
  self->plan = (MtlPlan) { .refs = 1, .capacity = ROWS, .trains = TRUE, .n_tasks = n_tasks,
                           .tasks = self->tasks, .task_ids = self->ids, .tensors = self->tensors,
                           .n_trunk = D, .n_weights = P, .n_theta = P };
  for (guint k = 0; k < 2; k++)
    {
      self->one[k] = 1;
      self->target[k] = self->targets[k];
    }
  for (guint32 r = 0; r < ROWS; r++)
    self->samples[r] = r;
  self->batch = (MtlBatch) { .rows = ROWS, .capacity = ROWS, .samples = self->samples,
                             .n_tasks = n_tasks, .targets = self->target,
                             .target_size = self->one };
  self->work = mtl_work_new (&self->plan, NULL);
  self->step = mtl_step_new (self->work);
}

static inline void
bench_clear (Bench *self)
{
  mtl_step_free (self->step);
  mtl_work_free (self->work);
  g_array_unref (self->tensors);
}

/* @sets: “rho=0.05 k=2” */
static inline MtlChosen *
choose (MtlKind     kind,
        const char *id,
        const char *sets)
{
  MtlChosen *chosen = mtl_chosen_new (kind, mtl_catalogue_find (kind, id, NULL));
  g_auto(GStrv) words = g_strsplit (sets, " ", -1);

  for (guint n = 0; words[n] != NULL; n++)
    {
      g_auto(GStrv) pair = g_strsplit (words[n], "=", 2);
      g_autoptr(GError) error = NULL;
      MtlChosen *next;

      if (pair[0] == NULL)
        continue;
      next = mtl_chosen_with (chosen, pair[0], pair[1], &error);
      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return chosen;
}

static inline void
set_up (Bench      *bench,
        const char *sharp,
        const char *sets)
{
  g_autoptr(MtlChosen) balancer = choose (MTL_KIND_BALANCER, "equal", "");
  g_autoptr(MtlChosen) chosen = choose (MTL_KIND_SHARP, sharp, sets);

  mtl_step_set_balancer (bench->step, MTL_PART_LOSS, balancer);
  mtl_step_set_balancer (bench->step, MTL_PART_FLAT, balancer);
  mtl_step_set_sharp (bench->step, chosen);
}

static inline const float *
take (Bench *bench)
{
  g_autoptr(GError) error = NULL;

  g_assert_true (mtl_step_take (bench->step, start, &bench->batch, bench->n++, 1, TRUE, &error));
  g_assert_no_error (error);

  return mtl_step_gradient (bench->step);
}

static inline void
expect (const char   *what,
        const float  *found,
        const double *expected)
{
  for (guint i = 0; i < P; i++)
    if (!(fabs (found[i] - expected[i]) <= TOLERANCE * (1.0 + fabs (expected[i]))))
      g_test_fail_printf ("%s: element %u is %.9g, expected %.9g", what, i, found[i], expected[i]);
}

static inline void
expect_shift (const char   *what,
              const double *expected)
{
  float shift[P];

  for (guint i = 0; i < P; i++)
    shift[i] = (float) seen.shift[i];
  expect (what, shift, expected);
}
