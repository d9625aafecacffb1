/* test-journal.c — unsaved edits survive the one who made them
 *
 * What is killed releases its lock; here the journal is let go of without
 * being dropped, which leaves the same on disk.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <stdlib.h>

#include "basin-journal.h"

#define DEADLINE (20 * G_TIME_SPAN_SECOND)

static MtwDocument *
open_document (void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("two-digits", &error);

  g_assert_no_error (error);
  return mtw_document_new (design);
}

static guint
count_files (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("BASIN_HOME"), "state", "journal", NULL);
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".journal"))
      n++;

  return n;
}

static void
wait_for_files (guint n)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (count_files () != n)
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("%u journals, not %u", count_files (), n);
      g_main_context_iteration (NULL, FALSE);
    }
}

/* What is being written holds the journal until it is done. */
static void
let_go (BasinJournal *journal)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  gpointer left = journal;

  g_object_add_weak_pointer (G_OBJECT (journal), &left);
  g_object_unref (journal);
  while (left != NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
edit (MtwDocument *document,
      const char  *units)
{
  g_autoptr(GError) error = NULL;

  mtw_document_set_value (document, "blocks.dense1.units", units, &error);
  g_assert_no_error (error);
}

static void
test_kept (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autoptr(MtwDocument) other = open_document ();
  g_autoptr(BasinJournal) heir = basin_journal_new (other);
  g_autoptr(GFile) file = g_file_new_for_path ("/somewhere/two.basin");
  BasinJournal *journal = basin_journal_new (document);
  g_autoptr(GPtrArray) none = NULL, orphans = NULL, gone = NULL;
  BasinOrphan *orphan;

  g_assert_cmpuint (count_files (), ==, 0);
  basin_journal_set_file (journal, file);
  edit (document, "41");
  wait_for_files (1);

  /* Its owner lives: not to be offered. */
  none = basin_orphan_find ();
  g_assert_cmpuint (none->len, ==, 0);
  let_go (journal);

  orphans = basin_orphan_find ();
  g_assert_cmpuint (orphans->len, ==, 1);
  orphan = g_ptr_array_steal_index (orphans, 0);
  g_assert_true (mtl_design_equal (orphan->design, mtw_document_get_design (document)));
  g_assert_true (g_file_equal (orphan->file, file));

  basin_journal_adopt (heir, orphan);
  gone = basin_orphan_find ();
  g_assert_cmpuint (gone->len, ==, 0);
  g_assert_cmpuint (count_files (), ==, 1);
  basin_journal_drop (heir);
  g_assert_cmpuint (count_files (), ==, 0);
}

static void
test_saved (void)
{
  g_autoptr(MtwDocument) document = open_document ();
  g_autoptr(BasinJournal) journal = basin_journal_new (document);

  edit (document, "41");
  wait_for_files (1);
  mtw_document_set_saved (document);
  wait_for_files (0);

  edit (document, "42");
  wait_for_files (1);
  mtw_document_undo (document);
  wait_for_files (0);
}

static void
test_damaged (void)
{
  g_autofree char *folder = g_build_filename (g_getenv ("BASIN_HOME"), "state", "journal", NULL);
  g_autofree char *path = g_build_filename (folder, "cut.journal", NULL);
  g_autofree char *lock = g_build_filename (folder, "cut.lock", NULL);
  g_autoptr(GPtrArray) orphans = NULL;

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, "\n{\"basin\": 1, \"na", -1, NULL));
  orphans = basin_orphan_find ();
  g_assert_cmpuint (orphans->len, ==, 0);
  /* Left for a person to look at. */
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_unlink (path);
  g_unlink (lock);
}

int
main (int   argc,
      char *argv[])
{
  g_autofree char *home = g_dir_make_tmp ("basin-journal-XXXXXX", NULL);

  g_setenv ("BASIN_HOME", home, TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/journal/kept", test_kept);
  g_test_add_func ("/journal/saved", test_saved);
  g_test_add_func ("/journal/damaged", test_damaged);

  return g_test_run ();
}
