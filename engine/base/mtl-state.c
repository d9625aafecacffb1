/* mtl-state.c — the named arrays of a method, and their form in a checkpoint
 *
 * A saved state is an array of (name, values): `ad` for doubles, and for
 * floats `au`, their bits, because GVariant has no float. Loading compares
 * everything with the declaration before it writes anything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-state.h"

#include <string.h>

#include "mtl-error.h"

G_STATIC_ASSERT (sizeof (float) == sizeof (guint32));

struct _MtlState
{
  MtlStateSpec  spec;
  gpointer     *values;  /* spec.n arrays of double or float */
};

static gsize
element_size (const MtlStateArray *array)
{
  return array->floats ? sizeof (float) : sizeof (double);
}

static gpointer
new_values (const MtlStateArray *array)
{
  gpointer values = g_malloc_n (MAX (array->length, 1), element_size (array));

  for (gsize i = 0; i < array->length; i++)
    if (array->floats)
      ((float *) values)[i] = (float) array->initial;
    else
      ((double *) values)[i] = array->initial;

  return values;
}

/**
 * mtl_state_declare:
 * @spec: all zero before its first array
 * @name: static; differs from the names already in @spec
 * @length: elements; 0 is allowed
 * @floats: whether floats, else doubles
 * @plotted: whether to draw a curve for each element
 *
 * Adds an array; its number is the count of those before it.
 */
void
mtl_state_declare (MtlStateSpec *spec,
                   const char   *name,
                   gsize         length,
                   gboolean      floats,
                   double        initial,
                   gboolean      plotted)
{
  g_assert (spec->n < G_N_ELEMENTS (spec->arrays));

  spec->arrays[spec->n++] = (MtlStateArray) {
    .name = name,
    .length = length,
    .floats = floats,
    .initial = initial,
    .plotted = plotted,
  };
}

/**
 * mtl_state_new:
 * @spec: copied
 *
 * Returns: (transfer full): every array at its initial value
 */
MtlState *
mtl_state_new (const MtlStateSpec *spec)
{
  MtlState *self = g_new0 (MtlState, 1);

  self->spec = *spec;
  self->values = g_new0 (gpointer, G_N_ELEMENTS (spec->arrays));
  for (guint n = 0; n < spec->n; n++)
    self->values[n] = new_values (&spec->arrays[n]);

  return self;
}

MtlState *
mtl_state_copy (const MtlState *self)
{
  MtlState *copy = mtl_state_new (&self->spec);

  mtl_state_set (copy, self);
  return copy;
}

void
mtl_state_set (MtlState       *self,
               const MtlState *from)
{
  g_assert (self->spec.n == from->spec.n);

  for (guint n = 0; n < self->spec.n; n++)
    {
      const MtlStateArray *array = &self->spec.arrays[n];

      g_assert (array->length == from->spec.arrays[n].length
                && array->floats == from->spec.arrays[n].floats);
      memcpy (self->values[n], from->values[n], array->length * element_size (array));
    }
}

void
mtl_state_free (MtlState *self)
{
  for (guint n = 0; n < self->spec.n; n++)
    g_free (self->values[n]);
  g_free (self->values);
  g_free (self);
}

double *
mtl_state_doubles (MtlState *self,
                   guint     n)
{
  g_assert (n < self->spec.n && !self->spec.arrays[n].floats);

  return self->values[n];
}

float *
mtl_state_floats (MtlState *self,
                  guint     n)
{
  g_assert (n < self->spec.n && self->spec.arrays[n].floats);

  return self->values[n];
}

const MtlStateSpec *
mtl_state_spec (const MtlState *self)
{
  return &self->spec;
}

static const GVariantType *
element_type (const MtlStateArray *array)
{
  return array->floats ? G_VARIANT_TYPE_UINT32 : G_VARIANT_TYPE_DOUBLE;
}

/**
 * mtl_state_save:
 *
 * Returns: (transfer full): a copy of names and values
 */
GVariant *
mtl_state_save (const MtlState *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(sv)"));
  for (guint n = 0; n < self->spec.n; n++)
    {
      const MtlStateArray *array = &self->spec.arrays[n];

      g_variant_builder_add (&builder, "(sv)", array->name,
                             g_variant_new_fixed_array (element_type (array), self->values[n],
                                                        array->length, element_size (array)));
    }

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

/* Sets @error unless @name and @values are what @array declares. */
static gboolean
check_saved (const MtlStateArray  *array,
             const char           *name,
             GVariant             *values,
             GError              **error)
{
  const char *expected = array->floats ? "au" : "ad";

  if (strcmp (name, array->name) != 0)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   "The saved state has “%s” where the method keeps “%s”", name, array->name);
      return FALSE;
    }
  if (!g_variant_is_of_type (values, G_VARIANT_TYPE (expected)))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   "The saved state “%s” is of type “%s”, expected “%s”",
                   name, g_variant_get_type_string (values), expected);
      return FALSE;
    }
  if (g_variant_n_children (values) != array->length)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   "The saved state “%s” has %" G_GSIZE_FORMAT " numbers, expected %"
                   G_GSIZE_FORMAT, name, g_variant_n_children (values), array->length);
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_all (const MtlState  *self,
           GVariant        *saved,
           GError         **error)
{
  if (!g_variant_is_of_type (saved, G_VARIANT_TYPE ("a(sv)")))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   "The saved state is of type “%s”, expected “a(sv)”",
                   g_variant_get_type_string (saved));
      return FALSE;
    }
  if (g_variant_n_children (saved) != self->spec.n)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   "The saved state has %" G_GSIZE_FORMAT " arrays, the method keeps %u",
                   g_variant_n_children (saved), self->spec.n);
      return FALSE;
    }

  for (guint n = 0; n < self->spec.n; n++)
    {
      g_autoptr(GVariant) values = NULL;
      const char *name;

      g_variant_get_child (saved, n, "(&sv)", &name, &values);
      if (!check_saved (&self->spec.arrays[n], name, values, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * mtl_state_load:
 * @saved: from mtl_state_save(), or from a file: it is checked
 *
 * Returns: FALSE with %MTL_ERROR_STORE, and @self as it was, when names,
 *   kinds or lengths are not those declared
 */
gboolean
mtl_state_load (MtlState  *self,
                GVariant  *saved,
                GError   **error)
{
  if (!check_all (self, saved, error))
    return FALSE;

  for (guint n = 0; n < self->spec.n; n++)
    {
      gsize size = element_size (&self->spec.arrays[n]);
      g_autoptr(GVariant) values = NULL;
      gconstpointer bytes;
      gsize length;

      g_variant_get_child (saved, n, "(&sv)", NULL, &values);
      bytes = g_variant_get_fixed_array (values, &length, size);
      if (length > 0)
        memcpy (self->values[n], bytes, length * size);
    }

  return TRUE;
}
