/* mtw-scene.h — where everything of a design lies on the canvas
 *
 * Pure geometry in canvas units, x to the right and y downwards, made anew
 * from a design and its survey; no widget and no drawing. What the canvas
 * derives, and no file stores, is decided here: which blocks ride as beads,
 * where the trunk forks, and what the regions cover.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <graphene.h>

#include "mtl-survey.h"

#define MTW_BLOCK_HEIGHT 48.0
#define MTW_BEAD_SIZE    22.0
#define MTW_BEAD_STEP    20.0

typedef struct
{
  const MtlBlock *block;
  const char     *id;
  graphene_rect_t box;
  int             host;       /* item on whose out-port it rides as a bead; −1: a block */
  int             tail;       /* last bead of the string it carries; −1: none */
  guint           n_in;
  guint           n_out;
  guint64         tasks;      /* that it reaches */
  int             head;       /* the one task that it reaches; −1: trunk, or none */
} MtwItem;

typedef struct
{
  guint            wire;      /* its number in the design */
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
  GArray    *items;           /* MtwItem, in document order */
  GArray    *links;           /* MtwLink */
  GArray    *forks;           /* MtwForkPlace */
  GArray    *regions;         /* MtwRegion */
  guint64    all_tasks;
  graphene_rect_t bounds;     /* of all but the grid */
  GHashTable *index;          /* id → item + 1 */
} MtwScene;

/* @survey may be of a design a little older than @design. */
MtwScene      *mtw_scene_new       (MtlDesign       *design,
                                    MtlSurvey       *survey);
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
