/* mtw-offer.c — what can be added to a design: blocks of all types, and groups
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-offer.h"

#include <glib/gi18n-lib.h>

#include "mtw-path.h"

#define GROUP "group"

static void
unref_chosen (gpointer what)
{
  mtl_chosen_unref (what);
}

static void
list_kind (GPtrArray *list,
           MtlKind    kind)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (!(*m)->hidden)
      g_ptr_array_add (list, mtl_chosen_new (kind, *m));
}

static void
list_groups (GPtrArray *list,
             MtlDesign *design)
{
  const char *const *starters = mtl_group_list ();

  for (guint i = 0; i < mtl_design_n_groups (design); i++)
    g_ptr_array_add (list, mtl_chosen_new (MTL_KIND_OP,
                                           mtl_group_method (mtl_design_group (design, i))));
  for (guint i = 0; starters[i] != NULL; i++)
    {
      g_autoptr(MtlGroup) group = mtl_design_find_group (design, starters[i]) == NULL
                                  ? mtl_group_starter (starters[i], NULL) : NULL;

      if (group != NULL)
        g_ptr_array_add (list, mtl_chosen_new (MTL_KIND_OP, mtl_group_method (group)));
    }
}

GPtrArray *
mtw_offer_list (MtlDesign *design)
{
  GPtrArray *list = g_ptr_array_new_with_free_func (unref_chosen);

  list_kind (list, MTL_KIND_OP);
  list_groups (list, design);
  list_kind (list, MTL_KIND_SOURCE);
  return list;
}

static MtlChosen *
find_group (MtlDesign  *design,
            const char *id)
{
  const MtlGroup *own = mtl_design_find_group (design, id);
  g_autoptr(MtlGroup) starter = own == NULL ? mtl_group_starter (id, NULL) : NULL;
  const MtlGroup *group = own != NULL ? own : starter;

  return group != NULL ? mtl_chosen_new (MTL_KIND_OP, mtl_group_method (group)) : NULL;
}

MtlChosen *
mtw_offer_parse (MtlDesign  *design,
                 const char *choice)
{
  g_auto(GStrv) parts = g_strsplit (choice, ":", 2);
  const MtlMethod *method;
  MtlKind kind;

  if (g_strv_length (parts) != 2)
    return NULL;
  if (g_str_equal (parts[0], GROUP))
    return find_group (design, parts[1]);
  if (!mtl_kind_from_name (parts[0], &kind) || (kind != MTL_KIND_OP && kind != MTL_KIND_SOURCE))
    return NULL;

  method = mtl_catalogue_find (kind, parts[1], NULL);
  return method != NULL ? mtl_chosen_new (kind, method) : NULL;
}

char *
mtw_offer_choice (const MtlChosen *what)
{
  const MtlMethod *method = mtl_chosen_method (what);

  return g_strconcat (method->group != NULL ? GROUP : mtl_kind_name (mtl_chosen_kind (what)), ":",
                      method->id, NULL);
}

const char *
mtw_offer_title (const MtlChosen *what)
{
  return _(mtl_chosen_method (what)->title);
}

const MtlGroup *
mtw_offer_group (const MtlDesign *design,
                 const char      *use)
{
  const MtlBlock *block = mtl_design_find (design, use);

  return block != NULL ? mtl_block_group (block) : NULL;
}

const MtlDesign *
mtw_offer_graph (const MtlDesign *design,
                 const char      *scope)
{
  return scope != NULL ? mtl_design_body (design, scope) : design;
}

MtlDesign *
mtw_offer_add (MtlDesign        *design,
               const MtlChosen  *what,
               const char       *scope,
               double            x,
               double            y,
               char            **made,
               GError          **error)
{
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  g_autofree char *id = mtl_design_free_id (graph, mtl_chosen_method (what));
  g_autoptr(MtlBlock) block = mtl_block_new (id, what, x, y);
  g_autoptr(MtlDesign) larger = mtl_design_with_block (graph, block);

  *made = mtw_path_join (scope, id);
  return scope != NULL ? mtl_design_with_body (design, scope, larger, error)
                       : g_steal_pointer (&larger);
}

MtlDesign *
mtw_offer_add_all (MtlDesign  *design,
                   GPtrArray  *offers,
                   const char *scope,
                   GPtrArray  *ids,
                   GPtrArray  *refusals)
{
  MtlDesign *trial = mtl_design_ref (design);

  for (guint i = 0; i < offers->len; i++)
    {
      g_autoptr(GError) error = NULL;
      char *id = NULL;
      MtlDesign *larger = NULL;

      if (mtl_chosen_kind (offers->pdata[i]) == MTL_KIND_OP)
        larger = mtw_offer_add (trial, offers->pdata[i], scope, 0, 0, &id, &error);
      if (larger != NULL)
        {
          mtl_design_unref (trial);
          trial = larger;
        }
      else
        {
          g_clear_pointer (&id, g_free);
        }
      g_ptr_array_add (ids, id);
      g_ptr_array_add (refusals, error != NULL ? g_strdup (error->message) : NULL);
    }

  return trial;
}
