/* mtl-design-edit.c — edits of blocks and wires: a new design from an old one
 *
 * Every edit copies two arrays of pointers and shares what it does not touch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <string.h>

#include "mtl-chosen-private.h"
#include "mtl-design-groups.h"
#include "mtl-name.h"

/**
 * mtl_design_with_name:
 * @name: UTF-8
 *
 * Returns: (transfer full): the new design
 */
MtlDesign *
mtl_design_with_name (const MtlDesign *self,
                      const char      *name)
{
  MtlDesign *copy;

  g_return_val_if_fail (name != NULL && g_utf8_validate (name, -1, NULL), NULL);

  copy = mtl_design_copy (self);
  g_free (copy->name);
  copy->name = g_strdup (name);

  return mtl_design_seal (copy);
}

/* A file's unknown keys stay with the block that is replaced. */
static MtlBlock *
keep_unknown (MtlBlock       *block,
              const MtlBlock *old)
{
  MtlBlock *copy;

  if (block->kept != NULL || old->kept == NULL)
    return mtl_block_ref (block);

  copy = mtl_block_copy (block);
  copy->kept = g_strdupv (old->kept);
  return copy;
}

/* In a design that has the group of the block, where it is a use. */
static MtlDesign *
put_block (const MtlDesign *self,
           MtlBlock        *block)
{
  int n = mtl_design_find_index (self, mtl_block_id (block));
  gboolean new_task = mtl_block_is_task (block)
                      && (n < 0 || !mtl_block_is_task (self->blocks->pdata[n]));
  MtlDesign *copy;

  if ((n < 0 && self->blocks->len >= MTL_MAX_BLOCKS)
      || (new_task && mtl_design_n_tasks (self) >= MTL_MAX_TASKS))
    return mtl_design_ref (self);

  copy = mtl_design_copy (self);
  if (n < 0)
    g_ptr_array_add (copy->blocks, mtl_block_ref (block));
  else
    {
      MtlBlock *old = copy->blocks->pdata[n];

      copy->blocks->pdata[n] = keep_unknown (block, old);
      mtl_block_unref (old);
    }

  return mtl_design_seal (copy);
}

/**
 * mtl_design_with_block:
 *
 * Adds, or replaces by id; wires stay. The id may be a path into a group. A use
 * brings its group along, or takes the design's own of that id. A design that
 * holds MTL_MAX_BLOCKS blocks or MTL_MAX_TASKS tasks takes no more of them and is
 * returned as it is, and so is one that cannot take the group.
 *
 * Returns: (transfer full): the new design
 */
MtlDesign *
mtl_design_with_block (const MtlDesign *self,
                       MtlBlock        *block)
{
  g_autoptr(MtlChosen) what = mtl_chosen_ref (block->what);
  g_autoptr(MtlBlock) local = NULL;
  g_autoptr(MtlDesign) body = NULL;
  g_autoptr(MtlDesign) ready = NULL;
  MtlDesign *edited;
  MtlScope scope;

  if (!mtl_design_enter (self, block->id, &scope, NULL))
    return mtl_design_ref (self);

  body = mtl_design_open (self, &scope);
  ready = mtl_design_adopt (body, &what, NULL);
  if (ready == NULL)
    return mtl_design_ref (self);

  local = what == block->what && scope.id == block->id ? mtl_block_ref (block)
          : mtl_block_like (block, scope.id, what, block->x, block->y);
  edited = mtl_design_close (self, &scope, put_block (ready, local), NULL);
  return edited != NULL ? edited : mtl_design_ref (self);
}

/**
 * mtl_design_with_places:
 * @places: x and y of each block in document order, finite; beyond ±10⁶ they
 *   are cut
 *
 * Returns: (transfer full): the new design
 */
