/* mtl-block.c — one block of a design, and one wire
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <math.h>
#include <string.h>

#include "mtl-group.h"
#include "mtl-name.h"
#include "mtl-op.h"

/* --- wires --- */

MtlWire *
mtl_wire_new (const char *from,
              const char *from_port,
              const char *to,
              const char *to_port)
{
  MtlWire *self = g_atomic_rc_box_new (MtlWire);

  self->from = g_strdup (from);
  self->from_port = g_strdup (from_port);
  self->to = g_strdup (to);
  self->to_port = g_strdup (to_port);

  return self;
}

static void
clear_wire (gpointer data)
{
  MtlWire *self = data;

  g_free ((char *) self->from);
  g_free ((char *) self->from_port);
  g_free ((char *) self->to);
  g_free ((char *) self->to_port);
}

void
mtl_wire_unref (gpointer wire)
{
  g_atomic_rc_box_release_full (wire, clear_wire);
}

gboolean
mtl_wire_equal (const MtlWire *a,
                const MtlWire *b)
{
  return strcmp (a->from, b->from) == 0 && strcmp (a->from_port, b->from_port) == 0
    && strcmp (a->to, b->to) == 0 && strcmp (a->to_port, b->to_port) == 0;
}

gboolean
mtl_end_parse (const char  *end,
               char       **block,
               char       **port,
               GError     **error)
{
  const char *dot = strchr (end, '.');
  g_autofree char *first = dot != NULL ? g_strndup (end, dot - end) : NULL;

  if (dot == NULL || !mtl_path_is_valid (first) || !mtl_name_is_valid (dot + 1))
    {
      g_autofree char *valid = g_utf8_make_valid (end, -1);

      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
                   "the end of a wire is written block.port, such as conv1.in; found “%.80s”",
                   valid);
      return FALSE;
    }

  *port = g_strdup (dot + 1);
  *block = g_steal_pointer (&first);
  return TRUE;
}

MtlWire *
mtl_wire_parse (const char  *from,
                const char  *to,
                GError     **error)
{
  g_autofree char *from_block = NULL;
  g_autofree char *from_port = NULL;
  g_autofree char *to_block = NULL;
  g_autofree char *to_port = NULL;

  if (!mtl_end_parse (from, &from_block, &from_port, error)
      || !mtl_end_parse (to, &to_block, &to_port, error))
    return NULL;

  return mtl_wire_new (from_block, from_port, to_block, to_port);
}

/* --- blocks --- */

static double
clamp_coordinate (double value)
{
  /* Minus zero would be written otherwise than zero. */
  value = CLAMP (value, -MTL_MAX_COORDINATE, MTL_MAX_COORDINATE);
  return value == 0.0 ? 0.0 : value;
}

/**
 * mtl_block_new:
 * @id: lower-case letters, digits, _ and -; a letter first; at most 64; of a
 *   block within a group a path of such names, see mtl-group.h
 * @what: of MTL_KIND_OP or MTL_KIND_SOURCE
 * @x: finite; beyond ±10⁶ it is cut, so that what is drawn can be saved
 *
 * Returns: (transfer full): the block
 */
MtlBlock *
mtl_block_new (const char      *id,
               const MtlChosen *what,
               double           x,
               double           y)
{
  MtlBlock *self;

  g_return_val_if_fail (mtl_path_is_valid (id), NULL);
  g_return_val_if_fail (isfinite (x) && isfinite (y), NULL);
  g_return_val_if_fail (mtl_chosen_kind (what) == MTL_KIND_OP
                        || mtl_chosen_kind (what) == MTL_KIND_SOURCE, NULL);

  self = g_new0 (MtlBlock, 1);
  g_atomic_ref_count_init (&self->refs);
  self->id = g_strdup (id);
  self->what = mtl_chosen_ref (what);
  self->x = clamp_coordinate (x);
  self->y = clamp_coordinate (y);

  return self;
}

