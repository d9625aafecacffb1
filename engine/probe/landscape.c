/* landscape.c — losses over a plane through the weights
 *
 *   l_k(θ + a·d1 + b·d2)    on a grid of a, b in [−range, range]
 *
 * d1 and d2 are random and filter-normalised: for each output filter of a
 * convolution and each row of a dense layer, d_f ← d_f·|θ_f| / |d_f|; tensors
 * of one dimension (biases) stay where they are. Of a trunk that has two weights and
 * no more, d1 and d2 may be these weights: then a and b are their values, and θ is
 * the origin. First 9×9, then finer grids
 * up to `side`; points of a coarser grid are taken over, never computed again.
 *
 * Source: Li et al., “Visualizing the Loss Landscape of Neural Nets”,
 * arXiv 1712.09913 (2017), section 4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-error.h"
#include "mtl-probe.h"

#define FIRST_SIDE 9
#define FLOOR      1e-10  /* against a direction that is zero in a filter */

enum { SIDE, RANGE, SAMPLES, PLANE };
enum { PLANE_RANDOM, PLANE_TRUNK };

static const MtlParam landscape_params[] = {
  { .id = "side", .title = N_("Grid points a side"),
    .summary = N_("8n + 1, such as 9, 17, 25, 33"), .type = MTL_WHOLE,
    .minimum = 9.0, .maximum = MTL_PROBE_MAX_SIDE, .initial = 25.0 },
  { .id = "range", .title = N_("Range"),
    .summary = N_("Reach of the plane, in filter lengths; of a trunk of two weights, what they "
                  "reach themselves"),
    .type = MTL_NUMBER, .minimum = 0.001, .maximum = 100.0, .initial = 1.0 },
  { .id = "samples", .title = N_("Samples"), .summary = N_("First training rows, true labels"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1024.0, .initial = 512.0 },
  { .id = "plane", .title = N_("Plane"),
    .summary = N_("Random directions from where the weights are, or the two weights of a trunk "
                  "that has no more, from 0"),
    .type = MTL_CHOICE, .choices = (const char *const[]) { "random", "trunk", NULL },
    .initial = PLANE_RANDOM },
  { .id = NULL }
};

/* --- directions --- */

static void
normalise_filter (const float *theta,
                  float       *direction,
                  gsize        n)
{
  double length = 0.0;
  double target = 0.0;
  float factor;

  for (gsize i = 0; i < n; i++)
    {
      length += (double) direction[i] * direction[i];
      target += (double) theta[i] * theta[i];
    }

  factor = (float) (sqrt (target) / (sqrt (length) + FLOOR));
  for (gsize i = 0; i < n; i++)
    direction[i] *= factor;
}

/* @direction: zero. */
static void
draw_direction (MtlProbeRun *run,
                guint64      number,
                float       *direction)
{
  const MtlPlan *plan = mtl_probe_plan (run);
  const float *theta = mtl_probe_theta (run);
  MtlRng rng = mtl_rng_derive (mtl_probe_rng (run), number);

  for (guint t = 0; t < mtl_plan_n_tensors (plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, t);
      gsize n_filters = tensor->shape.size[0];
      gsize size = tensor->size / MAX (n_filters, 1);

      if (tensor->shape.rank < 2)
        continue;
      for (gsize i = 0; i < tensor->size; i++)
        direction[tensor->offset + i] = (float) mtl_rng_normal (rng, tensor->offset + i);
      for (gsize f = 0; f < n_filters; f++)
        normalise_filter (theta + tensor->offset + f * size,
                          direction + tensor->offset + f * size, size);
    }
}

/* The two weights of the trunk, which come first in θ, from 0. */
static gboolean
take_trunk (MtlProbeRun  *run,
            float        *from,
            float        *d1,
            float        *d2,
            GError      **error)
{
  gsize n = mtl_plan_n_trunk (mtl_probe_plan (run));

  if (n != 2)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, "the plane of the trunk takes one of 2 "
                   "weights, but this one has %" G_GSIZE_FORMAT "; set plane to random", n);
      return FALSE;
    }

  from[0] = from[1] = 0.0f;
  d1[0] = d2[1] = 1.0f;
  return TRUE;
}

/* --- the grid --- */

typedef struct
{
  MtlProbeRun *run;
  float       *from, *d1, *d2, *moved;
  double      *losses;
  double       range;
  gsize        samples;
  guint        total;   /* points of the last grid */
  guint        done;
} Plane;

/* The value of a coarser grid at the same place; FALSE when it has none there. */
static gboolean
take_over (MtlGrid *coarse,
           MtlGrid *grid,
           guint    row,
           guint    column)
{
  guint fine = mtl_grid_side (grid) - 1;
  guint old = coarse != NULL ? mtl_grid_side (coarse) - 1 : 0;

  if (coarse == NULL || row * old % fine != 0 || column * old % fine != 0)
    return FALSE;

  for (guint k = 0; k < mtl_grid_n_tasks (grid); k++)
    mtl_grid_values (grid, k)[row * (fine + 1) + column] =
      mtl_grid_read (coarse, k)[row * old / fine * (old + 1) + column * old / fine];

  return TRUE;
}

