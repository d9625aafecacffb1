/* mtw-outline-row.h — the widgets of a row of the outline
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

/* For a list of GtkTreeListRow with MtwOutlineNode in them. (transfer full) */
GtkListItemFactory *mtw_outline_row_factory (void);
