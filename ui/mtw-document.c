/* mtw-document.c — the design being edited: value, undo, selection, survey
 *
 * The survey is made by one worker at a time: an
 * edit while it works only notes that another survey is wanted, so that the
 * newest design wins and a burst of edits costs two surveys.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document.h"

#include <glib/gi18n-lib.h>

#include "mtw-history.h"
#include "mtw-work.h"

#define MERGE_TIME G_USEC_PER_SEC   /* edits of one value within it are one undo */

struct _MtwDocument
{
  GObject      parent_instance;

  MtlDesign   *design;
  MtlDesign   *saved;
  gboolean     edited;
  MtwHistory  *history;

  char        *merge_key;    /* of the last set_value; NULL: anything else came after */
  gint64       merge_time;

  MtlSurvey   *survey;
  gboolean     surveying;

  GPtrArray   *selection;    /* ids */
};

enum { PROP_DESIGN = 1, PROP_CAN_UNDO, PROP_CAN_REDO, PROP_EDITED, N_PROPS };
enum { CHANGED, SURVEY_CHANGED, SELECTION_CHANGED, REVEAL, ANNOUNCE, N_SIGNALS };

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwDocument, mtw_document, G_TYPE_OBJECT)

static void
free_design (gpointer design)
{
  mtl_design_unref (design);
}

static GType
design_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("MtlDesign",
                                                            (GBoxedCopyFunc) mtl_design_ref,
                                                            free_design));
  return type;
}

static void start_survey (MtwDocument *self);

static void
survey_thread (GTask        *task,
               gpointer      source,
               gpointer      design,
               GCancellable *cancel)
{
  g_task_return_pointer (task, mtl_survey_new (design), (GDestroyNotify) mtl_survey_unref);
}

static void
surveyed_cb (GObject      *object,
             GAsyncResult *result,
             gpointer      data)
{
  MtwDocument *self = MTW_DOCUMENT (object);
  MtlSurvey *survey = g_task_propagate_pointer (G_TASK (result), NULL);

  self->surveying = FALSE;
  /* A replaced document is surveyed at once: what comes late is of the old one. */
  if (!mtw_document_is_surveyed (self))
    {
      mtl_survey_unref (self->survey);
      self->survey = g_steal_pointer (&survey);
      g_signal_emit (self, signals[SURVEY_CHANGED], 0);
    }

  g_clear_pointer (&survey, mtl_survey_unref);
  if (!mtw_document_is_surveyed (self))
    start_survey (self);
}

static void
start_survey (MtwDocument *self)
{
  g_autoptr(GTask) task = NULL;

  if (self->surveying)
    return;

  self->surveying = TRUE;
  task = mtw_work_new (self, surveyed_cb, NULL);
  g_task_set_task_data (task, mtl_design_ref (self->design), free_design);
  g_task_run_in_thread (task, survey_thread);
}

static void
drop_lost_selection (MtwDocument *self)
{
  gboolean dropped = FALSE;

  for (guint i = self->selection->len; i-- > 0;)
    if (mtl_design_find (self->design, self->selection->pdata[i]) == NULL)
      {
        g_ptr_array_remove_index (self->selection, i);
        dropped = TRUE;
      }

  if (dropped)
    g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

static void
update_edited (MtwDocument *self)
{
  gboolean edited = self->design != self->saved && !mtl_design_equal (self->design, self->saved);

  if (edited == self->edited)
    return;

  self->edited = edited;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_EDITED]);
}

/* Takes @design. */
static void
set_design (MtwDocument *self,
            MtlDesign   *design)
{
  mtl_design_unref (self->design);
  self->design = design;

  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_DESIGN]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_UNDO]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CAN_REDO]);
  update_edited (self);
  g_object_thaw_notify (G_OBJECT (self));

  g_signal_emit (self, signals[CHANGED], 0);
  drop_lost_selection (self);
  start_survey (self);
}

