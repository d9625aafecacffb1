/* test-scenes.c — rooms that are drawn, and what is said of each pixel
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "made-data.h"
#include "mtl-scene.h"

#define SIDE   32
#define PIXELS (SIDE * SIDE)

static const char *const tasks[] = { "segmentation", "depth", "normals" };

/* --- a room whose geometry is worked out by hand --- */

/* 4 × 3 × 6 m, open to the right; seen from (2, 1.5, 0.5) at a right angle, so
 * the ray at (x, y) goes through eye + depth · (x, y, 1). A sphere hangs before
 * the eye, a box stands turned by 45°, a small one straight. */
static MtlScene
build_room (void)
{
  const float half = (float) G_SQRT2 / 2.0f;
  MtlScene room = {
    .size = { 4, 3, 6 },
    .open = { [MTL_SCENE_RIGHT] = TRUE },
    .eye = { 2, 1.5f, 0.5f },
    .light = { 2, 2.75f, 3.5f },
    .n_things = 3,
    .things = {
      { MTL_SCENE_SPHERE, { 2, 1.5f, 3.5f }, { 0.5f, 0.5f, 0.5f }, 0.5f, { 1, 0 }, { { { 0 } } } },
      { MTL_SCENE_BOX, { 1, 0.5f, 2.5f }, { 0.5f, 0.5f, 0.5f }, 0.8661f, { half, half },
        { { { 0 } } } },
      { MTL_SCENE_BOX, { 3, 0.25f, 2.5f }, { 0.25f, 0.25f, 0.5f }, 0.6124f, { 1, 0 },
        { { { 0 } } } },
    },
  };

  for (guint side = 0; side < MTL_SCENE_N_SIDES; side++)
    for (guint c = 0; c < 3; c++)
      room.sides[side].colours[0][c] = 1.0f;
  mtl_scene_aim (&room, 0.0, 0.0, G_PI / 2.0);

  return room;
}

typedef struct
{
  const char    *name;
  double         towards[3];   /* a point on the surface */
  MtlSceneClass  what;
  double         seen[3];      /* normal, in the axes of the camera */
} Sight;

static const Sight sights[] = {
  { "sphere, in the middle", { 2, 1.5, 3 }, MTL_SCENE_SPHERE, { 0, 0, 1 } },
  /* 0.3 aside and 0.4 before the centre, where the ray still comes from outside */
  { "sphere, aside", { 2.3, 1.5, 3.1 }, MTL_SCENE_SPHERE, { 0.6, 0, 0.8 } },
  { "turned box, right of its edge", { 1 + 0.5 * G_SQRT2 / 2, 0.7, 2.5 - 0.5 * G_SQRT2 / 2 },
    MTL_SCENE_BOX, { G_SQRT2 / 2, 0, G_SQRT2 / 2 } },
  { "turned box, left of its edge", { 1 - 0.25 * G_SQRT2 / 2, 0.7, 2.5 - 0.75 * G_SQRT2 / 2 },
    MTL_SCENE_BOX, { -G_SQRT2 / 2, 0, G_SQRT2 / 2 } },
  { "turned box, above", { 1, 1, 2.5 }, MTL_SCENE_BOX, { 0, 1, 0 } },
  { "straight box", { 3.1, 0.3, 2 }, MTL_SCENE_BOX, { 0, 0, 1 } },
  { "floor", { 2.2, 0, 2.5 }, MTL_SCENE_FLOOR, { 0, 1, 0 } },
  { "ceiling", { 1.5, 3, 2.5 }, MTL_SCENE_CEILING, { 0, -1, 0 } },
  { "left wall", { 0, 1.75, 3 }, MTL_SCENE_WALL, { 1, 0, 0 } },
  { "back wall", { 3.5, 2.5, 6 }, MTL_SCENE_WALL, { 0, 0, 1 } },
  { "no wall", { 4, 1.75, 3 }, MTL_SCENE_NOTHING, { -1, 0, 0 } },
};

static void
test_by_hand (void)
{
  const MtlScene room = build_room ();

  for (guint i = 0; i < G_N_ELEMENTS (sights); i++)
    {
      const Sight *sight = &sights[i];
      double depth = sight->towards[2] - 0.5;
      MtlSceneHit hit;
      float seen[3];

      mtl_scene_look (&room, (float) ((sight->towards[0] - 2.0) / depth),
                      (float) ((sight->towards[1] - 1.5) / depth), &hit);
      mtl_scene_to_camera (&room, hit.normal, seen);
      if (hit.what != sight->what || !(fabs (hit.depth - depth) < 1e-5))
        g_error ("%s: class %d at %.7g m, expected %d at %.7g", sight->name, hit.what,
                 (double) hit.depth, sight->what, depth);
      for (guint c = 0; c < 3; c++)
        if (!(fabs (seen[c] - sight->seen[c]) < 1e-5))
          g_error ("%s: normal %g, %g, %g", sight->name, (double) seen[0], (double) seen[1],
                   (double) seen[2]);
    }
}

