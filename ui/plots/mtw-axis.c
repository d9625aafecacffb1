/* mtw-axis.c — a range of values with its ticks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-axis.h"

#include <math.h>

#include "mtw-number.h"

#define MOST_TICKS   5
#define FEWEST_TICKS 3
#define SLACK        1e-9   /* of a step: rounding at the ends */

static const double nice[] = { 1, 2, 5 };
static const double fives[] = { 1, 5 };

/* The smallest 1-2-5 number that is at least @value, both above zero. */
static double
nice_above (double value)
{
  double decade = pow (10, floor (log10 (value)));

  for (guint i = 0; i < G_N_ELEMENTS (nice); i++)
    if (nice[i] * decade >= value * (1 - SLACK))
      return nice[i] * decade;

  return 10 * decade;
}

/* Never empty, so that it can be divided by. */
static void
widen (double *low,
       double *high)
{
  double middle = (*low + *high) / 2;
  double least = MAX (fabs (middle) * 1e-6, 1e-12);

  if (!isfinite (*low) || !isfinite (*high))
    {
      *low = 0;
      *high = 1;
    }
  else if (!(*high - *low > least))
    {
      double half = middle != 0 ? fabs (middle) / 2 : 0.5;

      *low = middle - half;
      *high = middle + half;
    }
}

static guint
count_ticks (double low,
             double high,
             double step)
{
  double first = ceil (low / step - SLACK);
  double last = floor (high / step + SLACK);

  return last >= first ? (guint) (last - first) + 1 : 0;
}

static void
place_ticks (MtwAxis *self)
{
  double first = ceil (self->low / self->step - SLACK);

  self->n = MIN (count_ticks (self->low, self->high, self->step), MTW_MAX_TICKS);
  for (guint i = 0; i < self->n; i++)
    self->ticks[i] = (first + i) * self->step;
}

/* Takes the finest step with few enough ticks; @part of a step is the grain
 * to which the ends are moved outward. */
static void
fit_linear (MtwAxis *self,
            double   low,
            double   high,
            double   part)
{
  double step = nice_above ((high - low) / MOST_TICKS / 2);

  for (;;)
    {
      double grain = step * part;

      self->low = floor (low / grain + SLACK) * grain;
      self->high = ceil (high / grain - SLACK) * grain;
      if (count_ticks (self->low, self->high, step) <= MOST_TICKS)
        break;
      step = nice_above (step * 1.5);
    }

  self->step = step;
  place_ticks (self);
}

void
mtw_axis_linear (MtwAxis *self,
                 double   low,
                 double   high)
{
  *self = (MtwAxis) { .log_scale = FALSE };
  widen (&low, &high);
  fit_linear (self, low, high, 0.5);
}

void
mtw_axis_time (MtwAxis *self,
               double   high)
{
  *self = (MtwAxis) { .log_scale = FALSE };
  fit_linear (self, 0, high > 0 && isfinite (high) ? high : 1, 0.2);
}

/* --- log scale --- */

/* Adds those of @within (of 1 to 10) that lie in each @stride-th decade. */
static guint
log_ticks (const MtwAxis *self,
           int            stride,
           const double  *within,
           guint          n_within,
           double        *ticks)
{
  int first = (int) floor (log10 (self->low));
  int last = (int) ceil (log10 (self->high));
  guint n = 0;

  for (int decade = first; decade <= last; decade++)
    for (guint i = 0; i < n_within; i++)
      {
        double tick = within[i] * pow (10, decade);
        gboolean inside = tick >= self->low * (1 - SLACK) && tick <= self->high * (1 + SLACK);

        if (inside && decade % stride == 0 && n < MTW_MAX_TICKS)
          ticks[n++] = tick;
      }

  return n;
}

/* The ends move in steps that are fine enough not to waste the height. */
static double
round_log (double value,
           int    direction)
{
  static const double grains[] = { 1, 1.5, 2, 3, 4, 5, 7, 10 };
  double decade = pow (10, floor (log10 (value)));
  guint n = G_N_ELEMENTS (grains);
  double best = direction < 0 ? 1 : 10;

  for (guint i = 0; i < n; i++)
    {
      double grain = grains[direction < 0 ? i : n - 1 - i];

      if (direction < 0 ? grain * decade <= value * (1 + SLACK)
                        : grain * decade >= value * (1 - SLACK))
        best = grain;
    }

  return best * decade;
}

void
mtw_axis_log (MtwAxis *self,
              double   low,
              double   high)
{
  MtwAxis linear;

  *self = (MtwAxis) { .log_scale = TRUE };
  high = high > 0 && isfinite (high) ? high : 1;
  low = low > 0 && low < high ? low : high / 10;

  self->low = round_log (low, -1);
  self->high = round_log (high, +1);
  if (self->high <= self->low)
    self->high = self->low * 10;

  self->n = log_ticks (self, 1, nice, G_N_ELEMENTS (nice), self->ticks);
  if (self->n > MOST_TICKS)
    self->n = log_ticks (self, 1, fives, G_N_ELEMENTS (fives), self->ticks);
  for (int stride = 1; self->n > MOST_TICKS; stride++)
    self->n = log_ticks (self, stride, nice, 1, self->ticks);
  if (self->n >= FEWEST_TICKS)
    return;

  /* Less than a decade: even steps say more than one power of ten. */
  mtw_axis_linear (&linear, self->low, self->high);
  self->step = linear.step;
  place_ticks (self);
}

double
mtw_axis_place (const MtwAxis *self,
                double         value)
{
  if (!self->log_scale)
    return (value - self->low) / (self->high - self->low);
  if (value <= 0)
    return 0;

  return log (value / self->low) / log (self->high / self->low);
}

double
mtw_axis_value (const MtwAxis *self,
                double         place)
{
  if (self->log_scale)
    return self->low * pow (self->high / self->low, place);

  return self->low + place * (self->high - self->low);
}

char *
mtw_axis_label (const MtwAxis *self,
                guint          n)
{
  double tick = self->ticks[n];

  if (self->step > 0)
    return mtw_number_short (tick, (guint) MAX (ceil (-log10 (self->step) - SLACK), 0));
  if (tick >= 1e-3 * (1 - SLACK) && tick < 1e5)
    return mtw_number_fixed (tick, (guint) MAX (ceil (-log10 (tick) - SLACK), 0));

  return mtw_number_power ((int) floor (log10 (tick) + SLACK));
}
