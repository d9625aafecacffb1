/* mtl-target.c — what losses and metrics ask of targets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-target.h"

#include <math.h>
#include <string.h>

MtlItems
mtl_loss_items (const MtlLoss       *loss,
                const MtlSetting    *set,
                const MtlTargetType *target,
                const MtlShape      *shape)
{
  gsize size = mtl_shape_size (shape);
  MtlItems items = {
    .shape = *shape, .size = size, .n_items = 1, .n_channels = size, .item_stride = size,
    .channel_stride = 1, .ignored = loss->ignored != NULL ? loss->ignored (set) : -1,
  };

  /* One label a sample: all outputs speak of it, whatever their shape. */
  if (target->kind == MTL_TARGET_CLASS && target->size == 1)
    return items;

  if (shape->rank > 2)
    {
      items.n_channels = shape->size[0];
      items.n_items = items.channel_stride = size / MAX (shape->size[0], 1);
      items.item_stride = 1;
    }
  else if (shape->rank == 2 || target->kind == MTL_TARGET_CLASS)
    {
      items.n_items = shape->size[0];
      items.n_channels = items.item_stride = shape->rank == 2 ? shape->size[1] : 1;
    }

  return items;
}

/* --- values of targets --- */

int
mtl_target_class (const MtlTargetType *type,
                  const MtlItems      *items,
                  float                target)
{
  /* Compared as a float first: the conversion of a NaN or a huge number is undefined. */
  if (!(target >= 0.0f && target < (float) type->n_classes) || target != floorf (target))
    return -1;

  return (int) target == items->ignored ? -1 : (int) target;
}

gboolean
mtl_target_is_share (float target)
{
  return target >= 0.0f && target <= 1.0f;
}

double
mtl_target_label (const MtlTargetType *type,
                  const MtlItems      *items,
                  float                target)
{
  if (type->kind == MTL_TARGET_CLASS)
    return mtl_target_class (type, items, target) >= 0 ? target : NAN;

  return mtl_target_is_share (target) ? target : NAN;
}

int
mtl_items_guess (const MtlItems *items,
                 const float    *z)
{
  gsize stride = items->channel_stride, best = 0;

  if (items->n_channels == 1)
    return isnan (z[0]) ? -1 : z[0] > 0.0f;

  for (gsize c = 1; c < items->n_channels; c++)
    if (z[c * stride] > z[best * stride])
      best = c;

  return isnan (z[best * stride]) ? -1 : (int) best;
}

double
mtl_target_count_classes (const MtlTargetType *type,
                          const MtlItems      *items,
                          const MtlSetting    *set,
                          gsize                rows,
                          const float         *targets)
{
  gsize count = 0;

  for (gsize i = 0; i < rows * type->size; i++)
    count += mtl_target_class (type, items, targets[i]) >= 0;

  return count;
}

double
mtl_target_count_values (const MtlTargetType *type,
                         const MtlItems      *items,
                         const MtlSetting    *set,
                         gsize                rows,
                         const float         *targets)
{
  gsize count = 0;

  for (gsize i = 0; i < rows * items->size; i++)
    count += !isnan (targets[i]);

  return count;
}

double
mtl_target_count_labels (const MtlTargetType *type,
                         const MtlItems      *items,
                         const MtlSetting    *set,
                         gsize                rows,
                         const float         *targets)
{
  gsize count = 0;

  for (gsize i = 0; i < rows * type->size; i++)
    count += !isnan (mtl_target_label (type, items, targets[i]));

  return count;
}

gboolean
mtl_items_are_shares (const MtlItems *items,
                      const float    *targets)
{
  for (gsize c = 0; c < items->n_channels; c++)
    if (!mtl_target_is_share (targets[c * items->channel_stride]))
      return FALSE;

  return TRUE;
}

gboolean
mtl_target_has_vectors (const MtlTargetType *type,
                        const MtlItems      *items)
{
  return type->kind == MTL_TARGET_VALUES && items->n_channels > 1;
}

/* --- items one by one --- */

gsize
mtl_items_count (const MtlItems *items,
                 gsize           rows,
                 const float    *targets,
                 MtlItemTest     test)
{
  gsize count = 0;

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      count += test (items, targets + r * items->size + i * items->item_stride);

  return count;
}

double
mtl_items_sum (const MtlItems   *items,
               const MtlSetting *set,
               gsize             rows,
               const float      *outputs,
               const float      *targets,
               float            *gradient,
               MtlItemLoss       loss)
{
  double sum = 0.0;

  if (gradient != NULL)
    memset (gradient, 0, rows * items->size * sizeof *gradient);

  for (gsize r = 0; r < rows; r++)
    for (gsize i = 0; i < items->n_items; i++)
      {
        gsize at = r * items->size + i * items->item_stride;

        sum += loss (items, set, outputs + at, targets + at,
                     gradient != NULL ? gradient + at : NULL);
      }

  return sum;
}

