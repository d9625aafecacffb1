/* mtl-trainer.c — one run of training on its own thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-trainer-private.h"

#include <string.h>

#define CHECKPOINT_COPIES 2  /* as values, and as the bytes that go to the store */

static void *
thread_main (void *data)
{
  MtlTrainer *self = data;
  GError *error = NULL;

  mtl_trainer_loop (self, &error);
  mtl_ending_post (self->ending, error);

  return NULL;
}

static void
ended_cb (gpointer      owner,
          const GError *error,
          GObject      *listener)
{
  MtlTrainer *self = owner;

  self->ended (self, error, listener);
}

static void
destroy (MtlTrainer *self)
{
  mtl_loop_clear (&self->loop);
  g_clear_pointer (&self->pending, mtl_design_unref);
  g_clear_pointer (&self->applied, mtl_design_unref);
  g_clear_pointer (&self->first, mtl_design_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  g_clear_pointer (&self->conflict, mtl_mailbox_unref);
  g_strfreev (self->blocks);
  g_clear_pointer (&self->options.store, mtl_store_unref);
  g_clear_pointer (&self->options.weights, mtl_snapshot_unref);
  g_clear_pointer (&self->ending, mtl_ending_free);
  g_clear_object (&self->cancel);
  g_clear_pointer (&self->measures, g_ptr_array_unref);
  pthread_mutex_destroy (&self->lock);
  pthread_mutex_destroy (&self->theta_lock);
  pthread_cond_destroy (&self->wake);
  g_free (self->resume);
  g_free (self);
}

static MtlTrainer *
create (const MtlDesign     *design,
        const MtlRunOptions *options,
        GObject             *listener,
        MtlRunEnded          ended)
{
  MtlTrainer *self = g_new0 (MtlTrainer, 1);

  self->options = *options;
  self->resume = g_strdup (options->resume);
  self->options.resume = self->resume;
  if (options->measures != NULL)
    self->measures = g_ptr_array_ref (options->measures);
  if (options->store != NULL)
    mtl_store_ref (options->store);
  if (options->weights != NULL)
    mtl_snapshot_ref (options->weights);
  self->first = mtl_design_ref (design);
  self->applied = mtl_design_ref (design);
  self->cancel = g_cancellable_new ();
  self->ended = ended;
  self->ending = mtl_ending_new (self, listener, ended_cb);
  pthread_mutex_init (&self->lock, NULL);
  pthread_mutex_init (&self->theta_lock, NULL);
  pthread_cond_init (&self->wake, NULL);

  return self;
}

MtlTrainer *
mtl_trainer_start (const MtlDesign      *design,
                   const MtlRunOptions  *options,
                   GObject              *listener,
                   MtlRunEnded           ended,
                   GError              **error)
{
  MtlTrainer *self = create (design, options, listener, ended);
  int failure = pthread_create (&self->thread, NULL, thread_main, self);

  if (failure != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure),
                   "No thread could be started: %s", g_strerror (failure));
      destroy (self);
      return NULL;
    }

  return self;
}

void
mtl_trainer_free (MtlTrainer *self)
{
  mtl_trainer_order (self, MTL_ORDER_STOP);
  g_cancellable_cancel (self->cancel);
  pthread_join (self->thread, NULL);
  destroy (self);
}

void
mtl_trainer_order (MtlTrainer *self,
                   MtlOrder    order)
{
  pthread_mutex_lock (&self->lock);
  switch (order)
    {
    case MTL_ORDER_PAUSE:
      self->pause = TRUE;
      break;
    case MTL_ORDER_GO_ON:
      self->pause = FALSE;
      break;
    case MTL_ORDER_SAVE:
      self->save = TRUE;
      break;
    case MTL_ORDER_STEP:
      self->pause = TRUE;
      self->n_single++;
      break;
    case MTL_ORDER_STOP:
      self->stop = TRUE;
      break;
    default:
      g_assert_not_reached ();
    }
  pthread_cond_signal (&self->wake);
  pthread_mutex_unlock (&self->lock);
}

/* Whether everything but settings that can change while training is alike. */
static gboolean
same_structure (const MtlDesign *now,
                const MtlDesign *next)
{
  if (mtl_design_n_blocks (now) != mtl_design_n_blocks (next)
      || mtl_design_n_wires (now) != mtl_design_n_wires (next)
      || mtl_setup_number (now, "seed") != mtl_setup_number (next, "seed")
      || mtl_setup_number (now, "batch") != mtl_setup_number (next, "batch")
      || mtl_setup_number (now, "accumulate") != mtl_setup_number (next, "accumulate"))
    return FALSE;

  for (guint n = 0; n < mtl_design_n_blocks (now); n++)
    {
      const MtlBlock *old = mtl_design_block (now, n);
      const MtlBlock *new = mtl_design_block (next, n);

      /* Where a block stands on the canvas is no part of the network. */
      if (strcmp (mtl_block_id (old), mtl_block_id (new)) != 0
          || !mtl_chosen_equal (mtl_block_what (old), mtl_block_what (new)))
        return FALSE;
    }

  for (guint n = 0; n < mtl_design_n_wires (now); n++)
    {
      const MtlWire *old = mtl_design_wire (now, n);
      const MtlWire *new = mtl_design_wire (next, n);

      if (strcmp (old->from, new->from) != 0 || strcmp (old->from_port, new->from_port) != 0
          || strcmp (old->to, new->to) != 0 || strcmp (old->to_port, new->to_port) != 0)
        return FALSE;
    }

  return TRUE;
}

