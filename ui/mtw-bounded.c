/* mtw-bounded.c — all of a stream that another program writes, up to a limit
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-bounded.h"

#define CHUNK 65536

typedef struct
{
  GByteArray *all;
  gsize       limit;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *self = data;

  g_clear_pointer (&self->all, g_byte_array_unref);
  g_free (self);
}

static void read_on (GTask *task);

static void
read_cb (GObject      *stream,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr(GTask) task = data;
  Reading *self = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr(GBytes) part = g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result,
                                                             &error);

  if (part == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (g_bytes_get_size (part) == 0)
    {
      g_task_return_pointer (task, g_byte_array_free_to_bytes (g_steal_pointer (&self->all)),
                             (GDestroyNotify) g_bytes_unref);
      return;
    }

  g_byte_array_append (self->all, g_bytes_get_data (part, NULL), g_bytes_get_size (part));
  if (self->all->len > self->limit)
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE,
                             "more than %" G_GSIZE_FORMAT " bytes", self->limit);
  else
    read_on (g_steal_pointer (&task));
}

/* Takes @task. */
static void
read_on (GTask *task)
{
  g_input_stream_read_bytes_async (g_task_get_source_object (task), CHUNK,
                                   g_task_get_priority (task), g_task_get_cancellable (task),
                                   read_cb, task);
}

void
mtw_bounded_read_async (GInputStream        *stream,
                        gsize                limit,
                        GCancellable        *cancel,
                        GAsyncReadyCallback  callback,
                        gpointer             data)
{
  GTask *task = g_task_new (stream, cancel, callback, data);
  Reading *self = g_new0 (Reading, 1);

  g_task_set_source_tag (task, mtw_bounded_read_async);
  self->all = g_byte_array_new ();
  self->limit = limit;
  g_task_set_task_data (task, self, reading_free);
  read_on (task);
}

GBytes *
mtw_bounded_read_finish (GAsyncResult  *result,
                         GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
