/* mtl-trainer-prepare.c — what stands before the first step, and what settings change
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-step-refusal.h"
#include "mtl-trainer-private.h"

void
mtl_loop_clear (MtlLoop *loop)
{
  g_clear_pointer (&loop->recorder, mtl_recorder_free);
  g_clear_pointer (&loop->step, mtl_step_free);
  g_clear_pointer (&loop->model, mtl_model_free);
  for (guint b = 0; b < loop->n_batches; b++)
    mtl_batch_free (loop->batches[b]);
  loop->n_batches = 0;
  for (guint b = 0; b < G_N_ELEMENTS (loop->fresh); b++)
    g_clear_pointer (&loop->fresh[b], mtl_batch_free);
  g_clear_pointer (&loop->batches, g_free);
  g_clear_pointer (&loop->validation, mtl_tally_free);
  g_clear_pointer (&loop->test, mtl_tally_free);
  g_clear_pointer (&loop->work, mtl_work_free);
  g_clear_pointer (&loop->plan, mtl_plan_unref);
  g_clear_pointer (&loop->data, mtl_data_unref);
  g_clear_pointer (&loop->pool, mtl_pool_free);
  g_clear_pointer (&loop->design, mtl_design_unref);
  g_clear_pointer (&loop->order, g_free);
  g_clear_pointer (&loop->frame, g_free);
}

static void
set_average (MtlTrainer *self)
{
  MtlLoop *loop = &self->loop;

  /* Whoever copies weights may be reading the mean. */
  pthread_mutex_lock (&self->theta_lock);
  mtl_average_set (&loop->model->average,
                   (MtlAverageKind) mtl_setup_number (loop->design, "averaging"),
                   mtl_setup_number (loop->design, "averaging-decay"),
                   mtl_setup_number (loop->design, "averaging-start"));
  pthread_mutex_unlock (&self->theta_lock);
}

static void
set_methods (MtlTrainer *self)
{
  MtlLoop *loop = &self->loop;

  mtl_step_set_balancer (loop->step, MTL_PART_LOSS, mtl_setup_method (loop->design, "balancer"));
  mtl_step_set_balancer (loop->step, MTL_PART_FLAT, mtl_setup_flat_balancer (loop->design));
  mtl_step_set_sharp (loop->step, mtl_setup_method (loop->design, "sharpness"));
  /* `lr` is an optimiser's first setting, and no schedule goes beyond it. */
  mtl_step_set_highest_rate (
    loop->step, mtl_chosen_settings (mtl_setup_method (loop->design, "optimizer"))[0].number);
  mtl_step_set_clip (loop->step, mtl_setup_number (loop->design, "clip-norm"),
                     mtl_setup_number (loop->design, "clip-part") != 0.0);
  mtl_model_set_optimizer (loop->model, mtl_setup_method (loop->design, "optimizer"));
  mtl_model_set_schedule (loop->model, mtl_setup_method (loop->design, "schedule"));
  set_average (self);
}

/* PER_TASK settings must name tasks that are there, and methods go together. */
static gboolean
check_methods (const MtlPlan    *plan,
               const MtlDesign  *design,
               GError          **error)
{
  g_autofree char *refusal = mtl_step_refusal (design, NULL);
  const MtlChosen *methods[] = { mtl_setup_method (design, "balancer"),
                                 mtl_setup_flat_balancer (design),
                                 mtl_setup_method (design, "sharpness") };

  for (guint n = 0; n < G_N_ELEMENTS (methods); n++)
    {
      g_autoptr(MtlChosen) spread =
        mtl_chosen_for_tasks (methods[n], mtl_plan_task_ids (plan), mtl_plan_n_tasks (plan),
                              error);

      if (spread == NULL)
        return FALSE;
    }

  if (refusal != NULL)
    g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN, refusal);

  return refusal == NULL;
}

