/* mtl-group-starter.c — the starter groups, built into the engine
 *
 * Each is a design file of resources/groups without blocks, read by the same parser
 * as any other; a group that it uses stands beside it. Titles are here, so that they
 * are translated.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-groups.h"
#include "mtl-nearest.h"

#define PREFIX "/io/github/basin_studio/Basin/groups/"

typedef struct
{
  const char *id;
  const char *title;
  const char *summary;
} Starter;

static const Starter starters[] = {
  { "conv-bn-relu", N_("Conv, Norm, ReLU"),
    N_("A convolution, a batch norm and a rectifier") },
  { "residual", N_("Residual"),
    N_("Two 3×3 convolutions with batch norms, added to what came in (He et al., arXiv "
       "1512.03385)") },
  { "residual-down", N_("Residual, Half Size"),
    N_("The same with stride 2, and a 1×1 convolution around it (He et al., arXiv 1512.03385)") },
  { "bottleneck", N_("Bottleneck"),
    N_("1×1, 3×3 and 1×1 convolutions with batch norms, added to what came in (He et al., arXiv "
       "1512.03385)") },
  { "transformer", N_("Transformer"),
    N_("Attention and two dense layers, each behind a layer norm and added to what came in "
       "(Vaswani et al., arXiv 1706.03762; Xiong et al., arXiv 2002.04745)") },
  { "mtan-attention", N_("MTAN Attention"),
    N_("A mask for one task, by which shared features are multiplied (Liu et al., arXiv "
       "1803.10704)") },
  { "unet-down", N_("U-Net, Half Size"),
    N_("Pooling to half the size, then two convolutions with batch norms (Ronneberger et al., "
       "arXiv 1505.04597)") },
  { "unet-up", N_("U-Net, Double Size"),
    N_("Brought to twice the size, joined to what skipped the lower stages, then two convolutions "
       "with batch norms (Ronneberger et al., arXiv 1505.04597)") },
};

/**
 * mtl_group_list:
 *
 * Returns: (transfer none) (array zero-terminated=1): ids of the starter groups
 */
const char *const *
mtl_group_list (void)
{
  static const char *ids[G_N_ELEMENTS (starters) + 1];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
        ids[i] = starters[i].id;
      g_once_init_leave (&ready, 1);
    }

  return ids;
}

static const Starter *
find_starter (const char  *id,
              GError     **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
    {
      if (g_strcmp0 (starters[i].id, id) == 0)
        return &starters[i];
      g_ptr_array_add (known, (gpointer) starters[i].id);
    }

  hint = mtl_nearest_hint (id, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "no starter group is called “%s”; %s",
               id != NULL ? id : "", hint);
  return NULL;
}

/* Documented in mtl-group.h. */
MtlGroup *
mtl_group_starter (const char  *id,
                   GError     **error)
{
  const Starter *starter = find_starter (id, error);
  g_autofree char *path = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(MtlDesign) design = NULL;
  MtlGroupParts parts;

  if (starter == NULL)
    return NULL;

  path = g_strconcat (PREFIX, id, ".basin", NULL);
  bytes = g_resource_lookup_data (mtl_groups_get_resource (), path, 0, error);
  design = bytes != NULL ? mtl_design_parse (bytes, id, NULL, error) : NULL;
  if (design == NULL)
    return NULL;

  parts = mtl_design_find_group (design, id)->parts;
  parts.title = starter->title;
  parts.summary = starter->summary;
  return mtl_group_make (&parts, error);
}
