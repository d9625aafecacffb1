/* mtl-block-sums.c — how the tasks lie to each other, in each block of the trunk and in all
 *
 * Of a step, a figure is the mean over the pairs of tasks that have it; of an epoch, the mean
 * over the steps that have it:
 *
 *   cosine C, and the share with C < 0   pairs of which no gradient is zero
 *   magnitude similarity Φ               all pairs; 1 where both are zero, 0 where one is
 *   curvature bounding measure ξ         pairs of which |g_i + g_j|² is more than rounding: where
 *                                        g_i = −g_j, ξ is 0/0; what is left is finite
 *
 * A task that was left out of the step makes no pair. The last two are of the whole trunk.
 *
 * Cost of a step: K(K − 1)/2 pairs for each block and for the trunk, whatever their size.
 *
 * Source: Yu et al., “Gradient Surgery for Multi-Task Learning”, arXiv 2001.06782 (2020),
 * definitions 1 to 3.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-block-sums.h"

#include <math.h>
#include <string.h>

#include "mtl-pair.h"

#define N_RECENT 50   /* steps */

/* Places of sums: of the trunk first, then two for each block. */
enum
{
  SIMILARITY,
  CURVATURE,
  N_WHOLE,
};

enum
{
  COSINE,
  CONFLICT,
  N_OF_BLOCK,
};

struct _MtlBlockSums
{
  guint    k;
  GArray  *blocks;   /* of MtlTrunkBlock */
  guint    n_sums;
  double  *sum;
  double  *n;        /* steps that had a value */
  double  *recent;   /* [N_RECENT][block]: cosines of the last steps, in turn */
  guint64  n_added;  /* steps */
};

typedef struct
{
  double cosine, conflict, similarity, curvature;   /* NaN: of no pair */
} Means;

MtlBlockSums *
mtl_block_sums_new (const MtlPlan *plan)
{
  MtlBlockSums *self = g_new0 (MtlBlockSums, 1);

  self->k = mtl_plan_n_tasks (plan);
  self->blocks = mtl_plan_trunk_blocks (plan);
  self->n_sums = N_WHOLE + N_OF_BLOCK * self->blocks->len;
  self->sum = g_new0 (double, self->n_sums);
  self->n = g_new0 (double, self->n_sums);
  self->recent = g_new0 (double, N_RECENT * MAX (self->blocks->len, 1));

  return self;
}

void
mtl_block_sums_free (MtlBlockSums *self)
{
  g_array_unref (self->blocks);
  g_free (self->sum);
  g_free (self->n);
  g_free (self->recent);
  g_free (self);
}

/* --- a step --- */

/* A running mean that begins with NaN and passes over it. */
static void
take (double *mean,
      guint  *n,
      double  value)
{
  if (isnan (value))
    return;
  *mean = *n == 0 ? value : *mean + (value - *mean) / (*n + 1);
  (*n)++;
}

static Means
measure (const double *gramian,
         guint         k)
{
  Means means = { NAN, NAN, NAN, NAN };
  guint n_cosines = 0, n_conflicts = 0, n_similar = 0, n_curved = 0;

  for (guint i = 0; i < k; i++)
    for (guint j = i + 1; j < k; j++)
      {
        MtlPair pair;

        if (isnan (gramian[i * k + j]))
          continue;
        pair = mtl_pair (gramian[i * k + i], gramian[j * k + j], gramian[i * k + j]);
        take (&means.similarity, &n_similar, pair.similarity);
        take (&means.curvature, &n_curved, pair.curvature);
        if (pair.zero)
          continue;
        take (&means.cosine, &n_cosines, pair.cosine);
        take (&means.conflict, &n_conflicts, pair.cosine < 0.0 ? 1.0 : 0.0);
      }

  return means;
}

static void
add (MtlBlockSums *self,
     guint         place,
     double        value)
{
  if (isnan (value))
    return;
  self->sum[place] += value;
  self->n[place] += 1.0;
}

void
mtl_block_sums_add (MtlBlockSums        *self,
                    const MtlPartReport *report)
{
  Means whole = measure (report->gramian, self->k);
  double *recent = self->recent + self->n_added % N_RECENT * self->blocks->len;

  add (self, SIMILARITY, whole.similarity);
  add (self, CURVATURE, whole.curvature);
  for (guint b = 0; b < self->blocks->len; b++)
    {
      Means means = measure (report->blocks + (gsize) b * self->k * self->k, self->k);

      add (self, N_WHOLE + N_OF_BLOCK * b + COSINE, means.cosine);
      add (self, N_WHOLE + N_OF_BLOCK * b + CONFLICT, means.conflict);
      recent[b] = means.cosine;
    }
  self->n_added++;
}

guint
mtl_block_sums_n_blocks (const MtlBlockSums *self)
{
  return self->blocks->len;
}

void
mtl_block_sums_recent (const MtlBlockSums *self,
                       double             *cosines)
{
  guint n_steps = (guint) MIN (self->n_added, N_RECENT);

  for (guint b = 0; b < self->blocks->len; b++)
    {
      guint n = 0;

      cosines[b] = NAN;
      for (guint s = 0; s < n_steps; s++)
        take (&cosines[b], &n, self->recent[s * self->blocks->len + b]);
    }
}

/* --- an epoch --- */

static void
append (MtlBlockSums *self,
        MtlRecord    *record,
        guint64       epoch,
        const char   *name,
        guint         place)
{
  double mean = self->n[place] > 0.0 ? self->sum[place] / self->n[place] : NAN;

  mtl_series_append (mtl_record_series (record, name), (double) epoch, mean);
}

void
mtl_block_sums_append (MtlBlockSums *self,
                       MtlRecord    *record,
                       guint64       epoch)
{
  /* Any pair has a similarity: without one no step was measured. */
  if (self->n[SIMILARITY] == 0.0)
    return;

  append (self, record, epoch, "epoch/similarity", SIMILARITY);
  append (self, record, epoch, "epoch/curvature", CURVATURE);
  for (guint b = 0; b < self->blocks->len; b++)
    {
      const char *id = g_array_index (self->blocks, MtlTrunkBlock, b).id;
      g_autofree char *cosine = g_strdup_printf ("epoch/block/%s/cosine", id);
      g_autofree char *conflict = g_strdup_printf ("epoch/block/%s/conflict", id);

      append (self, record, epoch, cosine, N_WHOLE + N_OF_BLOCK * b + COSINE);
      append (self, record, epoch, conflict, N_WHOLE + N_OF_BLOCK * b + CONFLICT);
    }
}

void
mtl_block_sums_clear (MtlBlockSums *self)
{
  memset (self->sum, 0, self->n_sums * sizeof *self->sum);
  memset (self->n, 0, self->n_sums * sizeof *self->n);
}

guint
mtl_block_sums_arrays (MtlBlockSums *self,
                       double       *arrays[MTL_BLOCK_SUMS_ARRAYS])
{
  arrays[0] = self->sum;
  arrays[1] = self->n;

  return self->n_sums;
}
