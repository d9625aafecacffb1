/* cross-entropy.c — softmax and negative log-likelihood of a class
 *
 *   p = softmax (z)    l = −Σ_c a_c·q_c·log p_c    dl/dz_c = (Σ_k a_k·q_k)·p_c − a_c·q_c
 *
 * q is 1 at the target's class; with smoothing s, q = (1 − s)·onehot + s/C.
 * a are the weights of the classes, 1 if none are given; the mean is Σ l / Σ a_y
 * over the items, pixels or tokens, that have a valid class y which is not
 * ignored. The largest z is subtracted first, so no exponential overflows.
 *
 * The classes of a pixel lie a whole picture apart, so pixels are worked on side
 * by side; e^(z − m) is found once and kept where the gradient will be.
 *
 * Smoothing: Szegedy, Vanhoucke, Ioffe, Shlens, Wojna, “Rethinking the
 * Inception Architecture for Computer Vision”, CVPR 2016, sec. 7.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-kernels.h"
#include "mtl-softmax.h"

enum { SMOOTHING, WEIGHTS, IGNORED };

#define TILE 64

static gboolean
cross_entropy_fits (const MtlTargetType  *target,
                    const MtlItems       *items,
                    const MtlSetting     *set,
                    GError              **error)
{
  if (!mtl_target_fits_classes (target, items, set, error))
    return FALSE;

  if (set[WEIGHTS].n > 0 && set[WEIGHTS].n != target->n_classes)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs %u class weights, one for each class, but has %u",
                   target->n_classes, set[WEIGHTS].n);
      return FALSE;
    }

  return TRUE;
}

static int
cross_entropy_ignored (const MtlSetting *set)
{
  return (int) set[IGNORED].number;
}

static double
weight (const MtlSetting *set,
        gsize             c)
{
  return set[WEIGHTS].n > 0 ? set[WEIGHTS].numbers[c] : 1.0;
}

static double
cross_entropy_divisor (const MtlTargetType *target,
                       const MtlItems      *items,
                       const MtlSetting    *set,
                       gsize                rows,
                       const float         *targets)
{
  double sum = 0.0;

  for (gsize i = 0; i < rows * target->size; i++)
    {
      int y = mtl_target_class (target, items, targets[i]);

      sum += y >= 0 ? weight (set, y) : 0.0;
    }

  return sum;
}

/* Up to TILE items side by side. */
typedef struct
{
  gsize  n;
  int    y[TILE];       /* class; −1: missing */
  float  most[TILE];    /* of their outputs */
  double sum[TILE];     /* Σ e^(z − most) */
  double spread[TILE];  /* Σ a·(z − most), where there is smoothing */
} Tile;

static void
find_most (Tile           *tile,
           const MtlItems *items,
           const float    *z)
{
  gsize stride = items->item_stride;

  for (gsize i = 0; i < tile->n; i++)
    tile->most[i] = z[i * stride];

  for (gsize c = 1; c < items->n_channels; c++)
    for (gsize i = 0; i < tile->n; i++)
      {
        float x = z[c * items->channel_stride + i * stride];

        tile->most[i] = x > tile->most[i] ? x : tile->most[i];
      }

}

/* Adds up @many classes from @first, for which and for all items e has room, and
 * leaves e^(z − most) in @gradient (nullable). */
static void
sum_classes (Tile             *tile,
             const MtlItems   *items,
             const MtlSetting *set,
             gsize             first,
             gsize             many,
             const float      *z,
             float            *gradient)
{
  double values[TILE], *e = values;

  for (gsize c = first; c < first + many; c++, e += tile->n)
    for (gsize i = 0; i < tile->n; i++)
      {
        e[i] = (double) z[c * items->channel_stride + i * items->item_stride] - tile->most[i];
        tile->spread[i] += weight (set, c) * e[i];
      }

  e = values;
  mtl_kernels ()->curves->exp_wide (many * tile->n, e, e);
  for (gsize c = first; c < first + many; c++, e += tile->n)
    for (gsize i = 0; i < tile->n; i++)
      {
        tile->sum[i] += e[i];
        if (gradient != NULL)
          gradient[c * items->channel_stride + i * items->item_stride] = e[i];
      }
}

static void
sum_tile (Tile             *tile,
          const MtlItems   *items,
          const MtlSetting *set,
          const float      *z,
          float            *gradient)
{
  gsize step = TILE / tile->n;

  find_most (tile, items, z);
  for (gsize i = 0; i < tile->n; i++)
    tile->sum[i] = tile->spread[i] = 0.0;
  for (gsize c = 0; c < items->n_channels; c += step)
    sum_classes (tile, items, set, c, MIN (step, items->n_channels - c), z, gradient);
}

/* a times what smoothing leaves to the class itself. */
static double
own_weight (const MtlSetting *set,
            int               y)
{
  return (1.0 - set[SMOOTHING].number) * weight (set, y);
}

/* Σ a·q of an item of class @y. */
static double
total_weight (const MtlItems   *items,
              const MtlSetting *set,
              int               y)
{
  double spread = set[SMOOTHING].number / items->n_channels, total = own_weight (set, y);

  for (gsize c = 0; spread > 0.0 && c < items->n_channels; c++)
    total += spread * weight (set, c);

  return total;
}

