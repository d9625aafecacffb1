/* mtw-card.c — the ground of a card, at the price of a rectangle
 *
 * A rounded background of CSS is one rectangle behind a rounded clip, for
 * which the GL renderer works out the clip at every pixel: on a machine that
 * draws with its processor that takes 8 ns a pixel and not 0.7, again in each
 * frame. Here only the four corners lie behind a clip.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-card.h"

static void
append_corners (GtkSnapshot    *snapshot,
                const GdkRGBA  *colour,
                float           width,
                float           height,
                float           radius)
{
  GskRoundedRect outline;

  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (0, 0, width, height), radius);
  for (guint i = 0; i < 4; i++)
    {
      float x = i % 2 == 0 ? 0 : width - radius;
      float y = i < 2 ? 0 : height - radius;

      gtk_snapshot_push_rounded_clip (snapshot, &outline);
      gtk_snapshot_append_color (snapshot, colour, &GRAPHENE_RECT_INIT (x, y, radius, radius));
      gtk_snapshot_pop (snapshot);
    }
}

void
mtw_card_append (GtkSnapshot   *snapshot,
                 const GdkRGBA *colour,
                 float          width,
                 float          height,
                 float          radius)
{
  radius = CLAMP (radius, 0, MIN (width, height) / 2);
  append_corners (snapshot, colour, width, height, radius);
  gtk_snapshot_append_color (snapshot, colour,
                             &GRAPHENE_RECT_INIT (radius, 0, width - 2 * radius, height));
  for (guint i = 0; i < 2; i++)
    gtk_snapshot_append_color (snapshot, colour,
                               &GRAPHENE_RECT_INIT (i == 0 ? 0 : width - radius, radius,
                                                    radius, height - 2 * radius));
}
