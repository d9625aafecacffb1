/* mtw-session.c — training as the window sees it: one trainer, one prober
 *
 * All calls come from the main thread. The tick callback exists while there is
 * something to pull: a run that is not paused, or a probe; how many frames of
 * it pull is a matter of their cost (mtw-pace.c). After an order it
 * stays for a moment in any case, because a paused trainer needs a little
 * time to wake.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-session-private.h"

#define LINGER G_USEC_PER_SEC   /* how long to look for news after an order */

enum { PROP_STATE = 1, PROP_BUSY, N_PROPS };
enum { RUN_CHANGED, TICK, ENDED, STRUCTURE_CHANGED, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwSession, mtw_session, G_TYPE_OBJECT)

static gboolean start_trainer (MtwSession  *self,
                               gboolean     keep,
                               const char  *resume,
                               GError     **error);

/* --- state --- */

void
mtw_session_update_state (MtwSession *self)
{
  MtlProgress progress;
  int state = self->state;
  gboolean busy;

  if (self->record != NULL)
    {
      mtl_record_progress (self->record, &progress);
      state = (int) progress.status;
    }
  else if (self->trainer != NULL)
    {
      state = MTL_RUN_PREPARING;
    }

  busy = self->probing || (self->trainer != NULL && state != MTL_RUN_PAUSED);
  if (state != self->state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
    }
  if (busy != self->busy)
    {
      self->busy = busy;
      g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUSY]);
    }
}

static void
set_structural (MtwSession *self,
                gboolean    structural)
{
  if (self->structural == structural)
    return;

  self->structural = structural;
  g_signal_emit (self, signals[STRUCTURE_CHANGED], 0, structural);
}

void
mtw_session_emit_tick (MtwSession *self)
{
  g_signal_emit (self, signals[TICK], 0);
}

/* --- the pull --- */

static void
pull_record (MtwSession *self)
{
  if (self->trainer == NULL || self->record != NULL)
    return;

  self->record = mtl_trainer_record (self->trainer);
  if (self->record == NULL)
    return;

  /* Of a resumed run the epochs before count as measured. */
  self->measured = mtl_series_get_length (mtl_record_series (self->record, "epoch/steps"));
  mtw_session_update_state (self);
  g_signal_emit (self, signals[RUN_CHANGED], 0);
}

static void
pull_conflict (MtwSession *self)
{
  MtlMailbox *mailbox = self->trainer != NULL ? mtl_trainer_conflict (self->trainer) : NULL;

  if (mailbox == NULL || self->record == NULL)
    return;

  if (self->blocks == NULL)
    {
      self->blocks = g_strdupv ((char **) mtl_trainer_blocks (self->trainer));
      g_free (self->conflict);
      self->conflict = g_malloc0 (mtl_conflict_frame_size (
        mtl_record_info (self->record)->n_tasks, g_strv_length (self->blocks)));
    }
  mtl_mailbox_take (mailbox, &self->conflict_seen, self->conflict);
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  MtwSession *self = data;

  if (!mtw_pace_begin (&self->pace, clock))
    return G_SOURCE_CONTINUE;

  g_object_ref (self);
  pull_record (self);
  pull_conflict (self);
  /* The last frame of flatness is taken when the probe has ended. */
  if (self->probing && !mtw_session_probes_flatness (self))
    mtw_session_pull_probe (self, FALSE);
  mtw_session_update_state (self);
  mtw_session_start_flatness (self);
  mtw_session_emit_tick (self);

  if (self->busy || g_get_monotonic_time () < self->linger)
    {
      g_object_unref (self);
      return G_SOURCE_CONTINUE;
    }

  self->tick = 0;
  g_object_unref (self);
  return G_SOURCE_REMOVE;
}

void
mtw_session_watch (MtwSession *self)
{
  self->linger = g_get_monotonic_time () + LINGER;
  mtw_session_update_state (self);
  if (self->tick == 0 && self->clock != NULL)
    self->tick = gtk_widget_add_tick_callback (self->clock, tick_cb, self, NULL);
}

/* --- runs --- */