MtlChange
mtl_design_compare (const MtlDesign *now,
                    const MtlDesign *next)
{
  if (!same_structure (now, next))
    return MTL_CHANGE_STRUCTURE;

  return mtl_chosen_equal (mtl_design_experiment (now), mtl_design_experiment (next))
         ? MTL_CHANGE_NONE : MTL_CHANGE_SETTINGS;
}

MtlChange
mtl_trainer_apply (MtlTrainer      *self,
                   const MtlDesign *design)
{
  MtlChange change;

  pthread_mutex_lock (&self->lock);
  change = mtl_design_compare (self->applied, design);
  if (change == MTL_CHANGE_SETTINGS)
    {
      g_clear_pointer (&self->applied, mtl_design_unref);
      g_clear_pointer (&self->pending, mtl_design_unref);
      self->applied = mtl_design_ref (design);
      self->pending = mtl_design_ref (design);
    }
  pthread_mutex_unlock (&self->lock);

  return change;
}

MtlRecord *
mtl_trainer_record (MtlTrainer *self)
{
  MtlRecord *record;

  pthread_mutex_lock (&self->lock);
  /* Not before all is prepared: a resumed record is cut and marked by then. */
  record = self->conflict != NULL ? mtl_record_ref (self->record) : NULL;
  pthread_mutex_unlock (&self->lock);

  return record;
}

const char *const *
mtl_trainer_blocks (MtlTrainer *self)
{
  const char *const *blocks;

  pthread_mutex_lock (&self->lock);
  blocks = (const char *const *) self->blocks;
  pthread_mutex_unlock (&self->lock);

  return blocks;
}

MtlMailbox *
mtl_trainer_conflict (MtlTrainer *self)
{
  MtlMailbox *conflict;

  pthread_mutex_lock (&self->lock);
  conflict = self->conflict;
  pthread_mutex_unlock (&self->lock);

  return conflict;
}

MtlSnapshot *
mtl_trainer_snapshot (MtlTrainer *self)
{
  MtlSnapshot *snapshot = NULL;

  pthread_mutex_lock (&self->theta_lock);
  if (self->has_model)
    snapshot = mtl_snapshot_new_on (mtl_plan_design (self->loop.plan),
                                    mtl_data_info (self->loop.data),
                                    mtl_model_evaluated (self->loop.model),
                                    self->loop.model->n_theta, self->loop.mark.step,
                                    self->loop.mark.epoch - (self->loop.mark.batch == 0 ? 1 : 0));
  pthread_mutex_unlock (&self->theta_lock);

  return snapshot;
}

/* Floats that the sharpness method remembers. */
static gsize
count_learnt (const MtlPlan   *plan,
              const MtlChosen *chosen)
{
  const MtlSharp *sharp = (const MtlSharp *) mtl_chosen_method (chosen);
  MtlStateSpec spec = { 0 };
  gsize n = 0;

  if (sharp->declare != NULL)
    sharp->declare (mtl_plan_n_tasks (plan), mtl_plan_n_weights (plan),
                    mtl_chosen_settings (chosen), &spec);
  for (guint i = 0; i < spec.n; i++)
    n += spec.arrays[i].floats ? spec.arrays[i].length : 0;

  return n;
}

gboolean
mtl_trainer_estimate (const MtlDesign  *design,
                      guint             n_threads,
                      gsize            *bytes,
                      GError          **error)
{
  g_autoptr(MtlData) data = mtl_setup_data (design, NULL, error);
  g_autoptr(MtlPlan) plan = NULL;
  guint workers = n_threads > 0 ? n_threads : g_get_num_processors ();
  const MtlChosen *balancer;
  const MtlSharp *sharp;
  guint n_kept, n_sets;
  gsize floats;

  if (data == NULL)
    return FALSE;

  plan = mtl_plan_new (design, data, (gsize) mtl_setup_number (design, "batch"), TRUE, 0, error);
  if (plan == NULL)
    return FALSE;

  sharp = (const MtlSharp *) mtl_chosen_method (mtl_setup_method (design, "sharpness"));
  n_sets = sharp->n_rows + (mtl_setup_number (design, "accumulate") > 1.0 ? 1 : 0);
  n_kept = mtl_model_n_moments (mtl_setup_method (design, "optimizer"))
              + (mtl_setup_number (design, "averaging") != MTL_AVERAGE_NONE ? 1 : 0);
  /* θ, gradient, moments, mean, moved weights where the method moves any, what it works in
   * and what it remembers; a checkpoint is put together, then written, of θ, moments, mean
   * and that. Of the sets of rows one is in rows_size. */
  floats = (2 + n_kept + (sharp->n_rows > 1 ? 1 : 0) + sharp->n_vectors
            + CHECKPOINT_COPIES * (1 + n_kept))
           * mtl_plan_n_weights (plan)
           + (1 + CHECKPOINT_COPIES)
             * count_learnt (plan, mtl_setup_method (design, "sharpness"))
           + (n_sets - 1) * (mtl_plan_n_tasks (plan) * mtl_plan_n_trunk (plan)
                             + mtl_plan_n_weights (plan) - mtl_plan_n_trunk (plan));
  *bytes = workers * mtl_plan_arena_size (plan) + mtl_plan_whole_size (plan)
           + mtl_plan_rows_size (plan)
           + floats * sizeof (float);
  balancer = mtl_setup_method (design, "balancer");
  if (mtl_balancer_scope ((const MtlBalancer *) mtl_chosen_method (balancer), balancer)
      == MTL_SCOPE_SPLIT)
    *bytes += mtl_fork_bytes (plan);

  return TRUE;
}