static void
mtw_document_get_property (GObject    *object,
                           guint       id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  MtwDocument *self = MTW_DOCUMENT (object);

  switch (id)
    {
    case PROP_DESIGN:
      g_value_set_boxed (value, self->design);
      break;
    case PROP_CAN_UNDO:
      g_value_set_boolean (value, mtw_history_undo_name (self->history) != NULL);
      break;
    case PROP_CAN_REDO:
      g_value_set_boolean (value, mtw_history_redo_name (self->history) != NULL);
      break;
    case PROP_EDITED:
      g_value_set_boolean (value, self->edited);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mtw_document_finalize (GObject *object)
{
  MtwDocument *self = MTW_DOCUMENT (object);

  g_clear_pointer (&self->design, mtl_design_unref);
  g_clear_pointer (&self->saved, mtl_design_unref);
  g_clear_pointer (&self->survey, mtl_survey_unref);
  g_clear_pointer (&self->history, mtw_history_free);
  g_clear_pointer (&self->selection, g_ptr_array_unref);
  g_clear_pointer (&self->merge_key, g_free);

  G_OBJECT_CLASS (mtw_document_parent_class)->finalize (object);
}

static void
mtw_document_class_init (MtwDocumentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  static const char *const plain[] = { "changed", "survey-changed", "selection-changed" };

  object_class->get_property = mtw_document_get_property;
  object_class->finalize = mtw_document_finalize;

  props[PROP_DESIGN] = g_param_spec_boxed ("design", NULL, NULL, design_type (), flags);
  props[PROP_CAN_UNDO] = g_param_spec_boolean ("can-undo", NULL, NULL, FALSE, flags);
  props[PROP_CAN_REDO] = g_param_spec_boolean ("can-redo", NULL, NULL, FALSE, flags);
  props[PROP_EDITED] = g_param_spec_boolean ("edited", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  for (guint i = CHANGED; i <= SELECTION_CHANGED; i++)
    signals[i] = g_signal_new (plain[i], MTW_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST,
                               0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REVEAL] = g_signal_new ("reveal", MTW_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST,
                                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ANNOUNCE] = g_signal_new ("announce", MTW_TYPE_DOCUMENT, G_SIGNAL_RUN_LAST,
                                    0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
mtw_document_init (MtwDocument *self)
{
  self->history = mtw_history_new ();
  self->selection = g_ptr_array_new_with_free_func (g_free);
}

/**
 * mtw_document_new:
 * @design: what to edit; kept by reference
 *
 * The first survey is made before this returns.
 *
 * Returns: (transfer full): a document without history
 */
MtwDocument *
mtw_document_new (MtlDesign *design)
{
  MtwDocument *self = g_object_new (MTW_TYPE_DOCUMENT, NULL);

  self->design = mtl_design_ref (design);
  self->saved = mtl_design_ref (design);
  self->survey = mtl_survey_new (design);

  return self;
}

MtlDesign *
mtw_document_get_design (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  return self->design;
}

MtlSurvey *
mtw_document_get_survey (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  return self->survey;
}

gboolean
mtw_document_is_surveyed (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  return mtl_survey_design (self->survey) == self->design;
}

/**
 * mtw_document_edit:
 * @design: (transfer full): what the design becomes
 * @name: translated words that go after “Undo”
 *
 * One edit, one undo. Nothing happens when @design equals the present one.
 */
void
mtw_document_edit (MtwDocument *self,
                   MtlDesign   *design,
                   const char  *name)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));
  g_return_if_fail (design != NULL && name != NULL);

  if (design == self->design || mtl_design_equal (design, self->design))
    {
      mtl_design_unref (design);
      return;
    }

  g_clear_pointer (&self->merge_key, g_free);
  mtw_history_push (self->history, self->design, name);
  set_design (self, design);
}

static char *
name_of_change (const char *key)
{
  g_auto(GStrv) parts = g_strsplit (key, ".", 3);

  if (g_strv_length (parts) == 3 && g_str_equal (parts[0], "blocks"))
    /* Translators: name of an edit, e.g. “Change channels of conv1”. */
    return g_strdup_printf (_("Change %s of %s"), parts[2], parts[1]);

  /* Translators: name of an edit, e.g. “Change optimizer.lr”. */
  return g_strdup_printf (_("Change %s"), strchr (key, '.') ? strchr (key, '.') + 1 : key);
}

gboolean
mtw_document_set_value (MtwDocument  *self,
                        const char   *key,
                        const char   *value,
                        GError      **error)
{
  MtlDesign *design;
  gint64 now = g_get_monotonic_time ();
  gboolean merge;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  design = mtl_design_with_value (self->design, key, value, error);
  if (design == NULL)
    return FALSE;

  merge = mtw_history_undo_name (self->history) != NULL && g_strcmp0 (self->merge_key, key) == 0
          && now - self->merge_time < MERGE_TIME;
  if (merge && !mtl_design_equal (design, self->design))
    {
      set_design (self, design);
    }
  else
    {
      g_autofree char *name = name_of_change (key);

      mtw_document_edit (self, design, name);
    }

  g_free (self->merge_key);
  self->merge_key = g_strdup (key);
  self->merge_time = now;
  return TRUE;
}

static void
travel (MtwDocument *self,
        gboolean     back)
{
  MtlDesign *design = back ? mtw_history_undo (self->history, self->design)
                           : mtw_history_redo (self->history, self->design);

  if (design == NULL)
    return;

  g_clear_pointer (&self->merge_key, g_free);
  set_design (self, design);
}

void
mtw_document_undo (MtwDocument *self)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  travel (self, TRUE);
}

void
mtw_document_redo (MtwDocument *self)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  travel (self, FALSE);
}

