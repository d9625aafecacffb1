/* mtl-op-axis.h — one axis of a sample, and lists of axes and sizes as text
 *
 * People count the axes of a sample from 1, and from the last one backward from
 * −1; the batch is none of them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

#define MTL_OP_MAX_RANK 4

/* Place k of the axis is at (o·n + k)·inner + i, for all 0 ≤ o < outer and 0 ≤ i < inner. */
typedef struct
{
  gsize outer, n, inner;
} MtlOpAxis;

/* Whether @shape has an axis of this number; @index counts it from 0. */
gboolean  mtl_op_axis_find   (const MtlShape  *shape,
                              double           number,
                              guint           *index,
                              GError         **error);
/* The same for places of an axis of @n, of which the last one is −1. */
gboolean  mtl_op_axis_place  (double           number,
                              gsize            n,
                              gsize           *place);
/* Of an axis that was found. */
MtlOpAxis mtl_op_axis        (const MtlShape  *shape,
                              double           number);
/* Infers an output without the axis, or with one place of it where @keep; what
 * is left of a row of values is one value. */
gboolean  mtl_op_axis_reduce (MtlOpShape      *shape,
                              double           number,
                              gboolean         keep,
                              GError         **error);
/* “over axis 1” (transfer full), for the canvas */
char     *mtl_op_axis_line   (double           number);
/* The C of an op that reduces: opens a loop over the lines of values along the
 * axis, in which `line` points to the first of them. Lines at depth 3 and one
 * that closes it at depth 2 follow. */
void      mtl_op_axis_write_lines (MtlOpAxis   axis,
                                   MtlCWriter *to);

/* Whole numbers of at least @minimum, parted by commas: 1 to MTL_OP_MAX_RANK of
 * them. @what says in the error what they are: “axes”. */
gboolean  mtl_op_list_parse  (const char      *text,
                              const char      *what,
                              gint64           minimum,
                              gint64          *numbers,
                              guint           *n,
                              GError         **error);