MtlDesign *
mtl_design_with_places (const MtlDesign *self,
                        const double    *places)
{
  MtlDesign *copy = mtl_design_copy (self);

  for (guint i = 0; i < copy->blocks->len; i++)
    {
      MtlBlock *old = copy->blocks->pdata[i];

      if (old->x == places[2 * i] && old->y == places[2 * i + 1])
        continue;
      copy->blocks->pdata[i] = mtl_block_like (old, old->id, old->what, places[2 * i],
                                               places[2 * i + 1]);
      mtl_block_unref (old);
    }

  return mtl_design_seal (copy);
}

/* Settings by task follow a task that is renamed (@to) or gone (NULL). */
static void
rename_task (MtlDesign  *draft,
             const char *from,
             const char *to)
{
  MtlChosen *experiment = mtl_chosen_rename_task (draft->experiment, from, to);

  mtl_chosen_unref (draft->experiment);
  draft->experiment = experiment;

  for (guint i = 0; i < draft->blocks->len; i++)
    {
      MtlBlock *old = draft->blocks->pdata[i];
      g_autoptr(MtlChosen) what = mtl_chosen_rename_task (old->what, from, to);

      if (what != old->what)
        {
          draft->blocks->pdata[i] = mtl_block_like (old, old->id, what, old->x, old->y);
          mtl_block_unref (old);
        }
    }
}

static void
rename_wire_ends (MtlDesign  *draft,
                  const char *from,
                  const char *to)
{
  for (guint i = 0; i < draft->wires->len; i++)
    {
      MtlWire *wire = draft->wires->pdata[i];
      gboolean leaves = strcmp (wire->from, from) == 0;
      gboolean enters = strcmp (wire->to, from) == 0;

      if (leaves || enters)
        {
          draft->wires->pdata[i] = mtl_wire_new (leaves ? to : wire->from, wire->from_port,
                                                 enters ? to : wire->to, wire->to_port);
          mtl_wire_unref (wire);
        }
    }
}

static MtlDesign *
rename_block (const MtlDesign  *self,
              const char       *from,
              const char       *to,
              GError          **error)
{
  const MtlBlock *old = mtl_design_need (self, from, error);
  MtlDesign *copy;
  MtlBlock *block;

  if (old == NULL)
    return NULL;
  if (strcmp (from, to) == 0)
    return mtl_design_ref (self);
  if (!mtl_name_is_valid (to))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                   "“%.80s” is not a name: use lower-case letters, digits, _ and -, "
                   "a letter first, at most %d", to, MTL_NAME_MAX);
      return NULL;
    }
  if (mtl_design_find (self, to) != NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "another block is called “%s”", to);
      return NULL;
    }

  copy = mtl_design_copy (self);
  block = mtl_block_like (old, to, old->what, old->x, old->y);
  mtl_block_unref (copy->blocks->pdata[mtl_design_find_index (self, from)]);
  copy->blocks->pdata[mtl_design_find_index (self, from)] = block;
  rename_wire_ends (copy, from, to);
  if (mtl_block_is_task (block))
    rename_task (copy, from, to);

  return mtl_design_seal (copy);
}

/**
 * mtl_design_with_id:
 * @from: id, or path into a group
 * @to: a name, without a path
 *
 * Renames a block, the ends of its wires and, of a task, its place in settings
 * by task.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign *
mtl_design_with_id (const MtlDesign  *self,
                    const char       *from,
                    const char       *to,
                    GError          **error)
{
  g_autoptr(MtlDesign) body = NULL;
  MtlScope scope;

  if (!mtl_design_enter (self, from, &scope, error))
    return NULL;

  body = mtl_design_open_border (self, &scope);
  return mtl_design_close_border (self, &scope, rename_block (body, scope.id, to, error),
                                  scope.id, to, error);
}

/* --- taking blocks out --- */

static const MtlWire *
find_only_wire_into (const MtlDesign *self,
                     const char      *id)
{
  const MtlWire *only = NULL;

  for (guint i = 0; i < self->wires->len; i++)
    {
      const MtlWire *wire = self->wires->pdata[i];

      if (strcmp (wire->to, id) == 0 && only != NULL)
        return NULL;
      if (strcmp (wire->to, id) == 0)
        only = wire;
    }

  return only;
}

