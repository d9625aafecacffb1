/* mtl-op-mixture.c — experts mixed by gates
 *
 * Kept from forward to backward are the logits of all places of a shard, and
 * behind them the gates.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-mixture.h"

#include <string.h>

#include "mtl-kernels.h"
#include "mtl-op-infer.h"
#include "mtl-op-sum.h"
#include "mtl-plan.h"   /* MTL_SHARD_ROWS */

/* --- softmax --- */

void
mtl_op_mixture_softmax (gsize        n,
                        const float *z,
                        float       *g)
{
  float most = z[0], sum = 0.0f;

  for (gsize i = 1; i < n; i++)
    most = MAX (most, z[i]);
  for (gsize i = 0; i < n; i++)
    g[i] = z[i] - most;
  mtl_kernels ()->curves->exp (n, g, g);
  for (gsize i = 0; i < n; i++)
    sum += g[i];
  for (gsize i = 0; i < n; i++)
    g[i] /= sum;
}

void
mtl_op_mixture_softmax_slope (gsize        n,
                              const float *g,
                              const float *dg,
                              float       *dz)
{
  float mean = 0.0f;

  for (gsize i = 0; i < n; i++)
    mean += g[i] * dg[i];
  for (gsize i = 0; i < n; i++)
    dz[i] = g[i] * (dg[i] - mean);
}

static void
slope_softmax (const MtlSetting *set,
               guint             n_experts,
               const float      *z,
               const float      *g,
               const float      *dg,
               float            *dz)
{
  mtl_op_mixture_softmax_slope (n_experts, g, dg, dz);
}

/* --- shapes and maps --- */

gboolean
mtl_op_mixture_infer (MtlOpShape  *shape,
                      GError     **error)
{
  if (shape->n_in < 3)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs two experts or more, but has %u", shape->n_in - 1);
      return FALSE;
    }

  for (guint i = 2; i < shape->n_in; i++)
    if (!mtl_op_same_shape (&shape->in[i], &shape->in[1]))
      {
        g_autofree char *first = mtl_op_shape_words (&shape->in[1]);
        g_autofree char *other = mtl_op_shape_words (&shape->in[i]);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                     "needs experts of one shape, but expert 1 is %s and expert %u is %s",
                     first, i, other);
        return FALSE;
      }

  return mtl_op_infer_output (shape, &shape->in[1], error);
}

MtlOpMixture
mtl_op_mixture_measure (const MtlOpShape *shape)
{
  const MtlShape *in = &shape->in[0], *expert = &shape->in[1];
  gboolean tokens = in->rank == 2 && expert->rank == 2 && in->size[0] == expert->size[0];
  gsize n_places = tokens ? in->size[0] : 1;

  return (MtlOpMixture) {
    .set = shape->set, .n_places = n_places, .look = mtl_shape_size (in) / n_places,
    .width = mtl_shape_size (expert) / n_places, .n_experts = shape->n_in - 1,
    .slope = slope_softmax,
  };
}

void
mtl_op_mixture_add_map (MtlOpMixture *self,
                        guint         weight,
                        guint         bias,
                        gsize         n_out)
{
  gsize at = 0;

  for (guint m = 0; m < self->n_maps; m++)
    at += mtl_op_linear_prepared (&self->maps[m]);

  self->maps[self->n_maps++] = (MtlOpLinear) { .weight = weight, .bias = bias,
                                               .n_in = self->look, .n_out = n_out, .at = at };
  self->n_logits += n_out;
  for (guint m = 0; m < self->n_maps; m++)
    self->maps[m].stride = self->n_logits;
}

MtlShape
mtl_op_mixture_weight (const MtlOpMixture *self,
                       guint               n)
{
  return (MtlShape) { .rank = 2, .size = { self->maps[n].n_out, self->maps[n].n_in } };
}

gboolean
mtl_op_mixture_check_maps (const MtlOpMixture  *self,
                           GError             **error)
{
  for (guint m = 0; m < self->n_maps; m++)
    {
      MtlShape weight = mtl_op_mixture_weight (self, m);

      if (self->maps[m].weight != MTL_OP_NO_TENSOR && !mtl_op_infer_weights (&weight, error))
        return FALSE;
    }

  return TRUE;
}

