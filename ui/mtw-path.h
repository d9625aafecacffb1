/* mtw-path.h — names of blocks within groups: `stage1/conv1`
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* What follows the last slash. (transfer none) */
const char *mtw_path_name  (const char *path);
/* What comes before it: the use that the block is in. (transfer full) (nullable):
 * NULL for a block of the design itself */
char       *mtw_path_scope (const char *path);
/* (transfer full): @name in @scope; NULL: in the design itself */
char       *mtw_path_join  (const char *scope,
                            const char *name);
/* Whether the end `block.port` is one of the block. */
gboolean    mtw_path_has_port (const char *path,
                               const char *end);
/* (transfer full): the block that one of the flat design is a copy of: `stage1/conv1` for
 * `stage1/2/conv1` */
char       *mtw_path_of_flat (const char *id);
