/* mtl-common-params.c — settings that every method of a kind has
 *
 * They follow a method's own in mtl_method_param(). Their order is that of the
 * enums in mtl-balancer.h and mtl-source.h.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-common-params.h"

#include <glib/gi18n-lib.h>

static const char *const heads_choices[] = { "method", "plain", "weighted", NULL };
static const char *const rescale_choices[] = { "none", "mean", "sum", "unit", "match", NULL };
static const char *const scope_choices[] = { "method", "trunk", "block", "split", NULL };

static const MtlParam balancer_params[] = {
  {
    .id = "heads",
    .title = N_("Heads"),
    .summary = N_("Whether a head follows its own gradient or that times the task’s weight"),
    .type = MTL_CHOICE,
    .choices = heads_choices,
    .rare = TRUE,
  },
  {
    .id = "rescale",
    .title = N_("Rescale"),
    .summary = N_("Length of the update: as the method gives it, weights summing to 1 or to the "
                  "number of tasks, unit length, or that of the mean gradient; weights whose sum "
                  "is not above 0, as Aligned-MTL may give, stay as they are under mean and sum"),
    .type = MTL_CHOICE,
    .choices = rescale_choices,
    .rare = TRUE,
  },
  {
    .id = "scope",
    .title = N_("Scope"),
    .summary = N_("What is balanced as one: as the method has it, the whole trunk, each block of "
                  "the trunk apart, or the values where the trunk splits into heads (an upper "
                  "bound, with a single pass back through the trunk)"),
    .type = MTL_CHOICE,
    .choices = scope_choices,
    .rare = TRUE,
  },
  { .id = NULL },
};

static const MtlParam source_params[] = {
  {
    .id = "label-noise",
    .title = N_("Label noise"),
    .summary = N_("Share of training labels made wrong on purpose"),
    .type = MTL_PER_TASK,
    .maximum = 1.0,
  },
  {
    .id = "label-fraction",
    .title = N_("Labels kept"),
    .summary = N_("Share of training labels that are there; the others are taken as missing"),
    .type = MTL_PER_TASK,
    .maximum = 1.0,
    .initial = 1.0,
  },
  {
    .id = "validation",
    .title = N_("Validation part"),
    .summary = N_("Share of the training rows held back to choose the best checkpoint"),
    .type = MTL_NUMBER,
    .maximum = 0.9,
  },
  {
    .id = "seed",
    .title = N_("Data seed"),
    .summary = N_("Of the construction of samples, of label noise and of splits"),
    .type = MTL_WHOLE,
    .maximum = MTL_LARGEST_WHOLE,
    .initial = 1.0,
    .rare = TRUE,
  },
  { .id = NULL },
};

static const MtlParam schedule_params[] = {
  {
    .id = "warmup",
    .title = N_("Warm-up"),
    .summary = N_("Time in which the rate rises from zero to what the schedule says"),
    .unit = N_("epochs"),
    .type = MTL_NUMBER,
    .maximum = 10000.0,
  },
  { .id = NULL },
};

const MtlParam *
mtl_common_params (MtlKind kind)
{
  switch (kind)
    {
    case MTL_KIND_BALANCER:
      return balancer_params;
    case MTL_KIND_SOURCE:
      return source_params;
    case MTL_KIND_SCHEDULE:
      return schedule_params;
    default:
      return NULL;
    }
}
