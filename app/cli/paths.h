/* paths.h — the ways of several runs over the plane of two weights, as a file and a table
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-plot-write.h"

/* Draws @runs (words that stand for them, ends with NULL) into @output, over the losses of
 * the first, and prints where each ended; returns an exit status. */
int cli_paths (char       **runs,
               const char  *output,
               MtwFormat    format,
               double       mm);
