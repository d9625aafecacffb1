/* mtw-log-page.c — what happened in a run, newest first
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-log-page.h"

#include <glib/gi18n-lib.h>

#include "mtw-number.h"

/* --- a row --- */

struct _MtwLogRow
{
  GtkListBoxRow  parent_instance;

  double         epoch;
  char          *kind;
  GtkLabel      *time;
  GtkLabel      *step;
  GtkImage      *icon;
  GtkLabel      *words;
};

#define MTW_TYPE_LOG_ROW (mtw_log_row_get_type ())

G_DECLARE_FINAL_TYPE (MtwLogRow, mtw_log_row, MTW, LOG_ROW, GtkListBoxRow)
G_DEFINE_FINAL_TYPE (MtwLogRow, mtw_log_row, GTK_TYPE_LIST_BOX_ROW)

static void
mtw_log_row_finalize (GObject *object)
{
  g_free (MTW_LOG_ROW (object)->kind);

  G_OBJECT_CLASS (mtw_log_row_parent_class)->finalize (object);
}

static void
mtw_log_row_class_init (MtwLogRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mtw_log_row_finalize;

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-log-row.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwLogRow, time);
  gtk_widget_class_bind_template_child (widget_class, MtwLogRow, step);
  gtk_widget_class_bind_template_child (widget_class, MtwLogRow, icon);
  gtk_widget_class_bind_template_child (widget_class, MtwLogRow, words);
}

static void
mtw_log_row_init (MtwLogRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static gboolean
is_warning (const char *kind)
{
  return g_str_equal (kind, "warning") || g_str_equal (kind, "error");
}

static GtkWidget *
make_row (const MtlEvent *event,
          double          per_epoch)
{
  MtwLogRow *self = g_object_new (MTW_TYPE_LOG_ROW, NULL);
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (event->time / G_USEC_PER_SEC);
  g_autoptr(GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *time = local != NULL ? g_date_time_format (local, "%X") : g_strdup ("");
  g_autofree char *figure = mtw_number_fixed ((double) event->step, 0);
  /* Translators: the number of an optimiser step. */
  g_autofree char *step = g_strdup_printf (_("Step %s"), figure);

  self->epoch = event->step / per_epoch;
  self->kind = g_strdup (event->kind);
  gtk_label_set_label (self->time, time);
  gtk_label_set_label (self->step, step);
  gtk_label_set_label (self->words, event->text);
  gtk_image_set_from_icon_name (self->icon, "basin-warning-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (self->icon), is_warning (event->kind));

  return GTK_WIDGET (self);
}

/* --- the page --- */

struct _MtwLogPage
{
  AdwBin       parent_instance;

  MtlRecord   *record;
  guint        n_listed;
  GtkDropDown *filter;
  GtkListBox  *list;
};

enum
{
  ALL,
  SETTINGS,
  CHECKPOINTS,
  WARNINGS,
};

enum
{
  JUMP,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwLogPage, mtw_log_page, ADW_TYPE_BIN)

static gboolean
is_listed (GtkListBoxRow *row,
           gpointer       data)
{
  const char *kind = MTW_LOG_ROW (row)->kind;

  switch (gtk_drop_down_get_selected (MTW_LOG_PAGE (data)->filter))
    {
    case SETTINGS:
      return g_str_equal (kind, "settings");
    case CHECKPOINTS:
      return g_str_equal (kind, "checkpoint");
    case WARNINGS:
      return is_warning (kind);
    default:
      return TRUE;
    }
}

static void
filter_cb (MtwLogPage *self)
{
  gtk_list_box_invalidate_filter (self->list);
}

static void
activated_cb (MtwLogPage *self,
              MtwLogRow  *row)
{
  g_signal_emit (self, signals[JUMP], 0, row->epoch);
}

static void
mtw_log_page_dispose (GObject *object)
{
  g_clear_pointer (&MTW_LOG_PAGE (object)->record, mtl_record_unref);

  G_OBJECT_CLASS (mtw_log_page_parent_class)->dispose (object);
}

static void
mtw_log_page_class_init (MtwLogPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_log_page_dispose;

  signals[JUMP] = g_signal_new ("jump", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                NULL, NULL, G_TYPE_NONE, 1, G_TYPE_DOUBLE);

  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-log-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwLogPage, filter);
  gtk_widget_class_bind_template_child (widget_class, MtwLogPage, list);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
mtw_log_page_init (MtwLogPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_filter_func (self->list, is_listed, self, NULL);
}

void
mtw_log_page_refresh (MtwLogPage *self)
{
  guint n = self->record != NULL ? mtl_record_n_events (self->record) : 0;
  double per_epoch;

  if (n <= self->n_listed)
    return;

  per_epoch = MAX ((double) mtl_record_info (self->record)->steps_per_epoch, 1);
  for (; self->n_listed < n; self->n_listed++)
    {
      MtlEvent event;

      mtl_record_event (self->record, self->n_listed, &event);
      gtk_list_box_prepend (self->list, make_row (&event, per_epoch));
      mtl_event_clear (&event);
    }
}

void
mtw_log_page_set_record (MtwLogPage *self,
                         MtlRecord  *record)
{
  GtkListBoxRow *row;

  g_return_if_fail (MTW_IS_LOG_PAGE (self));

  while ((row = gtk_list_box_get_row_at_index (self->list, 0)) != NULL)
    gtk_list_box_remove (self->list, GTK_WIDGET (row));
  self->n_listed = 0;
  if (record != NULL)
    mtl_record_ref (record);
  g_clear_pointer (&self->record, mtl_record_unref);
  self->record = record;
  mtw_log_page_refresh (self);
}
