/* test-worker.c — the owner of work on another thread is let go of on this one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-work.h"

#define DEADLINE (20 * G_TIME_SPAN_SECOND)

typedef struct
{
  gboolean  gone;
  GTask    *task;    /* as the thread may still hold it */
} Seen;

static void
gone_cb (gpointer  data,
         GObject  *owner)
{
  *(gboolean *) data = TRUE;
}

static void
add_thread (GTask        *task,
            gpointer      source,
            gpointer      number,
            GCancellable *cancel)
{
  g_assert_null (source);
  g_task_return_int (task, *(int *) number + 1);
}

static void
ready_cb (GObject      *owner,
          GAsyncResult *result,
          gpointer      data)
{
  Seen *seen = data;

  g_assert_true (G_IS_SIMPLE_ACTION_GROUP (owner));
  g_assert_false (seen->gone);
  g_assert_cmpint (g_task_propagate_int (G_TASK (result), NULL), ==, 42);
  seen->task = g_object_ref (G_TASK (result));
}

/* However late the thread lets go of the task, the owner is gone with the answer. */
static void
test_owner (void)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  GSimpleActionGroup *owner = g_simple_action_group_new ();
  GTask *task;
  int number = 41;
  Seen seen = { 0 };

  g_object_weak_ref (G_OBJECT (owner), gone_cb, &seen.gone);
  task = mtw_work_new (owner, ready_cb, &seen);
  g_task_set_task_data (task, &number, NULL);
  g_task_run_in_thread (task, add_thread);
  g_object_unref (task);
  g_object_unref (owner);
  g_assert_false (seen.gone);

  while (seen.task == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (seen.gone);
  g_object_unref (seen.task);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/worker/owner", test_owner);

  return g_test_run ();
}
