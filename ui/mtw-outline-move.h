/* mtw-outline-move.h — a block changes places with its neighbour in a chain
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-document.h"

/**
 * mtw_outline_move:
 * @later: past the block that reads it; else before the one that it reads
 *
 * One undo. Both have to have one input and one output, and the earlier one no
 * other reader; their places on the canvas change too.
 *
 * Returns: FALSE with MTL_ERROR_DESIGN, saying what is in the way
 */
gboolean mtw_outline_move (MtwDocument  *document,
                           const char   *id,
                           gboolean      later,
                           GError      **error);
