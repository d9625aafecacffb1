/* mtl-step-balance.c — the balance of a part
 *
 * Conflict is always reported at the clean point. A part that is balanced at
 * perturbed weights has its clean rows measured beside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-step-inside.h"

#define COLUMNS 1024   /* of a piece of a direction */

static void
mark_absent (MtlStep *self,
             double  *gramian)
{
  guint k = self->n_tasks;

  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < k; j++)
      if ((self->tasks >> i & self->tasks >> j & 1) == 0)
        gramian[i * k + j] = NAN;
}

/* The Gramian of @rows over all tasks: of each block of the trunk, one behind the other, and
 * their sum; NaN where a task is left out. */
static void
measure (MtlStep        *self,
         const MtlGrads *rows,
         double         *apart,
         double         *whole)
{
  gsize size = self->n_tasks * self->n_tasks;

  mtl_grads_gram_blocks (rows, rows, self->blocks, mtl_work_pool (self->work), apart);
  memset (whole, 0, size * sizeof *whole);
  for (guint n = 0; n < self->blocks->len; n++)
    {
      for (gsize i = 0; i < size; i++)
        whole[i] += apart[n * size + i];
      mark_absent (self, apart + n * size);
    }
  mark_absent (self, whole);
}

static MtlRng
slice_rng (MtlStep        *self,
           MtlPart         part,
           const MtlSlice *slice)
{
  MtlStream stream = part == MTL_PART_LOSS ? MTL_STREAM_LOSS_PART : MTL_STREAM_FLAT_PART;
  MtlRng rng = mtl_rng_derive (mtl_rng_new (self->seed, stream), self->step);

  return slice->block != NULL ? mtl_rng_derive_text (rng, slice->block) : rng;
}

/* The rows and columns of a K×K matrix that belong to the tasks of @call. */
static double *
pick (MtlStep           *self,
      const MtlStepCall *call,
      const double      *full)
{
  guint n = call->in.n_tasks;
  double *part = g_new (double, n * n);

  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      part[i * n + j] = full[call->task[i] * self->n_tasks + call->task[j]];

  return part;
}

/* Of the fresh batches, over the columns of @slice. */
static double *
find_cross (MtlStep           *self,
            const MtlStepCall *call,
            const MtlSlice    *slice)
{
  g_autofree double *own = NULL;

  if (slice->block == NULL)
    return pick (self, call, self->cross);

  own = g_new (double, self->n_tasks * self->n_tasks);
  mtl_grads_gram_range (self->crossed[0], self->crossed[1], slice->first, slice->n,
                        mtl_work_pool (self->work), own);
  return pick (self, call, own);
}

void
mtl_step_open_call (MtlStep        *self,
                    MtlPart         p,
                    const MtlSlice *slice,
                    guint64         tasks,
                    const double   *gramian,
                    const MtlGrads *rows,
                    MtlStepCall    *call)
{
  const MtlStepPart *part = &self->parts[p];
  const MtlPlan *plan = mtl_work_plan (self->work);
  guint n = mtl_step_list_tasks (tasks, call->task);

  call->in = (MtlBalanceInput) {
    .n_tasks = n,
    .n_run = self->n_tasks,
    .task = call->task,
    .ids = mtl_plan_task_ids (plan),
    .losses = call->losses,
    .step = self->step,
    .epoch = self->epoch,
    .rate = self->rate,
    .set = mtl_chosen_settings (part->spread),
    .chosen = part->spread,
    .state = slice->state,
    .rng = slice_rng (self, p, slice),
  };
  for (guint i = 0; i < n; i++)
    call->losses[i] = mtl_plan_task (plan, call->task[i])->weight * self->losses[call->task[i]];

  call->gramian = gramian != NULL ? pick (self, call, gramian) : NULL;
  call->in.gramian = call->gramian;
  call->last = self->last != NULL && slice->block == NULL ? pick (self, call, self->last) : NULL;
  call->in.last = call->last;
  call->cross = self->cross != NULL ? find_cross (self, call, slice) : NULL;
  call->in.cross = call->cross;
  if (rows == NULL || (part->balancer->needs & MTL_NEEDS_ROWS) == 0)
    return;

  for (guint i = 0; i < n; i++)
    call->row[i] = mtl_grads_row ((MtlGrads *) rows, call->task[i]) + slice->first;
  call->rows = (MtlRows) { .n_columns = slice->n, .floats = call->row };
  call->in.rows = &call->rows;
}

