/* mtw-fork.h — the diamond where the trunk turns into heads
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#define MTW_FORK_TARGET 24

#define MTW_TYPE_FORK (mtw_fork_get_type ())

G_DECLARE_FINAL_TYPE (MtwFork, mtw_fork, MTW, FORK, GtkWidget)

GtkWidget *mtw_fork_new      (void);
/* @split: “left and right”; @cosine: NaN while unknown. */
void       mtw_fork_set_look (MtwFork    *self,
                              const char *split,
                              double      cosine);
