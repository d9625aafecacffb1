/* mtl-design-groups.c — the groups of a design, and the way to what is inside
 *
 * All uses of a group, within other groups too, point to the one definition that
 * the design holds. When it changes, each group that uses it is made anew, those
 * within before those around, and then the blocks of the design.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-groups.h"

#include <string.h>

#include "mtl-chosen-private.h"
#include "mtl-nearest.h"

guint
mtl_design_n_groups (const MtlDesign *self)
{
  return self->groups->len;
}

const MtlGroup *
mtl_design_group (const MtlDesign *self,
                  guint            n)
{
  g_return_val_if_fail (n < self->groups->len, NULL);

  return self->groups->pdata[n];
}

const MtlGroup *
mtl_design_find_group (const MtlDesign *self,
                       const char      *id)
{
  for (guint i = 0; i < self->groups->len; i++)
    if (strcmp (mtl_group_id (self->groups->pdata[i]), id) == 0)
      return self->groups->pdata[i];

  return NULL;
}

static guint
count_uses (const MtlDesign *body,
            const char      *id)
{
  guint n = 0;

  for (guint i = 0; i < body->blocks->len; i++)
    {
      const MtlGroup *used = mtl_block_group (body->blocks->pdata[i]);

      n += used != NULL && strcmp (mtl_group_id (used), id) == 0;
    }

  return n;
}

guint
mtl_design_n_uses (const MtlDesign *self,
                   const char      *id)
{
  guint n = count_uses (self, id);

  for (guint i = 0; i < self->groups->len; i++)
    n += count_uses (mtl_group_body (self->groups->pdata[i]), id);

  return n;
}

/* --- definitions made anew --- */

typedef struct
{
  GHashTable *given;  /* id → MtlGroup: as it is or should become */
  GHashTable *made;   /* the same, owned: of groups that are made themselves */
  GHashTable *busy;   /* ids that are being made */
} Rebuild;

static const MtlGroup *rebuild_group (Rebuild     *self,
                                      const char  *id,
                                      GError     **error);

/* Wires of blocks that have another method now stay where their ports do. */
static void
drop_lost_wires (MtlDesign  *draft,
                 GHashTable *changed)
{
  for (guint i = draft->wires->len; i > 0; i--)
    {
      const MtlWire *wire = draft->wires->pdata[i - 1];
      const MtlBlock *from = g_hash_table_lookup (changed, wire->from);
      const MtlBlock *to = g_hash_table_lookup (changed, wire->to);

      if ((from != NULL && !mtl_block_has_output (from, wire->from_port))
          || (to != NULL && mtl_block_find_input (to, wire->to_port) < 0))
        g_ptr_array_remove_index (draft->wires, i - 1);
    }
}

/* Blocks of @draft on the groups that are made. Returns FALSE on recursion. */
static gboolean
rebuild_uses (Rebuild    *self,
              MtlDesign  *draft,
              gboolean   *any,
              GError    **error)
{
  g_autoptr(GHashTable) changed = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < draft->blocks->len; i++)
    {
      MtlBlock *old = draft->blocks->pdata[i];
      const MtlGroup *used = mtl_block_group (old);
      const MtlGroup *made = used == NULL ? NULL
                             : rebuild_group (self, mtl_group_id (used), error);
      g_autoptr(MtlChosen) what = NULL;
      MtlBlock *block;

      if (used != NULL && made == NULL)
        return FALSE;
      if (made == used)
        continue;

      what = mtl_chosen_on (old->what, mtl_group_method (made));
      block = mtl_block_like (old, old->id, what, old->x, old->y);
      draft->blocks->pdata[i] = block;
      mtl_block_unref (old);
      g_hash_table_insert (changed, block->id, block);
    }

  drop_lost_wires (draft, changed);
  *any = g_hash_table_size (changed) > 0;
  return TRUE;
}

static MtlGroup *
make_anew (Rebuild         *self,
           const MtlGroup  *given,
           GError         **error)
{
  g_autoptr(MtlDesign) body = mtl_design_copy (mtl_group_body (given));
  gboolean any = FALSE;

  if (!rebuild_uses (self, body, &any, error))
    return NULL;

  mtl_design_seal (body);
  return any ? mtl_group_with_body (given, body, error) : mtl_group_ref (given);
}

static const MtlGroup *
rebuild_group (Rebuild     *self,
               const char  *id,
               GError     **error)
{
  const MtlGroup *given = g_hash_table_lookup (self->given, id);
  MtlGroup *made = g_hash_table_lookup (self->made, id);

  if (made != NULL)
    return made;
  if (!g_hash_table_add (self->busy, g_strdup (id)))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "the group “%s” would contain itself", id);
      return NULL;
    }

  made = make_anew (self, given, error);
  g_hash_table_remove (self->busy, id);
  if (made != NULL)
    g_hash_table_insert (self->made, g_strdup (id), made);
  return made;
}

/* Every definition and every block of @draft on the groups of @given. */
static gboolean
rebuild_all (MtlDesign   *draft,
             GHashTable  *given,
             GError     **error)
{
  g_autoptr(GHashTable) made = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                      (GDestroyNotify) mtl_group_unref);
  g_autoptr(GHashTable) busy = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Rebuild self = { given, made, busy };
  gboolean any;

  for (guint i = 0; i < draft->groups->len; i++)
    {
      MtlGroup *old = draft->groups->pdata[i];
      const MtlGroup *next = rebuild_group (&self, mtl_group_id (old), error);

      if (next == NULL)
        return FALSE;
      draft->groups->pdata[i] = mtl_group_ref (next);
      mtl_group_unref (old);
    }

  return rebuild_uses (&self, draft, &any, error);
}

