/* mtl-design-grouped.c — blocks into a group of their own
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-groups.h"

#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-private.h"
#include "mtl-name.h"

/* A port of the group in the making. */
typedef struct
{
  char      *name;
  char      *outer;  /* of an input: the end that feeds it, `block.port`; NULL: none yet */
  GPtrArray *ends;   /* inner: `block.port`, owned */
} Pin;

typedef struct
{
  const MtlDesign *body;     /* that the blocks stand in, with its border */
  GHashTable      *chosen;   /* their ids there */
  GPtrArray       *inputs;   /* of Pin */
  GPtrArray       *outputs;
  double           x, y;     /* mean place */
} Gather;

static void
pin_free (gpointer data)
{
  Pin *self = data;

  g_ptr_array_unref (self->ends);
  g_free (self->outer);
  g_free (self->name);
  g_free (self);
}

/* in, in2, in3 … */
static Pin *
add_pin (GPtrArray  *pins,
         const char *stem)
{
  Pin *pin = g_new0 (Pin, 1);

  pin->name = pins->len == 0 ? g_strdup (stem) : g_strdup_printf ("%s%u", stem, pins->len + 1);
  pin->ends = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (pins, pin);

  return pin;
}

static Pin *
find_input (const Gather *self,
            const char   *outer)
{
  for (guint i = 0; i < self->inputs->len; i++)
    if (g_strcmp0 (((Pin *) self->inputs->pdata[i])->outer, outer) == 0)
      return self->inputs->pdata[i];

  return NULL;
}

static Pin *
find_output (const Gather *self,
             const char   *inner)
{
  for (guint i = 0; i < self->outputs->len; i++)
    if (strcmp (((Pin *) self->outputs->pdata[i])->ends->pdata[0], inner) == 0)
      return self->outputs->pdata[i];

  return NULL;
}

static gboolean
is_chosen (const Gather *self,
           const char   *id)
{
  return g_hash_table_contains (self->chosen, id);
}

/* --- what becomes a port --- */

static void
find_cut_wires (Gather *self)
{
  for (guint i = 0; i < self->body->wires->len; i++)
    {
      const MtlWire *wire = self->body->wires->pdata[i];
      g_autofree char *from = g_strdup_printf ("%s.%s", wire->from, wire->from_port);
      g_autofree char *to = g_strdup_printf ("%s.%s", wire->to, wire->to_port);

      if (!is_chosen (self, wire->from) && is_chosen (self, wire->to))
        {
          Pin *pin = find_input (self, from);

          if (pin == NULL)
            {
              pin = add_pin (self->inputs, "in");
              pin->outer = g_strdup (from);
            }
          g_ptr_array_add (pin->ends, g_steal_pointer (&to));
        }
      else if (is_chosen (self, wire->from) && !is_chosen (self, wire->to)
               && find_output (self, from) == NULL)
        g_ptr_array_add (add_pin (self->outputs, "out")->ends, g_steal_pointer (&from));
    }
}

/* Ports that wait for a wire can have it from outside only. */
static void
find_open_ports (Gather *self)
{
  gboolean read = self->outputs->len > 0;

  for (guint i = 0; i < self->body->blocks->len; i++)
    {
      const MtlBlock *block = self->body->blocks->pdata[i];
      const MtlOp *op = (const MtlOp *) mtl_chosen_method (block->what);
      guint n_inputs;

      /* A source is no op, and refused with the group. */
      if (!is_chosen (self, block->id) || mtl_block_is_source (block))
        continue;

      n_inputs = mtl_block_n_inputs (block) - (op->ports.last_optional ? 1 : 0);
      for (guint n = 0; n < n_inputs; n++)
        if (!mtl_design_has_wire_at (self->body, block->id, mtl_block_input (block, n), TRUE))
          g_ptr_array_add (add_pin (self->inputs, "in")->ends,
                           g_strdup_printf ("%s.%s", block->id, mtl_block_input (block, n)));
      for (guint n = 0; !read && n < mtl_block_n_outputs (block); n++)
        if (!mtl_design_has_wire_at (self->body, block->id, mtl_block_output (block, n), FALSE))
          g_ptr_array_add (add_pin (self->outputs, "out")->ends,
                           g_strdup_printf ("%s.%s", block->id, mtl_block_output (block, n)));
    }
}

/* --- the definition --- */

