/* mtw-curves.c — the curves of a record that somebody looks at
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-curves.h"

#include <stdarg.h>

struct _MtwCurves
{
  guint       refs;
  MtlRecord  *record;
  GHashTable *by_name;   /* char * → MtwCurve */
  GArray     *events;    /* of MtlEvent, copies */
  guint64     step;
};

static void
free_curve (gpointer curve)
{
  mtw_curve_free (curve);
}

static void
clear_event (gpointer event)
{
  mtl_event_clear (event);
}

MtwCurves *
mtw_curves_new (MtlRecord *record)
{
  MtwCurves *self;

  g_return_val_if_fail (record != NULL, NULL);

  self = g_new0 (MtwCurves, 1);
  self->refs = 1;
  self->record = mtl_record_ref (record);
  self->by_name = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_curve);
  self->events = g_array_new (FALSE, FALSE, sizeof (MtlEvent));
  g_array_set_clear_func (self->events, clear_event);
  mtw_curves_pull (self);

  return self;
}

MtwCurves *
mtw_curves_ref (MtwCurves *self)
{
  self->refs++;

  return self;
}

void
mtw_curves_unref (MtwCurves *self)
{
  if (--self->refs > 0)
    return;

  g_hash_table_unref (self->by_name);
  g_array_unref (self->events);
  mtl_record_unref (self->record);
  g_free (self);
}

MtlRecord *
mtw_curves_record (MtwCurves *self)
{
  return self->record;
}

gboolean
mtw_curves_pull (MtwCurves *self)
{
  GHashTableIter iter;
  gpointer curve;
  guint n_events = mtl_record_n_events (self->record);
  gboolean gained = n_events > self->events->len;
  MtlProgress progress;

  mtl_record_progress (self->record, &progress);
  gained = gained || progress.step != self->step;
  self->step = progress.step;

  while (self->events->len < n_events)
    {
      MtlEvent event;

      mtl_record_event (self->record, self->events->len, &event);
      g_array_append_val (self->events, event);
    }

  g_hash_table_iter_init (&iter, self->by_name);
  while (g_hash_table_iter_next (&iter, NULL, &curve))
    gained = mtw_curve_pull (curve) || gained;

  return gained;
}

MtwCurve *
mtw_curves_get (MtwCurves  *self,
                const char *format,
                ...)
{
  g_autofree char *name = NULL;
  MtlSeries *series;
  MtwCurve *curve;
  va_list arguments;

  va_start (arguments, format);
  name = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  curve = g_hash_table_lookup (self->by_name, name);
  if (curve != NULL)
    return curve;

  series = mtl_record_find (self->record, name);
  if (series == NULL)
    return NULL;

  curve = mtw_curve_new (series);
  mtw_curve_pull (curve);
  g_hash_table_insert (self->by_name, g_steal_pointer (&name), curve);

  return curve;
}

guint64
mtw_curves_step (MtwCurves *self)
{
  return self->step;
}

guint
mtw_curves_n_events (MtwCurves *self)
{
  return self->events->len;
}

const MtlEvent *
mtw_curves_event (MtwCurves *self,
                  guint      n)
{
  return &g_array_index (self->events, MtlEvent, n);
}