const char *
mtw_document_undo_name (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  return mtw_history_undo_name (self->history);
}

const char *
mtw_document_redo_name (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  return mtw_history_redo_name (self->history);
}

void
mtw_document_replace (MtwDocument *self,
                      MtlDesign   *design)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  mtw_history_free (self->history);
  self->history = mtw_history_new ();
  g_clear_pointer (&self->merge_key, g_free);
  mtl_design_unref (self->saved);
  self->saved = mtl_design_ref (design);
  /* Words about the blocks of another design would be wrong, so not later. */
  mtl_survey_unref (self->survey);
  self->survey = mtl_survey_new (design);
  mtw_document_select (self, NULL);
  set_design (self, mtl_design_ref (design));
  g_signal_emit (self, signals[SURVEY_CHANGED], 0);
}

gboolean
mtw_document_get_edited (MtwDocument *self)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  return self->edited;
}

void
mtw_document_set_saved (MtwDocument *self)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  mtl_design_unref (self->saved);
  self->saved = mtl_design_ref (self->design);
  update_edited (self);
}

GStrv
mtw_document_dup_selection (MtwDocument *self)
{
  g_autoptr(GStrvBuilder) ids = g_strv_builder_new ();

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  for (guint i = 0; i < self->selection->len; i++)
    g_strv_builder_add (ids, self->selection->pdata[i]);
  return g_strv_builder_end (ids);
}

gboolean
mtw_document_is_selected (MtwDocument *self,
                          const char  *id)
{
  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  return g_ptr_array_find_with_equal_func (self->selection, id, g_str_equal, NULL);
}

static gboolean
selection_is (MtwDocument       *self,
              const char *const *ids)
{
  guint n = ids != NULL ? g_strv_length ((char **) ids) : 0;

  if (n != self->selection->len)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (ids[i], self->selection->pdata[i]))
      return FALSE;
  return TRUE;
}

void
mtw_document_select (MtwDocument       *self,
                     const char *const *ids)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  if (selection_is (self, ids))
    return;

  g_ptr_array_set_size (self->selection, 0);
  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    if (!mtw_document_is_selected (self, ids[i]))
      g_ptr_array_add (self->selection, g_strdup (ids[i]));
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
mtw_document_reveal (MtwDocument *self,
                     const char  *id)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  g_signal_emit (self, signals[REVEAL], 0, id);
}

void
mtw_document_announce (MtwDocument *self,
                       const char  *words)
{
  g_return_if_fail (MTW_IS_DOCUMENT (self));

  g_signal_emit (self, signals[ANNOUNCE], 0, words);
}
