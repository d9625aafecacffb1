/* dense-scenes.c — pictures of rooms with a class, a depth and a normal for each
 * pixel: data that needs no files
 *
 * A scene (mtl-scene.h) is drawn and looked at when a batch asks for it: one ray
 * through the middle of each pixel answers for all three tasks and the picture.
 * Nothing is kept: at 64×64 a sample takes 0.2 ms, and 128 kB if it were kept,
 * which is 640 MB for all of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-scene.h"

/* Brightness 0 … 1 less its mean, divided by its spread, both rounded from a
 * thousand scenes; and the same of depth in metres. */
#define BRIGHTNESS_MEAN   0.5f
#define BRIGHTNESS_SPREAD 0.2f
#define DEPTH_MEAN        3.3f
#define DEPTH_SPREAD      1.3f

enum
{
  SIZE,
  TRAIN_SIZE,
  TEST_SIZE,
  OBJECTS,
  NOISE,
  N_OWN,   /* the settings common to all sources follow */
};

enum
{
  SEGMENTATION,
  DEPTH,
  NORMALS,
  N_TARGETS,
};

enum
{
  DRAW_SCENE,
  DRAW_NOISE,
};

static const MtlParam params[] = {
  { .id = "size", .title = N_("Size"),
    .summary = N_("Height and width of the picture"), .unit = N_("px"),
    .type = MTL_WHOLE, .minimum = 16.0, .maximum = 128.0, .initial = 64.0 },
  { .id = "train-size", .title = N_("Training Scenes"),
    .summary = N_("Number of scenes to train on"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 4000.0 },
  { .id = "test-size", .title = N_("Test Scenes"),
    .summary = N_("Number of scenes to test on, none of which training sees"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = 1e7, .initial = 1000.0 },
  { .id = "objects", .title = N_("Objects"),
    .summary = N_("Most boxes and spheres in a room"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = MTL_SCENE_MOST_THINGS, .initial = 6.0 },
  { .id = "noise", .title = N_("Noise"),
    .summary = N_("Standard deviation of what is added to each pixel of the picture, whose "
                  "brightness is 0 to 1"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.5, .initial = 0.02, .rare = TRUE },
  { .id = NULL },
};

static const char *const class_names[] = { "wall", "floor", "ceiling", "box", "sphere", NULL };

G_STATIC_ASSERT (G_N_ELEMENTS (class_names) == MTL_SCENE_NOTHING + 1);

typedef struct
{
  guint  side;        /* px */
  guint  objects;
  float  noise;
  MtlRng splits[2];   /* by MtlRawSplit */
} DenseScenes;

static void
describe (MtlSourceInfo *info,
          gsize          side,
          gsize          train_rows,
          gsize          test_rows)
{
  const gsize pixels = side * side;
  const MtlRaw classes = { .name = g_strdup ("segmentation"),
                           .classes = g_strdupv ((char **) class_names) };
  const MtlRaw metres = { .name = g_strdup ("depth in metres"),
                          .mean = DEPTH_MEAN, .spread = DEPTH_SPREAD };

  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("image") },
    .shapes = { { .rank = 3, .size = { 3, side, side } } },
    .n_targets = N_TARGETS,
    .targets = g_new0 (MtlTarget, N_TARGETS),
    .train_rows = train_rows,
    .test_rows = test_rows,
    .note = g_strdup_printf (
      "image: red, green and blue of 0 to 1, less %g, divided by %g\n"
      "segmentation: a class for each pixel; none through an open side of the room\n"
      "depth: along the viewing axis\n"
      "normals: x to the right, y up, z towards the eye, a plane of pixels for each",
      (double) BRIGHTNESS_MEAN, (double) BRIGHTNESS_SPREAD),
  };
  info->targets[SEGMENTATION] = (MtlTarget) {
    g_strdup ("segmentation"), { MTL_TARGET_CLASS, MTL_SCENE_NOTHING, pixels },
    g_memdup2 (&classes, sizeof classes),
  };
  info->targets[DEPTH] = (MtlTarget) {
    g_strdup ("depth"), { MTL_TARGET_VALUES, 0, pixels }, g_memdup2 (&metres, sizeof metres),
  };
  info->targets[NORMALS] = (MtlTarget) {
    g_strdup ("normals"), { MTL_TARGET_VALUES, 0, 3 * pixels }, NULL,
  };
}

static gboolean
dense_scenes_open (const MtlSetting  *set,
                   MtlSourceInfo     *info,
                   gpointer          *data,
                   GCancellable      *cancel,
                   GError           **error)
{
  const guint64 seed = (guint64) set[N_OWN + MTL_SOURCE_SEED].number;
  const guint side = (guint) set[SIZE].number;

  if (data != NULL)
    {
      DenseScenes *self = g_new0 (DenseScenes, 1);

      self->side = side;
      self->objects = (guint) set[OBJECTS].number;
      self->noise = (float) set[NOISE].number;
      for (guint split = 0; split < 2; split++)
        self->splits[split] = mtl_rng_derive (mtl_rng_new (seed, MTL_STREAM_DATA), split);
      *data = self;
    }

  describe (info, side, (gsize) set[TRAIN_SIZE].number, (gsize) set[TEST_SIZE].number);
  return TRUE;
}

/* --- a sample --- */

/* Where the parts of one sample go; each may be NULL. */
typedef struct
{
  float *image;
  float *targets[N_TARGETS];
} Sheet;

static void
write_targets (const MtlScene    *scene,
               const MtlSceneHit *hit,
               gsize              pixels,
               gsize              pixel,
               const Sheet       *to)
{
  const gboolean is_hit = hit->what != MTL_SCENE_NOTHING;

  if (to->targets[SEGMENTATION] != NULL)
    to->targets[SEGMENTATION][pixel] = is_hit ? (float) hit->what : NAN;
  if (to->targets[DEPTH] != NULL)
    to->targets[DEPTH][pixel] = is_hit ? (hit->depth - DEPTH_MEAN) / DEPTH_SPREAD : NAN;
  if (to->targets[NORMALS] != NULL)
    {
      float seen[3];

      mtl_scene_to_camera (scene, hit->normal, seen);
      for (guint c = 0; c < 3; c++)
        to->targets[NORMALS][c * pixels + pixel] = is_hit ? seen[c] : NAN;
    }
}

/* Even noise, as that costs a tenth of a normal one; of width 1 it has the
 * standard deviation 1 / √12. */
static void
write_noise (const DenseScenes *self,
             MtlRng             rng,
             float             *image)
{
  const float width = self->noise * sqrtf (12.0f) / BRIGHTNESS_SPREAD;
  float noise[256];
  const gsize n = 3 * (gsize) self->side * self->side;

  for (gsize first = 0; first < n && width > 0.0f; first += G_N_ELEMENTS (noise))
    {
      gsize count = MIN (G_N_ELEMENTS (noise), n - first);

      mtl_rng_fill (rng, first, count, noise);
      for (gsize i = 0; i < count; i++)
        image[first + i] += width * (noise[i] - 0.5f);
    }
}

static void
write_sample (const DenseScenes *self,
              MtlRng             rng,
              const Sheet       *to)
{
  const gsize pixels = (gsize) self->side * self->side;
  const float step = 2.0f / (float) self->side;
  MtlScene scene;

  mtl_scene_draw (&scene, mtl_rng_derive (rng, DRAW_SCENE), self->objects);
  for (gsize pixel = 0; pixel < pixels; pixel++)
    {
      float x = step * ((float) (pixel % self->side) + 0.5f) - 1.0f;
      float y = 1.0f - step * ((float) (pixel / self->side) + 0.5f);
      float colour[3];
      MtlSceneHit hit;

      mtl_scene_look (&scene, x, y, &hit);
      write_targets (&scene, &hit, pixels, pixel, to);
      if (to->image == NULL)
        continue;

      mtl_scene_shade (&scene, &hit, colour);
      for (guint c = 0; c < 3; c++)
        to->image[c * pixels + pixel] = (colour[c] - BRIGHTNESS_MEAN) / BRIGHTNESS_SPREAD;
    }
  if (to->image != NULL)
    write_noise (self, mtl_rng_derive (rng, DRAW_NOISE), to->image);
}

static void
dense_scenes_fill (gconstpointer   data,
                   MtlRawSplit     split,
                   const guint32  *index,
                   gsize           n,
                   float *const   *x,
                   float *const   *targets)
{
  const DenseScenes *self = data;
  const gsize pixels = (gsize) self->side * self->side;
  const gsize sizes[N_TARGETS] = { pixels, pixels, 3 * pixels };

  for (gsize i = 0; i < n; i++)
    {
      Sheet sheet = { .image = x != NULL && x[0] != NULL ? x[0] + i * 3 * pixels : NULL };

      for (guint t = 0; t < N_TARGETS && targets != NULL; t++)
        if (targets[t] != NULL)
          sheet.targets[t] = targets[t] + i * sizes[t];
      write_sample (self, mtl_rng_derive (self->splits[split], index[i]), &sheet);
    }
}

static char *
dense_scenes_line (const MtlSetting *set)
{
  guint side = (guint) set[SIZE].number;

  /* Translators: height and width in pixels, such as “64×64 scene”. */
  return g_strdup_printf (_("%u×%u scene"), side, side);
}

const MtlSource mtl_source_dense_scenes = {
  .method = {
    .id = "dense-scenes",
    .title = N_("Dense Scenes"),
    .summary = N_("Drawn rooms with boxes and spheres; what each pixel shows, how far it is and "
                  "which way its surface faces; needs no files."),
    .reference = "Tasks of Eigen, Fergus, “Predicting Depth, Surface Normals and Semantic Labels "
                 "with a Common Multi-Scale Convolutional Architecture”, ICCV 2015, "
                 "arXiv 1411.4734, on rooms drawn here",
    .params = params,
  },
  .icon = "basin-scene-symbolic",
  .width = 84,
  .line = dense_scenes_line,
  .open = dense_scenes_open,
  .fill = dense_scenes_fill,
  .close = g_free,
};
