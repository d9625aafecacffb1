/* mtl-scene-draw.c — rooms at random
 *
 * Things are put where the camera looks, on the floor, clear of the walls and of
 * each other; what finds no place after some tries is left out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-scene.h"

#include <math.h>
#include <string.h>

#include "mtl-dice.h"

#define DEGREES     (G_PI / 180.0)
#define TRIES       12
#define NEAREST     1.5   /* m from the eye to the middle of a thing */
#define FARTHEST    5.5

#define NO_WALL     0.25  /* share of rooms without a left wall, and of those without a right one */

/* Of what paint may be, each a range; share of it in checks. */
typedef struct
{
  double strength[2];   /* 0 grey … 1 */
  double value[2];      /* of the largest part of red, green and blue */
  double chequered;
} Taste;

static const Taste walls = { { 0.05, 0.45 }, { 0.65, 0.95 }, 0.2 };
static const Taste floors = { { 0.10, 0.60 }, { 0.50, 0.90 }, 0.5 };
static const Taste ceilings = { { 0.00, 0.10 }, { 0.80, 1.00 }, 0.0 };
static const Taste furniture = { { 0.30, 0.90 }, { 0.50, 1.00 }, 0.35 };

/* @hue: once around the wheel at 1. */
static void
mix_colour (double hue,
            double strength,
            double value,
            float  colour[3])
{
  for (guint c = 0; c < 3; c++)
    {
      double wheel = fabs (fmod (hue + 1.0 + c / 3.0, 1.0) * 6.0 - 3.0) - 1.0;

      colour[c] = (float) (value * (1.0 - strength * (1.0 - CLAMP (wheel, 0.0, 1.0))));
    }
}

/* Two colours that differ in brightness, and in checks or not. */
static void
draw_paint (MtlDice       *dice,
            const Taste   *taste,
            MtlScenePaint *paint)
{
  double strength = mtl_dice_between (dice, taste->strength[0], taste->strength[1]);
  double value = mtl_dice_between (dice, taste->value[0], taste->value[1]);
  double hue = mtl_dice_unit (dice);
  double other = hue + mtl_dice_between (dice, -0.15, 0.15);
  double darker = value * mtl_dice_between (dice, 0.45, 0.75);
  double edge = mtl_dice_between (dice, 0.5, 0.8);

  mix_colour (hue, strength, value, paint->colours[0]);
  mix_colour (other, strength, darker, paint->colours[1]);
  paint->check = mtl_dice_unit (dice) < taste->chequered ? (float) edge : 0.0f;
}

static void
draw_room (MtlDice  *dice,
           MtlScene *self)
{
  MtlScenePaint wall;
  double gap;

  self->size[0] = (float) mtl_dice_between (dice, 3.5, 6.0);
  self->size[1] = (float) mtl_dice_between (dice, 2.4, 3.2);
  self->size[2] = (float) mtl_dice_between (dice, 4.0, 7.0);
  gap = mtl_dice_unit (dice);
  self->open[MTL_SCENE_LEFT] = gap < NO_WALL;
  self->open[MTL_SCENE_RIGHT] = gap >= NO_WALL && gap < 2.0 * NO_WALL;

  draw_paint (dice, &walls, &wall);
  for (guint side = 0; side < MTL_SCENE_N_SIDES; side++)
    self->sides[side] = wall;
  draw_paint (dice, &floors, &self->sides[MTL_SCENE_BELOW]);
  draw_paint (dice, &ceilings, &self->sides[MTL_SCENE_ABOVE]);

  self->light[0] = self->size[0] * (float) mtl_dice_between (dice, 0.2, 0.8);
  self->light[1] = self->size[1] - (float) mtl_dice_between (dice, 0.2, 0.6);
  self->light[2] = self->size[2] * (float) mtl_dice_between (dice, 0.2, 0.7);
}

