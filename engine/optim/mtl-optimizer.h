/* mtl-optimizer.h — the descriptor of an optimiser, and of a schedule
 *
 * An optimiser updates a range of the weight vector; workers may share out the
 * ranges, because every update is elementwise. It keeps nothing but the
 * `n_moments` vectors that the engine allocates (zero at the start) and saves,
 * and of these only the ones that its settings ask for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

typedef struct
{
  const MtlSetting *set;
  double            lr;       /* by the schedule, for this step */
  guint64           step;     /* counts from 1 since the optimiser began */
  const guint8     *decay;    /* n: 1 where weight decay applies */
} MtlOptimizerStep;

typedef struct
{
  MtlMethod method;           /* has a parameter `lr`, the first */
  guint     n_moments;
  /* Whether a moment is there under these settings, else its pointer is NULL;
   * NULL: all are, always. */
  gboolean (*keeps) (const MtlSetting *set,
                     guint             moment);
  /* Elements first … first+n-1; arrays begin at element 0. */
  void (*update) (const MtlOptimizerStep *step,
                  gsize                   first,
                  gsize                   n,
                  const float            *gradient,
                  float                  *weights,
                  float *const           *moments);
} MtlOptimizer;

typedef struct
{
  MtlMethod method;
  /* Factor on the optimiser's lr, without the warm-up, which mtl_schedule_factor()
   * adds. @epoch: as a real number, from 0; @n_epochs > 0. */
  double (*factor) (const MtlSetting *set,
                    double            epoch,
                    double            n_epochs);
} MtlSchedule;
