/* mtl-rows.h — inner products of long rows
 *
 * Products and sums are in double, for in float the last digits that decide
 * angles near 90° would be lost.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  /* ⟨x, y⟩ of @n values; the order of the sum follows from @n alone. */
  double (*dot) (const float *x,
                 const float *y,
                 gsize        n);
} MtlRowKernels;
