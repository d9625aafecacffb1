/* mtl-target.h — what losses and metrics ask of targets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-loss.h"

/* The class that a target names, or -1 where it is missing: NaN, no whole
 * number, or out of range, which a damaged file may hold. */
int      mtl_target_class        (const MtlTargetType  *type,
                                  float                 target);
/* Whether there is a probability: neither NaN nor outside 0 … 1. */
gboolean mtl_target_is_share     (float                 target);
/* For mtl_loss.fits: a target of values, as many as outputs. */
gboolean mtl_target_fits_values  (const MtlTargetType  *type,
                                  gsize                 size,
                                  GError              **error);
/* FALSE with “needs 10 values, one for each class, but gets 50”. */
gboolean mtl_target_check_size   (gsize                 needed,
                                  const char           *what_for,
                                  gsize                 size,
                                  GError              **error);
/* Values that are not NaN. */
gsize    mtl_target_count_values (const float          *targets,
                                  gsize                 n);