/* What fed the chain of removed blocks that @wire leaves: the first wire
 * upstream that leaves a block which stays; NULL where the chain has several
 * inputs, several out-ports or none. */
static const MtlWire *
find_feed (const MtlDesign   *self,
           const MtlWire     *wire,
           const char *const *ids)
{
  while (wire != NULL && g_strv_contains (ids, wire->from))
    {
      const MtlBlock *block = mtl_design_find (self, wire->from);

      wire = mtl_block_n_outputs (block) == 1 ? find_only_wire_into (self, wire->from) : NULL;
    }

  return wire;
}

/* Puts the wires that stay, and with @heal those that take the place of a
 * removed chain, into @draft. */
static void
put_remaining_wires (MtlDesign         *draft,
                     const MtlDesign   *self,
                     const char *const *ids,
                     gboolean           heal)
{
  for (guint i = 0; i < self->wires->len; i++)
    {
      MtlWire *wire = self->wires->pdata[i];
      gboolean leaves = g_strv_contains (ids, wire->from);
      gboolean enters = g_strv_contains (ids, wire->to);
      const MtlWire *feed = leaves && !enters && heal ? find_feed (self, wire, ids) : NULL;

      if (!leaves && !enters)
        g_ptr_array_add (draft->wires, g_atomic_rc_box_acquire (wire));
      else if (feed != NULL)
        {
          MtlWire *healed = mtl_wire_new (feed->from, feed->from_port, wire->to, wire->to_port);

          if (mtl_design_has_wire (draft, healed) || mtl_design_has_wire (self, healed))
            mtl_wire_unref (healed);
          else
            g_ptr_array_add (draft->wires, healed);
        }
    }
}

static MtlDesign *
take_out (const MtlDesign   *self,
          const char *const *ids,
          gboolean           heal)
{
  MtlDesign *copy = mtl_design_copy (self);

  g_ptr_array_set_size (copy->wires, 0);
  put_remaining_wires (copy, self, ids, heal);

  g_ptr_array_set_size (copy->blocks, 0);
  for (guint i = 0; i < self->blocks->len; i++)
    if (!g_strv_contains (ids, mtl_block_id (self->blocks->pdata[i])))
      g_ptr_array_add (copy->blocks, mtl_block_ref (self->blocks->pdata[i]));

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const MtlBlock *gone = mtl_design_find (self, ids[i]);

      if (gone != NULL && mtl_block_is_task (gone))
        rename_task (copy, ids[i], NULL);
    }

  return mtl_design_seal (copy);
}

/**
 * mtl_design_without:
 * @ids: NULL-terminated, paths into groups among them; what is not in the design
 *   is passed over
 * @heal: where a removed block had one wire in and one out-port, what read it
 *   reads its producer instead; chains of removed blocks count as one
 *
 * Returns: (transfer full): the new design
 */
MtlDesign *
mtl_design_without (const MtlDesign   *self,
                    const char *const *ids,
                    gboolean           heal)
{
  g_autoptr(MtlDesign) design = mtl_design_ref (self);
  g_autoptr(GPtrArray) here = g_ptr_array_new ();

  for (guint i = 0; ids[i] != NULL; i++)
    {
      const char *const inner[] = { strrchr (ids[i], '/') != NULL ? strrchr (ids[i], '/') + 1 : "",
                                    NULL };
      g_autoptr(MtlDesign) body = NULL;
      MtlDesign *next;
      MtlScope scope;

      if (!mtl_design_enter (design, ids[i], &scope, NULL))
        continue;
      if (scope.group == NULL)
        {
          g_ptr_array_add (here, (gpointer) ids[i]);
          continue;
        }
      body = mtl_design_open_border (design, &scope);
      next = mtl_design_close_border (design, &scope, take_out (body, inner, heal), NULL, NULL,
                                      NULL);
      if (next != NULL)
        {
          mtl_design_unref (design);
          design = next;
        }
    }

  g_ptr_array_add (here, NULL);
  return take_out (design, (const char *const *) here->pdata, heal);
}