static double
sum_losses (const Tile       *tile,
            const MtlItems   *items,
            const MtlSetting *set,
            const float      *z)
{
  double spread = set[SMOOTHING].number / items->n_channels, loss = 0.0;

  for (gsize i = 0; i < tile->n; i++)
    {
      int y = tile->y[i];
      gsize at = MAX (y, 0) * items->channel_stride + i * items->item_stride;

      if (y < 0)
        continue;
      loss += total_weight (items, set, y) * log (tile->sum[i])
              - own_weight (set, y) * ((double) z[at] - tile->most[i]);
      /* Without smoothing an output of −∞ does no harm and must not meet a factor 0. */
      if (spread > 0.0)
        loss -= spread * tile->spread[i];
    }

  return loss;
}

static void
finish_gradient (const Tile       *tile,
                 const MtlItems   *items,
                 const MtlSetting *set,
                 float            *gradient)
{
  double spread = set[SMOOTHING].number / items->n_channels, factor[TILE];

  for (gsize i = 0; i < tile->n; i++)
    factor[i] = tile->y[i] < 0 ? 0.0 : total_weight (items, set, tile->y[i]) / tile->sum[i];

  for (gsize c = 0; c < items->n_channels; c++)
    for (gsize i = 0; i < tile->n; i++)
      {
        float *own = &gradient[c * items->channel_stride + i * items->item_stride];

        /* The outputs of a missing item may be anything. */
        *own = tile->y[i] < 0 ? 0.0 : factor[i] * *own - spread * weight (set, c);
      }

  for (gsize i = 0; i < tile->n; i++)
    if (tile->y[i] >= 0)
      gradient[tile->y[i] * items->channel_stride + i * items->item_stride]
        -= own_weight (set, tile->y[i]);
}

static double
cross_entropy_value (const MtlTargetType *target,
                     const MtlItems      *items,
                     const MtlSetting    *set,
                     gsize                rows,
                     const float         *outputs,
                     const float         *targets,
                     float               *gradient)
{
  /* Side by side only where that goes along memory. */
  gsize step = items->item_stride == 1 ? TILE : 1;
  double sum = 0.0;

  for (gsize r = 0; r < rows; r++)
    for (gsize first = 0; first < items->n_items; first += step)
      {
        gsize at = r * items->size + first * items->item_stride;
        float *into = gradient != NULL ? gradient + at : NULL;
        Tile tile;

        tile.n = MIN (step, items->n_items - first);
        for (gsize i = 0; i < tile.n; i++)
          tile.y[i] = mtl_target_class (target, items, targets[r * items->n_items + first + i]);
        sum_tile (&tile, items, set, outputs + at, into);
        sum += sum_losses (&tile, items, set, outputs + at);
        if (into != NULL)
          finish_gradient (&tile, items, set, into);
      }

  return sum;
}

/* A class other than the ignored one, by the softmax of @z; @unit: 0 … 1. */
static gsize
draw_class (const MtlItems *items,
            const float    *z,
            double          unit)
{
  MtlSoftmax softmax = mtl_softmax (z, items->n_channels, items->channel_stride, 1.0);
  double left = unit;
  gsize last = 0;

  if (items->ignored >= 0 && (gsize) items->ignored < items->n_channels)
    left *= 1.0 - exp (mtl_softmax_log (&softmax, z[items->ignored * items->channel_stride], 1.0));
  for (gsize c = 0; c < items->n_channels; c++)
    {
      if ((int) c == items->ignored)
        continue;
      last = c;
      left -= exp (mtl_softmax_log (&softmax, z[c * items->channel_stride], 1.0));
      if (left < 0.0)
        break;
    }

  return last;
}

static void
cross_entropy_draw (const MtlTargetType *target,
                    const MtlItems      *items,
                    gsize                rows,
                    const float         *outputs,
                    MtlRng               rng,
                    float               *targets)
{
  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        gsize at = r * items->n_items + i;
        const float *z = outputs + r * items->size + i * items->item_stride;

        if (mtl_target_class (target, items, targets[at]) >= 0)
          targets[at] = (float) draw_class (items, z, mtl_rng_unit (rng, at));
      }
}

const MtlLoss mtl_loss_cross_entropy = {
  .method = {
    .id = "cross-entropy",
    .title = N_("Cross-Entropy"),
    .summary = N_("Raises the probability of the right class."),
    .reference = "Bridle, “Probabilistic Interpretation of Feedforward Classification Network "
                 "Outputs”, Neurocomputing (NATO ASI F 68), Springer 1990",
    .params = (const MtlParam[]) {
      [SMOOTHING] = { .id = "smoothing", .title = N_("Label Smoothing"),
                      .summary = N_("Share of probability spread over all classes"),
                      .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.99, .initial = 0.0,
                      .rare = TRUE },
      [WEIGHTS] = { .id = "class-weights", .title = N_("Class Weights"),
                    .summary = N_("How much each class counts, in order; none: all alike"),
                    .type = MTL_NUMBERS, .minimum = 0.0, .maximum = 1e6, .initial = NAN,
                    .rare = TRUE },
      [IGNORED] = { .id = "ignore-index", .title = N_("Ignored Class"),
                    .summary = N_("Number of a class that does not count; −1: none"),
                    .type = MTL_WHOLE, .minimum = -1, .maximum = 65535, .initial = -1,
                    .rare = TRUE },
      { NULL }
    },
  },
  .fits = cross_entropy_fits,
  .divisor = cross_entropy_divisor,
  .value = cross_entropy_value,
  .draw = cross_entropy_draw,
  .ignored = cross_entropy_ignored,
  .metrics = (const char *const[]) { "mean-iou", "accuracy", "f1", "auc", "ece", NULL },
};