/* Looking to the right the open side is 2 m away, looking down the floor 1.5 m;
 * both face the eye. */
static void
test_turned (void)
{
  MtlScene room = build_room ();
  MtlSceneHit hit;
  float seen[3];

  mtl_scene_aim (&room, G_PI / 2.0, 0.0, G_PI / 2.0);
  mtl_scene_look (&room, 0.0f, 0.0f, &hit);
  mtl_scene_to_camera (&room, hit.normal, seen);
  g_assert_cmpint (hit.what, ==, MTL_SCENE_NOTHING);
  g_assert_cmpfloat_with_epsilon (hit.depth, 2.0f, 1e-5f);
  g_assert_cmpfloat_with_epsilon (seen[2], 1.0f, 1e-5f);

  /* A quarter of the picture to the right of it is nearer to who looks in. */
  mtl_scene_look (&room, 0.2f, 0.0f, &hit);
  g_assert_cmpfloat_with_epsilon (hit.place[2], 0.1f, 1e-5f);

  mtl_scene_aim (&room, 0.0, -G_PI / 2.0, G_PI / 2.0);
  mtl_scene_look (&room, 0.0f, 0.0f, &hit);
  mtl_scene_to_camera (&room, hit.normal, seen);
  g_assert_cmpint (hit.what, ==, MTL_SCENE_FLOOR);
  g_assert_cmpfloat_with_epsilon (hit.depth, 1.5f, 1e-5f);
  g_assert_cmpfloat_with_epsilon (seen[2], 1.0f, 1e-5f);
}

/* White surfaces: 0.45 comes from everywhere, the rest from the lamp by the
 * cosine. The sphere hangs between the lamp and the floor below it. */
static void
test_light (void)
{
  const MtlScene room = build_room ();
  float dark[3], slanted[3];
  MtlSceneHit hit;

  mtl_scene_look (&room, 0.0f, -1.5f / 3.0f, &hit);
  g_assert_cmpint (hit.what, ==, MTL_SCENE_FLOOR);
  mtl_scene_shade (&room, &hit, dark);
  g_assert_cmpfloat_with_epsilon (dark[0], 0.45f, 1e-5f);

  /* At (2, 0, 1.5) the lamp is 2 m off and 2.75 m above. */
  mtl_scene_look (&room, 0.0f, -1.5f, &hit);
  mtl_scene_shade (&room, &hit, slanted);
  g_assert_cmpfloat_with_epsilon (slanted[2], 0.45 + 0.55 * 2.75 / hypot (2.0, 2.75), 1e-3);
}

/* --- rooms at random --- */

/* Over the surface of @thing, in m: negative inside. */
static double
height_over (const MtlSceneThing *thing,
             const float          place[3])
{
  double x = place[0] - thing->centre[0], y = place[1] - thing->centre[1];
  double z = place[2] - thing->centre[2];
  double turned = thing->turn[0] * x + thing->turn[1] * z;

  if (thing->what == MTL_SCENE_SPHERE)
    return sqrt (x * x + y * y + z * z) - thing->half[0];

  z = thing->turn[0] * z - thing->turn[1] * x;
  return MAX (MAX (fabs (turned) - thing->half[0], fabs (y) - thing->half[1]),
              fabs (z) - thing->half[2]);
}

/* What is met lies on the surface of something and nothing is before it. */
static void
check_sight (const MtlScene    *scene,
             const MtlSceneHit *hit,
             guint              seed)
{
  double ahead = 0.0, surface = 1.0;

  for (guint a = 0; a < 3; a++)
    {
      double low = hit->place[a], high = scene->size[a] - hit->place[a];

      ahead += (double) scene->forward[a] * (hit->place[a] - scene->eye[a]);
      surface = MIN (surface, MIN (fabs (low), fabs (high)));
      g_assert_cmpfloat (MIN (low, high), >, -1e-4);
    }
  if (hit->thing != NULL)
    surface = fabs (height_over (hit->thing, hit->place));
  if (surface > 1e-4 || fabs (ahead - hit->depth) > 1e-4)
    g_error ("scene %u: class %d, %g m off its surface, at %g m and not %g", seed, hit->what,
             surface, (double) hit->depth, ahead);

  for (guint step = 0; step < 20; step++)
    for (guint i = 0; i < scene->n_things; i++)
      {
        float part = (float) step / 20.0f, place[3];

        for (guint a = 0; a < 3; a++)
          place[a] = scene->eye[a] + part * (hit->place[a] - scene->eye[a]);
        if (height_over (&scene->things[i], place) < -1e-4)
          g_error ("scene %u: looks through thing %u", seed, i);
      }
}

