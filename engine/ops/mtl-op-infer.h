/* mtl-op-infer.h — the checks of shapes that ops have in common
 *
 * Sizes come from files and from a person's typing, so every product is
 * checked. Messages start with a verb; the caller puts the block's name in
 * front: “conv2 needs channels × height × width, but gets 50 values”.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-op.h"

/* Values that a tensor, or the output of a block for one sample, may have. */
#define MTL_OP_MAX_SIZE G_MAXINT32

/* One input to one output of the same shape. */
gboolean mtl_op_infer_same    (MtlOpShape      *shape,
                               GError         **error);
/* Sets the only output to @out, unless it has no or too many values. */
gboolean mtl_op_infer_output  (MtlOpShape      *shape,
                               const MtlShape  *out,
                               GError         **error);
/* Whether the first input is channels × height × width. */
gboolean mtl_op_infer_image   (const MtlOpShape *shape,
                               GError         **error);
/* Whether the first input is tokens × width. */
gboolean mtl_op_infer_tokens  (const MtlOpShape *shape,
                               GError         **error);
/* Whether a weight tensor of this shape is neither empty nor too large. */
gboolean mtl_op_infer_weights (const MtlShape  *weight,
                               GError         **error);
gboolean mtl_op_same_shape    (const MtlShape  *a,
                               const MtlShape  *b);
/* (transfer full): “50 values” or “10×28×28”, for messages. */
char    *mtl_op_shape_words   (const MtlShape  *shape);
