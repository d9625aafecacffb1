/* mtl-design-copies.c — blocks of one design and the wires among them, put into another
 *
 * Linear in both designs, but for looking up what @ids names. What is pasted
 * may be as large as a design can be, and one wire after the other costs the
 * square of it: each looks for loops, which copies of a design without loops
 * cannot close, as no wire leads to them from outside.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include "mtl-chosen-private.h"
#include "mtl-design-groups.h"
#include "mtl-name.h"

/* As mtl_design_free_id(), in both designs at once: an id that a later copy
 * keeps is not taken by one before it. @last: stem → number tried last. */
static char *
take_free_id (const MtlDesign *self,
              const MtlDesign *from,
              const MtlMethod *method,
              GHashTable      *last)
{
  g_autofree char *stem = mtl_design_stem (method);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (last, stem));
  char *id = NULL;

  do
    {
      g_free (id);
      id = g_strdup_printf ("%s%u", stem, ++n);
    }
  while (mtl_design_find (self, id) != NULL || mtl_design_find (from, id) != NULL);

  g_hash_table_insert (last, g_steal_pointer (&stem), GUINT_TO_POINTER (n));
  return id;
}

/* For each block of @from the id of its copy; NULL: it is not copied. */
static GPtrArray *
choose_ids (const MtlDesign   *self,
            const MtlDesign   *from,
            const char *const *ids)
{
  g_autoptr(GHashTable) last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr(GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *chosen = g_ptr_array_new_full (from->blocks->len, g_free);

  for (guint i = 0; ids != NULL && ids[i] != NULL; i++)
    g_hash_table_add (wanted, (gpointer) ids[i]);

  for (guint i = 0; i < from->blocks->len; i++)
    {
      const MtlBlock *block = from->blocks->pdata[i];
      char *id = NULL;

      if (ids != NULL && !g_hash_table_contains (wanted, block->id))
        id = NULL;
      else if (mtl_design_find (self, block->id) == NULL)
        id = g_strdup (block->id);
      else
        id = take_free_id (self, from, mtl_chosen_method (block->what), last);
      g_ptr_array_add (chosen, id);
    }

  return chosen;
}

static gboolean
check_room (const MtlDesign  *self,
            const MtlDesign  *from,
            const GPtrArray  *chosen,
            GError          **error)
{
  guint n_blocks = self->blocks->len, n_tasks = mtl_design_n_tasks (self);

  for (guint i = 0; i < chosen->len; i++)
    if (chosen->pdata[i] != NULL)
      {
        n_blocks++;
        n_tasks += mtl_block_is_task (from->blocks->pdata[i]);
      }

  if (n_blocks > MTL_MAX_BLOCKS)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a design has at most %d blocks; with these "
                 "it would have %u", MTL_MAX_BLOCKS, n_blocks);
  else if (n_tasks > MTL_MAX_TASKS)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a design has at most %d tasks; with these "
                 "it would have %u", MTL_MAX_TASKS, n_tasks);

  return n_blocks <= MTL_MAX_BLOCKS && n_tasks <= MTL_MAX_TASKS;
}

/* Settings by task follow those copied tasks that have another id. */
static MtlChosen *
follow_tasks (const MtlChosen *what,
              const MtlDesign *from,
              const GPtrArray *chosen)
{
  MtlChosen *followed = mtl_chosen_ref (what);

  for (guint i = 0; i < chosen->len; i++)
    {
      const MtlBlock *task = from->blocks->pdata[i];
      MtlChosen *renamed;

      if (chosen->pdata[i] == NULL || !mtl_block_is_task (task)
          || g_str_equal (chosen->pdata[i], task->id))
        continue;
      renamed = mtl_chosen_rename_task (followed, task->id, chosen->pdata[i]);
      mtl_chosen_unref (followed);
      followed = renamed;
    }

  return followed;
}

/* What a group of another design is called here: its id, unless another
 * definition has that. */
static MtlGroup *
rename_group (const MtlDesign  *self,
              const MtlGroup   *group,
              GError          **error)
{
  const MtlGroup *own = mtl_design_find_group (self, mtl_group_id (group));
  g_autofree char *id = g_strdup (mtl_group_id (group));

  for (guint n = 2; own != NULL && !mtl_group_equal (own, group); n++)
    {
      g_autoptr(MtlGroup) other = NULL;

      g_free (id);
      id = g_strdup_printf ("%.*s%u", MTL_NAME_MAX - 4, mtl_group_id (group), n);
      other = mtl_group_with_id (group, id, error);
      own = mtl_design_find_group (self, id);
      if (other == NULL || own == NULL || mtl_group_equal (own, other))
        return g_steal_pointer (&other);
    }

  return mtl_group_ref (group);
}

