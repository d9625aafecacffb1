/* mtl-experiment.c — the settings of a design as a whole, as one method
 *
 * So that the inspector, the JSON and --set treat them like any others.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-experiment.h"

#include "mtl-common-params.h"

#include <glib/gi18n-lib.h>

static const char *const first_weights[] = { "auto", "kaiming", "xavier", "uniform", NULL };

static const char *const clip_parts[] = { "all", "trunk", NULL };
static const char *const averages[] = { "none", "ema", "swa", NULL };

static const MtlParam params[] = {
  [MTL_EXPERIMENT_SEED] = {
    .id = "seed",
    .title = N_("Seed"),
    .summary = N_("Of first weights, order of samples, dropout and random choices of methods"),
    .type = MTL_WHOLE,
    .maximum = MTL_LARGEST_WHOLE,
    .initial = 1.0,
  },
  [MTL_EXPERIMENT_EPOCHS] = {
    .id = "epochs",
    .title = N_("Epochs"),
    .summary = N_("How often training goes through all samples"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 100000.0,
    .initial = 10.0,
  },
  [MTL_EXPERIMENT_BATCH] = {
    .id = "batch",
    .title = N_("Batch"),
    .summary = N_("Samples in one step, unless it accumulates several batches"),
    .unit = N_("samples"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 65536.0,
    .initial = 256.0,
  },
  [MTL_EXPERIMENT_ACCUMULATE] = {
    .id = "accumulate",
    .title = N_("Accumulate gradients over"),
    .summary = N_("Batches that make one step, as if they were one large batch, in the memory of "
                  "one; batch norm sees them one at a time"),
    .unit = N_("batches"),
    .type = MTL_WHOLE,
    .minimum = 1.0,
    .maximum = 1024.0,
    .initial = 1.0,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_DIAGNOSE_EVERY] = {
    .id = "diagnose-every",
    .title = N_("Measure conflict every"),
    .summary = N_("How often all tasks’ gradients are taken where the balancer does not need "
                  "them; 0 is never"),
    .unit = N_("steps"),
    .type = MTL_WHOLE,
    .maximum = 1000000.0,
    .initial = 1.0,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_OPTIMIZER] = {
    .id = "optimizer",
    .title = N_("Optimiser"),
    .summary = N_("How a direction becomes a step"),
    .type = MTL_METHOD,
    .kind = MTL_KIND_OPTIMIZER,
    .initial_text = "adam",
  },
  [MTL_EXPERIMENT_SCHEDULE] = {
    .id = "schedule",
    .title = N_("Schedule"),
    .summary = N_("How the learning rate changes while training goes on"),
    .type = MTL_METHOD,
    .kind = MTL_KIND_SCHEDULE,
    .initial_text = "constant",
  },
  [MTL_EXPERIMENT_CLIP_NORM] = {
    .id = "clip-norm",
    .title = N_("Clip gradient norm"),
    .summary = N_("The longest gradient that the optimiser sees; a longer one keeps its direction; "
                  "0 is off"),
    .type = MTL_NUMBER,
    .maximum = 1e6,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_CLIP_PART] = {
    .id = "clip-part",
    .title = N_("Clipped part"),
    .summary = N_("What is measured and shortened: trunk and heads together, or the trunk alone, "
                  "as the author’s code of FAMO does, to a length of 1"),
    .type = MTL_CHOICE,
    .choices = clip_parts,
    .maximum = 1.0,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_AVERAGING] = {
    .id = "averaging",
    .title = N_("Averaged weights"),
    .summary = N_("What is evaluated and exported: the weights as they are, their running mean "
                  "(ema), or their mean at the ends of late epochs (swa); running statistics of "
                  "norms are those of the weights as they are, and may not fit a mean"),
    .type = MTL_CHOICE,
    .choices = averages,
    .maximum = 2.0,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_AVERAGING_DECAY] = {
    .id = "averaging-decay",
    .title = N_("Memory of the mean"),
    .summary = N_("ema: what is left of the mean after a step; 0.999 looks back a thousand steps"),
    .type = MTL_NUMBER,
    .maximum = 0.999999,
    .initial = 0.999,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_AVERAGING_START] = {
    .id = "averaging-start",
    .title = N_("Start of the mean"),
    .summary = N_("swa: the share of the run after which the ends of epochs are averaged"),
    .type = MTL_NUMBER,
    .maximum = 1.0,
    .initial = 0.75,
    .rare = TRUE,
  },
  [MTL_EXPERIMENT_BALANCER] = {
    .id = "balancer",
    .title = N_("Gradient balancing"),
    .summary = N_("How the tasks’ gradients become one direction for the trunk"),
    .type = MTL_METHOD,
    .kind = MTL_KIND_BALANCER,
    .initial_text = "equal",
  },
  [MTL_EXPERIMENT_SHARPNESS] = {
    .id = "sharpness",
    .title = N_("Flat regions"),
    .summary = N_("Whether training seeks flat minima, and in what way"),
    .type = MTL_METHOD,
    .kind = MTL_KIND_SHARP,
    .initial_text = "none",
  },
  [MTL_EXPERIMENT_FIRST_WEIGHTS] = {
    .id = "first-weights",
    .title = N_("First weights"),
    .summary = N_("auto: Kaiming in front of a ReLU or its like, else Xavier; "
                  "uniform: ±1/√inputs, biases too"),
    .type = MTL_CHOICE,
    .choices = first_weights,
    .maximum = 3.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

const MtlMethod mtl_experiment = {
  .id = MTL_EXPERIMENT_ID,
  .title = N_("Experiment"),
  .summary = N_("How the design is trained"),
  .params = params,
};
