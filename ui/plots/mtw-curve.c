/* mtw-curve.c — a copy of one curve with its extremes on every scale
 *
 * The moving average over the steps, with its bias taken out:
 *
 *   m ← f·m + (1 − f)·y        smoothed y = m / (1 − fⁿ)
 *
 * where n counts finite values. A value that is not finite is a gap in both
 * curves and leaves m as it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-curve.h"

#include <math.h>

#define BRANCH     16
#define N_LEVELS   8      /* 16⁸ points are enough for everyone */
#define PULL_CHUNK 1024

struct _MtwCurve
{
  MtlSeries *series;            /* (nullable) */
  GArray    *points;            /* of MtlPoint */
  GArray    *levels[N_LEVELS];  /* of MtwSpan; level l: one of BRANCH^(l + 1) points */

  /* The smoothed copy, made when it is first asked for. */
  MtwCurve  *smoothed;
  double     factor;
  double     mean;              /* m above */
  double     rest;              /* fⁿ above */
};

static const MtwSpan empty_span = { .low = INFINITY, .high = -INFINITY };

MtwCurve *
mtw_curve_new (MtlSeries *series)
{
  MtwCurve *self = g_new0 (MtwCurve, 1);

  self->series = series != NULL ? mtl_series_ref (series) : NULL;
  self->points = g_array_new (FALSE, FALSE, sizeof (MtlPoint));
  for (guint l = 0; l < N_LEVELS; l++)
    self->levels[l] = g_array_new (FALSE, FALSE, sizeof (MtwSpan));

  return self;
}

void
mtw_curve_free (MtwCurve *self)
{
  if (self->smoothed != NULL)
    mtw_curve_free (self->smoothed);
  if (self->series != NULL)
    mtl_series_unref (self->series);
  g_array_unref (self->points);
  for (guint l = 0; l < N_LEVELS; l++)
    g_array_unref (self->levels[l]);
  g_free (self);
}

static void
add_value (MtwSpan *span,
           double   y)
{
  if (!isfinite (y))
    {
      span->gaps++;
      return;
    }

  span->low = MIN (span->low, y);
  span->high = MAX (span->high, y);
  span->sum += y;
  span->n++;
}

static void
add_span (MtwSpan       *span,
          const MtwSpan *part)
{
  span->low = MIN (span->low, part->low);
  span->high = MAX (span->high, part->high);
  span->sum += part->sum;
  span->n += part->n;
  span->gaps += part->gaps;
}

/* Takes the @n-th point into the smoothed copy. */
static void
smooth (MtwCurve *self,
        gsize     n)
{
  MtlPoint point = g_array_index (self->points, MtlPoint, n);

  if (isfinite (point.y))
    {
      self->mean = self->factor * self->mean + (1 - self->factor) * point.y;
      self->rest *= self->factor;
      point.y = self->mean / (1 - self->rest);
    }
  mtw_curve_append (self->smoothed, point.x, point.y);
}

/**
 * mtw_curve_append:
 * @x: at least the x of the last point
 * @y: any value; what is not finite is a gap
 */
void
mtw_curve_append (MtwCurve *self,
                  double    x,
                  double    y)
{
  const MtlPoint point = { .x = x, .y = y };
  gsize place = self->points->len;

  g_array_append_val (self->points, point);
  for (guint l = 0; l < N_LEVELS; l++)
    {
      place /= BRANCH;
      if (place == self->levels[l]->len)
        g_array_append_val (self->levels[l], empty_span);
      add_value (&g_array_index (self->levels[l], MtwSpan, place), y);
    }

  if (self->smoothed != NULL)
    smooth (self, self->points->len - 1);
}

gboolean
mtw_curve_pull (MtwCurve *self)
{
  MtlPoint chunk[PULL_CHUNK];
  gboolean gained = FALSE;
  gsize n;

  if (self->series == NULL)
    return FALSE;

  while ((n = mtl_series_read (self->series, self->points->len, chunk, PULL_CHUNK)) > 0)
    {
      for (gsize i = 0; i < n; i++)
        mtw_curve_append (self, chunk[i].x, chunk[i].y);
      gained = TRUE;
    }

  return gained;
}

gsize
mtw_curve_length (const MtwCurve *self)
{
  return self->points->len;
}

const MtlPoint *
mtw_curve_points (const MtwCurve *self)
{
  return (const MtlPoint *) self->points->data;
}

/* Climbs while whole spans fit and descends towards the end: at most
 * 2·BRANCH spans a level are read. */
void
mtw_curve_span (const MtwCurve *self,
                gsize           from,
                gsize           to,
                MtwSpan        *span)
{
  *span = empty_span;
  to = MIN (to, self->points->len);

  while (from < to)
    {
      gsize size = 1;
      int level = -1;

      while (level + 1 < N_LEVELS && from % (size * BRANCH) == 0 && from + size * BRANCH <= to)
        {
          size *= BRANCH;
          level++;
        }
      if (level < 0)
        add_value (span, g_array_index (self->points, MtlPoint, from).y);
      else
        add_span (span, &g_array_index (self->levels[level], MtwSpan, from / size));
      from += size;
    }
}

/* Gallops first: columns are asked for one after another. */
gsize
mtw_curve_seek (const MtwCurve *self,
                gsize           from,
                double          x)
{
  const MtlPoint *points = mtw_curve_points (self);
  gsize n = self->points->len;
  gsize low = from;
  gsize reach = 1;

  while (low + reach < n && points[low + reach].x < x)
    {
      low += reach;
      reach *= 2;
    }
  for (gsize high = MIN (low + reach, n); low < high; )
    {
      gsize middle = low + (high - low) / 2;

      if (points[middle].x < x)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

double
mtw_curve_at (const MtwCurve *self,
              double          x)
{
  gsize next = mtw_curve_seek (self, 0, nextafter (x, INFINITY));

  return next > 0 ? mtw_curve_points (self)[next - 1].y : NAN;
}

double
mtw_curve_last (const MtwCurve *self)
{
  const MtlPoint *points = mtw_curve_points (self);

  for (gsize i = self->points->len; i > 0; i--)
    if (isfinite (points[i - 1].y))
      return points[i - 1].y;

  return NAN;
}

MtwCurve *
mtw_curve_smoothed (MtwCurve *self,
                    double    factor)
{
  if (self->smoothed != NULL && self->factor == factor)
    return self->smoothed;

  g_clear_pointer (&self->smoothed, mtw_curve_free);
  self->smoothed = mtw_curve_new (NULL);
  self->factor = factor;
  self->mean = 0;
  self->rest = 1;
  for (gsize i = 0; i < self->points->len; i++)
    smooth (self, i);

  return self->smoothed;
}
