/* mtl-template.c — the starter designs, built into the engine
 *
 * They are ordinary files of resources/templates, read by the same parser as
 * any other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design.h"

#include <glib/gi18n-lib.h>

#include "mtl-nearest.h"
#include "mtl-templates.h"

#define PREFIX "/io/github/basin_studio/Basin/templates/"

enum
{
  TWO_DIGITS,
  MULTI_MNIST,
  TABLE,
  N_TEMPLATES
};

static const char *const ids[N_TEMPLATES + 1] = {
  [TWO_DIGITS] = "two-digits",
  [MULTI_MNIST] = "multi-mnist",
  [TABLE] = "table",
};

static const char *const titles[N_TEMPLATES] = {
  [TWO_DIGITS] = N_("Glyph Pairs"),
  [MULTI_MNIST] = N_("Two Digits"),
  [TABLE] = N_("Table, Two Targets"),
};

static const char *const summaries[N_TEMPLATES] = {
  [TWO_DIGITS] = N_("Two heads read two drawn digits that overlap. Needs no files, trains in a "
                    "minute."),
  [MULTI_MNIST] = N_("Two heads read two handwritten digits. Needs MNIST files."),
  [TABLE] = N_("A CSV file with two columns to predict."),
};

/**
 * mtl_template_list:
 *
 * Returns: (transfer none) (array zero-terminated=1): ids of the starter designs
 */
const char *const *
mtl_template_list (void)
{
  return ids;
}

static int
find_template (const char *id)
{
  for (int i = 0; i < N_TEMPLATES; i++)
    if (g_strcmp0 (ids[i], id) == 0)
      return i;

  return -1;
}

/**
 * mtl_template_title:
 *
 * Returns: (nullable): for people, not yet translated; NULL when there is no
 *   such starter design
 */
const char *
mtl_template_title (const char *id)
{
  int n = find_template (id);

  return n >= 0 ? titles[n] : NULL;
}

/**
 * mtl_template_summary:
 *
 * Returns: (nullable): one or two sentences, not yet translated
 */
const char *
mtl_template_summary (const char *id)
{
  int n = find_template (id);

  return n >= 0 ? summaries[n] : NULL;
}

static void
set_unknown (const char  *id,
             GError     **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (known, (gpointer) ids[i]);

  hint = mtl_nearest_hint (id, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "no starter design is called “%s”; %s",
               id != NULL ? id : "", hint);
}

/**
 * mtl_template_design:
 *
 * Returns: (transfer full): the design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign *
mtl_template_design (const char  *id,
                     GError     **error)
{
  g_autofree char *path = NULL;
  g_autoptr(GBytes) bytes = NULL;

  if (find_template (id) < 0)
    {
      set_unknown (id, error);
      return NULL;
    }

  path = g_strconcat (PREFIX, id, ".basin", NULL);
  bytes = g_resource_lookup_data (mtl_templates_get_resource (), path, 0, error);
  return bytes != NULL ? mtl_design_parse (bytes, id, NULL, error) : NULL;
}
