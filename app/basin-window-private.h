/* basin-window-private.h — what the files of the window share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "basin-window.h"

#include "mtw-canvas-view.h"
#include "mtw-observatory.h"
#include "mtw-session.h"

#include "basin-feed.h"
#include "basin-file.h"

struct _BasinWindow
{
  AdwApplicationWindow  parent_instance;

  BasinSettings        *settings;         /* of the application */
  MtlStore             *store;            /* NULL: none */
  MtwDocument          *document;
  MtwSession           *session;
  BasinFile            *file;
  BasinJournal         *journal;
  BasinOrphan          *orphan;           /* offered in the bar, or NULL */
  BasinFeed            *feed;
  MtwCanvas            *canvas;
  MtwObservatory       *observatory;

  gboolean              started;          /* the start page has been left */
  gboolean              closing;          /* all questions are answered */
  gboolean              close_after_run;
  gboolean              close_after_save;
  gboolean              maximised;        /* the observatory has the page for itself */
  gboolean              inspector_before; /* whether the inspector was shown before that */
  gboolean              placed;           /* the divider has been set */
  int                   problem;          /* last gone to by F8; −1: none */
  int                   width;            /* of the last allocation */
  guint                 resized;          /* idle source */

  AdwToastOverlay      *toasts;
  AdwViewStack         *pages;
  AdwViewSwitcherTitle *switcher;
  GtkWidget            *palette_button;
  GtkWidget            *open_button;
  GtkWidget            *new_button;
  GtkWidget            *undo_button;
  GtkWidget            *redo_button;
  GtkWidget            *train_button;
  AdwButtonContent     *train_content;
  GtkWidget            *stop_button;
  GtkWidget            *inspector_button;
  GMenu                *recent;
  GMenu                *narrow_menu;
  GtkProgressBar       *progress;
  GtkLabel             *status;           /* for those who do not see the picture */

  GtkRevealer          *recovery_bar;
  GtkLabel             *recovery_words;
  GtkRevealer          *disk_bar;
  GtkLabel             *disk_words;
  GtkRevealer          *structure_bar;

  GtkStack             *studio;           /* "start" or "editor" */
  AdwFlap              *inspector_flap;
  AdwFlap              *palette_flap;
  GtkPaned             *divider;
  GtkWidget            *strip;
  GtkStack             *views;            /* canvas or outline */
  GtkMenuButton        *name_button;
  GtkLabel             *name_label;
  GtkEntry             *name_entry;
  GtkWidget            *edited;
  GtkMenuButton        *problems_button;
  AdwButtonContent     *problems_content;
  GtkMenuButton        *show_button;
  GtkWidget            *float_problems;   /* over the canvas, where there is no strip */
  AdwButtonContent     *float_content;
};

/* basin-window-actions.c */
void basin_window_add_actions    (BasinWindow *self);
void basin_window_remove_actions (BasinWindow *self);
void basin_window_update_actions (BasinWindow *self);
/* Applies the fix of a problem of the survey. */
void basin_window_fix            (BasinWindow *self,
                                  int          number);
/* (transfer none): this window while it holds nothing, else a new one. */
BasinWindow *basin_window_for_design (BasinWindow *self);

/* basin-window-file.c */
void basin_window_connect_file   (BasinWindow *self);
void basin_window_save           (BasinWindow *self);
void basin_window_save_as        (BasinWindow *self);
void basin_window_choose_file    (BasinWindow *self);
void basin_window_reload         (BasinWindow *self);
void basin_window_keep_mine      (BasinWindow *self);
void basin_window_restore        (BasinWindow *self);
void basin_window_discard        (BasinWindow *self);
/* Whether the window may close now; else it asks, and closes later. */
gboolean basin_window_may_close  (BasinWindow *self);
/* Not while what asks for it is at work: a dialog goes with its parent, a session
 * with its window. */
void basin_window_close_soon     (BasinWindow *self);
/* (transfer full): “Two Digits” */
char *basin_window_dup_name      (BasinWindow *self);

/* basin-window-run.c */
void basin_window_connect_run    (BasinWindow *self);
void basin_window_update_train   (BasinWindow *self);
void basin_window_toggle_train   (BasinWindow *self);
void basin_window_update_structure (BasinWindow *self);

/* basin-window-width.c: what folds when there is little room */
void basin_window_fit_width      (BasinWindow *self);   /* soon */
void basin_window_fit_now        (BasinWindow *self);   /* not while it is laid out */
void basin_window_update_strip   (BasinWindow *self);

/* basin-window-panes.c */
void basin_window_add_panes      (BasinWindow *self);

/* basin-window-plots.c: the observatory */
void basin_window_add_plots      (BasinWindow *self);
void basin_window_place_divider  (BasinWindow *self);

/* basin-window.c */
void basin_window_start          (BasinWindow *self);   /* leaves the start page */
void basin_window_open_design    (BasinWindow     *self,
                                  const MtlDesign *design);