/* With the groups that the copied blocks use. @names: id there → id here. */
static MtlDesign *
bring_groups (const MtlDesign  *self,
              const MtlDesign  *from,
              const GPtrArray  *chosen,
              GHashTable       *names,
              GError          **error)
{
  g_autoptr(MtlDesign) with = mtl_design_ref (self);

  for (guint i = 0; i < chosen->len; i++)
    {
      const MtlGroup *used = mtl_block_group (from->blocks->pdata[i]);
      g_autoptr(MtlGroup) named = NULL;
      g_autoptr(MtlDesign) before = NULL;

      if (chosen->pdata[i] == NULL || used == NULL
          || g_hash_table_contains (names, mtl_group_id (used)))
        continue;
      named = rename_group (with, used, error);
      if (named == NULL)
        return NULL;
      g_hash_table_insert (names, (gpointer) mtl_group_id (used),
                           g_strdup (mtl_group_id (named)));
      if (mtl_design_find_group (with, mtl_group_id (named)) != NULL)
        continue;
      before = g_steal_pointer (&with);
      with = mtl_design_with_group (before, named, error);
      if (with == NULL)
        return NULL;
    }

  return g_steal_pointer (&with);
}

/* A use is one of the design's own definition. Takes @what. */
static MtlChosen *
put_on_group (const MtlDesign *self,
              GHashTable      *names,
              MtlChosen       *what)
{
  const MtlGroup *used = mtl_chosen_method (what)->group;
  const MtlGroup *own = used == NULL ? NULL : mtl_design_find_group (
    self, g_hash_table_lookup (names, mtl_group_id (used)));
  g_autoptr(MtlChosen) old = what;

  return own == used ? mtl_chosen_ref (what) : mtl_chosen_on (old, mtl_group_method (own));
}

static MtlBlock *
copy_block (const MtlDesign *self,
            GHashTable      *names,
            const MtlDesign *from,
            guint            n,
            const GPtrArray *chosen,
            double           dx,
            double           dy)
{
  const MtlBlock *block = from->blocks->pdata[n];
  g_autoptr(MtlChosen) what = put_on_group (self, names,
                                             follow_tasks (block->what, from, chosen));

  if (dx == 0 && dy == 0 && what == block->what && g_str_equal (block->id, chosen->pdata[n]))
    return mtl_block_ref (block);

  return mtl_block_like (block, chosen->pdata[n], what, block->x + dx, block->y + dy);
}

static void
copy_wires (MtlDesign       *draft,
            const MtlDesign *from,
            const GPtrArray *chosen)
{
  for (guint i = 0; i < from->wires->len; i++)
    {
      const MtlWire *wire = from->wires->pdata[i];
      const char *start = chosen->pdata[mtl_design_find_index (from, wire->from)];
      const char *end = chosen->pdata[mtl_design_find_index (from, wire->to)];

      if (start != NULL && end != NULL)
        g_ptr_array_add (draft->wires, mtl_wire_new (start, wire->from_port, end, wire->to_port));
    }
}

/**
 * mtl_design_with_copies:
 * @from: where the blocks come from; may be @self
 * @ids: (nullable): NULL-terminated, blocks of @from; NULL: all of them
 * @dx: finite; to the right of where they were, canvas units
 * @dy: finite
 * @made: (out) (optional) (transfer full): ids of the copies, in the document
 *   order of @from
 *
 * The wires among the blocks are copied with them, those to others are not.
 * A copy keeps its id where @self has none of that name, else it has a free one.
 * Uses bring their groups along: under another id where @self has a group of that
 * id with another definition.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN where it
 *   would have more blocks or tasks than a design can hold
 */
MtlDesign *
mtl_design_with_copies (const MtlDesign    *self,
                        const MtlDesign    *from,
                        const char *const  *ids,
                        double              dx,
                        double              dy,
                        char             ***made,
                        GError            **error)
{
  g_autoptr(GPtrArray) chosen = choose_ids (self, from, ids);
  g_autoptr(GStrvBuilder) copied = g_strv_builder_new ();
  g_autoptr(GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  g_autoptr(MtlDesign) ready = NULL;
  MtlDesign *copy;

  if (!check_room (self, from, chosen, error))
    return NULL;

  ready = bring_groups (self, from, chosen, names, error);
  if (ready == NULL)
    return NULL;

  copy = mtl_design_copy (ready);
  for (guint i = 0; i < chosen->len; i++)
    if (chosen->pdata[i] != NULL)
      {
        g_ptr_array_add (copy->blocks, copy_block (ready, names, from, i, chosen, dx, dy));
        g_strv_builder_add (copied, chosen->pdata[i]);
      }
  copy_wires (copy, from, chosen);

  if (made != NULL)
    *made = g_strv_builder_end (copied);
  return mtl_design_seal (copy);
}
