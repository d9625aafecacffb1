/* basin-problems.c — the list of what is wrong with a design, in a popover
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-problems.h"

#include <glib/gi18n.h>

#include "mtw-problem-box.h"

int
basin_problems_next (MtwDocument *document,
                     int          last)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  guint n = mtl_survey_n_problems (survey);
  const MtlProblem *problem;
  int next;

  if (n == 0)
    return -1;

  next = (last + 1) % (int) n;
  problem = mtl_survey_problem (survey, (guint) next);
  mtw_document_announce (document, problem->message);
  if (problem->block != NULL)
    {
      mtw_document_select (document, (const char *const[]) { problem->block, NULL });
      mtw_document_reveal (document, problem->block);
    }

  return next;
}

/* --- the list --- */

static guint
row_number (GtkWidget *row)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "problem"));
}

static void
fix_cb (GtkWidget   *button,
        MtwDocument *document)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  GtkWidget *row = gtk_widget_get_ancestor (button, GTK_TYPE_LIST_BOX_ROW);
  g_autoptr(GError) error = NULL;

  if (row_number (row) < mtl_survey_n_problems (survey)
      && !mtw_problem_mend (document, mtl_survey_problem (survey, row_number (row)), &error)
      && error != NULL)
    mtw_document_announce (document, error->message);
}

static void
activated_cb (GtkListBox    *list,
              GtkListBoxRow *row,
              MtwDocument   *document)
{
  gtk_popover_popdown (GTK_POPOVER (gtk_widget_get_ancestor (GTK_WIDGET (list),
                                                             GTK_TYPE_POPOVER)));
  basin_problems_next (document, (int) row_number (GTK_WIDGET (row)) - 1);
}

static GtkWidget *
make_row (MtwDocument      *document,
          const MtlProblem *problem,
          guint             n)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *icon = gtk_image_new_from_icon_name (problem->warning ? "basin-warning-symbolic"
                                                                   : "basin-problem-symbolic");
  GtkWidget *label = gtk_label_new (problem->message);

  g_object_set_data (G_OBJECT (row), "problem", GUINT_TO_POINTER (n));
  gtk_widget_add_css_class (icon, problem->warning ? "warning" : "error");
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 48);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  if (problem->advice != NULL && problem->fix_key != NULL)
    {
      GtkWidget *button = gtk_button_new_with_label (problem->advice);

      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      g_signal_connect (button, "clicked", G_CALLBACK (fix_cb), document);
      gtk_box_append (GTK_BOX (box), button);
    }
  gtk_widget_set_margin_start (box, 6);
  gtk_widget_set_margin_end (box, 6);
  gtk_widget_set_margin_top (box, 9);
  gtk_widget_set_margin_bottom (box, 9);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  problem->message, -1);

  return row;
}

static void
fill (GtkListBox *list)
{
  MtwDocument *document = g_object_get_data (G_OBJECT (list), "document");
  MtlSurvey *survey = mtw_document_get_survey (document);
  GtkWidget *row;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (list))) != NULL
         && GTK_IS_LIST_BOX_ROW (row))
    gtk_list_box_remove (list, row);
  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    gtk_list_box_append (list, make_row (document, mtl_survey_problem (survey, i), i));
}

GtkWidget *
basin_problems_new (MtwDocument *document)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *none = gtk_label_new (_("No problems: the design can be trained."));

  g_object_set_data_full (G_OBJECT (list), "document", g_object_ref (document), g_object_unref);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_set_margin_top (none, 12);
  gtk_widget_set_margin_bottom (none, 12);
  gtk_list_box_set_placeholder (GTK_LIST_BOX (list), none);
  gtk_widget_add_css_class (list, "background");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 360);
  gtk_popover_set_child (GTK_POPOVER (popover), scrolled);

  g_signal_connect_object (list, "row-activated", G_CALLBACK (activated_cb), document, 0);
  g_signal_connect_object (document, "survey-changed", G_CALLBACK (fill), list,
                           G_CONNECT_SWAPPED);
  fill (GTK_LIST_BOX (list));

  return popover;
}