static gboolean
keep_weights (MtlTrainer  *self,
              GError     **error)
{
  MtlSnapshot *from = self->options.weights;
  const MtlDesign *design;
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlPlan) plan = NULL;
  gsize n;
  const float *theta;

  if (from == NULL)
    return TRUE;

  design = mtl_snapshot_design (from);
  data = mtl_setup_data (design, self->cancel, error);
  if (data == NULL)
    return FALSE;
  plan = mtl_plan_new (design, data, 1, FALSE, 0, error);
  if (plan == NULL)
    return FALSE;

  theta = mtl_snapshot_theta (from, &n);
  if (n == mtl_plan_n_theta (plan))
    mtl_setup_copy (plan, theta, self->loop.plan, self->loop.model->theta);

  return TRUE;
}

static void
make_batches (MtlLoop *loop,
              gsize    capacity)
{
  gsize all = (loop->n_rows + capacity - 1) / capacity;

  loop->n_batches = (guint) MIN (mtl_setup_number (loop->design, "accumulate"), (double) all);
  loop->batches = g_new (MtlBatch *, loop->n_batches);
  for (guint b = 0; b < loop->n_batches; b++)
    loop->batches[b] = mtl_batch_new (loop->data, capacity);
  loop->steps_per_epoch = (all + loop->n_batches - 1) / loop->n_batches;
  mtl_step_set_batches (loop->step, loop->n_batches);
}

static gboolean
make_engine (MtlTrainer  *self,
             GError     **error)
{
  MtlLoop *loop = &self->loop;
  gsize capacity = (gsize) mtl_setup_number (loop->design, "batch");

  loop->data = mtl_setup_data (loop->design, self->cancel, error);
  if (loop->data == NULL)
    return FALSE;

  loop->n_rows = mtl_data_rows (loop->data, MTL_DATA_TRAIN);
  if (loop->n_rows == 0)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DATA,
                           _("The data has no training rows left. Lower validation or test."));
      return FALSE;
    }

  capacity = MIN (capacity, loop->n_rows);
  loop->plan = mtl_plan_new (loop->design, loop->data, capacity, TRUE, self->options.budget, error);
  if (loop->plan == NULL || !check_methods (loop->plan, loop->design, error))
    return FALSE;

  loop->pool = mtl_pool_new (mtl_plan_is_small (loop->plan) ? 1 : self->options.n_threads);
  loop->work = mtl_work_new (loop->plan, loop->pool);
  loop->model = mtl_model_new (loop->plan, loop->seed);
  loop->step = mtl_step_new (loop->work);
  make_batches (loop, capacity);
  loop->validation = mtl_tally_new (loop->plan);
  loop->test = mtl_tally_new (loop->plan);
  loop->order = g_new (guint32, loop->n_rows);
  loop->frame_size = mtl_conflict_frame_size (mtl_plan_n_tasks (loop->plan),
                                              mtl_step_blocks (loop->step)->len);
  loop->frame = g_malloc0 (loop->frame_size);
  set_methods (self);

  return keep_weights (self, error);
}

static void
fill_info (MtlTrainer    *self,
           MtlRecordInfo *info)
{
  MtlLoop *loop = &self->loop;
  guint n_tasks = mtl_plan_n_tasks (loop->plan);

  info->design = mtl_design_ref (self->first);
  info->n_tasks = n_tasks;
  info->tasks = g_strdupv ((char **) mtl_plan_task_ids (loop->plan));
  info->metrics = g_new0 (char *, n_tasks + 1);
  for (guint k = 0; k < n_tasks; k++)
    info->metrics[k] = g_strdup (
      mtl_task_metric (mtl_plan_task (loop->plan, k), 0)->method.id);
  info->n_weights = mtl_plan_n_weights (loop->plan);
  info->n_trunk = mtl_plan_n_trunk (loop->plan);
  info->steps_per_epoch = loop->steps_per_epoch;
  info->n_epochs = loop->n_epochs;
}

/* A record of a new run, on disk where there is a store. */
static gboolean
begin_record (MtlTrainer  *self,
              GError     **error)
{
  MtlLoop *loop = &self->loop;
  MtlRecordInfo info = { 0 };
  MtlRecord *record = NULL;

  fill_info (self, &info);
  info.started = g_get_real_time ();
  if (self->options.store != NULL)
    loop->writer = mtl_store_begin (self->options.store, &info, error);
  if (self->options.store == NULL || loop->writer != NULL)
    record = mtl_record_new (&info);
  mtl_record_info_clear (&info);

  pthread_mutex_lock (&self->lock);
  self->record = record;
  pthread_mutex_unlock (&self->lock);

  return record != NULL;
}