static void
test_sights (void)
{
  for (guint seed = 0; seed < 60; seed++)
    {
      MtlScene scene;

      mtl_scene_draw (&scene, (MtlRng) { seed }, MTL_SCENE_MOST_THINGS);
      for (guint p = 0; p < 20 * 20; p++)
        {
          MtlSceneHit hit;
          float seen[3], colour[3];

          mtl_scene_look (&scene, (float) (p % 20) / 9.5f - 1.0f, (float) (p / 20) / 9.5f - 1.0f,
                          &hit);
          check_sight (&scene, &hit, seed);
          mtl_scene_to_camera (&scene, hit.normal, seen);
          mtl_scene_shade (&scene, &hit, colour);
          g_assert_cmpfloat_with_epsilon (hypotf (hypotf (seen[0], seen[1]), seen[2]), 1.0f, 1e-5f);
          for (guint c = 0; c < 3; c++)
            g_assert_true (colour[c] >= 0.0f && colour[c] <= 1.0f);
        }
    }
}

/* Things stand on the floor and in the room, clear of each other. */
static void
test_furniture (void)
{
  guint n = 0;

  for (guint seed = 0; seed < 300; seed++)
    {
      MtlScene scene;

      mtl_scene_draw (&scene, (MtlRng) { seed }, 4);
      g_assert_cmpuint (scene.n_things, <=, 4);
      n += scene.n_things;
      for (guint i = 0; i < scene.n_things; i++)
        {
          const MtlSceneThing *thing = &scene.things[i];

          g_assert_cmpfloat (thing->centre[1], ==, thing->half[1]);
          g_assert_cmpfloat (height_over (thing, scene.eye), >, 0.05);
          for (guint j = 0; j < i; j++)
            g_assert_cmpfloat (height_over (thing, scene.things[j].centre), >, 0.0);
        }
      mtl_scene_draw (&scene, (MtlRng) { seed }, 0);
      g_assert_cmpuint (scene.n_things, ==, 0);
    }
  /* 1 to 4, evenly, but for the few that find no place. */
  g_assert_cmpuint (n, >, 600);
}

/* --- the source --- */

static MtlChosen *
choose_scenes (const char *noise,
               const char *key,
               const char *value)
{
  return choose ("dense-scenes", "size", "32", "train-size", "300", "test-size", "20",
                 "noise", noise, key, value, NULL);
}

static void
test_rows (void)
{
  g_autoptr(MtlChosen) source = choose ("dense-scenes", "size", "16", "train-size", "70",
                                        "test-size", "5", "label-noise", "0.2",
                                        "label-fraction", "0.9", NULL);

  check_rows (source, tasks, 3, "depth");
  check_rows (source, tasks, 3, "segmentation");
  check_other_seed (source, tasks, 3);
  check_info_kept (source);
}

/* All three tasks are silent of the same pixels; normals face the eye, as far as
 * rays at half of 75° may see of a surface. */
static void
test_targets (void)
{
  g_autoptr(MtlChosen) source = choose_scenes ("0", "objects", "6");
  g_autoptr(MtlData) data = open_data (source, tasks, 3);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  guint counts[MTL_SCENE_NOTHING + 1] = { 0 };
  double brightness = 0.0, n = 300.0 * PIXELS;
  static const double least[] = { 0.3, 0.15, 0.08, 0.05, 0.03, 0.02 };
  static const double most[] = { 0.5, 0.35, 0.25, 0.18, 0.15, 0.1 };

  for (gsize i = 0; i < 300 * PIXELS; i++)
    {
      float what = train->targets[0][i], depth = 3.3f + 1.3f * train->targets[1][i];
      const float *normal = train->targets[2] + i / PIXELS * 3 * PIXELS + i % PIXELS;
      float length = hypotf (hypotf (normal[0], normal[PIXELS]), normal[2 * PIXELS]);

      g_assert_true (isnan (what) == isnan (depth) && isnan (what) == isnan (length));
      counts[isnan (what) ? MTL_SCENE_NOTHING : (guint) what]++;
      g_assert_true (isnan (what) || (depth > 0.3f && depth < 10.0f));
      g_assert_true (isnan (what) || fabsf (length - 1.0f) < 1e-5f);
      g_assert_true (isnan (what) || normal[2 * PIXELS] > -0.75f);
      g_assert_true (what != MTL_SCENE_FLOOR || normal[PIXELS] > 0.9f);
      g_assert_true (what != MTL_SCENE_CEILING || normal[PIXELS] < -0.9f);
    }
  for (gsize i = 0; i < 900 * PIXELS; i++)
    {
      g_assert_true (train->x[0][i] >= -2.501f && train->x[0][i] <= 2.501f);
      brightness += train->x[0][i] / (3.0 * n);
    }
  g_assert_cmpfloat (fabs (brightness), <, 0.3);
  for (guint c = 0; c < G_N_ELEMENTS (counts); c++)
    if (counts[c] < least[c] * n || counts[c] > most[c] * n)
      g_error ("class %u: %g of the pixels", c, counts[c] / n);
}

