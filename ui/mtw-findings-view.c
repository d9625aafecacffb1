/* mtw-findings-view.c — a table of what a probe has found
 *
 * The list holds empty strings, one for each finding: a cell finds its words by its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-findings-view.h"

#include <glib/gi18n-lib.h>

#include "mtw-figures.h"

struct _MtwFindingsView
{
  AdwBin           parent_instance;

  MtlFindings     *findings;   /* NULL: none */
  const MtlMethod *probe;      /* that found them */
  MtlRecord       *record;     /* of the run that they are about */
  GtkStringList   *rows;
  GtkColumnView   *view;
};

G_DEFINE_FINAL_TYPE (MtwFindingsView, mtw_findings_view, ADW_TYPE_BIN)

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label),
                        GPOINTER_TO_UINT (column) == MTW_FIGURE_VALUE ? 1 : 0);
  gtk_list_item_set_child (item, label);
}

/* What a measure is and where it is from; of a value, what its uncertainty is. (nullable) */
static char *
explain (MtwFindingsView  *self,
         MtwFigure         column,
         const MtlFinding *finding)
{
  if (column == MTW_FIGURE_VALUE && finding->measure->error != NULL)
    return g_strdup_printf ("± %s", _(finding->measure->error));
  if (column != MTW_FIGURE_MEASURE || self->probe->reference == NULL)
    return NULL;

  return g_strdup_printf ("%s\n%s", _(finding->measure->title), self->probe->reference);
}

static void
bind_cb (MtwFindingsView          *self,
         GtkListItem              *item,
         GtkSignalListItemFactory *factory)
{
  guint column = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (factory), "column"));
  const MtlFinding *finding = mtl_findings_get (self->findings,
                                                gtk_list_item_get_position (item));
  GtkWidget *label = gtk_list_item_get_child (item);
  g_autofree char *words = mtw_figure_words (column, finding,
                                             mtl_record_info (self->record)->tasks);
  g_autofree char *more = explain (self, column, finding);

  gtk_label_set_label (GTK_LABEL (label), words);
  gtk_widget_set_tooltip_text (label, more);
}

static void
add_column (MtwFindingsView *self,
            guint            column)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  g_autoptr(GtkColumnViewColumn) view_column = NULL;

  g_object_set_data (G_OBJECT (factory), "column", GUINT_TO_POINTER (column));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), GUINT_TO_POINTER (column));
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, G_CONNECT_SWAPPED);
  view_column = gtk_column_view_column_new (mtw_figure_title (column), factory);
  gtk_column_view_column_set_expand (view_column, TRUE);
  gtk_column_view_append_column (self->view, view_column);
}

static void
mtw_findings_view_finalize (GObject *object)
{
  MtwFindingsView *self = MTW_FINDINGS_VIEW (object);

  g_clear_pointer (&self->findings, mtl_findings_unref);
  g_clear_pointer (&self->record, mtl_record_unref);

  G_OBJECT_CLASS (mtw_findings_view_parent_class)->finalize (object);
}

static void
mtw_findings_view_class_init (MtwFindingsViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_findings_view_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/mtw-findings-view.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwFindingsView, rows);
  gtk_widget_class_bind_template_child (widget_class, MtwFindingsView, view);
}

static void
mtw_findings_view_init (MtwFindingsView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint c = 0; c < MTW_N_FIGURES; c++)
    add_column (self, c);
}

void
mtw_findings_view_show (MtwFindingsView *self,
                        MtlFindings     *findings,
                        const MtlMethod *probe,
                        MtlRecord       *record)
{
  guint n = findings != NULL ? mtl_findings_count (findings) : 0;
  g_auto(GStrv) rows = g_new0 (char *, n + 1);

  g_return_if_fail (MTW_IS_FINDINGS_VIEW (self));

  if (findings == self->findings)
    return;

  gtk_string_list_splice (self->rows, 0, mtw_findings_view_n_rows (self), NULL);
  g_clear_pointer (&self->findings, mtl_findings_unref);
  g_clear_pointer (&self->record, mtl_record_unref);
  if (findings == NULL)
    return;

  self->findings = mtl_findings_ref (findings);
  self->probe = probe;
  self->record = mtl_record_ref (record);
  for (guint i = 0; i < n; i++)
    rows[i] = g_strdup ("");
  gtk_string_list_splice (self->rows, 0, 0, (const char *const *) rows);
}

guint
mtw_findings_view_n_rows (MtwFindingsView *self)
{
  g_return_val_if_fail (MTW_IS_FINDINGS_VIEW (self), 0);

  return g_list_model_get_n_items (G_LIST_MODEL (self->rows));
}

char *
mtw_findings_view_to_text (MtwFindingsView *self)
{
  g_return_val_if_fail (MTW_IS_FINDINGS_VIEW (self) && self->findings != NULL, NULL);

  return mtw_figures_to_text (self->findings, mtl_record_info (self->record)->tasks);
}

char *
mtw_findings_view_to_csv (MtwFindingsView *self)
{
  g_return_val_if_fail (MTW_IS_FINDINGS_VIEW (self) && self->findings != NULL, NULL);

  return mtw_figures_to_csv (self->findings, mtl_record_info (self->record)->tasks);
}
