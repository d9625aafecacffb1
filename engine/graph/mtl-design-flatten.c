/* mtl-design-flatten.c — uses of groups replaced by the blocks they stand for
 *
 * First a tree of all that will stand in the flat design, with each use's
 * parameters put on what they set; then its blocks in document order, a use's in
 * the place of the use; then its wires: those of the design, and of each use the
 * chain of its copies and what is inside. Into a port that takes several, wires
 * from outside a group come before those within.
 *
 * A chain of copies joins output k of one with input k of the next. Inputs beyond
 * the outputs, such as a mask, are fed to every copy.
 *
 * How many blocks it will be is counted first, so that a small file of many
 * repeats within each other costs no more than a look at it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-flatten.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-group-private.h"

#define GAP 140.0  /* canvas units between the first blocks of two copies, beside their width */

/* A block of the design, of a body, or of a copy of one. */
typedef struct
{
  char           *id;       /* in the flat design */
  const MtlBlock *block;    /* as it stands in design or body */
  MtlChosen      *what;     /* with the parameters of the use around put on it */
  double          x, y;
  const MtlGroup *group;    /* whose copies take its place; NULL: it stays */
  GPtrArray      *copies;   /* of GPtrArray of Part, each as the body's blocks */
} Part;

typedef struct
{
  MtlDesign  *draft;
  GPtrArray  *refusals;     /* or NULL */
  const char *only;         /* the one use that is replaced, by one level; NULL: all, all the way */
} Flat;

void
mtl_refusal_free (MtlRefusal *self)
{
  g_free (self->block);
  g_free (self->message);
  g_free (self);
}

static void
part_free (gpointer data)
{
  Part *self = data;

  g_clear_pointer (&self->copies, g_ptr_array_unref);
  mtl_chosen_unref (self->what);
  g_free (self->id);
  g_free (self);
}

/* Takes @message; NULL says nothing. Returns whether there was none. */
static gboolean
note_refusal (Flat       *self,
              const char *id,
              char       *message)
{
  if (message != NULL && self->refusals != NULL)
    {
      MtlRefusal *refusal = g_new (MtlRefusal, 1);

      *refusal = (MtlRefusal) { g_strdup (id), message };
      g_ptr_array_add (self->refusals, refusal);
    }
  else
    g_free (message);

  return message == NULL;
}

static char *
refuse_repeat (const char      *id,
               const MtlChosen *what)
{
  const MtlGroup *group = mtl_chosen_method (what)->group;
  guint n_in = mtl_group_count_ports (group->parts.inputs);
  guint n_out = mtl_group_count_ports (group->parts.outputs);

  if (mtl_use_repeat (what) == 1 || (n_out > 0 && n_out <= n_in))
    return NULL;

  return g_strdup_printf (_("%s cannot be repeated: a chain needs an output and as many inputs, "
                            "but it has %u outputs and %u inputs. Set Repeat to 1."), id, n_out,
                          n_in);
}

/* --- the tree --- */

static GPtrArray *make_copy (Flat            *self,
                             const Part      *use,
                             const char      *prefix,
                             double           shift);

/* How far the next copy of a body stands to the right of one. */
static double
measure_step (const MtlDesign *body)
{
  double least = 0.0, most = 0.0;

  for (guint i = 0; i < body->blocks->len; i++)
    {
      double x = mtl_block_x (body->blocks->pdata[i]);

      least = i == 0 ? x : MIN (least, x);
      most = i == 0 ? x : MAX (most, x);
    }

  return most - least + GAP;
}

