/* mtw-experiment-page.c — the inspector when nothing is selected: how it is trained
 *
 * The groups name the settings that belong to them; a setting that none of
 * them names, one that is new say, stands under Run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-experiment-page.h"

#include <glib/gi18n-lib.h>

#include "mtl-cost.h"
#include "mtw-number.h"
#include "mtw-problem-list.h"

#define EXPERIMENT "experiment."
#define PLAIN      1.05   /* a step that takes less than this is as fast as plain training */

struct _MtwExperimentPage
{
  GtkBox    parent_instance;

  GtkBox   *problems;
  MtwForm  *data;
  MtwForm  *balancer;
  MtwForm  *sharpness;
  MtwForm  *optimizer;
  MtwForm  *run;
  GtkWidget *note;
  GtkLabel *passes;
  GtkLabel *time;
};

G_DEFINE_FINAL_TYPE (MtwExperimentPage, mtw_experiment_page, GTK_TYPE_BOX)

/* The settings that have a place of their own. */
static const char *const placed[] = { "batch", "balancer", "sharpness", "optimizer", "schedule",
                                      NULL };

/* Which source a block is, as a setting like any other. */
static const MtlParam source_param = {
  .id = "type",
  .title = N_("Source"),
  .summary = N_("Where the samples come from"),
  .type = MTL_METHOD,
  .kind = MTL_KIND_SOURCE,
  .initial_text = "glyph-pairs",
};

static void
mtw_experiment_page_class_init (MtwExperimentPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (MTW_TYPE_FORM);

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-experiment-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, problems);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, data);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, balancer);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, sharpness);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, optimizer);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, run);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, note);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, passes);
  gtk_widget_class_bind_template_child (widget_class, MtwExperimentPage, time);
}

static void
mtw_experiment_page_init (MtwExperimentPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static const MtlBlock *
find_source (MtlDesign *design)
{
  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    if (mtl_block_is_source (mtl_design_block (design, i)))
      return mtl_design_block (design, i);

  return NULL;
}

/* The method and where its files are; the rest of a source is behind “More”. */
static void
want_source (MtwExperimentPage *self,
             const MtlBlock    *source)
{
  const MtlChosen *what = mtl_block_what (source);
  const MtlMethod *method = mtl_chosen_method (what);
  g_autofree char *prefix = g_strconcat ("blocks.", mtl_block_id (source), ".", NULL);
  g_autofree char *type = g_strconcat (prefix, "type", NULL);

  mtw_form_want (self->data, &source_param, (const char *const[]) { type, NULL }, NULL, NULL,
                 FALSE);
  for (guint i = 0; i < mtl_method_n_params (method, MTL_KIND_SOURCE); i++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_SOURCE, i);

      if (param->type == MTL_PATH && !param->rare)
        mtw_form_want_setting (self->data, what, prefix, param->id, NULL);
    }
}

static void
want_rest_of_source (MtwExperimentPage *self,
                     const MtlBlock    *source)
{
  const MtlChosen *what = mtl_block_what (source);
  const MtlMethod *method = mtl_chosen_method (what);
  g_autofree char *prefix = g_strconcat ("blocks.", mtl_block_id (source), ".", NULL);

  for (guint i = 0; i < mtl_method_n_params (method, MTL_KIND_SOURCE); i++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_SOURCE, i);

      if (param->type != MTL_PATH || param->rare)
        mtw_form_want_rare (self->data, what, prefix, param->id);
    }
}

static void
update_data (MtwExperimentPage *self,
             MtwDocument       *document)
{
  MtlDesign *design = mtw_document_get_design (document);
  const MtlBlock *source = find_source (design);

  mtw_form_begin (self->data, document);
  if (source != NULL)
    want_source (self, source);
  mtw_form_want_setting (self->data, mtl_design_experiment (design), EXPERIMENT, "batch", NULL);
  if (source != NULL)
    want_rest_of_source (self, source);
  mtw_form_end (self->data);
  mtw_form_set_help (self->data, MTL_KIND_SOURCE,
                     source != NULL ? mtl_chosen_method (mtl_block_what (source)) : NULL);
}

static void
update_method (MtwForm     *form,
               MtwDocument *document,
               const char  *param,
               const char  *also)
{
  const MtlChosen *experiment = mtl_design_experiment (mtw_document_get_design (document));
  const MtlSetting *setting = mtl_chosen_get (experiment, param);

  mtw_form_begin (form, document);
  mtw_form_want_setting (form, experiment, EXPERIMENT, param, _("Method"));
  if (also != NULL)
    mtw_form_want_setting (form, experiment, EXPERIMENT, also, NULL);
  mtw_form_end (form);
  mtw_form_set_help (form, mtl_chosen_kind (setting->method), mtl_chosen_method (setting->method));
}

static void
update_run (MtwExperimentPage *self,
            MtwDocument       *document)
{
  const MtlChosen *experiment = mtl_design_experiment (mtw_document_get_design (document));
  const MtlMethod *method = mtl_chosen_method (experiment);

  mtw_form_begin (self->run, document);
  for (guint i = 0; i < mtl_method_n_params (method, MTL_KIND_EXPERIMENT); i++)
    {
      const char *id = mtl_method_param (method, MTL_KIND_EXPERIMENT, i)->id;

      if (!g_strv_contains (placed, id))
        mtw_form_want_setting (self->run, experiment, EXPERIMENT, id, NULL);
    }
  mtw_form_end (self->run);
}

static void
update_note (MtwExperimentPage *self,
             MtlDesign         *design)
{
  double forward, backward, relative;
  gboolean known = mtl_design_cost (design, &forward, &backward, &relative);
  g_autofree char *n_forward = NULL;
  g_autofree char *n_backward = NULL;
  g_autofree char *passes = NULL;
  g_autofree char *times = NULL;
  g_autofree char *time = NULL;

  gtk_widget_set_visible (self->note, known);
  if (!known)
    return;

  n_forward = mtw_number_short (forward, 2);
  n_backward = mtw_number_short (backward, 2);
  /* Translators: passes through the network that one step of training takes, in the mean: 1.2. */
  passes = g_strdup_printf (_("%s forward, %s backward a step"), n_forward, n_backward);
  times = mtw_number_fixed (relative, 1);
  /* Translators: a factor, e.g. “About 2.1× the time of plain training”. */
  time = g_strdup_printf (_("About %s× the time of plain training"), times);
  gtk_label_set_label (self->passes, passes);
  gtk_label_set_label (self->time, relative > PLAIN ? time : _("Plain training"));
}

void
mtw_experiment_page_update (MtwExperimentPage *self,
                            MtwDocument       *document)
{
  g_return_if_fail (MTW_IS_EXPERIMENT_PAGE (self));

  mtw_problem_list_update (self->problems, document, NULL);
  update_data (self, document);
  update_method (self->balancer, document, "balancer", NULL);
  update_method (self->sharpness, document, "sharpness", NULL);
  update_method (self->optimizer, document, "optimizer", "schedule");
  update_run (self, document);
  update_note (self, mtw_document_get_design (document));
}

MtwField *
mtw_experiment_page_find (MtwExperimentPage *self,
                          const char        *key,
                          const char        *task)
{
  MtwForm *const forms[] = { self->data, self->balancer, self->sharpness, self->optimizer,
                             self->run };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      MtwField *field = mtw_form_find (forms[i], key, task);

      if (field != NULL)
        return field;
    }

  return NULL;
}
