/* mtl-grads-private.h — the inside of gradients, for the files that answer for them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-grads.h"

/* Columns of the rows that are dealt with at once. */
typedef struct
{
  gsize first, n;
} MtlGradsBlock;

/* A tensor whose gradients are kept as factors. */
typedef struct
{
  gsize       offset, size;
  MtlFactors *factors;
} MtlGradsProduct;

struct _MtlGrads
{
  guint    n_tasks;
  gsize    n_trunk;
  gsize    n_weights;
  gsize   *head_offset;  /* [K]: in θ */
  gsize   *head_size;    /* [K] */
  GArray  *blocks;       /* of MtlGradsBlock */
  GArray  *products;     /* of MtlGradsProduct, in the order of θ */
  float   *rows;         /* K × d */
  float   *heads;        /* P − d, in the order of θ */
};

static inline const MtlGradsProduct *
mtl_grads_product (const MtlGrads *self,
                   guint           n)
{
  return &g_array_index (self->products, MtlGradsProduct, n);
}
