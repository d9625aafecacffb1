/* mtw-problem-box.c — one problem of a design in words, with the button that mends it
 *
 * Where the advice is to connect something, and not what, the button asks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-problem-box.h"

#include <glib/gi18n-lib.h>

#include "mtw-fit.h"

struct _MtwProblemBox
{
  AdwBin       parent_instance;

  GtkImage    *icon;
  GtkLabel    *words;
  GtkButton   *mend;

  MtwDocument *document;
  MtlProblem   problem;   /* strings of our own */
  GtkWidget   *menu;      /* NULL: not open */
};

G_DEFINE_FINAL_TYPE (MtwProblemBox, mtw_problem_box, ADW_TYPE_BIN)

static void
drop_menu (MtwProblemBox *self)
{
  if (self->menu != NULL)
    gtk_widget_unparent (self->menu);
  self->menu = NULL;
}

static void
chosen_cb (MtwProblemBox *self,
           const char    *chosen)
{
  g_auto(GStrv) ends = g_strsplit (chosen, " ", 2);
  g_autoptr(GError) error = NULL;

  if (!mtw_document_connect (self->document, ends[0], ends[1], &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "inspector.refused", "s", error->message);
}

static void
ask_output (MtwProblemBox *self)
{
  drop_menu (self);
  self->menu = mtw_choice_menu_new (_("Connect from"),
                                    /* Translators: what was searched for. */
                                    _("No outputs match “%s”."));
  mtw_fit_offer_outputs (self->document, MTW_CHOICE_MENU (self->menu), self->problem.block,
                         self->problem.port);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self->mend));
  g_signal_connect_object (self->menu, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
mend_cb (MtwProblemBox *self)
{
  g_autoptr(MtwProblemBox) alive = g_object_ref (self);
  g_autoptr(GError) error = NULL;

  if (self->problem.fix_key == NULL)
    ask_output (self);
  else if (!mtw_problem_mend (self->document, &self->problem, &error))
    gtk_widget_activate_action (GTK_WIDGET (self), "inspector.refused", "s",
                                error != NULL ? error->message : self->problem.message);
}

static void
mtw_problem_box_dispose (GObject *object)
{
  MtwProblemBox *self = MTW_PROBLEM_BOX (object);

  drop_menu (self);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_problem_box_parent_class)->dispose (object);
}

static void
mtw_problem_box_finalize (GObject *object)
{
  MtlProblem *problem = &MTW_PROBLEM_BOX (object)->problem;

  g_free (problem->block);
  g_free (problem->port);
  g_free (problem->message);
  g_free (problem->advice);
  g_free (problem->fix_key);
  g_free (problem->fix_value);

  G_OBJECT_CLASS (mtw_problem_box_parent_class)->finalize (object);
}

static void
mtw_problem_box_class_init (MtwProblemBoxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mtw_problem_box_dispose;
  object_class->finalize = mtw_problem_box_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-problem-box.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwProblemBox, icon);
  gtk_widget_class_bind_template_child (widget_class, MtwProblemBox, words);
  gtk_widget_class_bind_template_child (widget_class, MtwProblemBox, mend);
  gtk_widget_class_bind_template_callback (widget_class, mend_cb);
}

static void
mtw_problem_box_init (MtwProblemBox *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mtw_problem_box_new (MtwDocument      *document,
                     const MtlProblem *problem)
{
  MtwProblemBox *self = g_object_new (MTW_TYPE_PROBLEM_BOX, NULL);
  gboolean asks = problem->fix_key == NULL && problem->block != NULL && problem->port != NULL;

  self->document = g_object_ref (document);
  self->problem = (MtlProblem) {
    .block = g_strdup (problem->block),
    .port = g_strdup (problem->port),
    .message = g_strdup (problem->message),
    .advice = g_strdup (problem->advice),
    .fix_key = g_strdup (problem->fix_key),
    .fix_value = g_strdup (problem->fix_value),
    .warning = problem->warning,
  };
  gtk_image_set_from_icon_name (self->icon, problem->warning ? "basin-warning-symbolic"
                                                             : "basin-problem-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (self), problem->warning ? "warning" : "problem");
  gtk_label_set_label (self->words, problem->message);
  if (problem->advice != NULL && (problem->fix_key != NULL || asks))
    {
      gtk_button_set_label (self->mend, problem->advice);
      gtk_widget_set_visible (GTK_WIDGET (self->mend), TRUE);
    }
  return GTK_WIDGET (self);
}

gboolean
mtw_problem_box_says (MtwProblemBox    *self,
                      const MtlProblem *problem)
{
  const MtlProblem *own = &self->problem;

  return g_strcmp0 (own->message, problem->message) == 0 && own->warning == problem->warning
         && g_strcmp0 (own->block, problem->block) == 0
         && g_strcmp0 (own->port, problem->port) == 0
         && g_strcmp0 (own->fix_key, problem->fix_key) == 0
         && g_strcmp0 (own->fix_value, problem->fix_value) == 0;
}

gboolean
mtw_problem_box_fix (MtwProblemBox *self)
{
  g_return_val_if_fail (MTW_IS_PROBLEM_BOX (self), FALSE);

  if (!gtk_widget_get_visible (GTK_WIDGET (self->mend)))
    return FALSE;

  mend_cb (self);
  return TRUE;
}

gboolean
mtw_problem_mend (MtwDocument       *document,
                  const MtlProblem  *problem,
                  GError           **error)
{
  g_auto(GStrv) ends = NULL;

  if (problem->fix_key == NULL || problem->fix_value == NULL)
    return FALSE;
  if (!g_str_equal (problem->fix_key, "wire"))
    return mtw_document_set_value (document, problem->fix_key, problem->fix_value, error);

  ends = g_strsplit (problem->fix_value, " ", 2);
  return g_strv_length (ends) == 2 && mtw_document_connect (document, ends[0], ends[1], error);
}
