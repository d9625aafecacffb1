/* mtw-survey-maker.c — a survey made on a worker thread
 *
 * A task's thread lets go of the task, and so of its source, at a time of its own.
 * Were the owner the source, it could be finalised there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-survey-maker.h"

#include <gio/gio.h>

typedef struct
{
  GWeakRef       owner;
  MtwSurveyReady ready;
} Order;

static void
free_design (gpointer design)
{
  mtl_design_unref (design);
}

static void
make_thread (GTask        *task,
             gpointer      source,
             gpointer      design,
             GCancellable *cancel)
{
  g_task_return_pointer (task, mtl_survey_new (design), (GDestroyNotify) mtl_survey_unref);
}

static void
made_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      data)
{
  Order *order = data;
  g_autoptr(MtlSurvey) survey = g_task_propagate_pointer (G_TASK (result), NULL);
  g_autoptr(GObject) owner = g_weak_ref_get (&order->owner);

  if (owner != NULL)
    order->ready (owner, g_steal_pointer (&survey));

  g_weak_ref_clear (&order->owner);
  g_free (order);
}

void
mtw_survey_make (const MtlDesign *design,
                 gpointer         owner,
                 MtwSurveyReady   ready)
{
  Order *order = g_new (Order, 1);
  g_autoptr(GTask) task = g_task_new (NULL, NULL, made_cb, order);

  g_weak_ref_init (&order->owner, owner);
  order->ready = ready;
  g_task_set_task_data (task, mtl_design_ref (design), free_design);
  g_task_run_in_thread (task, make_thread);
}