void
mtl_step_close_call (MtlStepCall *call)
{
  g_free (call->gramian);
  g_free (call->last);
  g_free (call->cross);
}

gboolean
mtl_step_weigh (MtlStep            *self,
                MtlPart             p,
                const MtlStepCall  *call,
                double             *w,
                GError            **error)
{
  MtlStepPart *part = &self->parts[p];
  double answer[MTL_MAX_TASKS];
  MtlBalanceStatus status = mtl_balancer_weigh (part->balancer, &call->in, answer, error);

  part->report.status = MAX (part->report.status, status);
  if (status == MTL_BALANCE_REFUSED)
    {
      g_prefix_error (error, _("Step %" G_GUINT64_FORMAT ": "), self->step);
      return FALSE;
    }

  for (guint k = 0; k < self->n_tasks; k++)
    w[k] = NAN;
  for (guint i = 0; i < call->in.n_tasks; i++)
    w[call->task[i]] = answer[i];

  return TRUE;
}

guint
mtl_step_list_tasks (guint64  tasks,
                     guint   *list)
{
  guint n = 0;

  for (guint k = 0; k < MTL_MAX_TASKS; k++)
    if ((tasks >> k & 1) != 0)
      list[n++] = k;

  return n;
}

/* Flatness rows that are nothing but rounding are left out: ρ = 0 must not
 * divide by them. */
static guint64
live_tasks (MtlStep      *self,
            MtlPart       part,
            const double *gramian)
{
  guint64 tasks = 0;

  if (part == MTL_PART_LOSS)
    return self->tasks;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      double flat = gramian[k * self->n_tasks + k];
      double loss = self->parts[MTL_PART_LOSS].report.gramian[k * self->n_tasks + k];

      if (flat > 1e-24 * loss)
        tasks |= (G_GUINT64_CONSTANT (1) << k) & self->tasks;
    }

  return tasks;
}

/* --- a direction that is no weighted sum --- */

typedef struct
{
  MtlStep           *step;
  const MtlBalancer *balancer;
  const MtlStepCall *call;
  const MtlSlice    *slice;
  const double      *w;       /* of the tasks of the call */
  double             scale;
} Combining;

static void
combine_columns (guint    piece,
                 guint    worker,
                 gpointer data)
{
  const Combining *self = data;
  gsize first = (gsize) piece * COLUMNS;
  gsize n = MIN (COLUMNS, self->slice->n - first);
  float *to = self->step->gradient + self->slice->first + first;
  double d[COLUMNS];

  mtl_balancer_combine (self->balancer, &self->call->in, self->w, first, n, d);
  for (gsize c = 0; c < n; c++)
    to[c] += (float) (self->scale * d[c]);
}

static gboolean
combine (MtlStep            *self,
         MtlPart             p,
         const MtlStepCall  *call,
         const MtlSlice     *slice,
         const double       *weights,
         double              scale,
         GError            **error)
{
  const MtlStepPart *part = &self->parts[p];
  double w[MTL_MAX_TASKS];
  Combining combining = { self, part->balancer, call, slice, w, scale };
  const float *direction = self->gradient + slice->first;

  for (guint i = 0; i < call->in.n_tasks; i++)
    w[i] = weights[call->task[i]];
  mtl_pool_run (mtl_work_pool (self->work), (guint) ((slice->n + COLUMNS - 1) / COLUMNS),
                combine_columns, &combining);

  if (mtl_all_finite (direction, slice->n, mtl_work_pool (self->work)))
    return TRUE;
  g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
               _("Step %" G_GUINT64_FORMAT ": %s gave weight %" G_GSIZE_FORMAT
                 " of the trunk a direction that is not finite"),
               self->step, part->balancer->method.id,
               slice->first + mtl_first_not_finite (direction, slice->n));
  return FALSE;
}

