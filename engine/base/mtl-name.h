/* mtl-name.h — what may be the id of a block or the name of a port
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTL_NAME_MAX 64    /* bytes */
#define MTL_PATH_MAX 1024

/* Lower-case letters, digits, _ and -; a letter first. */
gboolean mtl_name_is_valid (const char *name);
/* Digits alone, which no name is. */
gboolean mtl_name_is_copy  (const char *part);
/* Names with slashes between them, and numbers of copies: stage1/2/conv1. */
gboolean mtl_path_is_valid (const char *path);
