/* basin-thumbnail.h — a design drawn small: boxes, wires, the colours of its tasks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtl-survey.h"

/* (transfer floating); keeps @design by reference. */
GtkWidget *basin_thumbnail_new (MtlDesign *design);
