/* mtw-canvas-private.h — what the files of the canvas share
 *
 * mtw-canvas.c has the widget, -scroll.c its view, -sync.c makes widgets follow the
 * design, -words.c says what they are, -paint.c draws, -drag.c follows the
 * pointer, -keys.c the keyboard, -actions.c edits, -tidy.c lays out, -menus.c asks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-block.h"
#include "mtw-canvas.h"

typedef enum
{
  MTW_DRAG_NONE,
  MTW_DRAG_PRESS,     /* on a block, not yet moved */
  MTW_DRAG_MOVE,
  MTW_DRAG_WIRE,
  MTW_DRAG_BAND,
} MtwDragMode;

typedef struct
{
  MtwDragMode       mode;
  graphene_point_t  pressed_px;  /* in the widget */
  graphene_point_t  press;       /* canvas units */
  graphene_point_t  pointer;     /* canvas units, now */
  char             *id;          /* pressed block */
  gboolean          toggles;     /* Ctrl or Shift held */
  gboolean          was_selected;
  gboolean          was_bead;
  GStrv             kept;        /* selection before the band */
  MtlDesign        *base;        /* design when the move began */

  /* A wire: its fixed end, and what is known of the other ends. */
  char             *fixed;       /* `block.port` */
  gboolean          from_output; /* the fixed end is an output */
  char             *taken;       /* in-port that the wire was pulled off, or NULL */
  graphene_point_t  start;
  GHashTable       *reasons;     /* `block.port` → reason, “” for a fit */
  char             *target;      /* end under the pointer, or NULL */
  graphene_point_t  target_place;
} MtwDrag;

struct _MtwCanvas
{
  GtkWidget       parent_instance;

  MtwDocument    *document;
  MtlDesign      *preview;       /* design while a block is dragged, or NULL */
  MtwScene       *scene;
  GPtrArray      *blocks;        /* MtwBlock, as the items of the scene */
  GPtrArray      *forks;         /* MtwFork, as the forks of the scene */
  GtkWidget      *reason;        /* label beside the pointer */
  GtkWidget      *card;          /* what the first fork says */

  /* view */
  double          zoom;
  double          x, y;          /* of the upper left corner, canvas units */
  gboolean        placed;        /* fitted once */
  GtkAdjustment  *adjustments[2];
  GtkScrollablePolicy policies[2];
  gboolean        configuring;
  AdwAnimation   *animation;
  graphene_rect_t fly_from, fly_to;   /* x, y, zoom in the width */
  AdwAnimation   *glide;         /* of blocks to where Tidy Up put them */
  MtlDesign      *glide_from;    /* NULL: they rest */

  /* words and figures */
  MtwShow         show;
  MtwTraining     training;
  GHashTable     *task_words;
  GHashTable     *block_cosines; /* id → double */
  GHashTable     *refusals;      /* wire + 1 → reason */
  GStrv           region_labels;
  double         *costs;         /* by item */
  double         *cosines;       /* by item */
  double         *conflict;      /* n × n */
  guint           n_conflict;
  gboolean        in_conflict;
  guint64         conflict_step; /* of the last conflict */
  guint64         step;
  gint64          conflict_began, conflict_time, shown_time;
  guint           lit_tick;
  double          lit;
  double          share;         /* of batches in conflict this epoch; NaN: unknown */

  MtwDrag         drag;
  int             selected_link;
  GtkWidget      *popover;
  GtkGesture     *drag_gesture;
  graphene_point_t pan_from;
  graphene_point_t hover;        /* pointer, px */
  double           pinch_zoom;
  gboolean         no_letters;
  GCancellable    *closed;       /* cancelled when the canvas goes */
  GCancellable    *tidying;      /* a layout that is awaited, or NULL */
};

/* mtw-canvas.c */
MtlDesign *mtw_canvas_design       (MtwCanvas *self);      /* the preview while there is one */

