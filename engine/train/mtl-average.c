/* mtl-average.c — see mtl-average.h
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-average.h"

#include <string.h>

#define RANGE 8192  /* floats averaged in one piece */

void
mtl_average_set (MtlAverage     *self,
                 MtlAverageKind  kind,
                 double          decay,
                 double          start)
{
  self->decay = decay;
  self->start = start;
  if (kind == self->kind)
    return;

  g_clear_pointer (&self->mean, g_free);
  self->kind = kind;
  self->n = 0;
  if (kind != MTL_AVERAGE_NONE)
    self->mean = g_new0 (float, self->n_theta);
}

void
mtl_average_clear (MtlAverage *self)
{
  g_clear_pointer (&self->mean, g_free);
}

typedef struct
{
  MtlAverage  *average;
  const float *theta;
  float        share;   /* of θ in the mean */
} AverageJob;

static void
move (float       *restrict mean,
      const float *restrict theta,
      gsize        n,
      float        share)
{
  for (gsize i = 0; i < n; i++)
    mean[i] += share * (theta[i] - mean[i]);
}

static void
average_range (guint    piece,
               guint    worker,
               gpointer data)
{
  const AverageJob *job = data;
  gsize first = (gsize) piece * RANGE;

  move (job->average->mean + first, job->theta + first,
        MIN (RANGE, job->average->n_weights - first), job->share);
}

static void
copy_statistics (MtlAverage  *self,
                 const float *theta)
{
  memcpy (self->mean + self->n_weights, theta + self->n_weights,
          (self->n_theta - self->n_weights) * sizeof *theta);
}

static void
add (MtlAverage  *self,
     const float *theta,
     double       share,
     MtlPool     *pool)
{
  AverageJob job = { self, theta, (float) share };

  if (self->n++ == 0)
    memcpy (self->mean, theta, self->n_weights * sizeof *theta);
  else
    mtl_pool_run (pool, (guint) ((self->n_weights + RANGE - 1) / RANGE), average_range, &job);
}

void
mtl_average_end_step (MtlAverage  *self,
                      const float *theta,
                      MtlPool     *pool)
{
  if (self->kind == MTL_AVERAGE_EMA)
    add (self, theta, 1.0 - self->decay, pool);
  if (self->n > 0)
    copy_statistics (self, theta);
}

void
mtl_average_end_epoch (MtlAverage  *self,
                       const float *theta,
                       double       share,
                       MtlPool     *pool)
{
  if (self->kind != MTL_AVERAGE_SWA)
    return;

  if (share < self->start)
    {
      self->n = 0;
      return;
    }

  add (self, theta, 1.0 / (double) (self->n + 1), pool);
  copy_statistics (self, theta);
}

const float *
mtl_average_weights (const MtlAverage *self,
                     const float      *theta)
{
  return self->n > 0 ? self->mean : theta;
}

GVariant *
mtl_average_save (const MtlAverage *self)
{
  return g_variant_new ("(t@au)", self->n,
                        g_variant_new_fixed_array (G_VARIANT_TYPE_UINT32, self->mean,
                                                   self->n > 0 ? self->n_theta : 0,
                                                   sizeof *self->mean));
}

gboolean
mtl_average_load (MtlAverage *self,
                  GVariant   *saved)
{
  g_autoptr(GVariant) mean = NULL;
  gconstpointer values;
  guint64 n;
  gsize found;

  g_variant_get (saved, "(t@au)", &n, &mean);
  values = g_variant_get_fixed_array (mean, &found, sizeof *self->mean);
  if (self->kind == MTL_AVERAGE_NONE || n == 0)
    return TRUE;
  if (found != self->n_theta)
    return FALSE;

  memcpy (self->mean, values, found * sizeof *self->mean);
  self->n = n;
  return TRUE;
}
