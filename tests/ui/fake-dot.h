/* fake-dot.h — programs on the PATH that call themselves dot: for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

typedef struct
{
  char *folder;    /* with the script */
  char *path;      /* PATH before */
} FakeDot;

/* Skips the test where it is so. */
gboolean dot_is_missing (void);
/* From now on dot is this script; NULL: there is none at all. */
void     dot_fake       (FakeDot    *self,
                         const char *script);
void     dot_restore    (FakeDot    *self);
/* Turns the main loop; the test fails after the deadline. */
void     turn_until     (gint64      deadline);