/* Noise is of the picture alone, and as strong as asked for. */
static void
test_noise (void)
{
  g_autoptr(MtlChosen) plain = choose_scenes ("0", "objects", "3");
  g_autoptr(MtlChosen) noisy = choose_scenes ("0.1", "objects", "3");
  g_autoptr(MtlData) plain_data = open_data (plain, tasks, 3);
  g_autoptr(MtlData) noisy_data = open_data (noisy, tasks, 3);
  g_autoptr(MtlBatch) a = read_split (plain_data, MTL_DATA_TEST);
  g_autoptr(MtlBatch) b = read_split (noisy_data, MTL_DATA_TEST);
  double sum = 0.0, squares = 0.0, n = 20.0 * 3 * PIXELS;

  for (gsize i = 0; i < 20 * 3 * PIXELS; i++)
    {
      double added = 0.2 * (b->x[0][i] - a->x[0][i]);

      sum += added / n;
      squares += added * added / n;
    }
  g_assert_cmpfloat_with_epsilon (sum, 0.0, 4.0 * 0.1 / sqrt (n));
  g_assert_cmpfloat_with_epsilon (sqrt (squares), 0.1, 2e-3);
  for (guint k = 0; k < 3; k++)
    {
      gsize size = 20 * mtl_data_target (plain_data, k)->size * sizeof (float);

      g_assert_cmpmem (a->targets[k], size, b->targets[k], size);
    }
}

/* A wrong depth is that of another scene, where both have one; a wrong class is
 * one of a pixel. */
static void
test_label_noise (void)
{
  g_autoptr(MtlChosen) source = choose_scenes ("0", "label-noise", "segmentation:0.1,depth:0.4");
  g_autoptr(MtlData) data = open_data (source, tasks, 3);
  g_autoptr(MtlBatch) train = read_split (data, MTL_DATA_TRAIN);
  g_autoptr(MtlBatch) clean = read_split (data, MTL_DATA_TRAIN_CLEAN);
  guint wrong = 0, there = 0, maps = 0;

  for (gsize i = 0; i < 300; i++)
    {
      const gsize at = i * PIXELS;

      maps += memcmp (train->targets[1] + at, clean->targets[1] + at, PIXELS * sizeof (float)) != 0;
      for (gsize p = at; p < at + PIXELS; p++)
        {
          g_assert_true (isnan (train->targets[0][p]) == isnan (clean->targets[0][p]));
          g_assert_true (isnan (train->targets[1][p]) == isnan (clean->targets[1][p]));
          there += !isnan (clean->targets[0][p]);
          wrong += !isnan (clean->targets[0][p]) && train->targets[0][p] != clean->targets[0][p];
        }
    }
  check_share ("wrong pixels", wrong, there, 0.1);
  check_share ("wrong maps", maps, 300, 0.4);
  g_assert_cmpmem (train->targets[2], 300 * 3 * PIXELS * sizeof (float),
                   clean->targets[2], 300 * 3 * PIXELS * sizeof (float));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/scenes/by-hand", test_by_hand);
  g_test_add_func ("/scenes/turned", test_turned);
  g_test_add_func ("/scenes/light", test_light);
  g_test_add_func ("/scenes/sights", test_sights);
  g_test_add_func ("/scenes/furniture", test_furniture);
  g_test_add_func ("/scenes/rows", test_rows);
  g_test_add_func ("/scenes/targets", test_targets);
  g_test_add_func ("/scenes/noise", test_noise);
  g_test_add_func ("/scenes/label-noise", test_label_noise);

  return g_test_run ();
}
