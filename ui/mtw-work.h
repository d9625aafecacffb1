/* mtw-work.h — work on another thread for an object of this one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

/**
 * mtw_work_new:
 * @owner: a GObject, to which a reference is held until @ready has returned
 *
 * As g_task_new(), for g_task_run_in_thread(); but the thread gets NULL for its source,
 * and only the thread that calls this lets go of @owner.
 *
 * Returns: (transfer full): the task; @ready is called with it and with @owner, once
 */
GTask *mtw_work_new (gpointer             owner,
                     GAsyncReadyCallback  ready,
                     gpointer             data);