/* mtw-canvas-scroll.c */
graphene_point_t mtw_canvas_to_scene (MtwCanvas *self, double x, double y);
void      mtw_canvas_move_view     (MtwCanvas *self, double x, double y, double zoom);
void      mtw_canvas_fly_to        (MtwCanvas *self, double x, double y, double zoom);
void      mtw_canvas_fly_cb        (double t, gpointer data);
/* Whether all is in view, and as large as mtw_canvas_zoom_to_fit() makes it. */
gboolean  mtw_canvas_is_fitting    (MtwCanvas *self);
void      mtw_canvas_update_adjustments (MtwCanvas *self);
void      mtw_canvas_follow_adjustments (MtwCanvas *self);

/* mtw-canvas-sync.c */
void      mtw_canvas_sync          (MtwCanvas *self);      /* design or survey changed */
void      mtw_canvas_sync_states   (MtwCanvas *self);
void      mtw_canvas_sync_detail   (MtwCanvas *self);

/* mtw-canvas-words.c */
void      mtw_canvas_say           (MtwCanvas *self);
char     *mtw_canvas_thousands     (guint64 figure);       /* “30 890” */

/* mtw-canvas-paint.c */
void      mtw_canvas_snapshot      (GtkWidget *widget, GtkSnapshot *snapshot);

/* mtw-canvas-figures.c */
void      mtw_canvas_show_cosines  (MtwCanvas *self);

/* mtw-canvas-card.c */
GtkWidget *mtw_canvas_make_card    (void);
void      mtw_canvas_fill_card     (MtwCanvas *self, double cosine);
void      mtw_canvas_allocate_card (MtwCanvas *self, int width, int height);
/* From the fork down to the card, in @cr of widget coordinates. */
void      mtw_canvas_draw_lead     (MtwCanvas *self, cairo_t *cr);

/* mtw-canvas-drag.c */
void      mtw_canvas_add_gestures  (MtwCanvas *self);
gboolean  mtw_canvas_cancel_drag   (MtwCanvas *self);
void      mtw_canvas_clear_drag    (MtwCanvas *self);

/* mtw-canvas-zoom.c */
void      mtw_canvas_add_zoom      (MtwCanvas *self);

/* mtw-canvas-wire.c */
void      mtw_canvas_begin_wire    (MtwCanvas *self, MtwBlock *block, MtwPort *port);
void      mtw_canvas_follow_wire   (MtwCanvas *self);
void      mtw_canvas_end_wire      (MtwCanvas *self);

/* mtw-canvas-keys.c, mtw-canvas-actions.c */
void      mtw_canvas_class_add_keys    (GtkWidgetClass *widget_class);
void      mtw_canvas_class_add_actions (GtkWidgetClass *widget_class);
/* The block with the focus, or the only one selected; NULL: none. */
const char *mtw_canvas_current     (MtwCanvas *self);
MtlDesign *mtw_canvas_with_place   (MtlDesign *design, const char *id, double x, double y);
/* Tells why something was not done. */
void      mtw_canvas_refuse        (MtwCanvas *self, const char *words);

/* mtw-canvas-tidy.c */
void      mtw_canvas_add_glide     (MtwCanvas *self);
/* Blocks that glide are where they go. */
void      mtw_canvas_land          (MtwCanvas *self);
/* No layout is awaited any more, and none is shown: the design is another. */
void      mtw_canvas_drop_tidying  (MtwCanvas *self);

/* mtw-canvas-menus.c */
void      mtw_canvas_ask_add       (MtwCanvas *self, const char *from,
                                    const graphene_point_t *at);
void      mtw_canvas_ask_connect   (MtwCanvas *self, const char *id);
void      mtw_canvas_ask_disconnect (MtwCanvas *self, const char *id);
void      mtw_canvas_ask_name      (MtwCanvas *self, const char *id);
void      mtw_canvas_show_menu     (MtwCanvas *self, const graphene_point_t *at);
