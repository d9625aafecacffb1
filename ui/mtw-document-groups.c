/* mtw-document-groups.c — edits of groups: made, taken apart, their titles and parameters
 *
 * Each is one undo and is announced.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-group.h"
#include "mtl-look.h"
#include "mtw-offer.h"
#include "mtw-path.h"

#define GRID 8

/* The design with the selected blocks in a group called @name, which may be NULL. */
static MtlDesign *
group_ids (MtwDocument  *self,
           GStrv         ids,
           const char   *name,
           char        **made,
           GError      **error)
{
  if (ids[0] == NULL)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN,
                           _("Select the blocks that are to be a group."));
      return NULL;
    }

  return mtl_design_grouped (mtw_document_get_design (self), (const char *const *) ids, name, made,
                             error);
}

/* @design, which is taken, with the use @made in the middle of what it stands for. Where a
 * bead was last put says nothing of where it is seen. */
static MtlDesign *
put_in_middle (MtwDocument *self,
               MtlDesign   *design,
               GStrv        ids,
               const char  *made)
{
  g_autoptr(MtlDesign) base = design;
  const MtlChosen *what = mtl_block_what (mtl_design_find (base, made));
  g_autoptr(MtlBlock) use = NULL;
  double x = 0, y = 0;
  guint n = 0;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const MtlBlock *block = mtl_design_find (mtw_document_get_design (self), ids[i]);
      const MtlMethod *method = mtl_chosen_method (mtl_block_what (block));

      if (mtl_look_is_bead (MTL_KIND_OP, method))
        continue;
      x += mtl_block_x (block) + mtl_look_width (MTL_KIND_OP, method) / 2.0;
      y += mtl_block_y (block);
      n++;
    }
  if (n == 0)
    return g_steal_pointer (&base);

  x = x / n - mtl_look_width (MTL_KIND_OP, mtl_chosen_method (what)) / 2.0;
  use = mtl_block_new (made, what, round (x / GRID) * GRID, round (y / n / GRID) * GRID);
  return mtl_design_with_block (base, use);
}

/**
 * mtw_document_name_group:
 *
 * Returns: (transfer full): a free name for a group of the selected blocks; NULL with
 *   words for people: nothing is selected, or there is what cannot be in a group
 */
char *
mtw_document_name_group (MtwDocument  *self,
                         GError      **error)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *made = NULL;
  g_autoptr(MtlDesign) trial = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  ids = mtw_document_dup_selection (self);
  trial = group_ids (self, ids, NULL, &made, error);
  if (trial == NULL)
    return NULL;

  return g_strdup (mtl_group_id (mtl_block_group (mtl_design_find (trial, made))));
}

/**
 * mtw_document_group_selection:
 * @name: (nullable): of the group, for people; NULL: a free one
 *
 * Puts a use of a new group in the place of the selected blocks, and selects it.
 *
 * Returns: (transfer full): its path; NULL with words for people, as
 *   mtw_document_name_group()
 */
char *
mtw_document_group_selection (MtwDocument  *self,
                              const char   *name,
                              GError      **error)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *what = NULL;
  g_autofree char *edit = NULL;
  g_autofree char *words = NULL;
  g_autofree char *made = NULL;
  MtlDesign *design;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  ids = mtw_document_dup_selection (self);
  design = group_ids (self, ids, name != NULL && *name != '\0' ? name : NULL, &made, error);
  if (design == NULL)
    return NULL;

  design = put_in_middle (self, design, ids, made);
  what = mtw_document_name_blocks (ids);
  /* Translators: name of an edit, e.g. “Group conv1” or “Group 3 blocks”. */
  edit = g_strdup_printf (_("Group %s"), what);
  mtw_document_edit (self, design, edit);
  mtw_document_select (self, (const char *const[]) { made, NULL });
  /* Translators: said to those who do not see it: “3 blocks”, and the name of their group. */
  words = g_strdup_printf (_("Grouped %s as %s"), what, made);
  mtw_document_announce (self, words);
  return g_steal_pointer (&made);
}

/**
 * mtw_document_ungroup:
 * @id: a use of a group
 *
 * Puts its blocks in its place, and selects them.
 *
 * Returns: FALSE with words for people
 */