/* --- whether outputs fit --- */

static gboolean
refuse (const MtlItems  *items,
        const char      *needs,
        const char      *what_for,
        GError         **error)
{
  g_autofree char *gets = items->shape.rank > 1
                          ? mtl_shape_to_text (&items->shape)
                          : g_strdup_printf ("%" G_GSIZE_FORMAT, items->size);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE, "needs %s, %s, but gets %s", needs, what_for,
               gets);
  return FALSE;
}

/* “10 values”, “12×7”, “5×16×16”: @channels for each item of @type, in as many
 * dimensions as there are. */
static char *
describe_outputs (const MtlTargetType *type,
                  const MtlItems      *items,
                  gsize                channels)
{
  MtlShape wanted = items->shape;

  if (type->size == 1 || (items->shape.rank < 2 && channels == 1))
    return g_strdup_printf ("%" G_GSIZE_FORMAT " value%s", type->size * channels,
                            type->size * channels == 1 ? "" : "s");
  if (items->shape.rank > 2 && items->n_items != type->size)
    return g_strdup_printf ("%" G_GSIZE_FORMAT " × height × width of %" G_GSIZE_FORMAT " pixels",
                            channels, type->size);
  if (items->shape.rank < 2)
    return g_strdup_printf ("%" G_GSIZE_FORMAT "×%" G_GSIZE_FORMAT " or a picture of %"
                            G_GSIZE_FORMAT " × height × width", type->size, channels, channels);

  wanted.size[0] = items->shape.rank == 2 ? type->size : channels;
  if (items->shape.rank == 2)
    wanted.size[1] = channels;
  return mtl_shape_to_text (&wanted);
}

/* @one: for a target of one item, @many: followed by “pixel” or the like */
static gboolean
check_outputs (const MtlTargetType  *type,
               const MtlItems       *items,
               gsize                 channels,
               const char           *one,
               const char           *many,
               GError              **error)
{
  static const char *const nouns[] = { "item", "item", "token", "pixel", "pixel" };
  g_autofree char *needs = NULL;
  g_autofree char *what_for = NULL;

  if (items->n_items == type->size && items->n_channels == channels)
    return TRUE;

  needs = describe_outputs (type, items, channels);
  what_for = type->size == 1 ? g_strdup (one)
                             : g_strconcat (many, nouns[items->shape.rank], NULL);
  return refuse (items, needs, what_for, error);
}

gboolean
mtl_target_fits_classes (const MtlTargetType  *type,
                         const MtlItems       *items,
                         const MtlSetting     *set,
                         GError              **error)
{
  if (type->kind != MTL_TARGET_CLASS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of classes, but its target is %" G_GSIZE_FORMAT
                   " value%s: choose mse or bce", type->size, type->size == 1 ? "" : "s");
      return FALSE;
    }

  return check_outputs (type, items, type->n_classes, "one for each class",
                        "one value for each class and ", error);
}

gboolean
mtl_target_fits_labels (const MtlTargetType  *type,
                        const MtlItems       *items,
                        const MtlSetting     *set,
                        GError              **error)
{
  if (type->kind == MTL_TARGET_VALUES)
    return mtl_target_fits_values (type, items, set, error);

  if (type->n_classes != 2)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of 2 classes, but its target has %u: choose cross-entropy",
                   type->n_classes);
      return FALSE;
    }

  return check_outputs (type, items, 1, "the logit of the second class",
                        "the logit of the second class for each ", error);
}

gboolean
mtl_target_fits_values (const MtlTargetType  *type,
                        const MtlItems       *items,
                        const MtlSetting     *set,
                        GError              **error)
{
  g_autofree char *needs = NULL;

  if (type->kind != MTL_TARGET_VALUES)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a target of values, but its target is one of %u classes: "
                   "choose cross-entropy", type->n_classes);
      return FALSE;
    }

  if (items->size == type->size)
    return TRUE;

  needs = g_strdup_printf ("%" G_GSIZE_FORMAT " value%s", type->size,
                           type->size == 1 ? "" : "s");
  return refuse (items, needs, "one for each value of its target", error);
}

gboolean
mtl_target_fits_vectors (const MtlTargetType  *type,
                         const MtlItems       *items,
                         const MtlSetting     *set,
                         GError              **error)
{
  if (!mtl_target_fits_values (type, items, set, error))
    return FALSE;
  if (items->n_channels > 1)
    return TRUE;

  return refuse (items, "several channels", "values that belong together", error);
}