void
mtl_op_mixture_plan (const MtlOpMixture *self,
                     MtlOpNeeds         *needs)
{
  gsize prepared = 0;

  for (guint m = 0; m < self->n_maps; m++)
    prepared += mtl_op_linear_prepared (&self->maps[m]);

  needs->kept = self->n_places * (self->n_logits + self->n_experts) * sizeof (float);
  needs->scratch = (mtl_op_linear_scratch ()
                    + MTL_SHARD_ROWS * self->n_places * self->n_logits) * sizeof (float);
  needs->prepared = prepared * sizeof (float);
  needs->n_pieces = prepared > 0 ? 1 : 0;
  needs->sums = self->balance > 0.0 ? self->n_experts : 0;
  needs->reads_x = TRUE;
}

void
mtl_op_mixture_prepare (const MtlOpMixture *self,
                        const MtlOpPass    *pass)
{
  for (guint m = 0; m < self->n_maps; m++)
    mtl_op_linear_prepare (&self->maps[m], pass);
}

/* --- passes --- */

/* At all places of the shard. */
typedef struct
{
  gsize  n_places;
  float *z, *g;
} Kept;

static Kept
find_kept (const MtlOpMixture *self,
           const MtlOpPass    *pass)
{
  gsize n_places = pass->rows * self->n_places;
  float *kept = pass->kept;

  return (Kept) { n_places, kept, kept + n_places * self->n_logits };
}

/* y ← Σ g·f at one place. */
static void
mix_experts (const MtlOpMixture *self,
             const MtlOpPass    *pass,
             gsize               place,
             const float        *g)
{
  float *y = pass->y[0] + place * self->width;

  memset (y, 0, self->width * sizeof *y);
  for (guint e = 0; e < self->n_experts; e++)
    {
      const float *f = pass->x[1 + e] + place * self->width;

      if (g[e] != 0.0f)
        for (gsize i = 0; i < self->width; i++)
          y[i] += g[e] * f[i];
    }
}

void
mtl_op_mixture_forward (const MtlOpMixture *self,
                        const MtlOpPass    *pass)
{
  Kept kept = find_kept (self, pass);
  gsize first = 0;

  for (guint m = 0; m < self->n_maps; m++)
    {
      mtl_op_linear_forward (&self->maps[m], pass, kept.n_places, pass->x[0], kept.z + first);
      first += self->maps[m].n_out;
    }

  for (gsize place = 0; place < kept.n_places; place++)
    {
      float *g = kept.g + place * self->n_experts;

      self->open (self->set, self->n_experts, kept.z + place * self->n_logits, g);
      mix_experts (self, pass, place, g);
    }
}

/* --- balance --- */

void
mtl_op_mixture_add_shares (const MtlOpMixture *self,
                           const MtlOpPass    *pass)
{
  Kept kept = find_kept (self, pass);

  for (gsize place = 0; place < kept.n_places; place++)
    {
      float p[MTL_OP_MAX_EXPERTS];

      mtl_op_mixture_softmax (self->n_experts, kept.z + place * self->n_logits, p);
      for (guint e = 0; e < self->n_experts; e++)
        pass->sums[e] += (double) p[e];
    }
}

/* (I − N/n)·n/N: how far the share of an expert is off, relative to an even one. */
static double
find_excess (const MtlOpMixture *self,
             const MtlOpPass    *pass,
             guint               expert)
{
  return pass->totals[expert] * self->n_experts / (double) (pass->n_samples * self->n_places) - 1.0;
}

double
mtl_op_mixture_penalty (const MtlOpMixture *self,
                        const MtlOpPass    *pass)
{
  double sum = 0.0;

  for (guint e = 0; e < self->n_experts; e++)
    {
      double excess = find_excess (self, pass, e);

      sum += excess * excess;
    }

  return self->balance * sum / self->n_experts;
}