/* The wall behind is never in view: with these angles every ray goes forward. */
static void
draw_camera (MtlDice  *dice,
             MtlScene *self)
{
  double yaw, pitch;

  self->eye[0] = self->size[0] * (float) mtl_dice_between (dice, 0.25, 0.75);
  self->eye[1] = (float) mtl_dice_between (dice, 1.1, 1.8);
  self->eye[2] = (float) mtl_dice_between (dice, 0.1, 0.6);
  yaw = mtl_dice_between (dice, -20.0, 20.0) * DEGREES;
  pitch = mtl_dice_between (dice, -20.0, 3.0) * DEGREES;
  mtl_scene_aim (self, yaw, pitch, mtl_dice_between (dice, 55.0, 75.0) * DEGREES);
}

static void
draw_thing (MtlDice       *dice,
            MtlSceneThing *thing)
{
  double turn = mtl_dice_between (dice, 0.0, G_PI / 2.0);
  double radius = mtl_dice_between (dice, 0.2, 0.6);

  thing->what = mtl_dice_below (dice, 2) == 0 ? MTL_SCENE_BOX : MTL_SCENE_SPHERE;
  thing->turn[0] = (float) cos (turn);
  thing->turn[1] = (float) sin (turn);
  thing->reach = (float) radius;
  for (guint a = 0; a < 3; a++)
    thing->half[a] = (float) radius;
  if (thing->what == MTL_SCENE_BOX)
    {
      thing->half[0] = (float) mtl_dice_between (dice, 0.15, 0.5);
      thing->half[1] = (float) mtl_dice_between (dice, 0.15, 0.8);
      thing->half[2] = (float) mtl_dice_between (dice, 0.15, 0.5);
      thing->reach = hypotf (hypotf (thing->half[0], thing->half[2]), thing->half[1]);
    }

  draw_paint (dice, &furniture, &thing->paint);
  thing->paint.check *= 0.4f;
}

/* Radius of the ring that it needs on the floor. */
static float
find_width (const MtlSceneThing *thing)
{
  return thing->what == MTL_SCENE_BOX ? hypotf (thing->half[0], thing->half[2]) : thing->reach;
}

static gboolean
is_clear (const MtlScene      *self,
          const MtlSceneThing *thing)
{
  float width = find_width (thing);

  for (guint a = 0; a < 3; a += 2)
    if (thing->centre[a] < width || thing->centre[a] > self->size[a] - width)
      return FALSE;

  for (guint i = 0; i < self->n_things; i++)
    {
      const MtlSceneThing *other = &self->things[i];

      if (hypotf (other->centre[0] - thing->centre[0], other->centre[2] - thing->centre[2])
          < width + find_width (other))
        return FALSE;
    }

  return TRUE;
}

static void
put_thing (MtlDice       *dice,
           MtlScene      *self,
           MtlSceneThing *thing)
{
  for (guint try = 0; try < TRIES; try++)
    {
      float ahead = (float) mtl_dice_between (dice, NEAREST, FARTHEST);
      float aside = ahead * self->tangent * (float) mtl_dice_between (dice, -0.9, 0.9);

      /* `right` is level, so what is ahead on the floor is at right angles to it. */
      thing->centre[0] = self->eye[0] - ahead * self->right[2] + aside * self->right[0];
      thing->centre[1] = thing->half[1];
      thing->centre[2] = self->eye[2] + ahead * self->right[0] + aside * self->right[2];
      if (is_clear (self, thing))
        {
          self->things[self->n_things++] = *thing;
          return;
        }
    }
}

void
mtl_scene_draw (MtlScene *self,
                MtlRng    rng,
                guint     most_things)
{
  MtlDice dice = { .rng = rng };
  guint n;

  memset (self, 0, sizeof *self);
  draw_room (&dice, self);
  draw_camera (&dice, self);

  n = most_things > 0 ? 1 + mtl_dice_below (&dice, MIN (most_things, MTL_SCENE_MOST_THINGS)) : 0;
  for (guint i = 0; i < n; i++)
    {
      MtlSceneThing thing;

      draw_thing (&dice, &thing);
      put_thing (&dice, self, &thing);
    }
}
