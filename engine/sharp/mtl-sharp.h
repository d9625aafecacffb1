/* mtl-sharp.h — the descriptor of a sharpness method
 *
 * It decides at which perturbed points gradients are taken, and which parts
 * are balanced. `none` is three lines.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-balancer.h"
#include "mtl-chosen.h"
#include "mtl-state.h"
#include "mtl-step.h"

/* What a method takes of a set of rows, where all tasks have the same settings. By weights that do
 * not follow from gradients, one lane does for what is not the rows themselves. */
typedef enum
{
  MTL_TAKES_ROWS,        /* themselves */
  MTL_TAKES_BALANCE,     /* their balance */
  MTL_TAKES_MEAN_FIRST,  /* their mean at θ, their balance elsewhere */
  MTL_TAKES_BOTH,        /* their mean, and their balance */
} MtlSharpTakes;

typedef struct
{
  MtlMethod method;
  guint     n_rows;     /* sets of K rows it works with */
  guint     n_vectors;  /* vectors of P floats it works in */
  gboolean  parts;      /* balances the flatness part too */
  guint     balanced;   /* bits of the sets that a single pass fills where all tasks have the
                         * same settings, and of which only means and balances are taken: their
                         * rows need not be written out */
  MtlSharpTakes takes;
  gboolean (*apart)   (const MtlSetting  *set);   /* NULL: never. Whether under these settings it
                                                   * takes rows after all */
  guint     forward[2]; /* forwards a step: [0] + [1]·K; for the cost note */
  guint     backward[2];
  /* NULL: as these say. Else passes a step in the mean, PER_TASK settings spread. */
  void     (*passes)  (const MtlSetting  *set,
                       guint              n_tasks,
                       double            *forward,
                       double            *backward);
  /* NULL: goes with everything. Else why it does not go with a step of @n_batches and with
   * balancer @flat of the flatness part, N_(); NULL: it does. @same: the loss part has that
   * balancer with the same settings. */
  const char *(*refuses) (const MtlSetting  *set,
                          guint              n_batches,
                          const MtlBalancer *flat,
                          gboolean           same);
  void     (*declare) (guint              n_tasks,
                       gsize              n_weights,
                       const MtlSetting  *set,
                       MtlStateSpec      *spec);   /* NULL: stateless */
  gboolean (*step)    (MtlStep           *step,
                       const MtlSetting  *set,
                       MtlState          *state,
                       GError           **error);
} MtlSharp;

/* Whether every task has the same settings. @set: PER_TASK spread. */
gboolean mtl_sharp_is_alike (const MtlSharp   *self,
                             const MtlSetting *set);
/* Whether one lane may do. */
gboolean mtl_sharp_merges   (const MtlSharp   *self,
                             const MtlSetting *set);
