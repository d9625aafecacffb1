/* mtw-palette.h — the blocks there are: search, drag onto the canvas, or Enter
 *
 * A drag gives the string `op:ID` or `source:ID`. Enter adds the block, wired
 * from the selected block's output where that fits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

#define MTW_TYPE_PALETTE (mtw_palette_get_type ())

G_DECLARE_FINAL_TYPE (MtwPalette, mtw_palette, MTW, PALETTE, AdwBin)

GtkWidget *mtw_palette_new          (MtwDocument *document);
void       mtw_palette_search       (MtwPalette  *self,
                                     const char  *text);
/* Blocks shown, headings left out. */
guint      mtw_palette_n_shown      (MtwPalette  *self);
/* Adds the first block shown, as Enter in the search does. FALSE: there is none. */
gboolean   mtw_palette_add_first    (MtwPalette  *self);
void       mtw_palette_focus_search (MtwPalette  *self);
