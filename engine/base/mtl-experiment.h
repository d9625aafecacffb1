/* mtl-experiment.h — indexes of the settings of a design as a whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-method.h"

#define MTL_EXPERIMENT_ID "experiment"

/* In the order of the settings of a MtlChosen of MTL_KIND_EXPERIMENT. */
enum
{
  MTL_EXPERIMENT_SEED,
  MTL_EXPERIMENT_EPOCHS,
  MTL_EXPERIMENT_BATCH,
  MTL_EXPERIMENT_ACCUMULATE,
  MTL_EXPERIMENT_DIAGNOSE_EVERY,
  MTL_EXPERIMENT_OPTIMIZER,
  MTL_EXPERIMENT_SCHEDULE,
  MTL_EXPERIMENT_CLIP_NORM,
  MTL_EXPERIMENT_CLIP_PART,
  MTL_EXPERIMENT_AVERAGING,
  MTL_EXPERIMENT_AVERAGING_DECAY,
  MTL_EXPERIMENT_AVERAGING_START,
  MTL_EXPERIMENT_BALANCER,
  MTL_EXPERIMENT_SHARPNESS,
  MTL_EXPERIMENT_FIRST_WEIGHTS,
};

/* The choices of `first-weights`. */
enum
{
  MTL_FIRST_AUTO,
  MTL_FIRST_KAIMING,
  MTL_FIRST_XAVIER,
  MTL_FIRST_UNIFORM,
};

extern const MtlMethod mtl_experiment;