/* Adds the gradient of the penalty to those of the logits of one lane. */
static void
slope_penalty (const MtlOpMixture *self,
               const MtlOpPass    *pass,
               guint               lane,
               float              *dz)
{
  Kept kept = find_kept (self, pass);
  double n_places = (double) (pass->n_samples * self->n_places);
  double factor = 2.0 * pass->seeds[lane] * self->balance / n_places;
  float dp[MTL_OP_MAX_EXPERTS];

  for (guint e = 0; e < self->n_experts; e++)
    dp[e] = (float) (factor * find_excess (self, pass, e));

  for (gsize place = 0; place < kept.n_places; place++, dz += self->n_logits)
    {
      float p[MTL_OP_MAX_EXPERTS], pull[MTL_OP_MAX_EXPERTS];

      mtl_op_mixture_softmax (self->n_experts, kept.z + place * self->n_logits, p);
      mtl_op_mixture_softmax_slope (self->n_experts, p, dp, pull);
      for (guint e = 0; e < self->n_experts; e++)
        dz[e] += pull[e];
    }
}

/* --- backward --- */

/* Gradients of the logits of one lane at all places. */
static void
slope_logits (const MtlOpMixture *self,
              const MtlOpPass    *pass,
              guint               lane,
              float              *dz)
{
  Kept kept = find_kept (self, pass);
  const float *dy = mtl_op_dy (pass, 0, lane);

  for (gsize place = 0; place < kept.n_places; place++)
    {
      const float *g = kept.g + place * self->n_experts;
      float dg[MTL_OP_MAX_EXPERTS];

      for (guint e = 0; e < self->n_experts; e++)
        dg[e] = g[e] == 0.0f ? 0.0f
                : (float) mtl_op_dot (dy + place * self->width,
                                      pass->x[1 + e] + place * self->width, self->width);
      self->slope (self->set, self->n_experts, kept.z + place * self->n_logits, g, dg,
                   dz + place * self->n_logits);
    }
  if (self->balance > 0.0 && pass->totals != NULL)
    slope_penalty (self, pass, lane, dz);
}

void
mtl_op_mixture_grad (const MtlOpMixture *self,
                     const MtlOpPass    *pass)
{
  float *dz = (float *) pass->scratch + mtl_op_linear_scratch ();

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      gsize first = 0;

      slope_logits (self, pass, lane, dz);
      for (guint m = 0; m < self->n_maps; m++)
        {
          mtl_op_linear_grad (&self->maps[m], pass, lane, pass->rows * self->n_places, pass->x[0],
                              dz + first, pass->scratch);
          first += self->maps[m].n_out;
        }
    }
}

static void
pass_to_expert (const MtlOpMixture *self,
                const MtlOpPass    *pass,
                guint               lane,
                guint               expert)
{
  Kept kept = find_kept (self, pass);
  const float *dy = mtl_op_dy (pass, 0, lane);
  float *dx = mtl_op_dx (pass, 1 + expert, lane);
  gboolean fresh = mtl_op_dx_fresh (pass, 1 + expert, lane);

  for (gsize place = 0; place < kept.n_places; place++)
    {
      float g = kept.g[place * self->n_experts + expert];
      gsize at = place * self->width;

      if (fresh)
        for (gsize i = at; i < at + self->width; i++)
          dx[i] = g * dy[i];
      else if (g != 0.0f)
        for (gsize i = at; i < at + self->width; i++)
          dx[i] += g * dy[i];
    }
}

void
mtl_op_mixture_backward (const MtlOpMixture *self,
                         const MtlOpPass    *pass)
{
  float *dz = (float *) pass->scratch + mtl_op_linear_scratch ();

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      gboolean fresh = mtl_op_dx_fresh (pass, 0, lane);
      gsize first = 0;

      for (guint e = 0; e < self->n_experts; e++)
        if (mtl_op_dx (pass, 1 + e, lane) != NULL)
          pass_to_expert (self, pass, lane, e);

      if (mtl_op_dx (pass, 0, lane) == NULL)
        continue;
      slope_logits (self, pass, lane, dz);
      for (guint m = 0; m < self->n_maps; m++)
        {
          mtl_op_linear_backward (&self->maps[m], pass, pass->rows * self->n_places, dz + first,
                                  fresh && m == 0, mtl_op_dx (pass, 0, lane));
          first += self->maps[m].n_out;
        }
    }
}
