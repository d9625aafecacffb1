/* mtl-scene.c — what a ray meets in a room, and its colour
 *
 * A ray that starts in the room leaves it through the side with the least t, and
 * before that meets the nearest of what stands there:
 *
 *   sphere   |m + t·d|² = r², m from its centre to the start of the ray: the lesser root
 *   box      in its own axes, the last of the three slabs that the ray enters,
 *            if it enters it before it leaves the first
 *
 * The light is Lambert's, with a part that comes from everywhere:
 *
 *   colour · (AMBIENT + (1 − AMBIENT) · max (0, n·l))     n·l = 0 in a shadow
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-scene.h"

#include <math.h>
#include <string.h>

#define AMBIENT 0.45f
#define SKIN    1e-3f   /* m: a shadow's ray starts so far from the surface it leaves */

static const float outdoors[3] = { 0.80f, 0.90f, 1.00f };

static const MtlSceneClass sides[MTL_SCENE_N_SIDES] = {
  [MTL_SCENE_LEFT] = MTL_SCENE_WALL,
  [MTL_SCENE_RIGHT] = MTL_SCENE_WALL,
  [MTL_SCENE_BELOW] = MTL_SCENE_FLOOR,
  [MTL_SCENE_ABOVE] = MTL_SCENE_CEILING,
  [MTL_SCENE_BEHIND] = MTL_SCENE_WALL,
  [MTL_SCENE_BACK] = MTL_SCENE_WALL,
};

