/* mtw-problem-list.h — the problems of one block as boxes, one below the other
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-problem-box.h"

/* Fills @box with the problems of @block, or, where NULL, with those of the
 * design as a whole; boxes whose problem stays are left alone. */
void mtw_problem_list_update (GtkBox      *box,
                              MtwDocument *document,
                              const char  *block);
