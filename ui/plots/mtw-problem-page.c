/* mtw-problem-page.c — what is wrong with a design, with what would help
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-problem-page.h"

#include <glib/gi18n-lib.h>

/* --- a row --- */

struct _MtwProblemRow
{
  GtkListBoxRow  parent_instance;

  int            number;
  char          *block;
  GtkImage      *icon;
  GtkLabel      *words;
  GtkButton     *jump;
  GtkButton     *fix;
};

#define MTW_TYPE_PROBLEM_ROW (mtw_problem_row_get_type ())

G_DECLARE_FINAL_TYPE (MtwProblemRow, mtw_problem_row, MTW, PROBLEM_ROW, GtkListBoxRow)
G_DEFINE_FINAL_TYPE (MtwProblemRow, mtw_problem_row, GTK_TYPE_LIST_BOX_ROW)

static void
mtw_problem_row_finalize (GObject *object)
{
  g_free (MTW_PROBLEM_ROW (object)->block);

  G_OBJECT_CLASS (mtw_problem_row_parent_class)->finalize (object);
}

static void
mtw_problem_row_class_init (MtwProblemRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_problem_row_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-problem-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwProblemRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MtwProblemRow, words);
  gtk_widget_class_bind_template_child (widget_class, MtwProblemRow, jump);
  gtk_widget_class_bind_template_child (widget_class, MtwProblemRow, fix);
}

static void
mtw_problem_row_init (MtwProblemRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* --- the page --- */

struct _MtwProblemPage
{
  AdwBin           parent_instance;

  const MtlSurvey *survey;  /* (nullable) */
  GtkListBox      *list;
};

enum
{
  JUMP,
  FIX,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwProblemPage, mtw_problem_page, ADW_TYPE_BIN)

static MtwProblemPage *
page_of (MtwProblemRow *row)
{
  return MTW_PROBLEM_PAGE (gtk_widget_get_ancestor (GTK_WIDGET (row), MTW_TYPE_PROBLEM_PAGE));
}

/* What it says is copied first: the fix changes the design, and the rows. */
static void
jump_cb (MtwProblemRow *row)
{
  g_autofree char *block = g_strdup (row->block);

  g_signal_emit (page_of (row), signals[JUMP], 0, block);
}

static void
fix_cb (MtwProblemRow *row)
{
  g_signal_emit (page_of (row), signals[FIX], 0, row->number);
}

static GtkWidget *
make_row (const MtlProblem *problem,
          int               number)
{
  MtwProblemRow *row = g_object_new (MTW_TYPE_PROBLEM_ROW, NULL);

  row->number = number;
  row->block = g_strdup (problem->block);
  gtk_image_set_from_icon_name (row->icon, problem->warning ? "basin-warning-symbolic"
                                                            : "basin-problem-symbolic");
  gtk_widget_add_css_class (GTK_WIDGET (row->icon), problem->warning ? "warning" : "error");
  gtk_label_set_label (row->words, problem->message);

  if (problem->block != NULL)
    {
      /* Translators: %s is the name of a block. */
      g_autofree char *label = g_strdup_printf (_("Show %s"), problem->block);

      gtk_button_set_label (row->jump, label);
    }
  gtk_widget_set_visible (GTK_WIDGET (row->jump), problem->block != NULL);
  if (problem->advice != NULL)
    gtk_button_set_label (row->fix, problem->advice);
  gtk_widget_set_visible (GTK_WIDGET (row->fix), problem->advice != NULL
                                                 && problem->fix_key != NULL);

  g_signal_connect_object (row->jump, "clicked", G_CALLBACK (jump_cb), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (row->fix, "clicked", G_CALLBACK (fix_cb), row, G_CONNECT_SWAPPED);

  return GTK_WIDGET (row);
}

static void
mtw_problem_page_dispose (GObject *object)
{
  g_clear_pointer (&MTW_PROBLEM_PAGE (object)->survey, mtl_survey_unref);

  G_OBJECT_CLASS (mtw_problem_page_parent_class)->dispose (object);
}

static void
mtw_problem_page_class_init (MtwProblemPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_problem_page_dispose;

  signals[JUMP] = g_signal_new ("jump", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[FIX] = g_signal_new ("fix", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_INT);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-problem-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwProblemPage, list);
}

static void
mtw_problem_page_init (MtwProblemPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
mtw_problem_page_set_survey (MtwProblemPage  *self,
                             const MtlSurvey *survey)
{
  GtkListBoxRow *row;

  g_return_if_fail (MTW_IS_PROBLEM_PAGE (self));

  if (self->survey == survey)
    return;

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  if (survey != NULL)
    mtl_survey_ref (survey);
  g_clear_pointer (&self->survey, mtl_survey_unref);
  self->survey = survey;
  for (guint i = 0; survey != NULL && i < mtl_survey_n_problems (survey); i++)
    gtk_list_box_append (self->list, make_row (mtl_survey_problem (survey, i), (int) i));
}