MtlBlock *
mtl_block_like (const MtlBlock  *self,
                const char      *id,
                const MtlChosen *what,
                double           x,
                double           y)
{
  MtlBlock *copy = mtl_block_new (id, what, x, y);

  copy->kept = g_strdupv (self->kept);
  return copy;
}

MtlBlock *
mtl_block_copy (const MtlBlock *self)
{
  return mtl_block_like (self, self->id, self->what, self->x, self->y);
}

MtlBlock *
mtl_block_ref (const MtlBlock *self)
{
  MtlBlock *own = (MtlBlock *) self;

  g_atomic_ref_count_inc (&own->refs);
  return own;
}

void
mtl_block_unref (const MtlBlock *self)
{
  MtlBlock *own = (MtlBlock *) self;

  if (!g_atomic_ref_count_dec (&own->refs))
    return;

  g_free (own->id);
  mtl_chosen_unref (own->what);
  g_strfreev (own->kept);
  g_free (own);
}

const char *
mtl_block_id (const MtlBlock *self)
{
  return self->id;
}

const MtlChosen *
mtl_block_what (const MtlBlock *self)
{
  return self->what;
}

double
mtl_block_x (const MtlBlock *self)
{
  return self->x;
}

double
mtl_block_y (const MtlBlock *self)
{
  return self->y;
}

gboolean
mtl_block_is_source (const MtlBlock *self)
{
  return mtl_chosen_kind (self->what) == MTL_KIND_SOURCE;
}

gboolean
mtl_block_is_task (const MtlBlock *self)
{
  return !mtl_block_is_source (self)
    && strcmp (mtl_chosen_method (self->what)->id, MTL_TASK_ID) == 0;
}

const MtlGroup *
mtl_block_group (const MtlBlock *self)
{
  return mtl_chosen_method (self->what)->group;
}

/* --- ports --- */

static const MtlPorts *
get_ports (const MtlBlock *self)
{
  static const MtlPorts none;

  if (mtl_block_is_source (self))
    return &none;

  return &((const MtlOp *) mtl_chosen_method (self->what))->ports;
}

static guint
count_names (const char *const *names)
{
  return names != NULL ? g_strv_length ((char **) names) : 0;
}

guint
mtl_block_n_inputs (const MtlBlock *self)
{
  return count_names (get_ports (self)->inputs);
}

/**
 * mtl_block_n_outputs:
 *
 * Outputs of a source follow from its data, which a design does not know: for
 * a source the answer is 0, and mtl_survey_n_outputs() has the true one.
 */
guint
mtl_block_n_outputs (const MtlBlock *self)
{
  return count_names (get_ports (self)->outputs);
}

const char *
mtl_block_input (const MtlBlock *self,
                 guint           n)
{
  g_return_val_if_fail (n < mtl_block_n_inputs (self), NULL);

  return get_ports (self)->inputs[n];
}

const char *
mtl_block_output (const MtlBlock *self,
                  guint           n)
{
  g_return_val_if_fail (n < mtl_block_n_outputs (self), NULL);

  return get_ports (self)->outputs[n];
}

gboolean
mtl_block_input_repeats (const MtlBlock *self)
{
  return get_ports (self)->last_repeats;
}

int
mtl_block_find_input (const MtlBlock *self,
                      const char     *port)
{
  for (guint i = 0; i < mtl_block_n_inputs (self); i++)
    if (strcmp (mtl_block_input (self, i), port) == 0)
      return i;

  return -1;
}

gboolean
mtl_block_has_output (const MtlBlock *self,
                      const char     *port)
{
  if (mtl_block_is_source (self))
    return mtl_name_is_valid (port);

  for (guint i = 0; i < mtl_block_n_outputs (self); i++)
    if (strcmp (mtl_block_output (self, i), port) == 0)
      return TRUE;

  return FALSE;
}

gboolean
mtl_block_port_repeats (const MtlBlock *self,
                        const char     *port)
{
  return mtl_block_input_repeats (self)
    && mtl_block_find_input (self, port) == (int) mtl_block_n_inputs (self) - 1;
}
