/* mtl-small-adam.h — Adam on the few numbers that a balancer learns
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

/* What a number is stepped by; the words of a setting, in this order. */
enum
{
  MTL_SMALL_ADAM,
  MTL_SMALL_GRADIENT,
};

extern const char *const mtl_small_rules[];

/* Of a table of parameters: an entry. */
#define MTL_SMALL_RULE \
  { .id = "rule", .title = N_("Stepped By"), \
    .summary = N_("Adam or plain gradient descent; published codes hand what is learned here to " \
                  "the optimiser of the model"), \
    .type = MTL_CHOICE, .choices = mtl_small_rules, .initial = MTL_SMALL_ADAM, .rare = TRUE }

/* Declares the three arrays that Adam keeps. */
void mtl_small_declare (MtlStateSpec          *spec,
                        guint                  n_tasks);
/* Steps @values [K], one a task of the run, down @gradient [n_tasks], one a task of
 * this call. @rule: as above; @first: number of the first of the three arrays. */
void mtl_small_step    (const MtlBalanceInput *in,
                        guint                  rule,
                        guint                  first,
                        double                 rate,
                        const double          *gradient,
                        double                *values);
