/* test-kills.c — a design file is always whole, whenever its writer is killed
 *
 * A child saves two designs over each other without a pause and is killed
 * after a random time, 50 times. What is found afterwards is one of the two.
 * Kills during training are in test-store-damage.c.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mtl-design.h"
#include "own-words.h"

#define N_KILLS  50
#define MOST_US  20000  /* until a kill */

static MtlDesign *
make_design (guint n)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *design = mtl_template_design (n == 0 ? "two-digits" : "table", &error);

  g_assert_no_error (error);

  return design;
}

/* The child: never returns. */
static void
save_for_ever (const char *path)
{
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(MtlDesign) first = make_design (0);
  g_autoptr(MtlDesign) second = make_design (1);

  for (guint n = 0;; n++)
    if (!mtl_design_save (n % 2 == 0 ? first : second, file, NULL))
      _exit (1);
}

static void
kill_once (const char *path,
           guint       delay)
{
  g_autofree char **words = own_words ((char *[]) { (char *) "--save", (char *) path, NULL });
  g_autoptr(GError) error = NULL;
  GPid child;
  int status;

  g_spawn_async (NULL, words, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error);
  g_assert_no_error (error);
  g_usleep (delay);
  kill (child, SIGKILL);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  /* Killed in the middle, and not gone because a save failed. */
  g_assert_true (WIFSIGNALED (status));
}

static void
remove_all (const char *folder)
{
  g_autoptr(GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
test_save (void)
{
  g_autofree char *folder = g_dir_make_tmp ("basin-kills-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "design.basin", NULL);
  g_autoptr(GFile) file = g_file_new_for_path (path);
  g_autoptr(MtlDesign) first = make_design (0);
  g_autoptr(MtlDesign) second = make_design (1);
  g_autoptr(GRand) rand = g_rand_new_with_seed (5);

  g_assert_true (mtl_design_save (first, file, NULL));
  for (guint n = 0; n < N_KILLS; n++)
    {
      guint delay = (guint) g_rand_int_range (rand, 0, MOST_US);
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlDesign) found = NULL;

      kill_once (path, delay);
      found = mtl_design_load (file, NULL, &error);
      if (found == NULL)
        g_error ("kill %u after %u us: %s", n, delay, error->message);
      g_assert_true (mtl_design_equal (found, first) || mtl_design_equal (found, second));
    }
  remove_all (folder);
}

int
main (int   argc,
      char *argv[])
{
  if (argc == 3 && strcmp (argv[1], "--save") == 0)
    save_for_ever (argv[2]);

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/kills/save", test_save);

  return g_test_run ();
}
