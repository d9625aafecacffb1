/* mtw-card.h — the ground of a card, at the price of a rectangle
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

/* A rectangle with round corners at the origin of @snapshot; no part is drawn twice,
 * so @colour may be translucent. */
void mtw_card_append (GtkSnapshot   *snapshot,
                      const GdkRGBA *colour,
                      float          width,
                      float          height,
                      float          radius);
