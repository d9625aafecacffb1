/* mtw-outline.h — the design as a tree of trunk and heads: the editor without geometry
 *
 * All that the canvas can do to blocks and wires, by keyboard and by actions:
 * `outline.add-block` (s: as in mtw-offer.h; after the selected block),
 * `outline.connect` and `outline.disconnect` (s: `from.port to.port`),
 * `outline.rename-to` (s), `outline.delete`, `outline.delete-cutting`, `outline.group`,
 * `outline.ungroup`, `outline.move-earlier`, `outline.move-later`; and the ones that ask
 * first: `outline.ask-add`, `outline.ask-connect`, `outline.ask-disconnect`,
 * `outline.rename`.
 *
 * Signal `activated` (string: id): Enter on a block.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

#define MTW_TYPE_OUTLINE (mtw_outline_get_type ())

G_DECLARE_FINAL_TYPE (MtwOutline, mtw_outline, MTW, OUTLINE, AdwBin)

GtkWidget *mtw_outline_new      (MtwDocument *document);
/* What a row says, headings included; NULL past the end. (transfer full) */
char      *mtw_outline_dup_row  (MtwOutline  *self,
                                 guint        row);
void       mtw_outline_focus    (MtwOutline  *self);
