/* mtl-places.c — what gradients say of the trunk, and of each block of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-places.h"

#include <math.h>
#include <string.h>

#include "mtl-pair.h"

static void
clear_place (gpointer data)
{
  MtlPlace *place = data;

  g_free (place->pairs);
  g_free (place->alone);
}

static MtlPlace *
find_place (GArray     *places,
            const char *block,
            guint       n_tasks)
{
  MtlPlace place = { .block = block };

  for (guint n = 0; n < places->len; n++)
    if (g_strcmp0 (g_array_index (places, MtlPlace, n).block, block) == 0)
      return &g_array_index (places, MtlPlace, n);

  place.pairs = g_new0 (MtlSpread, n_tasks * n_tasks * MTL_PLACE_N_PAIR);
  place.alone = g_new0 (MtlSpread, n_tasks * MTL_PLACE_N_TASK);
  g_array_append_val (places, place);

  return &g_array_index (places, MtlPlace, places->len - 1);
}

GArray *
mtl_places_new (const MtlPlan *plan,
                gboolean       blocks)
{
  guint k = mtl_plan_n_tasks (plan);
  GArray *places = g_array_new (FALSE, FALSE, sizeof (MtlPlace));

  g_array_set_clear_func (places, clear_place);
  find_place (places, NULL, k);
  for (guint t = 0; t < mtl_plan_n_tensors (plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, t);

      if (tensor->offset >= mtl_plan_n_trunk (plan))
        continue;
      g_array_index (places, MtlPlace, 0).tasks |= tensor->tasks;
      if (blocks)
        find_place (places, tensor->block, k)->tasks |= tensor->tasks;
    }

  return places;
}

/* ⟨a_i, b_j⟩ over @place */
static double
multiply (const MtlPlan   *plan,
          const MtlPlace  *place,
          const float     *left,
          const float     *right)
{
  double sum = 0.0;

  for (guint t = 0; t < mtl_plan_n_tensors (plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (plan, t);

      if (tensor->offset >= mtl_plan_n_trunk (plan)
          || (place->block != NULL && strcmp (tensor->block, place->block) != 0))
        continue;
      for (gsize n = tensor->offset; n < tensor->offset + tensor->size; n++)
        sum += (double) left[n] * right[n];
    }

  return sum;
}

/* --- pairs --- */

static void
take_pair (MtlSpread      *spreads,
           const MtlPair  *pair,
           double          product,
           double          conflicts)
{
  mtl_spread_add (&spreads[MTL_PLACE_COSINE], pair->cosine);
  mtl_spread_add (&spreads[MTL_PLACE_SIMILARITY], pair->similarity);
  if (!isnan (pair->curvature))
    mtl_spread_add (&spreads[MTL_PLACE_CURVATURE], pair->curvature);
  mtl_spread_add (&spreads[MTL_PLACE_PRODUCT], product);
  mtl_spread_add (&spreads[MTL_PLACE_ZERO], pair->zero ? 1.0 : 0.0);
  mtl_spread_add (&spreads[MTL_PLACE_CONFLICT], conflicts);
}

static void
take_pairs (MtlPlace       *place,
            const MtlPlan  *plan,
            MtlGrads       *rows,
            guint64         tasks,
            const double   *norms2,
            double          threshold)
{
  guint k = mtl_plan_n_tasks (plan);
  MtlSpread share = { 0 };
  MtlSpread similarity = { 0 };

  for (guint i = 0; i < k; i++)
    for (guint j = i + 1; j < k; j++)
      if ((tasks >> i & tasks >> j & 1) != 0)
        {
          double product = multiply (plan, place, mtl_grads_row (rows, i),
                                     mtl_grads_row (rows, j));
          MtlPair pair = mtl_pair (norms2[i], norms2[j], product);
          double conflicts = !pair.zero && pair.cosine < threshold ? 1.0 : 0.0;

          take_pair (place->pairs + (i * k + j) * MTL_PLACE_N_PAIR, &pair, product, conflicts);
          mtl_spread_add (&share, conflicts);
          mtl_spread_add (&similarity, pair.similarity);
        }

  if (share.n > 0)
    {
      mtl_spread_add (&place->share, share.mean);
      mtl_spread_add (&place->similarity, similarity.mean);
    }
}

/* --- tasks --- */

static void
take_floor (MtlPlace       *place,
            const MtlPlan  *plan,
            const float    *row,
            double          norm2,
            const float    *before,
            guint           task)
{
  MtlPair pair = mtl_pair (norm2, multiply (plan, place, before, before),
                           multiply (plan, place, row, before));

  mtl_spread_add (&place->alone[task * MTL_PLACE_N_TASK + MTL_PLACE_FLOOR], pair.cosine);
}

void
mtl_places_take (GArray         *places,
                 const MtlPlan  *plan,
                 MtlGrads       *rows,
                 guint64         tasks,
                 MtlGrads       *before,
                 guint64         tasks_before,
                 double          threshold)
{
  guint k = mtl_plan_n_tasks (plan);
  g_autofree double *norms2 = g_new0 (double, k);

  for (guint n = 0; n < places->len; n++)
    {
      MtlPlace *place = &g_array_index (places, MtlPlace, n);
      guint64 own = place->tasks & tasks;

      for (guint i = 0; i < k; i++)
        {
          const float *row = mtl_grads_row (rows, i);

          if ((own >> i & 1) == 0)
            continue;
          norms2[i] = multiply (plan, place, row, row);
          mtl_spread_add (&place->alone[i * MTL_PLACE_N_TASK + MTL_PLACE_NORM2], norms2[i]);
          if (before != NULL && (tasks_before >> i & 1) != 0)
            take_floor (place, plan, row, norms2[i], mtl_grads_row (before, i), i);
        }
      take_pairs (place, plan, rows, own, norms2, threshold);
    }
}
