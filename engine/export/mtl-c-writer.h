/* mtl-c-writer.h — the C of one block, as its op writes it
 *
 * An op's write_c writes the body of one C99 function that maps one sample:
 *
 *   static inline void
 *   PREFIX_BLOCK (const float *x, float *y)
 *
 * where an op with several or a repeating input gets x0, x1, … in place of x. The body
 * may use what math.h has after mtl_c_writer_use_math(), and the arrays that
 * mtl_c_writer_tensor() names. Its indexes are long: an int may have 16 bits.
 * Sizes are written as numbers; a product of two ints might not fit either.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

/* A line of the body; @depth: blocks that it stands in, 0 for the function's own. */
void        mtl_c_writer_line        (MtlCWriter *self,
                                      guint       depth,
                                      const char *format,
                                      ...) G_GNUC_PRINTF (3, 4);
/* The C name of the array that holds tensor @n of the op. */
const char *mtl_c_writer_tensor      (MtlCWriter *self,
                                      guint       n);
/* The same of its buffer @n. */
const char *mtl_c_writer_buffer      (MtlCWriter *self,
                                      guint       n);
void        mtl_c_writer_use_math    (MtlCWriter *self);
/* The whole body: y[i] = @expression for @n values, where the expression reads
 * inputs at i alone. y may then take the place of an input. */
void        mtl_c_writer_elementwise (MtlCWriter *self,
                                      gsize       n,
                                      const char *expression);
/* No function at all: the output is the input. */
void        mtl_c_writer_same        (MtlCWriter *self);