/* --- a part --- */

/* Adds scale · A(rows) of the tasks in @live to a slice of the direction; @gramian: of @rows
 * there. @w: [K], asked for unless @known. */
static gboolean
add_slice (MtlStep         *self,
           MtlPart          p,
           const MtlSlice  *slice,
           const MtlGrads  *rows,
           const double    *gramian,
           guint64          live,
           double           scale,
           gboolean         known,
           double          *w,
           GError         **error)
{
  const MtlStepPart *part = &self->parts[p];
  double combined[MTL_MAX_TASKS] = { 0.0 };
  MtlStepCall call = { 0 };
  gboolean ok;

  mtl_step_open_call (self, p, slice, live, gramian, rows, &call);
  ok = known || mtl_step_weigh (self, p, &call, w, error);
  for (guint k = 0; ok && k < self->n_tasks; k++)
    if ((live >> k & 1) != 0)
      combined[k] = scale * w[k];
  if (ok && part->balancer->combine != NULL)
    ok = combine (self, p, &call, slice, w, scale, error);
  else if (ok)
    mtl_grads_combine_range (rows, combined, slice->first, slice->n, mtl_work_pool (self->work),
                             self->gradient);
  mtl_step_close_call (&call);

  return ok;
}

/* Whether the weights of the loss part, which are known, are those of this part. The same
 * balancer that does not look at gradients says the same of both parts, and is asked once. */
static gboolean
is_known (const MtlStep *self,
          MtlPart        p)
{
  const MtlStepPart *part = &self->parts[p];

  if (p == MTL_PART_LOSS)
    return self->weighed;

  return !mtl_balancer_looks_at_gradients (part->balancer, part->spread)
         && mtl_chosen_equal (part->chosen, self->parts[MTL_PART_LOSS].chosen);
}

static gboolean
add_known (MtlStep         *self,
           MtlPart          p,
           const MtlGrads  *rows,
           const double    *gramian,
           guint64          live,
           double           scale,
           GError         **error)
{
  MtlStepPart *part = &self->parts[p];

  memmove (part->report.weights, self->parts[MTL_PART_LOSS].report.weights,
           self->n_tasks * sizeof (double));

  return add_slice (self, p, part->slices, rows, gramian, live, scale, TRUE,
                    part->report.weights, error);
}

/* @gramians: of each slice. */
static gboolean
add_direction (MtlStep         *self,
               MtlPart          p,
               const MtlGrads  *rows,
               const double    *gramians,
               guint64          live,
               double           scale,
               GError         **error)
{
  MtlStepPart *part = &self->parts[p];
  guint k = self->n_tasks;
  double sum[MTL_MAX_TASKS] = { 0.0 }, n[MTL_MAX_TASKS] = { 0.0 }, w[MTL_MAX_TASKS];

  if (is_known (self, p))
    return add_known (self, p, rows, gramians, live, scale, error);

  part->report.status = MTL_BALANCE_OK;
  for (guint s = 0; s < part->n_slices; s++)
    {
      const MtlSlice *slice = &part->slices[s];
      guint64 tasks = live & slice->tasks;

      if (tasks != 0
          && !add_slice (self, p, slice, rows, gramians + s * k * k, tasks, scale, FALSE, w, error))
        return FALSE;
      for (guint i = 0; i < k; i++)
        if ((tasks >> i & 1) != 0)
          {
            sum[i] += w[i];
            n[i] += 1.0;
          }
    }
  for (guint i = 0; i < k; i++)
    part->report.weights[i] = n[i] > 0.0 ? sum[i] / n[i] : NAN;

  return TRUE;
}

