/* mtl-store-name.c — ids and names of new runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-store-private.h"

#define TRIES 64

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

static const char *const kinds[] = {
  "Amber", "Ancient", "Bare", "Broad", "Bright", "Calm", "Chalk", "Clear", "Copper", "Deep",
  "Distant", "Dry", "Dusty", "Early", "Eastern", "Far", "Flint", "Foggy", "Golden", "Granite",
  "Grassy", "Green", "Grey", "Hidden", "High", "Hollow", "Inner", "Late", "Lone", "Long",
  "Lower", "Mild", "Misty", "Narrow", "Northern", "Old", "Open", "Outer", "Pale", "Quiet",
  "Red", "Rocky", "Salt", "Sandy", "Shaded", "Shallow", "Silent", "Silver", "Slate", "Snowy",
  "Southern", "Steep", "Still", "Stony", "Sunny", "Upper", "Warm", "Western", "White", "Windy",
};

static const char *const places[] = {
  "Basin", "Bay", "Beach", "Bluff", "Brook", "Butte", "Canyon", "Cape", "Cove", "Crater",
  "Creek", "Delta", "Dale", "Dune", "Estuary", "Fell", "Fen", "Field", "Fjord", "Ford",
  "Glacier", "Glen", "Gorge", "Gully", "Harbour", "Heath", "Hill", "Hollow", "Island", "Knoll",
  "Lagoon", "Lake", "Ledge", "Marsh", "Meadow", "Mesa", "Moor", "Oasis", "Pass", "Peak",
  "Plain", "Plateau", "Pond", "Range", "Ravine", "Reef", "Ridge", "River", "Saddle", "Shoal",
  "Shore", "Slope", "Spring", "Spur", "Steppe", "Strait", "Terrace", "Tundra", "Vale", "Valley",
};

/* A letter first, so that no id is taken for a number. */
char *
mtl_store_new_id (void)
{
  char id[MTL_RUN_ID_SIZE + 1] = { 0 };

  id[0] = alphabet[g_random_int_range (0, 26)];
  for (gsize n = 1; n < MTL_RUN_ID_SIZE; n++)
    id[n] = alphabet[g_random_int_range (0, 32)];

  return g_strdup (id);
}

/**
 * mtl_store_new_name:
 * @used: (element-type utf8 utf8): a set of the names there are
 *
 * Returns: (transfer full): two words that are not in @used
 */
char *
mtl_store_new_name (GHashTable *used)
{
  for (guint n = 1; ; n++)
    {
      const char *kind = kinds[g_random_int_range (0, G_N_ELEMENTS (kinds))];
      const char *place = places[g_random_int_range (0, G_N_ELEMENTS (places))];
      g_autofree char *name = n <= TRIES ? g_strdup_printf ("%s %s", kind, place)
                                         : g_strdup_printf ("%s %s %u", kind, place, n / TRIES + 1);

      if (strcmp (kind, place) != 0 && !g_hash_table_contains (used, name))
        return g_steal_pointer (&name);
    }
}