static gboolean
measure_point (Plane    *plane,
               MtlGrid  *grid,
               guint     row,
               guint     column,
               GError  **error)
{
  gsize n = mtl_plan_n_weights (mtl_probe_plan (plane->run));
  double last = mtl_grid_side (grid) - 1.0;
  float a = (float) (plane->range * (2.0 * column / last - 1.0));
  float b = (float) (plane->range * (2.0 * row / last - 1.0));

  for (gsize i = 0; i < n; i++)
    plane->moved[i] = plane->from[i] + a * plane->d1[i] + b * plane->d2[i];
  if (!mtl_probe_losses (plane->run, plane->moved, plane->samples, plane->losses, error))
    return FALSE;

  /* Known but not finite is told from not known yet: infinity, not NaN. */
  for (guint k = 0; k < mtl_grid_n_tasks (grid); k++)
    mtl_grid_values (grid, k)[row * mtl_grid_side (grid) + column] =
      isfinite (plane->losses[k]) ? plane->losses[k] : INFINITY;

  return TRUE;
}

static void
post (Plane   *plane,
      MtlGrid *grid,
      gboolean finished)
{
  MtlProbeFrame frame = { .probe = "landscape",
                          .samples = mtl_probe_rows (plane->run, plane->samples) };
  double done = finished ? 1.0 : MIN (0.999, (double) plane->done / plane->total);

  if (grid != NULL)
    mtl_probe_post_grid (plane->run, grid);
  mtl_probe_post (plane->run, &frame, done);
}

/* A grid of @side, with what @coarse knows already; NULL when cancelled. */
static MtlGrid *
fill_grid (Plane    *plane,
           MtlGrid  *coarse,
           guint     side,
           GError  **error)
{
  guint n_tasks = mtl_plan_n_tasks (mtl_probe_plan (plane->run));
  g_autoptr(MtlGrid) grid = mtl_grid_new (n_tasks, side, plane->range);

  for (guint row = 0; row < side; row++)
    {
      for (guint column = 0; column < side; column++)
        {
          if (take_over (coarse, grid, row, column))
            continue;
          if (!measure_point (plane, grid, row, column, error))
            return NULL;
          plane->done++;
        }
      post (plane, NULL, FALSE);
    }

  return g_steal_pointer (&grid);
}

static gboolean
fill_grids (Plane    *plane,
            guint     side,
            GError  **error)
{
  g_autoptr(MtlGrid) grid = fill_grid (plane, NULL, FIRST_SIDE, error);

  if (grid == NULL)
    return FALSE;

  post (plane, grid, side == FIRST_SIDE);
  if (side > FIRST_SIDE)
    {
      MtlGrid *fine = fill_grid (plane, grid, side, error);

      if (fine == NULL)
        return FALSE;
      mtl_grid_unref (grid);
      grid = fine;
      post (plane, grid, TRUE);
    }

  return TRUE;
}

/* The side that @set comes to. */
static guint
round_side (const MtlSetting *set)
{
  guint cells = FIRST_SIDE - 1;

  return ((guint) set[SIDE].number - 1) / cells * cells + 1;
}

static void
landscape_cost (const MtlPlan    *plan,
                const MtlSetting *set,
                gsize             rows,
                MtlProbeCost     *cost)
{
  double side = round_side (set);

  mtl_probe_add_cost (cost, side * side, MIN (set[SAMPLES].number, (double) rows), 0);
}

static gboolean
landscape_run (MtlProbeRun       *run,
               const MtlSetting  *set,
               GError           **error)
{
  guint side = round_side (set);
  const MtlPlan *plan = mtl_probe_plan (run);
  g_autofree float *from = mtl_probe_dup_theta (run);
  g_autofree float *d1 = g_new0 (float, mtl_plan_n_weights (plan));
  g_autofree float *d2 = g_new0 (float, mtl_plan_n_weights (plan));
  g_autofree float *moved = mtl_probe_dup_theta (run);
  g_autofree double *losses = g_new (double, mtl_plan_n_tasks (plan));
  Plane plane = { run, from, d1, d2, moved, losses, set[RANGE].number,
                  (gsize) set[SAMPLES].number, side * side, 0 };

  if (set[PLANE].number == PLANE_RANDOM)
    {
      draw_direction (run, 1, d1);
      draw_direction (run, 2, d2);
    }
  else if (!take_trunk (run, from, d1, d2, error))
    return FALSE;

  return fill_grids (&plane, side, error);
}

const MtlProbe mtl_probe_landscape = {
  .method = {
    .id = "landscape",
    .title = N_("Landscape"),
    .summary = N_("Losses over a random, filter-normalised plane through the weights."),
    .reference = "Li et al., “Visualizing the Loss Landscape of Neural Nets”, "
                 "arXiv 1712.09913 (2017), section 4",
    .params = landscape_params,
  },
  .cost = landscape_cost,
  .run = landscape_run,
};
