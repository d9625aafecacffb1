/* mtl-design.c — the document as a value: parts, lookup and equality
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <string.h>

#include "mtl-experiment.h"
#include "mtl-group-private.h"

static void
unref_block (gpointer data)
{
  mtl_block_unref (data);
}

MtlDesign *
mtl_design_draft (void)
{
  MtlDesign *self = g_new0 (MtlDesign, 1);

  g_atomic_ref_count_init (&self->refs);
  self->blocks = g_ptr_array_new_with_free_func (unref_block);
  self->wires = g_ptr_array_new_with_free_func (mtl_wire_unref);
  self->groups = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_group_unref);

  return self;
}

/**
 * mtl_design_new:
 * @name: for people, UTF-8
 *
 * Returns: (transfer full): a design without blocks, its experiment as it is
 *   initially
 */
MtlDesign *
mtl_design_new (const char *name)
{
  MtlDesign *self;

  g_return_val_if_fail (name != NULL && g_utf8_validate (name, -1, NULL), NULL);

  self = mtl_design_draft ();
  self->name = g_strdup (name);
  self->experiment = mtl_chosen_new (MTL_KIND_EXPERIMENT, &mtl_experiment);
  return mtl_design_seal (self);
}

static gpointer
ref_block (gconstpointer block,
           gpointer      data)
{
  return mtl_block_ref (block);
}

static gpointer
ref_group (gconstpointer group,
           gpointer      data)
{
  return mtl_group_ref (group);
}

static gpointer
ref_wire (gconstpointer wire,
          gpointer      data)
{
  return g_atomic_rc_box_acquire ((gpointer) wire);
}

MtlDesign *
mtl_design_copy (const MtlDesign *self)
{
  MtlDesign *copy = mtl_design_draft ();

  copy->name = g_strdup (self->name);
  g_ptr_array_extend (copy->blocks, self->blocks, (GCopyFunc) ref_block, NULL);
  g_ptr_array_extend (copy->wires, self->wires, (GCopyFunc) ref_wire, NULL);
  g_ptr_array_extend (copy->groups, self->groups, (GCopyFunc) ref_group, NULL);
  copy->experiment = mtl_chosen_ref (self->experiment);
  copy->kept = g_strdupv (self->kept);

  return copy;
}

MtlDesign *
mtl_design_seal (MtlDesign *self)
{
  self->index = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->blocks->len; i++)
    g_hash_table_insert (self->index, (gpointer) mtl_block_id (self->blocks->pdata[i]),
                         GUINT_TO_POINTER (i + 1));

  return self;
}

MtlDesign *
mtl_design_ref (const MtlDesign *self)
{
  MtlDesign *own = (MtlDesign *) self;

  g_atomic_ref_count_inc (&own->refs);
  return own;
}

void
mtl_design_unref (const MtlDesign *self)
{
  MtlDesign *own = (MtlDesign *) self;

  if (!g_atomic_ref_count_dec (&own->refs))
    return;

  g_clear_pointer (&own->index, g_hash_table_unref);  /* its keys belong to the blocks */
  g_ptr_array_unref (own->blocks);
  g_ptr_array_unref (own->wires);
  g_ptr_array_unref (own->groups);
  g_clear_pointer (&own->experiment, mtl_chosen_unref);
  g_strfreev (own->kept);
  g_free (own->name);
  g_free (own);
}

const char *
mtl_design_name (const MtlDesign *self)
{
  return self->name;
}

guint
mtl_design_n_blocks (const MtlDesign *self)
{
  return self->blocks->len;
}

const MtlBlock *
mtl_design_block (const MtlDesign *self,
                  guint            n)
{
  g_return_val_if_fail (n < self->blocks->len, NULL);

  return self->blocks->pdata[n];
}

int
mtl_design_find_index (const MtlDesign *self,
                       const char      *id)
{
  if (self->index != NULL)
    return GPOINTER_TO_INT (g_hash_table_lookup (self->index, id)) - 1;

  for (guint i = 0; i < self->blocks->len; i++)
    if (strcmp (mtl_block_id (self->blocks->pdata[i]), id) == 0)
      return i;

  return -1;
}

const MtlBlock *
mtl_design_find (const MtlDesign *self,
                 const char      *id)
{
  MtlScope scope;
  int n = -1;

  if (mtl_design_enter (self, id, &scope, NULL))
    n = mtl_design_find_index (scope.body, scope.id);

  return n >= 0 ? scope.body->blocks->pdata[n] : NULL;
}

guint
mtl_design_n_wires (const MtlDesign *self)
{
  return self->wires->len;
}

const MtlWire *
mtl_design_wire (const MtlDesign *self,
                 guint            n)
{
  g_return_val_if_fail (n < self->wires->len, NULL);

  return self->wires->pdata[n];
}

const MtlChosen *
mtl_design_experiment (const MtlDesign *self)
{
  return self->experiment;
}

guint
mtl_design_n_tasks (const MtlDesign *self)
{
  guint n = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    n += mtl_block_is_task (self->blocks->pdata[i]);

  return n;
}

static gboolean
same_kept (char **a,
           char **b)
{
  if (a == NULL || b == NULL)
    return a == b;

  return g_strv_equal ((const char *const *) a, (const char *const *) b);
}

static gboolean
same_block (const MtlBlock *a,
            const MtlBlock *b)
{
  return a == b
    || (strcmp (a->id, b->id) == 0 && a->x == b->x && a->y == b->y
        && mtl_chosen_equal (a->what, b->what) && same_kept (a->kept, b->kept));
}

/**
 * mtl_design_equal:
 *
 * Returns: whether both would be written as the same file
 */
gboolean
mtl_design_equal (const MtlDesign *a,
                  const MtlDesign *b)
{
  if (a == b)
    return TRUE;
  if (strcmp (a->name, b->name) != 0 || a->blocks->len != b->blocks->len
      || a->wires->len != b->wires->len || a->groups->len != b->groups->len
      || !same_kept (a->kept, b->kept)
      || !mtl_chosen_equal (a->experiment, b->experiment))
    return FALSE;

  for (guint i = 0; i < a->blocks->len; i++)
    if (!same_block (a->blocks->pdata[i], b->blocks->pdata[i]))
      return FALSE;

  for (guint i = 0; i < a->groups->len; i++)
    if (!mtl_group_equal (a->groups->pdata[i], b->groups->pdata[i]))
      return FALSE;

  for (guint i = 0; i < a->wires->len; i++)
    if (!mtl_wire_equal (a->wires->pdata[i], b->wires->pdata[i]))
      return FALSE;

  return TRUE;
}