static void
ended_cb (MtlTrainer   *trainer,
          const GError *error,
          GObject      *listener)
{
  MtwSession *self = MTW_SESSION (listener);
  gboolean restart = self->restart;
  g_autoptr(GError) failure = NULL;

  g_object_ref (self);
  pull_record (self);
  pull_conflict (self);
  g_clear_pointer (&self->last, mtl_snapshot_unref);
  self->last = mtl_trainer_snapshot (trainer);
  g_clear_pointer (&self->trainer, mtl_trainer_free);
  self->restart = FALSE;
  set_structural (self, FALSE);
  if (self->record == NULL)
    self->state = MTL_RUN_FAILED;
  mtw_session_update_state (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
  mtw_session_emit_tick (self);

  if (restart && error == NULL && !start_trainer (self, TRUE, NULL, &failure))
    g_signal_emit (self, signals[ENDED], 0, failure->message);
  else if (!restart || error != NULL)
    g_signal_emit (self, signals[ENDED], 0, error != NULL ? error->message : NULL);

  if (self->trainer == NULL)
    mtw_session_start_flatness (self);
  g_object_unref (self);
}

/* @resume: (nullable): id of a run to go on with. */
static gboolean
start_trainer (MtwSession  *self,
               gboolean     keep,
               const char  *resume,
               GError     **error)
{
  MtlRunOptions options = {
    .n_threads = self->n_threads,
    .store = self->store,
    .resume = resume,
    .weights = keep && resume == NULL ? self->last : NULL,
    .pause_on_error = TRUE,
  };

  if (resume == NULL && mtw_document_is_surveyed (self->document)
      && !mtl_survey_check (mtw_document_get_survey (self->document), error))
    return FALSE;

  self->trainer = mtl_trainer_start (mtw_document_get_design (self->document), &options,
                                     G_OBJECT (self), ended_cb, error);
  if (self->trainer == NULL)
    return FALSE;

  g_clear_pointer (&self->record, mtl_record_unref);
  mtw_session_forget_found (self);
  g_clear_pointer (&self->blocks, g_strfreev);
  self->conflict_seen = 0;
  self->measured = 0;
  self->measure_next = FALSE;
  set_structural (self, FALSE);
  mtw_session_watch (self);

  return TRUE;
}

static void
changed_cb (MtwDocument *document,
            MtwSession  *self)
{
  if (self->trainer != NULL)
    set_structural (self, mtl_trainer_apply (self->trainer, mtw_document_get_design (document))
                          == MTL_CHANGE_STRUCTURE);
}

/* --- the object --- */

static void
mtw_session_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MtwSession *self = MTW_SESSION (object);

  switch (id)
    {
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_BUSY:
      g_value_set_boolean (value, self->busy);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mtw_session_dispose (GObject *object)
{
  MtwSession *self = MTW_SESSION (object);

  if (self->tick != 0 && self->clock != NULL)
    gtk_widget_remove_tick_callback (self->clock, self->tick);
  self->tick = 0;
  mtw_pace_clear (&self->pace);
  g_clear_weak_pointer (&self->clock);
  g_clear_pointer (&self->trainer, mtl_trainer_free);
  g_clear_pointer (&self->prober, mtl_prober_free);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_session_parent_class)->dispose (object);
}

static void
mtw_session_finalize (GObject *object)
{
  MtwSession *self = MTW_SESSION (object);

  g_clear_pointer (&self->store, mtl_store_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  g_clear_pointer (&self->probed, mtl_record_unref);
  g_clear_pointer (&self->last, mtl_snapshot_unref);
  mtw_session_forget_found (self);
  g_clear_object (&self->probes);
  g_clear_pointer (&self->probe, mtl_chosen_unref);
  g_clear_pointer (&self->next, mtl_chosen_unref);
  g_clear_pointer (&self->conflict, g_free);
  g_clear_pointer (&self->blocks, g_strfreev);

  G_OBJECT_CLASS (mtw_session_parent_class)->finalize (object);
}

static void
mtw_session_class_init (MtwSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mtw_session_get_property;
  object_class->dispose = mtw_session_dispose;
  object_class->finalize = mtw_session_finalize;

  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, -1, MTL_RUN_LOST, -1, flags);
  props[PROP_BUSY] = g_param_spec_boolean ("busy", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[RUN_CHANGED] = g_signal_new ("run-changed", MTW_TYPE_SESSION, G_SIGNAL_RUN_LAST,
                                       0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[TICK] = g_signal_new ("tick", MTW_TYPE_SESSION, G_SIGNAL_RUN_LAST,
                                0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ENDED] = g_signal_new ("ended", MTW_TYPE_SESSION, G_SIGNAL_RUN_LAST,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[STRUCTURE_CHANGED] = g_signal_new ("structure-changed", MTW_TYPE_SESSION,
                                             G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                             G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
mtw_session_init (MtwSession *self)
{
  self->state = -1;
  self->prober = mtl_prober_new ();
}

/**
 * mtw_session_new:
 * @document: whose design is trained; kept by reference
 * @store: (nullable): NULL: runs are not recorded on disk
 * @clock: whose frame clock paces `tick`; not kept alive
 *
 * Returns: (transfer full): a session without a run
 */
MtwSession *
mtw_session_new (MtwDocument *document,
                 MtlStore    *store,
                 GtkWidget   *clock)
{
  MtwSession *self = g_object_new (MTW_TYPE_SESSION, NULL);

  self->document = g_object_ref (document);
  self->store = store != NULL ? mtl_store_ref (store) : NULL;
  g_set_weak_pointer (&self->clock, clock);
  g_signal_connect (document, "changed", G_CALLBACK (changed_cb), self);

  return self;
}

void
mtw_session_set_threads (MtwSession *self,
                         guint       n_threads)
{
  g_return_if_fail (MTW_IS_SESSION (self));

  self->n_threads = n_threads;
}

/**
 * mtw_session_train:
 * @keep: begin with the weights of the run before where blocks did not change
 *
 * Starts a run, or lets a paused one go on. With @keep a run that lives is
 * stopped first, and the next begins when it has ended.
 *
 * Returns: TRUE; FALSE with MTL_ERROR_DESIGN for a design that cannot train
 */
gboolean
mtw_session_train (MtwSession  *self,
                   gboolean     keep,
                   GError     **error)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  if (self->trainer == NULL)
    return start_trainer (self, keep, NULL, error);

  self->restart = keep;
  mtl_trainer_order (self->trainer, keep ? MTL_ORDER_STOP : MTL_ORDER_GO_ON);
  mtw_session_watch (self);

  return TRUE;
}

/**
 * mtw_session_resume:
 * @run: id of a stored run, whose design the document holds
 *
 * Goes on with a run from its newest checkpoint. Nothing happens while a run lives.
 *
 * Returns: TRUE; FALSE when no trainer could be started
 */
gboolean
mtw_session_resume (MtwSession  *self,
                    const char  *run,
                    GError     **error)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);
  g_return_val_if_fail (run != NULL, FALSE);

  return self->trainer != NULL || start_trainer (self, FALSE, run, error);
}

static void
order (MtwSession *self,
       MtlOrder    what)
{
  if (self->trainer == NULL)
    return;

  mtl_trainer_order (self->trainer, what);
  mtw_session_watch (self);
}

void
mtw_session_pause (MtwSession *self)
{
  g_return_if_fail (MTW_IS_SESSION (self));

  order (self, MTL_ORDER_PAUSE);
}

void
mtw_session_stop (MtwSession *self)
{
  g_return_if_fail (MTW_IS_SESSION (self));

  self->restart = FALSE;
  order (self, MTL_ORDER_STOP);
}

/* Starts a run when there is none, so that its first step can be looked at. */
void
mtw_session_step (MtwSession *self)
{
  g_return_if_fail (MTW_IS_SESSION (self));

  if (self->trainer != NULL || start_trainer (self, FALSE, NULL, NULL))
    order (self, MTL_ORDER_STEP);
}

gboolean
mtw_session_is_live (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  return self->trainer != NULL;
}

int
mtw_session_get_state (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), -1);

  return self->state;
}

MtlRecord *
mtw_session_get_record (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  return self->record;
}

const MtlConflictFrame *
mtw_session_get_conflict (MtwSession         *self,
                          const char *const **blocks)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  if (blocks != NULL)
    *blocks = (const char *const *) self->blocks;
  return self->conflict_seen > 0 ? self->conflict : NULL;
}

MtlSnapshot *
mtw_session_dup_snapshot (MtwSession *self)
{
  MtlSnapshot *snapshot;

  g_return_val_if_fail (MTW_IS_SESSION (self), NULL);

  snapshot = self->trainer != NULL ? mtl_trainer_snapshot (self->trainer) : NULL;
  if (snapshot == NULL && self->last != NULL)
    snapshot = mtl_snapshot_ref (self->last);

  return snapshot;
}

gboolean
mtw_session_is_structural (MtwSession *self)
{
  g_return_val_if_fail (MTW_IS_SESSION (self), FALSE);

  return self->structural;
}
