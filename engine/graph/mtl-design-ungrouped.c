/* mtl-design-ungrouped.c — a use of a group back into its blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-flatten.h"
#include "mtl-group-private.h"

#include <string.h>

/* The block's own id where that is free, else one made of its method's. */
static char *
choose_id (const MtlDesign *flat,
           const MtlBlock  *block,
           GHashTable      *taken)
{
  const char *own = strrchr (block->id, '/') + 1;
  g_autofree char *stem = NULL;

  if (mtl_design_find_index (flat, own) < 0 && !g_hash_table_contains (taken, own))
    return g_strdup (own);

  stem = mtl_design_stem (mtl_chosen_method (block->what));
  for (guint n = 1;; n++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", stem, n);

      if (mtl_design_find_index (flat, id) < 0 && !g_hash_table_contains (taken, id))
        return g_steal_pointer (&id);
    }
}

/* Paths of @flat → ids. */
static GHashTable *
choose_ids (const MtlDesign *flat)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr(GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < flat->blocks->len; i++)
    {
      const MtlBlock *block = flat->blocks->pdata[i];
      char *id;

      if (strchr (block->id, '/') == NULL)
        continue;
      id = choose_id (flat, block, taken);
      g_hash_table_add (taken, id);
      g_hash_table_insert (ids, block->id, id);
    }

  return ids;
}

static const char *
new_id (GHashTable *ids,
        const char *old)
{
  const char *id = g_hash_table_lookup (ids, old);

  return id != NULL ? id : old;
}

static MtlDesign *
rename_all (const MtlDesign *flat,
            GHashTable      *ids)
{
  MtlDesign *draft = mtl_design_copy (flat);

  for (guint i = 0; i < draft->blocks->len; i++)
    {
      MtlBlock *old = draft->blocks->pdata[i];

      if (!g_hash_table_contains (ids, old->id))
        continue;
      draft->blocks->pdata[i] = mtl_block_like (old, new_id (ids, old->id), old->what, old->x,
                                                old->y);
      mtl_block_unref (old);
    }
  for (guint i = 0; i < draft->wires->len; i++)
    {
      MtlWire *old = draft->wires->pdata[i];

      draft->wires->pdata[i] = mtl_wire_new (new_id (ids, old->from), old->from_port,
                                             new_id (ids, old->to), old->to_port);
      mtl_wire_unref (old);
    }

  return mtl_design_seal (draft);
}

/* The ids in document order, with what stands before them in @path. */
static char **
list_made (const MtlDesign *flat,
           GHashTable      *ids,
           const char      *path,
           gsize            before)
{
  g_autoptr(GStrvBuilder) made = g_strv_builder_new ();

  for (guint i = 0; i < flat->blocks->len; i++)
    {
      const char *id = g_hash_table_lookup (ids, mtl_block_id (flat->blocks->pdata[i]));
      g_autofree char *whole = g_strdup_printf ("%.*s%s", (int) before, path, id != NULL ? id : "");

      if (id != NULL)
        g_strv_builder_add (made, whole);
    }

  return g_strv_builder_end (made);
}

static gboolean
check_use (const MtlScope  *scope,
           const char      *path,
           GError         **error)
{
  const MtlBlock *block = mtl_design_need (scope->body, scope->id, error);

  if (block != NULL && mtl_block_group (block) == NULL)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s is not a group, so it cannot be ungrouped",
                 path);

  return block != NULL && mtl_block_group (block) != NULL;
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_ungrouped (const MtlDesign   *self,
                      const char        *path,
                      char            ***made,
                      GError           **error)
{
  g_autoptr(GPtrArray) refusals
    = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_refusal_free);
  g_autoptr(MtlDesign) border = NULL;
  g_autoptr(MtlDesign) flat = NULL;
  g_autoptr(GHashTable) ids = NULL;
  MtlDesign *done;
  MtlScope scope;

  if (!mtl_design_enter (self, path, &scope, error) || !check_use (&scope, path, error))
    return NULL;

  border = mtl_design_open_border (self, &scope);
  flat = mtl_design_expand_one (border, scope.id, refusals);
  if (refusals->len > 0)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN,
                           ((const MtlRefusal *) refusals->pdata[0])->message);
      return NULL;
    }

  ids = choose_ids (flat);
  done = mtl_design_close_border (self, &scope, rename_all (flat, ids), NULL, NULL, error);
  if (done != NULL && made != NULL)
    *made = list_made (flat, ids, path, (gsize) (scope.id - path));
  return done;
}
