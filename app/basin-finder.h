/* basin-finder.h — type a few letters: goes to a block, or does a command
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

/* @parent: whose actions the commands are. */
void basin_finder_show (GtkWindow   *parent,
                        MtwDocument *document);
