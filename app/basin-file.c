/* basin-file.c — where a document lives on disk
 *
 * The file is known by its time of change and size: a watch also reports what
 * we wrote ourselves, and is silent on some file systems until the next event.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-file.h"

#include <gtk/gtk.h>

#include "mtw-work.h"

struct _BasinFile
{
  GObject       parent_instance;

  MtwDocument  *document;
  GFile        *file;
  char         *etag;        /* of what we read or wrote last; NULL: not known */
  GFileMonitor *monitor;
  gboolean      writing;     /* what the watch says meanwhile is our own doing */
};

enum { CHANGED, CHANGED_ON_DISK, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (BasinFile, basin_file, G_TYPE_OBJECT)

/* What a worker reads or writes. */
typedef struct
{
  GFile     *file;
  MtlDesign *design;
  char      *etag;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->file);
  g_clear_pointer (&job->design, mtl_design_unref);
  g_free (job->etag);
  g_free (job);
}

static char *
find_etag (GFile *file)
{
  g_autoptr(GFileInfo) info = g_file_query_info (file, G_FILE_ATTRIBUTE_ETAG_VALUE,
                                                 G_FILE_QUERY_INFO_NONE, NULL, NULL);

  return info != NULL ? g_strdup (g_file_info_get_etag (info)) : NULL;
}

/* --- the watch --- */

static void
etag_cb (GObject      *object,
         GAsyncResult *result,
         gpointer      data)
{
  g_autoptr(BasinFile) self = BASIN_FILE (data);
  g_autoptr(GFileInfo) info = g_file_query_info_finish (G_FILE (object), result, NULL);
  const char *etag = info != NULL ? g_file_info_get_etag (info) : NULL;

  if (self->writing || G_FILE (object) != self->file || etag == NULL
      || g_strcmp0 (etag, self->etag) == 0)
    return;

  /* Said once for each change. */
  g_free (self->etag);
  self->etag = g_strdup (etag);
  g_signal_emit (self, signals[CHANGED_ON_DISK], 0);
}

static void
watched_cb (GFileMonitor      *monitor,
            GFile             *file,
            GFile             *other,
            GFileMonitorEvent  event,
            BasinFile         *self)
{
  if (!self->writing && self->etag != NULL
      && (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT
          || event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_RENAMED))
    g_file_query_info_async (self->file, G_FILE_ATTRIBUTE_ETAG_VALUE, G_FILE_QUERY_INFO_NONE,
                             G_PRIORITY_DEFAULT, NULL, etag_cb, g_object_ref (self));
}

static void
clear_watch (BasinFile *self)
{
  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_file_monitor_cancel (self->monitor);
    }
  g_clear_object (&self->monitor);
}

/* Takes over @etag. */
static void
settle (BasinFile *self,
        GFile     *file,
        char      *etag)
{
  gboolean other = self->file == NULL || file == NULL || !g_file_equal (self->file, file);

  g_free (self->etag);
  self->etag = etag;
  if (!other)
    return;

  clear_watch (self);
  g_set_object (&self->file, file);
  if (file != NULL)
    {
      self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
      if (self->monitor != NULL)
        g_signal_connect (self->monitor, "changed", G_CALLBACK (watched_cb), self);
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
remember (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  GtkRecentData recent = {
    .mime_type = (char *) "application/x-basin",
    .app_name = (char *) "Basin",
    .app_exec = (char *) "basin %u",
  };

  gtk_recent_manager_add_full (gtk_recent_manager_get_default (), uri, &recent);
}

/* --- reading --- */

static void
load_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancel)
{
  Job *job = data;
  GError *error = NULL;

  /* Before the file is read: a change in between is seen as one. */
  job->etag = find_etag (job->file);
  job->design = mtl_design_load (job->file, NULL, &error);
  if (job->design != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
basin_file_load (BasinFile           *self,
                 GFile               *file,
                 GAsyncReadyCallback  ready,
                 gpointer             data)
{
  g_autoptr(GTask) task = mtw_work_new (self, ready, data);
  Job *job = g_new0 (Job, 1);

  job->file = g_object_ref (file);
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, load_thread);
}

gboolean
basin_file_load_finish (BasinFile     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  mtw_document_replace (self->document, job->design);
  settle (self, job->file, g_steal_pointer (&job->etag));
  remember (job->file);

  return TRUE;
}

/* --- writing --- */

static void
save_thread (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancel)
{
  Job *job = data;
  GError *error = NULL;

  if (!mtl_design_save (job->design, job->file, &error))
    {
      g_task_return_error (task, error);
      return;
    }

  job->etag = find_etag (job->file);
  g_task_return_boolean (task, TRUE);
}

void
basin_file_save (BasinFile           *self,
                 GFile               *file,
                 GAsyncReadyCallback  ready,
                 gpointer             data)
{
  g_autoptr(GTask) task = mtw_work_new (self, ready, data);
  Job *job = g_new0 (Job, 1);

  self->writing = TRUE;
  job->file = g_object_ref (file);
  job->design = mtl_design_ref (mtw_document_get_design (self->document));
  g_task_set_task_data (task, job, job_free);
  g_task_run_in_thread (task, save_thread);
}

gboolean
basin_file_save_finish (BasinFile     *self,
                        GAsyncResult  *result,
                        GError       **error)
{
  Job *job = g_task_get_task_data (G_TASK (result));

  self->writing = FALSE;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;

  settle (self, job->file, g_steal_pointer (&job->etag));
  remember (job->file);
  /* An edit while it was written is not on disk. */
  if (mtw_document_get_design (self->document) == job->design)
    mtw_document_set_saved (self->document);

  return TRUE;
}

/* --- the object --- */

static void
basin_file_dispose (GObject *object)
{
  BasinFile *self = BASIN_FILE (object);

  clear_watch (self);
  g_clear_object (&self->file);
  g_clear_object (&self->document);
  g_clear_pointer (&self->etag, g_free);

  G_OBJECT_CLASS (basin_file_parent_class)->dispose (object);
}

static void
basin_file_class_init (BasinFileClass *klass)
{
  static const char *const names[] = { "changed", "changed-on-disk" };

  G_OBJECT_CLASS (klass)->dispose = basin_file_dispose;

  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], BASIN_TYPE_FILE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
basin_file_init (BasinFile *self)
{
}

/**
 * basin_file_new:
 * @document: what is read into and written from; kept by reference
 *
 * Returns: (transfer full): a document without a file yet
 */
BasinFile *
basin_file_new (MtwDocument *document)
{
  BasinFile *self = g_object_new (BASIN_TYPE_FILE, NULL);

  self->document = g_object_ref (document);

  return self;
}

GFile *
basin_file_get_file (BasinFile *self)
{
  g_return_val_if_fail (BASIN_IS_FILE (self), NULL);

  return self->file;
}

void
basin_file_set_file (BasinFile *self,
                     GFile     *file)
{
  g_return_if_fail (BASIN_IS_FILE (self));

  settle (self, file, NULL);
}
