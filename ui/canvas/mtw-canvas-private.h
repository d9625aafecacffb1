/* mtw-canvas-private.h — what the files of the canvas share
 *
 * mtw-canvas.c has the widget, -scroll.c its view, -sync.c makes widgets follow the
 * design, -words.c says what they are, -paint.c draws, -drag.c follows the
 * pointer, -keys.c the keyboard, -actions.c edits, -groups.c opens and closes,
 * -tidy.c lays out, -menus.c asks.
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

/* A port that a wire being drawn could end at, or why it could not. */
typedef struct
{
  guint             item, port;
  gboolean          output;      /* the port is one, seen from outside of its block */
  char             *end;         /* `block.port` */
  char             *reason;      /* NULL: it fits */
} MtwTarget;

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
  int               frame;       /* item in which a band is spanned, −1: on paper */
  MtlDesign        *base;        /* design when the move began */
  MtwScene         *still;       /* and its scene: frames make no other room meanwhile */

  /* A wire: its fixed end, and what is known of the other ends. */
  char             *fixed;       /* `block.port` */
  int               fixed_item;
  gboolean          from_output; /* values leave the fixed end */
  gboolean          from_rim;    /* which is an input of a group, seen from within */
  char             *taken;       /* in-port that the wire was pulled off, or NULL */
  graphene_point_t  start;
  GArray           *targets;     /* MtwTarget */
  const MtwTarget  *target;      /* under the pointer, or NULL */
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

  /* groups: view state too */
  GHashTable     *open;          /* path of a use → by how many thousandths it is open */
  AdwAnimation   *unfold;
  char           *unfolding;     /* the use that opens or closes, or NULL */

  /* words and figures */
  MtwShow         show;
  MtwTraining     training;
  GHashTable     *task_words;
  GHashTable     *block_cosines; /* id → double */
  GHashTable     *refusals;      /* link + 1 → reason */
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
  char            *tidied;       /* the use whose group it is of; NULL: of the design */
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
void      mtw_canvas_say_block     (MtwCanvas *self, guint item);
char     *mtw_canvas_thousands     (guint64 figure);       /* “30 890” */

/* mtw-canvas-groups.c */
void      mtw_canvas_add_unfold    (MtwCanvas *self);
/* Opens a use of a group, or closes it. */
void      mtw_canvas_toggle        (MtwCanvas *self, const char *id);
/* Brings as much of an open group into view as there is room for, from its upper left
 * corner on. */
void      mtw_canvas_show_frame    (MtwCanvas *self, const char *id);
/* Opens the groups that a block is in, at once. */
void      mtw_canvas_open_around   (MtwCanvas *self, const char *id);
gboolean  mtw_canvas_is_open       (MtwCanvas *self, const char *id);
gboolean  mtw_canvas_is_use        (MtwCanvas *self, const char *id);
/* A group that opens or closes is open or closed. */
void      mtw_canvas_stop_unfold   (MtwCanvas *self);
/* Before a scene of @design is made: what is renamed stays open. */
void      mtw_canvas_follow_names  (MtwCanvas *self, MtlDesign *design);
/* “5 blocks · 5 840”, of an open one “5 840 parameters”. (transfer full) */
char     *mtw_canvas_group_line    (MtwCanvas *self, const MtwItem *item);
/* The use whose body the keyboard is in; NULL: the design. (transfer full) */
char     *mtw_canvas_dup_scope     (MtwCanvas *self);

/* The place in the group behind @scope, NULL: in the design, of what is to be shown with
 * its corner at @at. */
graphene_point_t mtw_canvas_place_in (MtwCanvas *self, const char *scope,
                                      const graphene_point_t *at, const MtlChosen *what);

/* mtw-canvas-paint.c */
void      mtw_canvas_snapshot      (GtkWidget *widget, GtkSnapshot *snapshot);

/* mtw-canvas-figures.c */
double    mtw_canvas_cosine_of     (MtwCanvas *self, guint item);   /* NaN: unknown */
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
/* Enter or a double click on a block: a group opens or closes. */
void      mtw_canvas_activate      (MtwCanvas *self, const char *id);
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

/* mtw-canvas-add.c */
void      mtw_canvas_ask_add       (MtwCanvas *self, const char *from,
                                    const graphene_point_t *at);

/* mtw-canvas-menus.c */
/* In place of another; @at: px. */
void      mtw_canvas_show_popover  (MtwCanvas *self, GtkWidget *popover,
                                    const graphene_point_t *at, gboolean arrow);
void      mtw_canvas_ask_connect   (MtwCanvas *self, const char *id);
void      mtw_canvas_ask_disconnect (MtwCanvas *self, const char *id);
void      mtw_canvas_ask_name      (MtwCanvas *self, const char *id);
void      mtw_canvas_ask_group     (MtwCanvas *self);
void      mtw_canvas_show_menu     (MtwCanvas *self, const graphene_point_t *at);
