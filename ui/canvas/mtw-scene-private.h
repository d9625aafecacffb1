/* mtw-scene-private.h — what the files of the scene share
 *
 * mtw-scene.c makes items and links, -layout.c gives them boxes, -room.c moves
 * them out of the way of frames, -forks.c says where the trunk ends, and
 * -geometry.c answers questions.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-scene.h"

/* --- mtw-scene-layout.c --- */
/* Which items ride as beads, and on what. */
void             mtw_scene_thread_beads (MtwScene               *self);
/* @still: (nullable): keeps the shifts of the items that it has too. */
void             mtw_scene_lay_out      (MtwScene               *self,
                                         const MtwScene         *still);
/* The box of a block, or of a group as if it were closed, in its body. */
graphene_rect_t  mtw_item_closed_box    (const MtwItem          *item);
/* By how much a frame begins above the box that it has when it is closed. */
double           mtw_item_rise          (const MtwItem          *item);

/* --- mtw-scene-room.c --- */
/* (element-type Room): what the frames in @frame take, −1: those of the design. */
GArray          *mtw_scene_rooms        (const MtwScene         *self,
                                         int                     frame);
/* By how much they shift what has its place at @place and is @width wide. */
graphene_point_t mtw_rooms_shift        (const GArray           *rooms,
                                         const graphene_point_t *place,
                                         double                  width,
                                         int                     item);

/* --- mtw-scene-forks.c --- */
void             mtw_scene_find_forks   (MtwScene               *self);
void             mtw_scene_find_regions (MtwScene               *self);