gboolean
mtw_document_ungroup (MtwDocument  *self,
                      const char   *id,
                      GError      **error)
{
  g_auto(GStrv) made = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;
  MtlDesign *design;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  design = mtl_design_ungrouped (mtw_document_get_design (self), id, &made, error);
  if (design == NULL)
    return FALSE;

  /* Translators: name of an edit, e.g. “Ungroup features”. */
  name = g_strdup_printf (_("Ungroup %s"), id);
  /* Translators: said to those who do not see it, e.g. “Ungrouped features”. */
  words = g_strdup_printf (_("Ungrouped %s"), id);
  mtw_document_edit (self, design, name);
  mtw_document_select (self, (const char *const *) made);
  mtw_document_announce (self, words);
  return TRUE;
}

/* The edit that makes the definition @group, which is taken. */
static gboolean
replace_group (MtwDocument  *self,
               MtlGroup     *group,
               const char   *name,
               GError      **error)
{
  g_autoptr(MtlGroup) changed = group;
  MtlDesign *design = mtl_design_with_group (mtw_document_get_design (self), changed, error);

  if (design == NULL)
    return FALSE;

  mtw_document_edit (self, design, name);
  mtw_document_announce (self, name);
  return TRUE;
}

/**
 * mtw_document_title_group:
 * @use: a use of the group
 * @title: what its definition is to be called, for people
 *
 * Returns: FALSE with words for people
 */
gboolean
mtw_document_title_group (MtwDocument  *self,
                          const char   *use,
                          const char   *title,
                          GError      **error)
{
  const MtlGroup *group;
  g_autofree char *name = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  group = mtw_offer_group (mtw_document_get_design (self), use);
  if (group == NULL)
    return FALSE;

  /* Translators: name of an edit, and what is said once it is done: “Call the group Stem”. */
  name = g_strdup_printf (_("Call the group %s"), title);
  return replace_group (self, mtl_group_with_title (group, *title != '\0' ? title : NULL), name,
                        error);
}

/* Its parameter of that id. */
static const MtlGroupParam *
find_param (const MtlGroup *group,
            const char     *id)
{
  const MtlGroupParam *param = mtl_group_params (group);

  while (param->id != NULL && !g_str_equal (param->id, id))
    param++;
  return param->id != NULL ? param : NULL;
}

/**
 * mtw_document_add_param:
 * @block: path of a block in a group
 * @setting: id of a setting of it
 * @id: of the parameter: a new one, or one that is to set this too
 *
 * Returns: FALSE with words for people
 */
gboolean
mtw_document_add_param (MtwDocument  *self,
                        const char   *block,
                        const char   *setting,
                        const char   *id,
                        GError      **error)
{
  g_autofree char *use = NULL;
  g_autofree char *end = NULL;
  g_autofree char *name = NULL;
  g_autoptr(GStrvBuilder) builder = g_strv_builder_new ();
  g_auto(GStrv) sets = NULL;
  const MtlGroup *group;
  const MtlGroupParam *old;
  MtlGroupParam param = { .id = id };
  MtlGroup *changed;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  use = mtw_path_scope (block);
  group = use != NULL ? mtw_offer_group (mtw_document_get_design (self), use) : NULL;
  g_return_val_if_fail (group != NULL, FALSE);

  old = find_param (group, id);
  end = g_strconcat (mtw_path_name (block), ".", setting, NULL);
  if (old != NULL)
    g_strv_builder_addv (builder, (const char **) old->sets);
  g_strv_builder_add (builder, end);
  sets = g_strv_builder_end (builder);
  param.title = old != NULL ? old->title : NULL;
  param.sets = (const char *const *) sets;
  changed = mtl_group_with_param (group, &param, error);
  if (changed == NULL)
    return FALSE;

  /* Translators: name of an edit, and what is said once it is done. */
  name = g_strdup_printf (_("Make %s a parameter of %s"), end, mtl_group_title (group));
  return replace_group (self, changed, name, error);
}

/**
 * mtw_document_drop_param:
 * @use: a use of the group
 * @id: of a parameter; the settings that it sets stay as they are in the group
 *
 * Returns: FALSE with words for people
 */
gboolean
mtw_document_drop_param (MtwDocument  *self,
                         const char   *use,
                         const char   *id,
                         GError      **error)
{
  const MtlGroup *group;
  g_autofree char *name = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  group = mtw_offer_group (mtw_document_get_design (self), use);
  if (group == NULL)
    return FALSE;

  /* Translators: name of an edit, and what is said once it is done: the parameter, the group. */
  name = g_strdup_printf (_("Remove parameter %s of %s"), id, mtl_group_title (group));
  return replace_group (self, mtl_group_without_param (group, id), name, error);
}
