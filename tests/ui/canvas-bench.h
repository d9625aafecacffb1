/* canvas-bench.h — a canvas in a window, and hands for it: for tests
 *
 * The pointer is the signals of the canvas's own gestures, the keyboard its
 * own shortcuts: what a person does comes down to these, and no test depends
 * on a window manager.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-block.h"
#include "mtw-canvas.h"

typedef struct
{
  GtkWidget   *window;
  MtwDocument *document;
  MtwCanvas   *canvas;
  char        *announced;   /* the last words */
  char        *activated;   /* the last block */
} Bench;

void             bench_open    (Bench         *self);   /* digits … left, right */
void             bench_close   (Bench         *self);
/* Turns the main loop until the document is surveyed and drawn. */
void             bench_settle  (Bench         *self);

/* The middle of a block, or a point of the design, in the widget. */
graphene_point_t bench_middle  (Bench         *self,
                                const char    *id);
graphene_point_t bench_port    (Bench         *self,
                                const char    *id,
                                gboolean       output,
                                guint          port);
void             bench_press   (Bench         *self,
                                graphene_point_t at);
void             bench_drag_to (Bench         *self,
                                graphene_point_t to);
void             bench_release (Bench         *self);
void             bench_drag    (Bench         *self,
                                graphene_point_t from,
                                graphene_point_t to);
/* A shortcut as GTK writes it: `<Shift>Right`. FALSE: the canvas has none. */
gboolean         bench_key     (Bench         *self,
                                const char    *key);
gboolean         bench_escape  (Bench         *self);
gboolean         bench_drop    (Bench         *self,
                                const char    *text,
                                graphene_point_t at);

MtlDesign       *bench_design  (Bench         *self);   /* (transfer none) */
gboolean         bench_wired   (Bench         *self,
                                const char    *from,
                                const char    *to);     /* ids of blocks */
/* Selected ids, sorted, with spaces between. (transfer full) */
char            *bench_selected (Bench        *self);
