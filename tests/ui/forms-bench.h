/* forms-bench.h — a widget in a window, and the document that it edits: for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

typedef struct
{
  MtwDocument *document;
  GtkWidget   *window;
  GtkWidget   *widget;
  char        *announced;   /* the last words */
} FormsBench;

void       bench_open     (FormsBench *self);   /* the template `two-digits` */
void       bench_show     (FormsBench *self,
                           GtkWidget  *widget); /* takes it; it floats */
/* Fails where something still holds the widget or the document. */
void       bench_close    (FormsBench *self);
/* Turns the main loop until the design is surveyed and nothing waits. */
void       bench_settle   (FormsBench *self);
/* The first of this type in @widget; NULL: none. */
GtkWidget *bench_find     (GtkWidget  *widget,
                           GType       type);
gboolean   bench_is_wired (FormsBench *self,
                           const char *from,
                           const char *to);     /* ids of blocks */
void       bench_select   (FormsBench *self,
                           const char *id);
