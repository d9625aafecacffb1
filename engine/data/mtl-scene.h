/* mtl-scene.h — a room with boxes and spheres in it, and what a ray meets there
 *
 * The room is the box 0 … size, in metres: x to the right, y up, z away from who
 * looks in. Up to two of its sides may be open. The camera stands inside, has its
 * axes `right`, `up` and `forward`, and is a pinhole: the ray through (x, y) of a
 * picture that reaches from −1 to 1 is
 *
 *   eye + t·(forward + tangent·(x·right + y·up))
 *
 * so t is the distance along the viewing axis. What stands in the room casts
 * shadows.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-rng.h"

#define MTL_SCENE_MOST_THINGS 6

typedef enum
{
  MTL_SCENE_WALL,
  MTL_SCENE_FLOOR,
  MTL_SCENE_CEILING,
  MTL_SCENE_BOX,
  MTL_SCENE_SPHERE,
  MTL_SCENE_NOTHING,   /* through an open side; as many classes as there are before it */
} MtlSceneClass;

/* The sides of the room, each at the low or the high end of its axis. */
enum
{
  MTL_SCENE_LEFT,
  MTL_SCENE_RIGHT,
  MTL_SCENE_BELOW,
  MTL_SCENE_ABOVE,
  MTL_SCENE_BEHIND,
  MTL_SCENE_BACK,
  MTL_SCENE_N_SIDES
};

typedef struct
{
  float colours[2][3];   /* red, green, blue, each 0 … 1; the second of every other check */
  float check;           /* edge of a check, m; 0: of the first colour all over */
} MtlScenePaint;

typedef struct
{
  MtlSceneClass what;       /* BOX or SPHERE */
  float         centre[3];
  float         half[3];    /* half the edges of a box; the radius of a sphere, thrice */
  float         reach;      /* radius of the sphere around it */
  float         turn[2];    /* cosine and sine of its turn about the upright */
  MtlScenePaint paint;
} MtlSceneThing;

typedef struct
{
  float         size[3];
  gboolean      open[MTL_SCENE_N_SIDES];
  MtlScenePaint sides[MTL_SCENE_N_SIDES];
  float         eye[3];
  float         right[3];
  float         up[3];
  float         forward[3];
  float         tangent;    /* of half the angle of view */
  float         light[3];   /* place of the lamp */
  guint         n_things;
  MtlSceneThing things[MTL_SCENE_MOST_THINGS];
} MtlScene;

/* Where nothing is met, only what is set. */
typedef struct
{
  MtlSceneClass        what;
  float                depth;       /* along the viewing axis, m */
  float                place[3];    /* in the room */
  float                normal[3];   /* in the room, of length 1, towards the eye */
  const MtlSceneThing *thing;       /* NULL: a side of the room */
  const MtlScenePaint *paint;
} MtlSceneHit;

/* A scene at random with at most @most_things; the same of the same @rng. */
void mtl_scene_draw      (MtlScene          *self,
                          MtlRng             rng,
                          guint              most_things);
/* Angles in radians: @yaw to the right, @pitch up, @view of the whole picture. */
void mtl_scene_aim       (MtlScene          *self,
                          double             yaw,
                          double             pitch,
                          double             view);
void mtl_scene_look      (const MtlScene    *self,
                          float              x,
                          float              y,
                          MtlSceneHit       *hit);
/* The colour that is seen where @hit is, each of the three 0 … 1. */
void mtl_scene_shade     (const MtlScene    *self,
                          const MtlSceneHit *hit,
                          float              colour[3]);
/* A direction in the room as the camera sees it: x to the right, y up, z from
 * the picture towards the eye. */
void mtl_scene_to_camera (const MtlScene    *self,
                          const float        direction[3],
                          float              seen[3]);
