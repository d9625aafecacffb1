/* mtw-inspector.c — settings of the selected blocks, or of the experiment
 *
 * The rows tell what became of an edit by actions that only they use:
 * `inspector.taken` and `inspector.refused`.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-inspector.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-blocks-page.h"
#include "mtw-experiment-page.h"

#define REFUSAL_TIME 8   /* s that a refusal stays */
#define NOTE_TIME    4   /* s that “From the next step” stays */

struct _MtwInspector
{
  AdwBin             parent_instance;

  GtkImage          *icon;
  GtkLabel          *title;
  GtkLabel          *kind;
  GtkRevealer       *bar;
  GtkStack          *pages;
  MtwExperimentPage *experiment;
  MtwBlocksPage     *blocks;
  GtkRevealer       *refusal;
  GtkLabel          *refusal_words;

  MtwDocument       *document;
  MtwSession        *session;        /* NULL: nothing is trained */
  MtwField          *noted;          /* says “From the next step”; NULL: none */
  guint              refusal_timer;
  guint              note_timer;
};

G_DEFINE_FINAL_TYPE (MtwInspector, mtw_inspector, ADW_TYPE_BIN)

/* --- what is shown --- */

static void
show_header (MtwInspector *self,
             const char   *icon,
             const char   *title,
             const char   *kind)
{
  gtk_widget_set_visible (GTK_WIDGET (self->icon), icon != NULL);
  if (icon != NULL)
    gtk_image_set_from_icon_name (self->icon, icon);
  gtk_label_set_label (self->title, title);
  gtk_widget_set_visible (GTK_WIDGET (self->kind), kind != NULL);
  gtk_label_set_label (self->kind, kind != NULL ? kind : "");
}

static void
show_blocks (MtwInspector *self,
             GStrv         ids)
{
  const MtlBlock *block = mtl_design_find (mtw_document_get_design (self->document), ids[0]);
  const MtlChosen *what = mtl_block_what (block);
  const MtlMethod *method = mtl_chosen_method (what);
  guint n = g_strv_length (ids);

  if (n == 1)
    {
      show_header (self, mtl_look_icon (mtl_chosen_kind (what), method), ids[0],
                   _(method->title));
    }
  else
    {
      g_autofree char *title = g_strdup_printf (ngettext ("%u block", "%u blocks", n), n);

      show_header (self, NULL, title, NULL);
    }

  mtw_blocks_page_update (self->blocks, self->document, (const char *const *) ids);
  gtk_stack_set_visible_child (self->pages, GTK_WIDGET (self->blocks));
}

static void
update (MtwInspector *self)
{
  g_auto(GStrv) all = mtw_document_dup_selection (self->document);
  g_autoptr(GStrvBuilder) found = g_strv_builder_new ();
  g_auto(GStrv) ids = NULL;

  /* The selection may name blocks that an undo is about to drop from it. */
  for (guint i = 0; all[i] != NULL; i++)
    if (mtl_design_find (mtw_document_get_design (self->document), all[i]) != NULL)
      g_strv_builder_add (found, all[i]);
  ids = g_strv_builder_end (found);

  if (ids[0] != NULL)
    {
      show_blocks (self, ids);
      return;
    }

  show_header (self, NULL, _("Experiment"), NULL);
  mtw_experiment_page_update (self->experiment, self->document);
  gtk_stack_set_visible_child (self->pages, GTK_WIDGET (self->experiment));
}

/* --- what became of an edit --- */

static void
hide_refusal (MtwInspector *self)
{
  g_clear_handle_id (&self->refusal_timer, g_source_remove);
  gtk_revealer_set_reveal_child (self->refusal, FALSE);
}

static gboolean
refusal_over_cb (gpointer data)
{
  MtwInspector *self = data;

  self->refusal_timer = 0;
  hide_refusal (self);
  return G_SOURCE_REMOVE;
}

static void
refused_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *message)
{
  MtwInspector *self = MTW_INSPECTOR (widget);
  const char *words = g_variant_get_string (message, NULL);

  hide_refusal (self);
  gtk_label_set_label (self->refusal_words, words);
  gtk_revealer_set_reveal_child (self->refusal, TRUE);
  mtw_document_announce (self->document, words);
  self->refusal_timer = g_timeout_add_seconds (REFUSAL_TIME, refusal_over_cb, self);
}