/* The record of an old run, cut back to its newest checkpoint. */
static gboolean
resume_record (MtlTrainer  *self,
               GBytes      *checkpoint,
               GError     **error)
{
  MtlLoop *loop = &self->loop;
  MtlProgressMark mark;
  MtlRecord *record;

  if (!mtl_checkpoint_mark (checkpoint, &mark, error))
    return FALSE;

  loop->writer = mtl_store_resume (self->options.store, self->resume, mark.step,
                                   mark.batch > 0 ? mark.epoch : mark.epoch - 1, error);
  if (loop->writer == NULL)
    return FALSE;

  record = mtl_store_load (self->options.store, self->resume, error);
  pthread_mutex_lock (&self->lock);
  self->record = record;
  pthread_mutex_unlock (&self->lock);

  return record != NULL;
}

static gboolean
load_checkpoint (MtlTrainer  *self,
                 GBytes      *checkpoint,
                 GError     **error)
{
  MtlLoop *loop = &self->loop;

  loop->recorder = mtl_recorder_new (self->record, loop->plan);
  if (checkpoint == NULL && self->options.weights != NULL)
    mtl_record_add_event (self->record, 0, "weights", _("starts from weights trained before"));
  if (checkpoint == NULL)
    {
      mtl_recorder_add_trunk (loop->recorder, loop->model->theta, 0);
      return TRUE;
    }
  if (!mtl_checkpoint_read (checkpoint, &loop->mark, loop->model, loop->step, loop->recorder,
                            error))
    return FALSE;

  mtl_record_add_event (self->record, loop->mark.step, "resume", _("resumed"));
  if (!mtl_checkpoint_matches (checkpoint, mtl_data_info (loop->data)))
    mtl_record_add_event (self->record, loop->mark.step, "warning",
                          _("the data has changed: what the weights learnt of it was standardised "
                            "or numbered otherwise"));
  return TRUE;
}

/* What was applied by now was compared with the design the run was started with. */
static void
follow_checkpoint (MtlTrainer *self)
{
  const MtlDesign *design = self->loop.design;

  pthread_mutex_lock (&self->lock);
  if (self->pending != NULL && mtl_design_compare (design, self->pending) != MTL_CHANGE_SETTINGS)
    g_clear_pointer (&self->pending, mtl_design_unref);
  mtl_design_unref (self->applied);
  self->applied = mtl_design_ref (self->pending != NULL ? self->pending : design);
  pthread_mutex_unlock (&self->lock);
}

/* A resumed run follows the design of its checkpoint; new epochs may be added. */
static gboolean
choose_design (MtlTrainer  *self,
               GBytes      *checkpoint,
               GError     **error)
{
  MtlLoop *loop = &self->loop;

  loop->design = checkpoint != NULL ? mtl_checkpoint_design (checkpoint, error)
                                    : mtl_design_ref (self->first);
  if (loop->design == NULL)
    return FALSE;
  if (checkpoint != NULL)
    follow_checkpoint (self);

  loop->seed = (guint64) mtl_setup_number (loop->design, "seed");
  loop->n_epochs = self->options.n_epochs > 0
                   ? self->options.n_epochs
                   : (guint64) mtl_setup_number (loop->design, "epochs");
  loop->mark = (MtlProgressMark) { .epoch = 1, .best = INFINITY };

  return TRUE;
}

/* (transfer full): the ids of the blocks of the trunk. */
static char **
list_blocks (MtlStep *step)
{
  const GArray *blocks = mtl_step_blocks (step);
  char **ids = g_new0 (char *, blocks->len + 1);

  for (guint n = 0; n < blocks->len; n++)
    ids[n] = g_strdup (g_array_index (blocks, MtlTrunkBlock, n).id);

  return ids;
}

