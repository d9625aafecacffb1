/* mtw-work.c — work on another thread for an object of this one
 *
 * A task's thread lets go of the task, and so of its source, at a time of its own.
 * Were the owner the source, it could be finalised there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-work.h"

typedef struct
{
  GObject             *owner;
  GAsyncReadyCallback  ready;
  gpointer             data;
} Order;

static void
ready_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      data)
{
  Order *order = data;

  order->ready (order->owner, result, order->data);
  g_object_unref (order->owner);
  g_free (order);
}

GTask *
mtw_work_new (gpointer             owner,
              GAsyncReadyCallback  ready,
              gpointer             data)
{
  Order *order = g_new (Order, 1);

  *order = (Order) { .owner = g_object_ref (owner), .ready = ready, .data = data };
  return g_task_new (NULL, NULL, ready_cb, order);
}