static MtlDesign *
make_inner (const Gather *self)
{
  g_autoptr(MtlDesign) empty = mtl_design_new ("");
  MtlDesign *inner = mtl_design_copy (empty);

  for (guint i = 0; i < self->body->blocks->len; i++)
    {
      const MtlBlock *block = self->body->blocks->pdata[i];

      if (is_chosen (self, block->id))
        g_ptr_array_add (inner->blocks, mtl_block_like (block, block->id, block->what,
                                                        block->x - self->x, block->y - self->y));
    }
  for (guint i = 0; i < self->body->wires->len; i++)
    {
      MtlWire *wire = self->body->wires->pdata[i];

      if (is_chosen (self, wire->from) && is_chosen (self, wire->to))
        g_ptr_array_add (inner->wires, g_atomic_rc_box_acquire (wire));
    }

  return mtl_design_seal (inner);
}

static MtlGroupPort *
list_pins (const GPtrArray *pins)
{
  MtlGroupPort *ports = g_new0 (MtlGroupPort, pins->len + 1);

  for (guint i = 0; i < pins->len; i++)
    {
      const Pin *pin = pins->pdata[i];
      g_autoptr(GStrvBuilder) ends = g_strv_builder_new ();

      for (guint n = 0; n < pin->ends->len; n++)
        g_strv_builder_add (ends, pin->ends->pdata[n]);
      ports[i] = (MtlGroupPort) { g_strdup (pin->name),
                                  (const char *const *) g_strv_builder_end (ends) };
    }

  return ports;
}

/* “Residual block” gives residual-block; what is taken gets a number. */
static char *
choose_id (const MtlDesign *design,
           const char      *name)
{
  g_autoptr(GString) word = g_string_new (NULL);
  g_autofree char *ascii = name != NULL ? g_str_to_ascii (name, "C") : g_strdup ("");

  for (const char *c = ascii; *c != '\0' && word->len < MTL_NAME_MAX - 8; c++)
    if (g_ascii_isalpha (*c) || (g_ascii_isdigit (*c) && word->len > 0))
      g_string_append_c (word, g_ascii_tolower (*c));
    else if (word->len > 0 && word->str[word->len - 1] != '-')
      g_string_append_c (word, '-');
  while (word->len > 0 && word->str[word->len - 1] == '-')
    g_string_truncate (word, word->len - 1);

  for (guint n = word->len > 0 ? 0 : 1;; n++)
    {
      g_autofree char *id = n == 0 ? g_strdup (word->str)
                            : g_strdup_printf ("%s%u", word->len > 0 ? word->str : "group", n);

      if (mtl_design_find_group (design, id) == NULL
          && mtl_catalogue_find (MTL_KIND_OP, id, NULL) == NULL
          && mtl_catalogue_find (MTL_KIND_SOURCE, id, NULL) == NULL)
        return g_steal_pointer (&id);
    }
}

static MtlGroup *
make_group (const Gather     *self,
            const MtlDesign  *design,
            const char       *name,
            GError          **error)
{
  g_autofree char *id = choose_id (design, name);
  g_autoptr(MtlDesign) inner = make_inner (self);
  MtlGroupPort *inputs = list_pins (self->inputs);
  MtlGroupPort *outputs = list_pins (self->outputs);
  MtlGroup *group = mtl_group_new (id, name, NULL, inner, inputs, outputs, NULL, error);

  mtl_group_ports_free (inputs);
  mtl_group_ports_free (outputs);
  return group;
}

/* --- the design around --- */

/* A wire of the body as it runs now; NULL: it is inside, or there already. */
static MtlWire *
redirect (const Gather    *self,
          const MtlWire   *wire,
          const char      *use)
{
  gboolean leaves = is_chosen (self, wire->from);
  gboolean enters = is_chosen (self, wire->to);
  g_autofree char *from = g_strdup_printf ("%s.%s", wire->from, wire->from_port);
  g_autofree char *to = g_strdup_printf ("%s.%s", wire->to, wire->to_port);

  if (leaves && enters)
    return NULL;
  if (leaves)
    return mtl_wire_new (use, find_output (self, from)->name, wire->to, wire->to_port);
  if (enters)
    {
      const Pin *pin = find_input (self, from);

      return strcmp (pin->ends->pdata[0], to) != 0 ? NULL
             : mtl_wire_new (wire->from, wire->from_port, use, pin->name);
    }

  return g_atomic_rc_box_acquire ((gpointer) wire);
}

