/* mtw-outline-tree.h — headings and blocks of the outline, kept in step with the document
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-document.h"

/* Makes @headings (element-type MtwOutlineNode) and what is under them those
 * of the design: data, trunk, what some tasks share, heads, the unconnected.
 * Nodes that stay are kept, and only what differs is replaced. */
void mtw_outline_tree_update (GListStore  *headings,
                              MtwDocument *document);
