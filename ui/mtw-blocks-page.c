/* mtw-blocks-page.c — the inspector of one block, or of what several share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-blocks-page.h"

#include <glib/gi18n-lib.h>

#include "mtw-group-form.h"
#include "mtw-number.h"
#include "mtw-path.h"
#include "mtw-problem-list.h"
#include "mtw-wires-words.h"

struct _MtwBlocksPage
{
  GtkBox               parent_instance;

  GtkBox              *problems;
  GtkWidget           *naming;
  AdwEntryRow         *name;
  MtwForm             *settings;
  GtkWidget           *nothing;
  MtwGroupForm        *group;
  GtkWidget           *connections;
  GtkWidget           *input_row;
  GtkLabel            *input;
  GtkWidget           *output_row;
  GtkLabel            *output;
  GtkWidget           *weights_row;
  GtkLabel            *weights;
  GtkLabel            *tasks;

  MtwDocument         *document;   /* weak: the inspector's */
  char                *shown;      /* the one block; NULL: several */
};

G_DEFINE_FINAL_TYPE (MtwBlocksPage, mtw_blocks_page, GTK_TYPE_BOX)

static void
renamed_cb (MtwBlocksPage *self)
{
  g_autofree char *to = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name)));
  g_autofree char *from = g_strdup (self->shown);
  g_autoptr(GError) error = NULL;

  if (from == NULL || mtw_document_rename (self->document, from, g_strstrip (to), &error))
    return;

  gtk_editable_set_text (GTK_EDITABLE (self->name), mtw_path_name (from));
  gtk_widget_activate_action (GTK_WIDGET (self), "inspector.refused", "s", error->message);
}

static void
mtw_blocks_page_finalize (GObject *object)
{
  MtwBlocksPage *self = MTW_BLOCKS_PAGE (object);

  g_clear_weak_pointer (&self->document);
  g_free (self->shown);

  G_OBJECT_CLASS (mtw_blocks_page_parent_class)->finalize (object);
}

static void
mtw_blocks_page_class_init (MtwBlocksPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_blocks_page_finalize;
  g_type_ensure (MTW_TYPE_FORM);
  g_type_ensure (MTW_TYPE_GROUP_FORM);

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-blocks-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, problems);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, naming);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, name);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, settings);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, nothing);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, group);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, connections);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, input_row);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, input);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, output_row);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, output);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, weights_row);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, weights);
  gtk_widget_class_bind_template_child (widget_class, MtwBlocksPage, tasks);
  gtk_widget_class_bind_template_callback (widget_class, renamed_cb);
}

static void
mtw_blocks_page_init (MtwBlocksPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* The whole of it is the tooltip too, for where it does not fit. */
static void
say (GtkLabel   *label,
     const char *words)
{
  gtk_label_set_label (label, words);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), words);
}

static void
update_connections (MtwBlocksPage  *self,
                    const MtlBlock *block,
                    const char     *id)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  gsize n_weights = mtl_survey_n_weights (survey, id);
  g_autofree char *input = mtw_words_of_inputs (self->document, id);
  g_autofree char *output = mtw_words_of_outputs (self->document, id);
  g_autofree char *weights = mtw_number_fixed ((double) n_weights, 0);
  g_autofree char *tasks = mtw_document_tasks_words (self->document,
                                                     mtl_survey_tasks (survey, id));

  say (self->input, input);
  say (self->output, output);
  gtk_label_set_label (self->weights, weights);
  say (self->tasks, tasks);
  gtk_widget_set_visible (self->input_row, !mtl_block_is_source (block));
  gtk_widget_set_visible (self->output_row, !mtl_block_is_task (block));
  gtk_widget_set_visible (self->weights_row, n_weights > 0);
}

static void
update_one (MtwBlocksPage  *self,
            const MtlBlock *block,
            const char     *id)
{
  const MtlChosen *what = mtl_block_what (block);
  const MtlMethod *method = mtl_chosen_method (what);

  if (g_strcmp0 (self->shown, id) != 0)
    {
      g_free (self->shown);
      self->shown = g_strdup (id);
      gtk_editable_set_text (GTK_EDITABLE (self->name), mtw_path_name (id));
    }

  mtw_problem_list_update (self->problems, self->document, id);
  update_connections (self, block, id);
  mtw_form_set_help (self->settings, mtl_chosen_kind (what), method);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->settings), _(method->title));
}

static void
update_several (MtwBlocksPage *self)
{
  g_clear_pointer (&self->shown, g_free);
  mtw_form_set_help (self->settings, MTL_KIND_OP, NULL);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (self->settings), _("Shared Settings"));
  gtk_widget_set_visible (GTK_WIDGET (self->problems), FALSE);
}

void
mtw_blocks_page_update (MtwBlocksPage     *self,
                        MtwDocument       *document,
                        const char *const *ids)
{
  MtlDesign *design = mtw_document_get_design (document);
  guint n = g_strv_length ((char **) ids);
  g_autofree const MtlChosen **chosen = g_new0 (const MtlChosen *, n);
  g_auto(GStrv) prefixes = g_new0 (char *, n + 1);
  gboolean one = n == 1, has_settings;

  g_return_if_fail (MTW_IS_BLOCKS_PAGE (self));
  g_return_if_fail (n > 0);

  g_set_weak_pointer (&self->document, document);
  for (guint i = 0; i < n; i++)
    {
      chosen[i] = mtl_block_what (mtl_design_find (design, ids[i]));
      prefixes[i] = g_strconcat ("blocks.", ids[i], ".", NULL);
    }
  mtw_form_begin (self->settings, document);
  mtw_form_want_shared (self->settings, chosen, (const char *const *) prefixes, FALSE);
  mtw_form_end (self->settings);

  has_settings = mtw_form_n_fields (self->settings) > 0;
  gtk_widget_set_visible (self->naming, one);
  gtk_widget_set_visible (self->connections, one);
  mtw_group_form_update (self->group, document, one ? ids[0] : NULL);
  gtk_widget_set_visible (self->nothing, !one && !has_settings);
  if (one)
    update_one (self, mtl_design_find (design, ids[0]), ids[0]);
  else
    update_several (self);
  /* A block without settings still has its help in the header of the group. */
  gtk_widget_set_visible (GTK_WIDGET (self->settings), one || has_settings);
}

MtwField *
mtw_blocks_page_find (MtwBlocksPage *self,
                      const char    *key,
                      const char    *task)
{
  g_return_val_if_fail (MTW_IS_BLOCKS_PAGE (self), NULL);

  return mtw_form_find (self->settings, key, task);
}
