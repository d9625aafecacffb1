/* mtw-document-private.h — what the files of the document share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-document.h"

/* mtw-document-edits.c: “conv1” or “3 blocks” (transfer full) */
char   *mtw_document_name_blocks  (GStrv        ids);

/* mtw-document-copies.c: the text of a design with these blocks (transfer full) */
GBytes *mtw_document_print_blocks (MtwDocument *self,
                                   GStrv        ids);