static Part *
make_part (Flat           *self,
           const MtlBlock *block,
           MtlChosen      *what,
           const char     *prefix,
           gboolean        fits)
{
  Part *part = g_new0 (Part, 1);
  guint n_copies = mtl_use_repeat (what);
  double step;

  part->id = g_strconcat (prefix, block->id, NULL);
  part->block = block;
  part->what = what;
  part->x = block->x;
  part->y = block->y;
  part->group = fits ? mtl_chosen_method (what)->group : NULL;
  if (part->group == NULL || !note_refusal (self, part->id, refuse_repeat (part->id, what)))
    {
      part->group = NULL;
      return part;
    }

  step = measure_step (mtl_group_body (part->group));
  part->copies = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  for (guint n = 1; n <= n_copies; n++)
    {
      g_autofree char *inside = n == 1 ? g_strdup_printf ("%s/", part->id)
                                       : g_strdup_printf ("%s/%u/", part->id, n);

      g_ptr_array_add (part->copies, make_copy (self, part, inside, (n - 1) * step));
    }

  return part;
}

static GPtrArray *
make_copy (Flat       *self,
           const Part *use,
           const char *prefix,
           double      shift)
{
  const MtlDesign *body = mtl_group_body (use->group);
  GPtrArray *parts = g_ptr_array_new_with_free_func (part_free);

  for (guint i = 0; i < body->blocks->len; i++)
    {
      Part *part = make_part (self, body->blocks->pdata[i], mtl_use_inner (use->what, i), prefix,
                              self->only == NULL);

      part->x += use->x + shift;
      part->y += use->y;
      g_ptr_array_add (parts, part);
    }

  return parts;
}

/* As many as there is room for: a use that would not fit stays as it is. */
static GPtrArray *
make_parts (Flat            *self,
            const MtlDesign *design)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func (part_free);
  guint left = MTL_MAX_BLOCKS - MIN (design->blocks->len, MTL_MAX_BLOCKS);

  for (guint i = 0; i < design->blocks->len; i++)
    {
      const MtlBlock *block = design->blocks->pdata[i];
      guint n = mtl_block_n_flat (block);
      gboolean wanted = self->only == NULL || strcmp (self->only, block->id) == 0;
      gboolean fits = n - 1 <= left;
      char *message = fits || !wanted ? NULL : g_strdup_printf (
        _("%s stands for %u blocks%s, more than the %u that are left of %d. Repeat it less often."),
        block->id, n, n == MTL_MOST_FLAT ? _(" or more") : "", left + 1, MTL_MAX_BLOCKS);

      note_refusal (self, block->id, message);
      g_ptr_array_add (parts, make_part (self, block, mtl_chosen_ref (block->what), "",
                                         fits && wanted));
      left -= fits && wanted ? n - 1 : 0;
    }

  return parts;
}

/* --- blocks --- */

static void
put_blocks (Flat      *self,
            GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    {
      const Part *part = parts->pdata[i];

      if (part->group == NULL && g_str_equal (part->id, part->block->id))
        g_ptr_array_add (self->draft->blocks, mtl_block_ref (part->block));
      else if (part->group == NULL)
        g_ptr_array_add (self->draft->blocks,
                         mtl_block_like (part->block, part->id, part->what, part->x, part->y));
      for (guint n = 0; part->group != NULL && n < part->copies->len; n++)
        put_blocks (self, part->copies->pdata[n]);
    }
}

/* --- wires --- */

/* The part of a copy, and the port of it, that @end names. */
static const Part *
find_end (const Part *use,
          guint       copy,
          const char *end,
          const char **port)
{
  const char *dot = strchr (end, '.');
  g_autofree char *id = g_strndup (end, dot - end);
  GPtrArray *parts = use->copies->pdata[copy];

  *port = dot + 1;
  return parts->pdata[mtl_design_find_index (mtl_group_body (use->group), id)];
}

static const MtlGroupPort *
find_port (const MtlGroupPort *ports,
           const char         *name)
{
  for (; ports->name != NULL; ports++)
    if (strcmp (ports->name, name) == 0)
      return ports;

  return NULL;
}

/* From the output of a part to where the value is made: in the last copy. */
static const Part *
find_producer (const Part  *part,
               const char **port)
{
  while (part->group != NULL)
    part = find_end (part, part->copies->len - 1,
                     find_port (part->group->parts.outputs, *port)->ends[0], port);

  return part;
}

