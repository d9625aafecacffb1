/* mtl-balance.h — one aggregation of a given Jacobian, in double precision
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

/**
 * mtl_balance_matrix:
 * @balancer: of MTL_KIND_BALANCER
 * @jacobian: n_tasks×n_columns, row-major: a gradient for each task
 * @losses: (nullable): n_tasks
 * @seed: of random choices
 * @weights: (out caller-allocates): n_tasks; NaN where the method has none
 * @direction: (out caller-allocates): n_columns
 * @status: (out): "ok", "stationary", "fallback"; static
 *
 * Returns: TRUE; FALSE with MTL_ERROR_NOT_FINITE, MTL_ERROR_SETTING or the
 *   method's own error
 */
gboolean mtl_balance_matrix (const MtlChosen  *balancer,
                             const double     *jacobian,
                             guint             n_tasks,
                             gsize             n_columns,
                             const double     *losses,
                             guint64           seed,
                             double           *weights,
                             double           *direction,
                             const char      **status,
                             GError          **error);
