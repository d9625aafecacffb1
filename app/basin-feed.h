/* basin-feed.h — what training says, brought to the canvas and into words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-canvas.h"
#include "mtw-session.h"

typedef struct _BasinFeed BasinFeed;

/* Follows @session until it is freed; keeps the three by reference. */
BasinFeed *basin_feed_new  (MtwDocument *document,
                            MtwSession  *session,
                            MtwCanvas   *canvas);
void       basin_feed_free (BasinFeed   *self);
/* (transfer full): “Epoch 13 of 20”, “Paused at step 5 640”, “Ready” */
char      *basin_feed_status (MtwSession *session);