static gboolean
balance (MtlStep         *self,
         MtlPart          p,
         const MtlGrads  *rows,
         const double    *apart,
         const double    *whole,
         double           scale,
         GError         **error)
{
  guint64 live = live_tasks (self, p, whole);
  gboolean by_block = self->parts[p].scope == MTL_SCOPE_BLOCK && self->blocks->len > 0;
  gboolean ok;

  self->last = mtl_step_last_shared (self, apart);
  ok = live == 0 || add_direction (self, p, rows, by_block ? apart : whole, live, scale, error);
  self->last = NULL;

  return ok;
}

gboolean
mtl_step_balance (MtlStep         *self,
                  MtlPart          p,
                  const MtlGrads  *rows,
                  double           scale,
                  GError         **error)
{
  MtlPartReport *report = &self->parts[p].report;
  gboolean elsewhere = p == MTL_PART_LOSS && self->clean != NULL && rows != self->clean;
  const MtlLane *lane = mtl_step_lane (self, rows);
  gsize size = self->n_tasks * self->n_tasks;
  g_autofree double *apart = NULL;
  double *whole;

  if (p == MTL_PART_LOSS && lane != NULL)
    {
      mtl_step_add_lane (self, lane, scale);
      return TRUE;
    }

  measure (self, elsewhere ? self->clean : rows, report->blocks, report->gramian);
  report->valid = p != MTL_PART_LOSS || self->clean != NULL;
  if (!elsewhere)
    return balance (self, p, rows, report->blocks, report->gramian, scale, error);

  apart = g_new (double, (self->blocks->len + 1) * size);
  whole = apart + self->blocks->len * size;
  measure (self, rows, apart, whole);

  return balance (self, p, rows, apart, whole, scale, error);
}

double
mtl_step_head_weight (MtlStep *self,
                      guint    task)
{
  const MtlStepPart *part = &self->parts[MTL_PART_LOSS];
  double weight = part->report.weights[task];

  if (mtl_step_n_trunk (self) == 0 || isnan (weight)
      || !mtl_balancer_weighs_heads (part->balancer, part->chosen))
    return 1.0;

  return weight;
}

/* Where fresh batches were compared, a head follows the mean of theirs, which are at θ, and the
 * step's own, of those in which its task has a label. */
static void
average_heads (MtlStep *self)
{
  MtlPlan *plan = mtl_work_plan (self->work);
  guint64 labelled[G_N_ELEMENTS (self->crossed)];

  for (guint b = 0; b < G_N_ELEMENTS (labelled); b++)
    labelled[b] = self->tasks & mtl_work_labelled (self->work, self->fresh[b]);
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      float *to = self->gradient + task->offset;
      double factor = mtl_step_head_weight (self, k);
      float n = 1.0f;

      for (guint b = 0; b < G_N_ELEMENTS (labelled); b++)
        {
          if ((labelled[b] >> k & 1) == 0)
            continue;
          mtl_add_rows (1, &factor, mtl_grads_head (self->crossed[b], k), task->n_weights,
                        task->n_weights, to);
          n += 1.0f;
        }
      for (gsize i = 0; i < task->n_weights; i++)
        to[i] /= n;
    }
}

/* Copied at once: a method may go on to work in these rows. */
void
mtl_step_heads (MtlStep        *self,
                const MtlGrads *from)
{
  MtlPlan *plan = mtl_work_plan (self->work);

  for (guint k = 0; k < self->n_tasks; k++)
    {
      const MtlTask *task = mtl_plan_task (plan, k);
      const float *head = mtl_grads_head ((MtlGrads *) from, k);
      float *to = self->gradient + task->offset;
      gboolean takes_part = self->tasks >> k & 1;
      float factor = (float) mtl_step_head_weight (self, k);

      for (gsize i = 0; i < task->n_weights; i++)
        to[i] = takes_part ? factor * head[i] : 0.0f;
    }
  if (self->cross != NULL)
    average_heads (self);
}