static float
dot (const float a[3],
     const float b[3])
{
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void
mtl_scene_aim (MtlScene *self,
               double    yaw,
               double    pitch,
               double    view)
{
  const double axes[3][3] = {
    { cos (yaw), 0.0, -sin (yaw) },
    { -sin (yaw) * sin (pitch), cos (pitch), -cos (yaw) * sin (pitch) },
    { sin (yaw) * cos (pitch), sin (pitch), cos (yaw) * cos (pitch) },
  };

  for (guint a = 0; a < 3; a++)
    {
      self->right[a] = (float) axes[0][a];
      self->up[a] = (float) axes[1][a];
      self->forward[a] = (float) axes[2][a];
    }
  self->tangent = (float) tan (0.5 * view);
}

void
mtl_scene_to_camera (const MtlScene *self,
                     const float     direction[3],
                     float           seen[3])
{
  seen[0] = dot (self->right, direction);
  seen[1] = dot (self->up, direction);
  seen[2] = -dot (self->forward, direction);
}

/* --- what a ray meets --- */

/* @v of the room in the axes of @thing. */
static void
turn_to (const MtlSceneThing *thing,
         const float          v[3],
         float                turned[3])
{
  turned[0] = thing->turn[0] * v[0] + thing->turn[1] * v[2];
  turned[1] = v[1];
  turned[2] = thing->turn[0] * v[2] - thing->turn[1] * v[0];
}

static void
turn_from (const MtlSceneThing *thing,
           const float          v[3],
           float                turned[3])
{
  turned[0] = thing->turn[0] * v[0] - thing->turn[1] * v[2];
  turned[1] = v[1];
  turned[2] = thing->turn[0] * v[2] + thing->turn[1] * v[0];
}

/* t where the ray enters the box; infinite when it does not. *axis: of the side
 * through which it does. */
static float
meet_box (const MtlSceneThing *box,
          const float          start[3],
          const float          ray[3],
          guint               *axis)
{
  float from[3], along[3], enters = 0.0f, leaves = INFINITY;
  gboolean outside = FALSE;

  turn_to (box, start, from);
  turn_to (box, ray, along);
  for (guint a = 0; a < 3; a++)
    {
      float across = 1.0f / along[a];
      float reach = copysignf (box->half[a], along[a]);
      float in = (-reach - from[a]) * across, out = (reach - from[a]) * across;

      if (in > enters)
        {
          enters = in;
          *axis = a;
          outside = TRUE;
        }
      leaves = MIN (leaves, out);
    }

  return outside && enters < leaves ? enters : INFINITY;
}

/* t where the ray from @start meets @thing; infinite when it does not. *axis: of
 * the side of a box that it meets. */
static float
meet_thing (const MtlSceneThing *thing,
            const float          start[3],
            const float          ray[3],
            guint               *axis)
{
  const float from[3] = { start[0] - thing->centre[0], start[1] - thing->centre[1],
                          start[2] - thing->centre[2] };
  float square = dot (ray, ray), along = dot (from, ray);
  float under = along * along - square * (dot (from, from) - thing->reach * thing->reach);
  float t;

  if (along >= 0.0f || under <= 0.0f)
    return INFINITY;
  if (thing->what == MTL_SCENE_BOX)
    return meet_box (thing, from, ray, axis);

  t = (-along - sqrtf (under)) / square;
  return t > 0.0f ? t : INFINITY;
}

/* t where the ray from the eye leaves the room, and through which side. */
static float
leave_room (const MtlScene *self,
            const float     ray[3],
            guint          *side)
{
  float nearest = INFINITY;

  for (guint a = 0; a < 3; a++)
    {
      float wall = ray[a] > 0.0f ? self->size[a] : 0.0f;
      float t = ray[a] != 0.0f ? (wall - self->eye[a]) / ray[a] : INFINITY;

      if (t < nearest)
        {
          nearest = t;
          *side = 2 * a + (ray[a] > 0.0f);
        }
    }

  return nearest;
}

static void
take_side (const MtlScene *self,
           guint           side,
           MtlSceneHit    *hit)
{
  memset (hit->normal, 0, sizeof hit->normal);
  hit->normal[side / 2] = side % 2 == 0 ? 1.0f : -1.0f;
  hit->what = self->open[side] ? MTL_SCENE_NOTHING : sides[side];
  hit->paint = &self->sides[side];
}

/* Of length 1 even where the place is a little off the surface. */
static void
face_out (const MtlSceneThing *sphere,
          MtlSceneHit         *hit)
{
  float length;

  for (guint a = 0; a < 3; a++)
    hit->normal[a] = hit->place[a] - sphere->centre[a];
  length = sqrtf (dot (hit->normal, hit->normal));
  for (guint a = 0; a < 3; a++)
    hit->normal[a] /= length;
}

static void
take_thing (const MtlSceneThing *thing,
            guint                axis,
            const float          ray[3],
            MtlSceneHit         *hit)
{
  float turned[3], own[3] = { 0.0f };

  hit->what = thing->what;
  hit->paint = &thing->paint;
  if (thing->what == MTL_SCENE_SPHERE)
    {
      face_out (thing, hit);
      return;
    }

  turn_to (thing, ray, turned);
  own[axis] = turned[axis] > 0.0f ? -1.0f : 1.0f;
  turn_from (thing, own, hit->normal);
}

void
mtl_scene_look (const MtlScene *self,
                float           x,
                float           y,
                MtlSceneHit    *hit)
{
  const float to_right = self->tangent * x, upward = self->tangent * y;
  guint side = 0, axis = 0;
  float ray[3];

  for (guint a = 0; a < 3; a++)
    ray[a] = self->forward[a] + to_right * self->right[a] + upward * self->up[a];

  hit->thing = NULL;
  hit->depth = leave_room (self, ray, &side);
  for (guint i = 0; i < self->n_things; i++)
    {
      guint met = 0;
      float t = meet_thing (&self->things[i], self->eye, ray, &met);

      if (t < hit->depth)
        {
          hit->depth = t;
          hit->thing = &self->things[i];
          axis = met;
        }
    }

  for (guint a = 0; a < 3; a++)
    hit->place[a] = self->eye[a] + hit->depth * ray[a];
  if (hit->thing != NULL)
    take_thing (hit->thing, axis, ray, hit);
  else
    take_side (self, side, hit);
}

/* --- colour --- */

/* The checks fill space and are cut by the surface, a little behind it, so that
 * no edge of a check lies in the surface itself. */
static const float *
find_colour (const MtlSceneHit *hit)
{
  const MtlScenePaint *paint = hit->paint;
  float behind[3], place[3];
  int parity = 0;

  if (paint->check <= 0.0f)
    return paint->colours[0];

  for (guint a = 0; a < 3; a++)
    behind[a] = hit->place[a] - (hit->thing != NULL ? hit->thing->centre[a] : 0.0f)
                - 0.1f * paint->check * hit->normal[a];
  if (hit->thing != NULL)
    turn_to (hit->thing, behind, place);
  else
    memcpy (place, behind, sizeof place);
  for (guint a = 0; a < 3; a++)
    parity += (int) floorf (place[a] / paint->check);

  return paint->colours[parity & 1];
}

static gboolean
is_dark (const MtlScene *self,
         const float     start[3],
         const float     to_light[3])
{
  guint axis;

  for (guint i = 0; i < self->n_things; i++)
    if (meet_thing (&self->things[i], start, to_light, &axis) < 1.0f)
      return TRUE;

  return FALSE;
}

void
mtl_scene_shade (const MtlScene    *self,
                 const MtlSceneHit *hit,
                 float              colour[3])
{
  float start[3], to_light[3], lambert, brightness = AMBIENT;
  const float *own = hit->what != MTL_SCENE_NOTHING ? find_colour (hit) : outdoors;

  if (hit->what == MTL_SCENE_NOTHING)
    {
      memcpy (colour, own, sizeof outdoors);
      return;
    }

  for (guint a = 0; a < 3; a++)
    {
      start[a] = hit->place[a] + SKIN * hit->normal[a];
      to_light[a] = self->light[a] - start[a];
    }
  lambert = dot (hit->normal, to_light);
  if (lambert > 0.0f && !is_dark (self, start, to_light))
    brightness += (1.0f - AMBIENT) * lambert / sqrtf (dot (to_light, to_light));
  for (guint a = 0; a < 3; a++)
    colour[a] = brightness * own[a];
}
