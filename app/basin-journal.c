/* basin-journal.c — unsaved edits on disk, for when Basin is killed
 *
 * ID.journal is a line with the URI of the document's file, empty for a
 * document never saved, and then the design as in a `.basin` file. ID.lock is
 * locked while its owner lives: the system unlocks it however that one ends,
 * which a process number, used again by another, does not tell.
 *
 * Files are written one at a time; an edit meanwhile asks for another.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "mtl-store.h"
#include "mtw-work.h"

#define DELAY 1000   /* ms after an edit */

struct _BasinJournal
{
  GObject      parent_instance;

  MtwDocument *document;
  GFile       *file;
  char        *path;      /* NULL: nothing was ever written */
  int          lock;      /* −1: none */
  guint        timeout;
  gboolean     writing;
  gboolean     again;     /* something changed while it was written */
  gboolean     unwanted;  /* dropped while it was written */
};

G_DEFINE_FINAL_TYPE (BasinJournal, basin_journal, G_TYPE_OBJECT)

static char *
journal_folder (void)
{
  g_autofree char *state = mtl_home_state ();

  return g_build_filename (state, "journal", NULL);
}

static char *
lock_path (const char *path)
{
  g_autofree char *stem = g_strndup (path, strlen (path) - strlen (".journal"));

  return g_strconcat (stem, ".lock", NULL);
}

/* −1 when another holds it, or it cannot be made. */
static int
take_lock (const char *path)
{
  g_autofree char *name = lock_path (path);
  int lock = g_open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (lock >= 0 && flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
      g_close (lock, NULL);
      return -1;
    }

  return lock;
}

static void
release (const char *path,
         int         lock)
{
  g_autofree char *name = lock_path (path);

  g_unlink (path);
  g_unlink (name);
  if (lock >= 0)
    g_close (lock, NULL);
}

/* --- orphans --- */

void
basin_orphan_free (BasinOrphan *self)
{
  if (self->lock >= 0)
    g_close (self->lock, NULL);
  g_clear_pointer (&self->design, mtl_design_unref);
  g_clear_object (&self->file);
  g_free (self->path);
  g_free (self);
}

void
basin_orphan_discard (BasinOrphan *self)
{
  release (self->path, self->lock);
  self->lock = -1;
  basin_orphan_free (self);
}

/* Fills design and file. */
static gboolean
read_orphan (BasinOrphan *self)
{
  g_autofree char *text = NULL;
  g_autoptr(GBytes) design = NULL;
  char *end;
  gsize length;

  if (!g_file_get_contents (self->path, &text, &length, NULL))
    return FALSE;
  end = strchr (text, '\n');
  if (end == NULL)
    return FALSE;

  *end = '\0';
  if (*text != '\0')
    self->file = g_file_new_for_uri (text);
  design = g_bytes_new (end + 1, length - (gsize) (end + 1 - text));
  self->design = mtl_design_parse (design, self->path, NULL, NULL);

  return self->design != NULL;
}

static int
compare_age (gconstpointer a,
             gconstpointer b)
{
  const BasinOrphan *const *first = a, *const *second = b;
  GStatBuf one = { 0 }, other = { 0 };

  g_stat ((*first)->path, &one);
  g_stat ((*second)->path, &other);

  return (one.st_mtime < other.st_mtime) - (one.st_mtime > other.st_mtime);
}

/**
 * basin_orphan_find:
 *
 * A journal that cannot be read is left where it is, for a person to look at.
 *
 * Returns: (transfer full) (element-type BasinOrphan): journals without an
 *   owner, newest first
 */
GPtrArray *
basin_orphan_find (void)
{
  GPtrArray *orphans = g_ptr_array_new_with_free_func ((GDestroyNotify) basin_orphan_free);
  g_autofree char *folder = journal_folder ();
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      BasinOrphan *orphan;

      if (!g_str_has_suffix (name, ".journal"))
        continue;
      orphan = g_new0 (BasinOrphan, 1);
      orphan->path = g_build_filename (folder, name, NULL);
      orphan->lock = take_lock (orphan->path);
      if (orphan->lock >= 0 && read_orphan (orphan))
        g_ptr_array_add (orphans, orphan);
      else
        basin_orphan_free (orphan);
    }

  g_ptr_array_sort (orphans, compare_age);
  return orphans;
}

/* --- writing --- */

static void schedule (BasinJournal *self);

static gboolean
ensure_path (BasinJournal *self)
{
  g_autofree char *folder = journal_folder ();
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (id, ".journal", NULL);

  if (self->path != NULL)
    return TRUE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return FALSE;

  self->path = g_build_filename (folder, name, NULL);
  self->lock = take_lock (self->path);
  if (self->lock < 0)
    g_clear_pointer (&self->path, g_free);

  return self->path != NULL;
}

