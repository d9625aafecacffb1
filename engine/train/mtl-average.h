/* mtl-average.h — a mean of the weights along the run, to be evaluated in their place
 *
 *   EMA   a ← d·a + (1 − d)·θ  after each step, from the first θ on
 *   SWA   a ← a + (θ − a) / (n + 1)  at the end of each epoch, from a share of
 *         the run on
 *
 * Training does not see the mean. Running statistics, which stand behind the
 * weights, are always those of θ: they are of no gradient, and a mean of them
 * would be of no weights at all. They are not those that the mean would have.
 *
 * Source: EMA: Polyak, Juditsky, SIAM J. Control Optim. 30 (1992), with the
 * older weights fading; SWA: Izmailov et al., UAI 2018, arXiv 1803.05407,
 * Algorithm 1, with cycles of an epoch and without its pass for statistics.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-pool.h"

/* The choices of the experiment's `averaging`. */
typedef enum
{
  MTL_AVERAGE_NONE,
  MTL_AVERAGE_EMA,
  MTL_AVERAGE_SWA,
} MtlAverageKind;

#define MTL_AVERAGE_TYPE "(tau)"

typedef struct
{
  MtlAverageKind kind;
  double         decay;      /* d of EMA */
  double         start;      /* of SWA: share of the run */
  gsize          n_weights;
  gsize          n_theta;
  guint64        n;          /* how many θ it is of; 0: it has not begun */
  float         *mean;       /* n_theta; NULL: of none */
} MtlAverage;

/* What is there stays where the kind does; lengths may not change. */
void         mtl_average_set       (MtlAverage       *self,
                                    MtlAverageKind    kind,
                                    double            decay,
                                    double            start);
void         mtl_average_clear     (MtlAverage       *self);
void         mtl_average_end_step  (MtlAverage       *self,
                                    const float      *theta,
                                    MtlPool          *pool);
/* @share: of the run that is done. Where it is before the start, because the
 * run has become longer, a mean that had begun is dropped. */
void         mtl_average_end_epoch (MtlAverage       *self,
                                    const float      *theta,
                                    double            share,
                                    MtlPool          *pool);
/* The weights to be evaluated: @theta until the mean has begun. */
const float *mtl_average_weights   (const MtlAverage *self,
                                    const float      *theta);
/* A floating variant of MTL_AVERAGE_TYPE. */
GVariant    *mtl_average_save      (const MtlAverage *self);
/* FALSE: of another number of weights; @self is as it was. */
gboolean     mtl_average_load      (MtlAverage       *self,
                                    GVariant         *saved);
