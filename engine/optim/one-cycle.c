/* one-cycle.c — the rate rises to a peak and falls far below where it began
 *
 *   a = P / D  →  P  →  a / F
 *
 * with P the peak factor, D and F the divisors: up during the share s of the
 * run, down in the rest, each along half a cosine. P is 1, so that the
 * learning rate is the peak, unless it is set. These are the limits of the
 * usual form in steps, which reaches the peak one step before s·T, when steps
 * are short. The momentum, which the paper moves against the rate, stays.
 *
 * Source: Smith, Topin, arXiv 1708.07120 (2017), with cosines for lines.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-optimizer.h"

#include <math.h>

#include <glib/gi18n.h>

enum
{
  MAX_FACTOR,
  PCT_START,
  DIV_FACTOR,
  FINAL_DIV_FACTOR,
};

static const MtlParam params[] = {
  {
    .id = "max-factor",
    .title = N_("Peak"),
    .summary = N_("Highest factor; at 1 the learning rate is what is reached at the peak"),
    .type = MTL_NUMBER,
    .minimum = 0.001,
    .maximum = 1000.0,
    .initial = 1.0,
  },
  {
    .id = "pct-start",
    .title = N_("Share of the rise"),
    .summary = N_("Where in the run the peak is"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .initial = 0.3,
  },
  {
    .id = "div-factor",
    .title = N_("First divisor"),
    .summary = N_("How much lower than the peak the rate begins"),
    .type = MTL_NUMBER,
    .minimum = 1.0,
    .maximum = 1e9,
    .initial = 25.0,
    .rare = TRUE,
  },
  {
    .id = "final-div-factor",
    .title = N_("Last divisor"),
    .summary = N_("How much lower than it began the rate ends"),
    .type = MTL_NUMBER,
    .minimum = 1.0,
    .maximum = 1e9,
    .initial = 1e4,
    .rare = TRUE,
  },
  { .id = NULL },
};

/* From @from at 0 to @to at 1. */
static double
ease (double from,
      double to,
      double along)
{
  return to + (from - to) * 0.5 * (1.0 + cos (G_PI * along));
}

static double
one_cycle_factor (const MtlSetting *set,
                  double            epoch,
                  double            n_epochs)
{
  double peak = set[MAX_FACTOR].number;
  double first = peak / set[DIV_FACTOR].number;
  double last = first / set[FINAL_DIV_FACTOR].number;
  double rise = set[PCT_START].number;
  double along = CLAMP (epoch / n_epochs, 0.0, 1.0);

  if (along < rise)
    return ease (first, peak, along / rise);

  return rise < 1.0 ? ease (peak, last, (along - rise) / (1.0 - rise)) : peak;
}

const MtlSchedule mtl_schedule_one_cycle = {
  .method = {
    .id = "one-cycle",
    .title = N_("One cycle"),
    .summary = N_("The rate rises to a peak and falls far below where it began"),
    .reference = "Smith, Topin, “Super-Convergence: Very Fast Training of Neural Networks Using "
                 "Large Learning Rates”, arXiv 1708.07120",
    .params = params,
  },
  .factor = one_cycle_factor,
};
