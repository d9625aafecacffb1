/* mtl-places.h — what gradients say of the trunk, and of each block of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-probe-subject.h"

/* Figures of a pair of tasks … */
enum
{
  MTL_PLACE_COSINE,
  MTL_PLACE_SIMILARITY,
  MTL_PLACE_CURVATURE,
  MTL_PLACE_PRODUCT,    /* ⟨g_i, g_j⟩ */
  MTL_PLACE_ZERO,       /* 1: one of them is */
  MTL_PLACE_CONFLICT,   /* 1: their cosine is below the threshold */
  MTL_PLACE_N_PAIR,
};

/* … and of a task. */
enum
{
  MTL_PLACE_NORM2,
  MTL_PLACE_FLOOR,      /* cosine with itself in the batch before */
  MTL_PLACE_N_TASK,
};

/* The trunk, or a block of it; each figure over the batches. */
typedef struct
{
  const char *block;     /* id; NULL: the trunk */
  guint64     tasks;     /* that it reaches */
  MtlSpread  *pairs;     /* [K·K × MTL_PLACE_N_PAIR], i < j */
  MtlSpread  *alone;     /* [K × MTL_PLACE_N_TASK] */
  MtlSpread   share;     /* of all its pairs, that are in conflict */
  MtlSpread   similarity;   /* of all its pairs, in the mean */
} MtlPlace;

/* (transfer full) (element-type MtlPlace): the trunk, then its blocks where @blocks. */
GArray *mtl_places_new  (const MtlPlan *plan,
                         gboolean       blocks);
/**
 * mtl_places_take:
 * @rows: gradients of a batch
 * @tasks: those that have a label in it
 * @before: (nullable): gradients of another batch, for the noise floor
 * @tasks_before: those that have a label in that
 * @threshold: a cosine below it is a conflict
 */
void    mtl_places_take (GArray        *places,
                         const MtlPlan *plan,
                         MtlGrads      *rows,
                         guint64        tasks,
                         MtlGrads      *before,
                         guint64        tasks_before,
                         double         threshold);
