/* optim-choose.h — an optimiser or a schedule by its id, with settings in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-catalogue.h"
#include "mtl-chosen.h"

/* (transfer full): @settings are pairs “id=value id=value”. */
static inline MtlChosen *
choose (MtlKind     kind,
        const char *id,
        const char *settings)
{
  g_autoptr(GError) error = NULL;
  g_auto(GStrv) pairs = g_strsplit (settings, " ", -1);
  const MtlMethod *method = mtl_catalogue_find (kind, id, &error);
  MtlChosen *chosen;

  g_assert_no_error (error);
  chosen = mtl_chosen_new (kind, method);
  for (char **pair = pairs; *pair != NULL && **pair != '\0'; pair++)
    {
      g_auto(GStrv) sides = g_strsplit (*pair, "=", 2);
      MtlChosen *next = mtl_chosen_with (chosen, sides[0], sides[1], &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = next;
    }

  return chosen;
}
