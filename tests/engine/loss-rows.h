/* loss-rows.h — losses and metrics by name, called on rows of values
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>

#include "mtl-metric.h"
#include "mtl-target.h"

static inline const MtlLoss *
find_loss (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_LOSS, id, &error);

  g_assert_no_error (error);
  return (const MtlLoss *) method;
}

static inline const MtlMetric *
find_metric (const char *id)
{
  g_autoptr(GError) error = NULL;
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_METRIC, id, &error);

  g_assert_no_error (error);
  return (const MtlMetric *) method;
}

/* Settings of a loss: @first of the first, the others at their initial values. */
typedef struct
{
  MtlSetting of[4];
} Settings;

static inline Settings
settings_of (const MtlLoss *loss,
             double         first)
{
  Settings set = { 0 };

  for (guint n = 0; loss->method.params != NULL && loss->method.params[n].id != NULL; n++)
    set.of[n].number = n == 0 ? first : loss->method.params[n].initial;

  return set;
}

static inline MtlItems
row_of (const MtlLoss       *loss,
        const MtlSetting    *set,
        const MtlTargetType *type,
        gsize                size)
{
  const MtlShape shape = { 1, { size } };

  return mtl_loss_items (loss, set, type, &shape);
}

static inline double
divisor_of (const MtlLoss       *loss,
            const MtlSetting    *set,
            const MtlTargetType *target,
            gsize                rows,
            gsize                size,
            const float         *targets)
{
  const MtlItems items = row_of (loss, set, target, size);

  return loss->divisor (target, &items, set, rows, targets);
}

static inline double
value_of (const MtlLoss       *loss,
          const MtlSetting    *set,
          const MtlTargetType *target,
          gsize                rows,
          gsize                size,
          const float         *outputs,
          const float         *targets,
          float               *gradient)
{
  const MtlItems items = row_of (loss, set, target, size);

  return loss->value (target, &items, set, rows, outputs, targets, gradient);
}
