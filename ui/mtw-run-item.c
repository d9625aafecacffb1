/* mtw-run-item.c — one run as an object of a list
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-run-item.h"

#include <glib/gi18n-lib.h>

struct _MtwRunItem
{
  GObject    parent_instance;

  MtlRunRow *row;
  guint64    best;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MtwRunItem, mtw_run_item, G_TYPE_OBJECT)

static void
mtw_run_item_finalize (GObject *object)
{
  mtl_run_row_free (MTW_RUN_ITEM (object)->row);

  G_OBJECT_CLASS (mtw_run_item_parent_class)->finalize (object);
}

static void
mtw_run_item_class_init (MtwRunItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_run_item_finalize;

  changed_signal = g_signal_new ("changed", MTW_TYPE_RUN_ITEM, G_SIGNAL_RUN_LAST,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mtw_run_item_init (MtwRunItem *self)
{
}

MtwRunItem *
mtw_run_item_new (MtlRunRow *row)
{
  MtwRunItem *self = g_object_new (MTW_TYPE_RUN_ITEM, NULL);

  self->row = row;
  return self;
}

const MtlRunRow *
mtw_run_item_row (MtwRunItem *self)
{
  return self->row;
}

void
mtw_run_item_set_row (MtwRunItem *self,
                      MtlRunRow  *row)
{
  mtl_run_row_free (self->row);
  self->row = row;
}

guint64
mtw_run_item_best (MtwRunItem *self)
{
  return self->best;
}

void
mtw_run_item_set_best (MtwRunItem *self,
                       guint64     best)
{
  self->best = best;
}

void
mtw_run_item_changed (MtwRunItem *self)
{
  g_signal_emit (self, changed_signal, 0);
}

int
mtw_run_row_find (const MtlRunRow *row,
                  const char      *task,
                  const char      *metric)
{
  for (guint k = 0; k < row->n_tasks; k++)
    if (g_strcmp0 (row->tasks[k], task) == 0 && g_strcmp0 (row->metrics[k], metric) == 0)
      return k;

  return -1;
}

/* Whole days between two times, as the calendar counts. */
static int
days_between (GDateTime *from,
              GDateTime *to)
{
  GDate a, b;

  g_date_clear (&a, 1);
  g_date_clear (&b, 1);
  g_date_set_dmy (&a, g_date_time_get_day_of_month (from), g_date_time_get_month (from),
                  g_date_time_get_year (from));
  g_date_set_dmy (&b, g_date_time_get_day_of_month (to), g_date_time_get_month (to),
                  g_date_time_get_year (to));

  return g_date_days_between (&a, &b);
}

char *
mtw_run_row_when (const MtlRunRow *row)
{
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc (row->started / G_USEC_PER_SEC);
  g_autoptr(GDateTime) then = utc != NULL ? g_date_time_to_local (utc) : NULL;
  g_autofree char *day = NULL;
  int days = then != NULL ? days_between (then, now) : 0;

  if (then == NULL)
    day = g_strdup (_("unknown time"));
  else if (days == 0)
    /* Translators: when a run began, as strftime writes it. */
    day = g_date_time_format (then, _("today %H:%M"));
  else if (days == 1)
    day = g_strdup (_("yesterday"));
  else if (days > 1 && days < 7)
    day = g_date_time_format (then, "%A");
  else
    day = g_date_time_format (then, "%x");

  /* Translators: number of a run and when it began: “Run 12 · today 14:02”. */
  return g_strdup_printf (_("Run %u · %s"), row->number, day);
}

const char *
mtw_run_row_status (const MtlRunRow *row)
{
  static const char *const words[] = {
    [MTL_RUN_PREPARING] = N_("Preparing"), [MTL_RUN_TRAINING] = N_("Training"),
    [MTL_RUN_PAUSED] = N_("Paused"),       [MTL_RUN_DONE] = N_("Done"),
    [MTL_RUN_STOPPED] = N_("Stopped"),     [MTL_RUN_FAILED] = N_("Failed"),
    [MTL_RUN_LOST] = N_("Interrupted"),
  };

  return (guint) row->status < G_N_ELEMENTS (words) ? _(words[row->status]) : "";
}