static void
clear_note (MtwInspector *self)
{
  g_clear_handle_id (&self->note_timer, g_source_remove);
  if (self->noted != NULL)
    mtw_field_set_note (self->noted, NULL);
  g_clear_object (&self->noted);
}

static gboolean
note_over_cb (gpointer data)
{
  MtwInspector *self = data;

  self->note_timer = 0;
  clear_note (self);
  return G_SOURCE_REMOVE;
}

static MtwField *
find_field (MtwInspector *self,
            const char   *key,
            const char   *task)
{
  if (gtk_stack_get_visible_child (self->pages) == GTK_WIDGET (self->experiment))
    return mtw_experiment_page_find (self->experiment, key, task);

  return mtw_blocks_page_find (self->blocks, key, task);
}

static void
taken_cb (GtkWidget  *widget,
          const char *name,
          GVariant   *key)
{
  MtwInspector *self = MTW_INSPECTOR (widget);
  MtwField *field = find_field (self, g_variant_get_string (key, NULL), NULL);

  hide_refusal (self);
  clear_note (self);
  if (field == NULL || self->session == NULL || !mtw_session_is_live (self->session)
      || mtw_session_is_structural (self->session))
    return;

  self->noted = g_object_ref (field);
  mtw_field_set_note (field, _("From the next step"));
  self->note_timer = g_timeout_add_seconds (NOTE_TIME, note_over_cb, self);
}

/* --- training --- */

static void
update_bar (MtwInspector *self)
{
  gboolean changed = self->session != NULL && mtw_session_is_live (self->session)
                     && mtw_session_is_structural (self->session);

  gtk_revealer_set_reveal_child (self->bar, changed);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "inspector.restart-keeping", changed);
}

static void
restart_cb (GtkWidget  *widget,
            const char *name,
            GVariant   *parameter)
{
  MtwInspector *self = MTW_INSPECTOR (widget);
  g_autoptr(GError) error = NULL;

  if (self->session != NULL && !mtw_session_train (self->session, TRUE, &error))
    gtk_widget_activate_action (widget, "inspector.refused", "s", error->message);
}

/* --- the widget --- */

static void
mtw_inspector_dispose (GObject *object)
{
  MtwInspector *self = MTW_INSPECTOR (object);

  g_clear_handle_id (&self->refusal_timer, g_source_remove);
  g_clear_handle_id (&self->note_timer, g_source_remove);
  g_clear_object (&self->noted);
  g_clear_object (&self->session);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_inspector_parent_class)->dispose (object);
}

static void
mtw_inspector_class_init (MtwInspectorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_inspector_dispose;
  g_type_ensure (MTW_TYPE_EXPERIMENT_PAGE);
  g_type_ensure (MTW_TYPE_BLOCKS_PAGE);

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-inspector.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, icon);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, title);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, kind);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, bar);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, pages);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, experiment);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, blocks);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, refusal);
  gtk_widget_class_bind_template_child (widget_class, MtwInspector, refusal_words);
  gtk_widget_class_install_action (widget_class, "inspector.restart-keeping", NULL, restart_cb);
  gtk_widget_class_install_action (widget_class, "inspector.refused", "s", refused_cb);
  gtk_widget_class_install_action (widget_class, "inspector.taken", "s", taken_cb);
}

static void
mtw_inspector_init (MtwInspector *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mtw_inspector_new (MtwDocument *document,
                   MtwSession  *session)
{
  MtwInspector *self = g_object_new (MTW_TYPE_INSPECTOR, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "survey-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "selection-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  if (session != NULL)
    {
      self->session = g_object_ref (session);
      g_signal_connect_object (session, "structure-changed", G_CALLBACK (update_bar), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (session, "notify::state", G_CALLBACK (update_bar), self,
                               G_CONNECT_SWAPPED);
    }

  update (self);
  update_bar (self);
  return GTK_WIDGET (self);
}

GtkWidget *
mtw_inspector_find_row (MtwInspector *self,
                        const char   *key,
                        const char   *task)
{
  MtwField *field;

  g_return_val_if_fail (MTW_IS_INSPECTOR (self), NULL);

  field = find_field (self, key, task);
  return field != NULL ? mtw_field_get_row (field) : NULL;
}

void
mtw_inspector_focus (MtwInspector *self)
{
  g_return_if_fail (MTW_IS_INSPECTOR (self));

  gtk_widget_child_focus (gtk_stack_get_visible_child (self->pages), GTK_DIR_TAB_FORWARD);
}
