/* mtl-weighting.h — what loss weightings share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"

/* Whether there are losses, none below zero; else @error says whose is. */
gboolean mtl_weighting_check   (const MtlBalanceInput *in,
                                GError               **error);
/* The losses of this call, to be divided by: one of next to nothing counts as 1e-8
 * of the largest; where all are zero, as 1. */
void     mtl_weighting_floor   (const MtlBalanceInput *in,
                                double                *losses);
/* x ← exp(x) / Σ exp(x) */
void     mtl_weighting_softmax (double                *x,
                                guint                  n);
/* The softmax of one standard normal number a task. */
void     mtl_weighting_draw    (const MtlBalanceInput *in,
                                double                *w);
/* The learned numbers @values [K] of this call's tasks, kept within ±10. */
void     mtl_weighting_clamp   (const MtlBalanceInput *in,
                                double                *values);
/* The rate that a setting gives; where it is not set, that of the model. */
double   mtl_weighting_rate    (const MtlBalanceInput *in,
                                guint                  param);

/* --- the mean losses of one epoch, kept as three arrays: a baseline --- */

void     mtl_baseline_declare  (MtlStateSpec          *spec,
                                const char            *name,
                                guint                  n_tasks);
/* Takes the losses of a step, the first of which begins the epoch. @first: number of
 * the first array. Returns whether that epoch is over, so that the means stand. */
gboolean mtl_baseline_take     (const MtlBalanceInput *in,
                                guint                  first);
/* loss / mean of task @i of this call; 1 where the mean is zero. */
double   mtl_baseline_ratio    (const MtlBalanceInput *in,
                                guint                  first,
                                guint                  i);
