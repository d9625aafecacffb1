/* mtw-blocks-page.h — the inspector of one block, or of what several share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-form.h"

#define MTW_TYPE_BLOCKS_PAGE (mtw_blocks_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwBlocksPage, mtw_blocks_page, MTW, BLOCKS_PAGE, GtkBox)

/* @ids: one or more, all of blocks that are there. */
void      mtw_blocks_page_update (MtwBlocksPage     *self,
                                  MtwDocument       *document,
                                  const char *const *ids);
/* (transfer none) (nullable) */
MtwField *mtw_blocks_page_find   (MtwBlocksPage     *self,
                                  const char        *key,
                                  const char        *task);
