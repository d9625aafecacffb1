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

typedef struct
{
  const char *id;
  const char *title;
  const char *summary;
} Template;

static const Template templates[] = {
  { "two-digits", N_("Glyph Pairs"),
    N_("Two heads read two drawn digits that overlap. Needs no files, trains in a minute.") },
  { "multi-mnist", N_("Two Digits"),
    N_("Two heads read two handwritten digits. Needs MNIST files.") },
  { "table", N_("Table, Two Targets"), N_("A CSV file with two columns to predict.") },
  { "mmoe-table", N_("Mixture of Experts"),
    N_("Two related values, by eight experts and a gate for each task. Needs no files; a CSV "
       "file may take the place of its source.") },
  { "gru-tagger", N_("GRU Tagger"),
    N_("Part of speech of each word, and the kind of sentence. Needs no files.") },
  { "text-transformer", N_("Text Transformer"),
    N_("Four layers of attention tag words, guess the next one and name the sentence. Needs no "
       "files.") },
  { "unet", N_("U-Net"),
    N_("Segmentation, depth and normals of drawn rooms, by an encoder and a decoder. Needs no "
       "files.") },
  { "mtan", N_("MTAN"),
    N_("Segmentation, depth and normals of drawn rooms: each task attends to the features of one "
       "shared network. Needs no files.") },
  { "vit", N_("Vision Transformer"),
    N_("Two heads read two drawn digits from patches by attention. Needs no files.") },
  { "moe-vit", N_("Mixture-of-Experts Transformer"),
    N_("Segmentation, depth and normals of drawn rooms from patches; for each patch, each task "
       "chooses two of eight experts. Needs no files.") },
  { "resnet18", N_("ResNet-18"),
    N_("Two heads read two drawn digits by 18 layers with skip connections. Needs no files.") },
  { "toy-2d", N_("Toy in Two Dimensions"),
    N_("Two losses of a point of the plane, with valleys in which plain descent is caught: what "
       "balancers are told apart by. Needs no files.") },
};

/**
 * mtl_template_list:
 *
 * Returns: (transfer none) (array zero-terminated=1): ids of the starter designs
 */
const char *const *
mtl_template_list (void)
{
  static const char *ids[G_N_ELEMENTS (templates) + 1];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
        ids[i] = templates[i].id;
      g_once_init_leave (&ready, 1);
    }

  return ids;
}

static const Template *
find_template (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    if (g_strcmp0 (templates[i].id, id) == 0)
      return &templates[i];

  return NULL;
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
  const Template *found = find_template (id);

  return found != NULL ? found->title : NULL;
}

/**
 * mtl_template_summary:
 *
 * Returns: (nullable): one or two sentences, not yet translated
 */
const char *
mtl_template_summary (const char *id)
{
  const Template *found = find_template (id);

  return found != NULL ? found->summary : NULL;
}

static void
set_unknown (const char  *id,
             GError     **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (templates); i++)
    g_ptr_array_add (known, (gpointer) templates[i].id);

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

  if (find_template (id) == NULL)
    {
      set_unknown (id, error);
      return NULL;
    }

  path = g_strconcat (PREFIX, id, ".basin", NULL);
  bytes = g_resource_lookup_data (mtl_templates_get_resource (), path, 0, error);
  return bytes != NULL ? mtl_design_parse (bytes, id, NULL, error) : NULL;
}
