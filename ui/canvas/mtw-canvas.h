/* mtw-canvas.h — the graph editor: blocks, wires and what training says of them
 *
 * Edits its document and nothing else. Property: `zoom` (double). Signals:
 * `activate-block` (string: id; Enter or double click; a group opens or closes instead),
 * `show-conflict` (the diamond was pressed), `view-changed` (zoom, place or scene moved),
 * `refused` (string: why something was not done, for a toast; it is announced already).
 *
 * Actions: canvas.zoom-in, zoom-out, zoom-reset, zoom-fit, add, delete, cut-out,
 * cut, copy, paste, duplicate, rename, connect, disconnect, select-all, tidy-up,
 * activate, settings, menu, show-conflict, group, ungroup, toggle-group, toggle-use (s).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtw-document.h"
#include "mtw-wires.h"

#define MTW_MIN_ZOOM 0.1
#define MTW_MAX_ZOOM 4.0

typedef enum
{
  MTW_TRAINING_NONE,
  MTW_TRAINING_RUNNING,
  MTW_TRAINING_PAUSED,
} MtwTraining;

#define MTW_TYPE_CANVAS (mtw_canvas_get_type ())

G_DECLARE_FINAL_TYPE (MtwCanvas, mtw_canvas, MTW, CANVAS, GtkWidget)

GtkWidget   *mtw_canvas_new            (MtwDocument     *document);
MtwDocument *mtw_canvas_get_document   (MtwCanvas       *self);

/* --- view: not part of the design --- */
double       mtw_canvas_get_zoom       (MtwCanvas       *self);
/* Keeps @at, widget coordinates, where it is; NULL: the middle. */
void         mtw_canvas_set_zoom       (MtwCanvas       *self,
                                        double           zoom,
                                        const graphene_point_t *at);
void         mtw_canvas_zoom_to_fit    (MtwCanvas       *self);
/* Brings a block into view, opening the groups that it is in, and gives it the focus. */
void         mtw_canvas_reveal         (MtwCanvas       *self,
                                        const char      *id);
/* What is on screen, canvas units. */
graphene_rect_t mtw_canvas_get_view    (MtwCanvas       *self);
void         mtw_canvas_center_on      (MtwCanvas       *self,
                                        double           x,
                                        double           y);
/* (transfer none): the scene as drawn. */
const MtwScene *mtw_canvas_get_scene   (MtwCanvas       *self);
/* The widget of a block; NULL: none. (transfer none) */
GtkWidget   *mtw_canvas_get_block      (MtwCanvas       *self,
                                        const char      *id);
/* Where a point of the design is in the widget. */
graphene_point_t mtw_canvas_to_widget  (MtwCanvas       *self,
                                        double           x,
                                        double           y);

/* Lays out from left to right: the whole design, or the open group that the keyboard is
 * in. One edit, a moment later; another edit before that, or a dot that is missing, and
 * nothing happens. */
void         mtw_canvas_tidy_up        (MtwCanvas       *self);

/* --- what training says --- */
void         mtw_canvas_set_show       (MtwCanvas       *self,
                                        MtwShow          show);
MtwShow      mtw_canvas_get_show       (MtwCanvas       *self);
void         mtw_canvas_set_training   (MtwCanvas       *self,
                                        MtwTraining      training);
/* @words: “0.39 · 94.8 %”, in place of the loss; NULL: the loss again. */
void         mtw_canvas_set_task_words (MtwCanvas       *self,
                                        const char      *task,
                                        const char      *words);
/* @cosines: n × n of this step, in task order; NULL: nothing known. @step
 * counts the fading: 50 steps without conflict and it is gone. */
void         mtw_canvas_set_conflict   (MtwCanvas       *self,
                                        guint            n,
                                        const double    *cosines,
                                        guint64          step);
/* Share of this epoch's batches in conflict, 0 … 1; NAN: unknown. */
void         mtw_canvas_set_conflict_share (MtwCanvas   *self,
                                        double           share);
/* The trunk's blocks, by their ids in the flat design, and the cosine in each, NAN: unknown;
 * copies of a block are shown as their mean. NULL: nothing known. */
void         mtw_canvas_set_block_cosines (MtwCanvas         *self,
                                        const char *const *blocks,
                                        const double      *cosines);

/* Whether L, Shift+L and Shift+A act; they do at first. */
void         mtw_canvas_set_letter_keys (MtwCanvas      *self,
                                        gboolean         letter_keys);