static gboolean
add_given (MtlDesign       *draft,
           GHashTable      *given,
           const MtlGroup  *group,
           GError         **error)
{
  if (mtl_design_find_group (draft, mtl_group_id (group)) == NULL)
    {
      if (draft->groups->len >= MTL_MAX_GROUPS)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a design has at most %d groups",
                       MTL_MAX_GROUPS);
          return FALSE;
        }
      g_ptr_array_add (draft->groups, mtl_group_ref (group));
    }

  g_hash_table_insert (given, (gpointer) mtl_group_id (group), (gpointer) group);
  return TRUE;
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_with_group (const MtlDesign  *self,
                       const MtlGroup   *group,
                       GError          **error)
{
  g_autoptr(MtlDesign) copy = NULL;
  g_autoptr(GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);

  if (mtl_design_find_group (self, mtl_group_id (group)) == group)
    return mtl_design_ref (self);

  copy = mtl_design_copy (self);
  for (guint i = 0; i < self->groups->len; i++)
    g_hash_table_insert (given, (gpointer) mtl_group_id (self->groups->pdata[i]),
                         self->groups->pdata[i]);
  for (guint i = 0; i < group->inside->len; i++)
    if (!g_hash_table_contains (given, mtl_group_id (group->inside->pdata[i]))
        && !add_given (copy, given, group->inside->pdata[i], error))
      return NULL;

  if (!add_given (copy, given, group, error) || !rebuild_all (copy, given, error))
    return NULL;

  return mtl_design_seal (g_steal_pointer (&copy));
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_without_group (const MtlDesign  *self,
                          const char       *id,
                          GError          **error)
{
  guint n_uses = mtl_design_n_uses (self, id);
  MtlDesign *copy;

  if (n_uses > 0)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "the group “%s” is used %u times; delete or "
                   "ungroup these blocks first", id, n_uses);
      return NULL;
    }

  copy = mtl_design_copy (self);
  for (guint i = copy->groups->len; i > 0; i--)
    if (strcmp (mtl_group_id (copy->groups->pdata[i - 1]), id) == 0)
      g_ptr_array_remove_index (copy->groups, i - 1);

  return mtl_design_seal (copy);
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_with_group_id (const MtlDesign  *self,
                          const char       *from,
                          const char       *to,
                          GError          **error)
{
  const MtlGroup *old = mtl_design_need_group (self, from, error);
  g_autoptr(MtlGroup) renamed = NULL;
  g_autoptr(MtlDesign) copy = NULL;
  g_autoptr(GHashTable) given = g_hash_table_new (g_str_hash, g_str_equal);

  if (old == NULL)
    return NULL;
  if (strcmp (from, to) == 0)
    return mtl_design_ref (self);
  if (mtl_design_find_group (self, to) != NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "another group is called “%s”", to);
      return NULL;
    }
  renamed = mtl_group_with_id (old, to, error);
  if (renamed == NULL)
    return NULL;

  /* Its uses ask for the old id, and get the renamed one. */
  copy = mtl_design_copy (self);
  for (guint i = 0; i < self->groups->len; i++)
    g_hash_table_insert (given, (gpointer) mtl_group_id (self->groups->pdata[i]),
                         self->groups->pdata[i] == old ? renamed : self->groups->pdata[i]);
  if (!rebuild_all (copy, given, error))
    return NULL;

  return mtl_design_seal (g_steal_pointer (&copy));
}

MtlGroup *
mtl_group_with_id (const MtlGroup  *self,
                   const char      *id,
                   GError         **error)
{
  MtlGroupParts parts = self->parts;

  parts.id = id;
  /* A title that was only the id follows it. */
  if (strcmp (self->parts.title, self->parts.id) == 0)
    parts.title = NULL;
  return mtl_group_make (&parts, error);
}

const MtlGroup *
mtl_design_need_group (const MtlDesign  *self,
                       const char       *id,
                       GError          **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  const MtlGroup *found = mtl_design_find_group (self, id);
  g_autofree char *hint = NULL;

  if (found != NULL)
    return found;

  for (guint i = 0; i < self->groups->len; i++)
    g_ptr_array_add (known, (gpointer) mtl_group_id (self->groups->pdata[i]));
  hint = mtl_nearest_hint (id, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "no group is called “%s”%s%s", id,
               *hint != '\0' ? "; " : "", hint);
  return NULL;
}

MtlDesign *
mtl_design_adopt (const MtlDesign  *self,
                  MtlChosen       **what,
                  GError          **error)
{
  const MtlGroup *used = mtl_chosen_method (*what)->group;
  const MtlGroup *own = used != NULL ? mtl_design_find_group (self, mtl_group_id (used)) : NULL;
  MtlDesign *with;

  if (used == own)
    return mtl_design_ref (self);

  with = own != NULL ? mtl_design_ref (self) : mtl_design_with_group (self, used, error);
  if (with != NULL)
    {
      MtlChosen *old = *what;

      own = mtl_design_find_group (with, mtl_group_id (used));
      *what = mtl_chosen_on (old, mtl_group_method (own));
      mtl_chosen_unref (old);
    }

  return with;
}
