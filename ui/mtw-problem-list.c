/* mtw-problem-list.c — the problems of one block as boxes, one below the other
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-problem-list.h"

static gboolean
says (GtkWidget        *box,
      const MtlProblem *problem)
{
  return box != NULL && mtw_problem_box_says (MTW_PROBLEM_BOX (box), problem);
}

void
mtw_problem_list_update (GtkBox      *box,
                         MtwDocument *document,
                         const char  *block)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  GtkWidget *next = gtk_widget_get_first_child (GTK_WIDGET (box));

  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, i);

      if (g_strcmp0 (problem->block, block) != 0)
        continue;
      if (says (next, problem))
        next = gtk_widget_get_next_sibling (next);
      else
        gtk_box_insert_child_after (box, mtw_problem_box_new (document, problem),
                                    next != NULL ? gtk_widget_get_prev_sibling (next)
                                    : gtk_widget_get_last_child (GTK_WIDGET (box)));
    }

  while (next != NULL)
    {
      GtkWidget *gone = next;

      next = gtk_widget_get_next_sibling (next);
      gtk_box_remove (box, gone);
    }
  gtk_widget_set_visible (GTK_WIDGET (box),
                          gtk_widget_get_first_child (GTK_WIDGET (box)) != NULL);
}