static MtlDesign *
put_use (const Gather    *self,
         const MtlGroup  *group,
         char           **id)
{
  g_autoptr(MtlChosen) what = mtl_chosen_new (MTL_KIND_OP, mtl_group_method (group));
  MtlDesign *draft = mtl_design_copy (self->body);

  g_ptr_array_add (draft->groups, mtl_group_ref (group));
  *id = mtl_design_free_id (self->body, mtl_group_method (group));
  g_ptr_array_set_size (draft->blocks, 0);
  g_ptr_array_set_size (draft->wires, 0);
  for (guint i = 0, n = 0; i < self->body->blocks->len; i++)
    if (!is_chosen (self, mtl_block_id (self->body->blocks->pdata[i])))
      g_ptr_array_add (draft->blocks, mtl_block_ref (self->body->blocks->pdata[i]));
    else if (n++ == 0)
      g_ptr_array_add (draft->blocks, mtl_block_new (*id, what, self->x, self->y));
  for (guint i = 0; i < self->body->wires->len; i++)
    {
      MtlWire *wire = redirect (self, self->body->wires->pdata[i], *id);

      if (wire != NULL)
        g_ptr_array_add (draft->wires, wire);
    }

  return mtl_design_seal (draft);
}

/* --- the edit --- */

static gboolean
choose (Gather             *self,
        const MtlDesign    *design,
        const char *const  *ids,
        const MtlScope     *scope,
        GError            **error)
{
  for (guint i = 0; ids[i] != NULL; i++)
    {
      const MtlBlock *block;
      MtlScope own;

      if (!mtl_design_enter (design, ids[i], &own, error))
        return FALSE;
      if (own.group != scope->group)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "%s and %s do not stand in one body, so "
                       "they cannot be grouped", ids[0], ids[i]);
          return FALSE;
        }
      block = mtl_design_need (self->body, own.id, error);
      if (block == NULL)
        return FALSE;
      if (g_hash_table_add (self->chosen, block->id))
        {
          self->x += block->x;
          self->y += block->y;
        }
    }

  if (g_hash_table_size (self->chosen) == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "there are no blocks to group");
  self->x /= MAX (g_hash_table_size (self->chosen), 1);
  self->y /= MAX (g_hash_table_size (self->chosen), 1);
  return g_hash_table_size (self->chosen) > 0;
}

/* The body with the use in it; NULL where a wire leads out and in again. */
static MtlDesign *
gather_blocks (Gather           *self,
               const MtlDesign  *design,
               const char       *name,
               MtlGroup        **group,
               char            **id,
               GError          **error)
{
  g_autoptr(MtlDesign) body = NULL;

  if (design->groups->len >= MTL_MAX_GROUPS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "a design has at most %d groups",
                   MTL_MAX_GROUPS);
      return NULL;
    }

  find_cut_wires (self);
  find_open_ports (self);
  *group = make_group (self, design, name, error);
  if (*group == NULL)
    return NULL;

  body = put_use (self, *group, id);
  if (mtl_design_find_loop (body) != NULL)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN, "what leaves these blocks comes "
                           "back to them by way of others; group those too");
      return NULL;
    }

  return g_steal_pointer (&body);
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_grouped (const MtlDesign    *self,
                    const char *const  *ids,
                    const char         *name,
                    char              **made,
                    GError            **error)
{
  MtlScope scope = { .body = self };
  g_autoptr(MtlDesign) border = NULL;
  g_autoptr(MtlGroup) group = NULL;
  g_autoptr(GHashTable) chosen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr(GPtrArray) inputs = g_ptr_array_new_with_free_func (pin_free);
  g_autoptr(GPtrArray) outputs = g_ptr_array_new_with_free_func (pin_free);
  g_autofree char *id = NULL;
  MtlDesign *body, *done;
  Gather gather;

  if (ids[0] != NULL && !mtl_design_enter (self, ids[0], &scope, error))
    return NULL;

  border = mtl_design_open_border (self, &scope);
  gather = (Gather) { .body = border, .chosen = chosen, .inputs = inputs, .outputs = outputs };
  body = choose (&gather, self, ids, &scope, error)
         ? gather_blocks (&gather, self, name, &group, &id, error) : NULL;
  if (body == NULL)
    return NULL;

  done = mtl_design_close_border (self, &scope, body, NULL, NULL, error);
  if (done != NULL && made != NULL)
    *made = g_strdup_printf ("%.*s%s", (int) (scope.id - ids[0]), ids[0], id);
  return done;
}
