/* test-conventions.c — where published codes differ, the help says what they do
 *
 * Every parameter of a balancer or of the task-based method that has words to choose from, and
 * every number of the latter, names the paper or a code that takes one of its values.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-catalogue.h"

static gboolean
names_source (const char *summary)
{
  static const char *const sources[] = { "paper", "LibMTL", "TorchJD", "code", "authors",
                                         "published" };

  for (guint n = 0; n < G_N_ELEMENTS (sources); n++)
    if (strstr (summary, sources[n]) != NULL)
      return TRUE;

  return FALSE;
}

static void
check (const MtlMethod *method,
       gboolean         numbers)
{
  const MtlParam *p = method->params;

  for (; p != NULL && p->id != NULL; p++)
    if ((numbers || p->type == MTL_CHOICE) && !names_source (p->summary))
      g_test_fail_printf ("%s: %s names no source: “%s”", method->id, p->id, p->summary);
}

static void
test_balancers (void)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_BALANCER); *m != NULL; m++)
    check (*m, FALSE);
}

static void
test_task_based (void)
{
  check (mtl_catalogue_find (MTL_KIND_SHARP, "fs-mtl", NULL), TRUE);
}

/* What must say more is told from what says enough. */
static void
test_words (void)
{
  g_assert_true (names_source ("1 in the paper"));
  g_assert_true (names_source ("Sums, as in LibMTL"));
  g_assert_false (names_source ("Sums, or their mean"));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conventions/balancers", test_balancers);
  g_test_add_func ("/conventions/task-based", test_task_based);
  g_test_add_func ("/conventions/words", test_words);

  return g_test_run ();
}
