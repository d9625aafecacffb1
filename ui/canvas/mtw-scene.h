/* mtw-scene.h — where everything of a design lies on the canvas
 *
 * Pure geometry in canvas units, x to the right and y downwards, made anew
 * from a design and its survey; no widget and no drawing. What the canvas
 * derives, and no file stores, is decided here: which blocks ride as beads,
 * where the trunk forks, what the regions cover, and how much room an open
 * group takes.
 *
 * A use of a group that is open is an item as any other, with a frame for its
 * box and the group's ports on its edges. The blocks in it are items too: their
 * ids are paths, `stage1/conv1`, and rims lead from the group's ports to them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <graphene.h>

#include "mtl-group.h"
#include "mtl-survey.h"

#define MTW_BLOCK_HEIGHT 48.0
#define MTW_BEAD_SIZE    22.0
#define MTW_BEAD_STEP    20.0
#define MTW_FRAME_HEADER 28.0
#define MTW_FRAME_WIDTH  180.0   /* at least, for the words in the header */

typedef struct
{
  const MtlBlock *block;
  char           *id;         /* a path */
  graphene_rect_t box;
  int             frame;      /* item of the open group that it lies in; −1: none */
  int             host;       /* item on whose out-port it rides as a bead; −1: a block */
  int             tail;       /* last bead of the string it carries; −1: none */
  guint           hops;       /* beads between its host and it */
  guint           n_in;
  guint           n_out;
  guint64         tasks;      /* that it reaches */
  int             head;       /* the one task that it reaches; −1: trunk, or none */
  graphene_point_t shift;     /* to where it is from its place, for the room of frames */

  /* An open group. */
  double          open;       /* 0: closed … 1 */
  graphene_point_t origin;    /* where its body has x and y 0 */
  float          *ports;      /* y of its inputs and outputs, from its upper edge */
} MtwItem;

typedef enum
{
  MTW_RIM_NONE,
  MTW_RIM_IN,     /* from an input of a group to what reads it inside */
  MTW_RIM_OUT,    /* from what gives it inside to an output of the group */
} MtwRim;

typedef struct
{
  guint            wire;      /* its number in the design, or in the body around it */
  MtwRim           rim;       /* other than NONE: no wire, but what joins a group to its body */
  guint            from, to;  /* items */
  guint            from_port, to_port;
  graphene_point_t start, end;
  guint64          tasks;     /* that its values reach */
  int              fork;      /* where it leaves the trunk; −1: nowhere */
  gboolean         inside;    /* between a block and its bead: nothing to draw */
  MtlShape         shape;
} MtwLink;

typedef struct
{
  guint            item;      /* block or bead whose output is split */
  guint            port;
  graphene_point_t start, place;
  guint64          tasks;     /* of the trunk before it */
} MtwForkPlace;

typedef struct
{
  graphene_rect_t box;
  guint64         tasks;
  int             head;       /* task; −1: the trunk */
} MtwRegion;

typedef struct
{
  MtlDesign *design;
  MtlSurvey *survey;
  GArray    *items;           /* MtwItem, in document order; what is in a frame, after it */
  GArray    *links;           /* MtwLink */
  GArray    *forks;           /* MtwForkPlace */
  GArray    *regions;         /* MtwRegion */
  guint64    all_tasks;
  graphene_rect_t bounds;     /* of all but the grid */
  GHashTable *index;          /* id → item + 1 */
} MtwScene;

/* @survey may be of a design a little older than @design. @open: (nullable): path
 * of a use → by how many thousandths it is open. @still: (nullable): a scene whose
 * shifts are kept. */
MtwScene      *mtw_scene_new       (MtlDesign       *design,
                                    MtlSurvey       *survey,
                                    GHashTable      *open,
                                    const MtwScene  *still);
void           mtw_scene_free      (MtwScene        *self);

const MtwItem *mtw_scene_item      (const MtwScene  *self,
                                    guint            n);
int            mtw_scene_find      (const MtwScene  *self,
                                    const char      *id);      /* −1: not there */
const MtwLink *mtw_scene_link      (const MtwScene  *self,
                                    guint            n);
const MtwForkPlace *mtw_scene_fork (const MtwScene  *self,
                                    guint            n);
graphene_point_t mtw_scene_port    (const MtwScene  *self,
                                    guint            item,
                                    gboolean         output,
                                    guint            port);
/* The design, or the body of the group that is open in @frame. (transfer none) */
const MtlDesign *mtw_scene_graph   (const MtwScene  *self,
                                    int              frame);
/* The innermost frame around @at; −1: none. */
int            mtw_scene_frame_at  (const MtwScene  *self,
                                    const graphene_point_t *at);
/* The place in the design, or in the body of @frame, of what is @width wide and shown
 * at @at: there, or as near as the room that frames take allows. @item: whose own
 * frame does not count, or −1. */
graphene_point_t mtw_scene_place   (const MtwScene  *self,
                                    int              frame,
                                    const graphene_point_t *at,
                                    double           width,
                                    int              item);
/* Whether frames that are not quite open cut off what is in @frame, and what they
 * leave of it. */
gboolean       mtw_scene_clip      (const MtwScene  *self,
                                    int              frame,
                                    graphene_rect_t *clip);
/* `block.port` (transfer full) */
char          *mtw_scene_end       (const MtwScene  *self,
                                    guint            item,
                                    gboolean         output,
                                    guint            port);
/* The four points of the cubic that ends at the link's in-port. */
void           mtw_scene_curve     (const MtwScene  *self,
                                    const MtwLink   *link,
                                    graphene_point_t points[4]);
void           mtw_cubic           (const graphene_point_t *start,
                                    const graphene_point_t *end,
                                    graphene_point_t points[4]);
/* Number of the link within @distance of @at; −1: none. */
int            mtw_scene_link_at   (const MtwScene  *self,
                                    const graphene_point_t *at,
                                    double           distance);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtwScene, mtw_scene_free)
