/* mtl-name.h — what may be the id of a block or the name of a port
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTL_NAME_MAX 64  /* bytes */

/* Lower-case letters, digits, _ and -; a letter first. */
gboolean mtl_name_is_valid (const char *name);