static void
write_thread (GTask        *task,
              gpointer      source,
              gpointer      data,
              GCancellable *cancel)
{
  GError *error = NULL;
  GBytes *bytes = data;
  gsize length;
  const char *text = g_bytes_get_data (bytes, &length);

  if (g_file_set_contents_full (g_object_get_data (G_OBJECT (task), "path"), text, (gssize) length,
                                G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
written_cb (GObject      *object,
            GAsyncResult *result,
            gpointer      data)
{
  BasinJournal *self = BASIN_JOURNAL (object);
  g_autoptr(GError) error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    g_message ("Unsaved edits could not be kept in %s: %s", self->path, error->message);

  self->writing = FALSE;
  if (self->unwanted || self->document == NULL || !mtw_document_get_edited (self->document))
    basin_journal_drop (self);
  else if (self->again)
    schedule (self);
  self->again = FALSE;
  if (g_application_get_default () != NULL)
    g_application_release (g_application_get_default ());
}

static GBytes *
print (BasinJournal *self)
{
  g_autoptr(GBytes) design = mtl_design_print (mtw_document_get_design (self->document));
  g_autofree char *uri = self->file != NULL ? g_file_get_uri (self->file) : g_strdup ("");
  GByteArray *text = g_byte_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (design, &length);

  g_byte_array_append (text, (const guint8 *) uri, (guint) strlen (uri));
  g_byte_array_append (text, (const guint8 *) "\n", 1);
  g_byte_array_append (text, data, (guint) length);

  return g_byte_array_free_to_bytes (text);
}

static gboolean
write_cb (gpointer data)
{
  BasinJournal *self = data;
  g_autoptr(GTask) task = NULL;

  self->timeout = 0;
  if (!mtw_document_get_edited (self->document) || !ensure_path (self))
    return G_SOURCE_REMOVE;

  self->writing = TRUE;
  /* The last window may close meanwhile: what is half written has to be dropped. */
  if (g_application_get_default () != NULL)
    g_application_hold (g_application_get_default ());
  task = mtw_work_new (self, written_cb, NULL);
  g_object_set_data_full (G_OBJECT (task), "path", g_strdup (self->path), g_free);
  g_task_set_task_data (task, print (self), (GDestroyNotify) g_bytes_unref);
  g_task_run_in_thread (task, write_thread);

  return G_SOURCE_REMOVE;
}

static void
schedule (BasinJournal *self)
{
  self->unwanted = FALSE;
  if (self->writing)
    self->again = TRUE;
  else if (self->timeout == 0)
    self->timeout = g_timeout_add (DELAY, write_cb, self);
}

static void
changed_cb (MtwDocument  *document,
            BasinJournal *self)
{
  if (mtw_document_get_edited (document))
    schedule (self);
  else
    basin_journal_drop (self);
}

static void
edited_cb (MtwDocument  *document,
           GParamSpec   *pspec,
           BasinJournal *self)
{
  if (!mtw_document_get_edited (document))
    basin_journal_drop (self);
}

/* --- the object --- */

static void
basin_journal_dispose (GObject *object)
{
  BasinJournal *self = BASIN_JOURNAL (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  g_clear_object (&self->file);

  G_OBJECT_CLASS (basin_journal_parent_class)->dispose (object);
}

static void
basin_journal_finalize (GObject *object)
{
  BasinJournal *self = BASIN_JOURNAL (object);

  if (self->lock >= 0)
    g_close (self->lock, NULL);
  g_free (self->path);

  G_OBJECT_CLASS (basin_journal_parent_class)->finalize (object);
}

static void
basin_journal_class_init (BasinJournalClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = basin_journal_dispose;
  G_OBJECT_CLASS (klass)->finalize = basin_journal_finalize;
}

static void
basin_journal_init (BasinJournal *self)
{
  self->lock = -1;
}

/**
 * basin_journal_new:
 * @document: whose edits are kept; by reference
 *
 * Returns: (transfer full): a journal; nothing is written before the first edit
 */
BasinJournal *
basin_journal_new (MtwDocument *document)
{
  BasinJournal *self = g_object_new (BASIN_TYPE_JOURNAL, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (document, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (document, "notify::edited", G_CALLBACK (edited_cb), self);

  return self;
}

void
basin_journal_set_file (BasinJournal *self,
                        GFile        *file)
{
  g_return_if_fail (BASIN_IS_JOURNAL (self));

  g_set_object (&self->file, file);
}

void
basin_journal_adopt (BasinJournal *self,
                     BasinOrphan  *orphan)
{
  g_return_if_fail (BASIN_IS_JOURNAL (self));

  basin_journal_drop (self);
  self->path = g_steal_pointer (&orphan->path);
  self->lock = orphan->lock;
  orphan->lock = -1;
  basin_orphan_free (orphan);
}

void
basin_journal_drop (BasinJournal *self)
{
  g_return_if_fail (BASIN_IS_JOURNAL (self));

  g_clear_handle_id (&self->timeout, g_source_remove);
  self->unwanted = self->writing;
  if (self->writing || self->path == NULL)
    return;

  release (self->path, self->lock);
  self->lock = -1;
  g_clear_pointer (&self->path, g_free);
}