/* A wire from a producer to all that the input of a part feeds, in @copy of it and,
 * where the input is beyond the outputs, in those after it. */
static void
put_wire (Flat       *self,
          const Part *from,
          const char *from_port,
          const Part *to,
          const char *to_port,
          guint       copy)
{
  const MtlGroupPort *input;
  guint end = copy + 1;

  if (to->group == NULL)
    {
      g_ptr_array_add (self->draft->wires, mtl_wire_new (from->id, from_port, to->id, to_port));
      return;
    }

  input = find_port (to->group->parts.inputs, to_port);
  if (input - to->group->parts.inputs >= mtl_group_count_ports (to->group->parts.outputs))
    end = to->copies->len;
  for (; copy < end; copy++)
    for (guint i = 0; input->ends[i] != NULL; i++)
      {
        const char *port;
        const Part *inner = find_end (to, copy, input->ends[i], &port);

        put_wire (self, from, from_port, inner, port, 0);
      }
}

static void
put_chain (Flat       *self,
           const Part *use,
           guint       copy)
{
  const MtlGroupPort *outputs = use->group->parts.outputs;

  for (guint k = 0; outputs[k].name != NULL; k++)
    {
      const char *port;
      const Part *from = find_end (use, copy - 1, outputs[k].ends[0], &port);

      from = find_producer (from, &port);
      put_wire (self, from, port, use, use->group->parts.inputs[k].name, copy);
    }
}

/* A wire's end in a body; the border of a group stands for itself. */
static const Part *
part_of (GPtrArray       *parts,
         const MtlDesign *body,
         const char      *id)
{
  static const Part border = { .id = (char *) MTL_BORDER };
  int n = mtl_design_find_index (body, id);

  return n >= 0 ? parts->pdata[n] : &border;
}

static void
put_wires (Flat            *self,
           GPtrArray       *parts,
           const MtlDesign *body)
{
  for (guint i = 0; i < body->wires->len; i++)
    {
      const MtlWire *wire = body->wires->pdata[i];
      const char *port = wire->from_port;
      const Part *from = find_producer (part_of (parts, body, wire->from), &port);

      put_wire (self, from, port, part_of (parts, body, wire->to), wire->to_port, 0);
    }

  for (guint i = 0; i < parts->len; i++)
    {
      const Part *use = parts->pdata[i];

      for (guint n = 0; use->group != NULL && n < use->copies->len; n++)
        {
          if (n > 0)
            put_chain (self, use, n);
          put_wires (self, use->copies->pdata[n], mtl_group_body (use->group));
        }
    }
}

static gboolean
has_uses (const MtlDesign *design)
{
  for (guint i = 0; i < design->blocks->len; i++)
    if (mtl_block_group (design->blocks->pdata[i]) != NULL)
      return TRUE;

  return FALSE;
}

static MtlDesign *
expand (Flat            *self,
        const MtlDesign *design)
{
  g_autoptr(GPtrArray) parts = NULL;

  self->draft = mtl_design_copy (design);
  g_ptr_array_set_size (self->draft->blocks, 0);
  g_ptr_array_set_size (self->draft->wires, 0);
  parts = make_parts (self, design);
  put_blocks (self, parts);
  put_wires (self, parts, design);

  return mtl_design_seal (self->draft);
}

MtlDesign *
mtl_design_expand (const MtlDesign *self,
                   GPtrArray       *refusals)
{
  Flat flat = { .refusals = refusals };

  return has_uses (self) ? expand (&flat, self) : mtl_design_ref (self);
}

MtlDesign *
mtl_design_expand_one (const MtlDesign *self,
                       const char      *id,
                       GPtrArray       *refusals)
{
  Flat flat = { .refusals = refusals, .only = id };

  return expand (&flat, self);
}
