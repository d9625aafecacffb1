/* mtl-op-attention.h — what the two files of the attention block share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"

/* Its parameters, tensors and inputs. */
enum { MTL_ATTENTION_HEADS, MTL_ATTENTION_PADDING, MTL_ATTENTION_CAUSAL };
enum { MTL_ATTENTION_IN_WEIGHT, MTL_ATTENTION_IN_BIAS, MTL_ATTENTION_OUT_WEIGHT,
       MTL_ATTENTION_OUT_BIAS };
enum { MTL_ATTENTION_TOKENS, MTL_ATTENTION_NUMBERS };

gboolean mtl_op_attention_write_c (const MtlOpShape  *shape,
                                   MtlCWriter        *to,
                                   GError           **error);