gboolean
mtl_loop_prepare (MtlTrainer  *self,
                  GError     **error)
{
  MtlLoop *loop = &self->loop;
  g_autoptr(GBytes) checkpoint = NULL;

  if (self->resume != NULL)
    {
      checkpoint = mtl_store_checkpoint (self->options.store, self->resume, FALSE, error);
      if (checkpoint == NULL)
        return FALSE;
    }

  if (!choose_design (self, checkpoint, error) || !make_engine (self, error))
    return FALSE;
  if (!(checkpoint != NULL ? resume_record (self, checkpoint, error)
                           : begin_record (self, error)))
    return FALSE;
  if (!load_checkpoint (self, checkpoint, error))
    return FALSE;

  pthread_mutex_lock (&self->lock);
  self->blocks = list_blocks (loop->step);
  self->conflict = mtl_mailbox_new (loop->frame_size);
  pthread_mutex_unlock (&self->lock);
  pthread_mutex_lock (&self->theta_lock);
  self->has_model = TRUE;
  pthread_mutex_unlock (&self->theta_lock);

  return TRUE;
}

/* --- settings while training --- */

/* “balancer c: 0.4 → 0.5” for each value in which two of one method differ. */
static void
note_values (MtlTrainer      *self,
             const char      *what,
             const MtlChosen *old,
             const MtlChosen *new)
{
  MtlKind kind = mtl_chosen_kind (new);

  for (guint n = 0; n < mtl_method_n_params (mtl_chosen_method (new), kind); n++)
    {
      const MtlParam *param = mtl_method_param (mtl_chosen_method (new), kind, n);
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      g_autofree char *words = NULL;

      /* The methods of the experiment have notes of their own. */
      if (kind == MTL_KIND_EXPERIMENT && param->type == MTL_METHOD)
        continue;
      before = mtl_setting_to_text (&mtl_chosen_settings (old)[n], param);
      after = mtl_setting_to_text (&mtl_chosen_settings (new)[n], param);
      if (strcmp (before, after) == 0)
        continue;
      words = g_strdup_printf ("%s %s: %s → %s", what, param->id, before, after);
      mtl_record_add_event (self->record, self->loop.mark.step, "settings", words);
    }
}

/* “balancer → PCGrad” for a swap. */
static void
note_method (MtlTrainer *self,
             const char *what,
             const char *id,
             const MtlDesign *next)
{
  const MtlChosen *old = mtl_setup_method (self->loop.design, id);
  const MtlChosen *new = mtl_setup_method (next, id);
  g_autofree char *words = NULL;

  if (mtl_chosen_method (old) == mtl_chosen_method (new))
    {
      note_values (self, what, old, new);
      return;
    }

  words = g_strdup_printf ("%s → %s", what, _(mtl_chosen_method (new)->title));
  mtl_record_add_event (self->record, self->loop.mark.step, "settings", words);
}

/* Training goes on as it was. */
static void
refuse_settings (MtlTrainer   *self,
                 const GError *error)
{
  mtl_record_add_event (self->record, self->loop.mark.step, "warning", error->message);

  pthread_mutex_lock (&self->lock);
  if (self->pending == NULL)
    {
      mtl_design_unref (self->applied);
      self->applied = mtl_design_ref (self->loop.design);
    }
  pthread_mutex_unlock (&self->lock);
}

/* Takes what mtl_trainer_apply() left; between two steps. */
void
mtl_loop_take_settings (MtlTrainer *self)
{
  MtlLoop *loop = &self->loop;
  g_autoptr(GError) error = NULL;
  const MtlDesign *next;

  pthread_mutex_lock (&self->lock);
  next = g_steal_pointer (&self->pending);
  pthread_mutex_unlock (&self->lock);
  if (next == NULL)
    return;

  if (!check_methods (loop->plan, next, &error))
    {
      refuse_settings (self, error);
      mtl_design_unref (next);
      return;
    }

  note_method (self, _("balancer"), "balancer", next);
  note_method (self, _("flat regions"), "sharpness", next);
  note_method (self, _("optimiser"), "optimizer", next);
  note_method (self, _("schedule"), "schedule", next);
  note_values (self, _("experiment"), mtl_design_experiment (loop->design),
               mtl_design_experiment (next));
  mtl_design_unref (loop->design);
  loop->design = next;
  if (self->options.n_epochs == 0)
    loop->n_epochs = (guint64) mtl_setup_number (next, "epochs");
  set_methods (self);
}
