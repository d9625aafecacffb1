/* mtl-shape.c — the size of a sample and how it is written
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-survey.h"

/**
 * mtl_shape_size:
 *
 * Returns: the number of values in a sample; 0 while the shape is unknown,
 *   G_MAXSIZE where the product does not fit a gsize
 */
gsize
mtl_shape_size (const MtlShape *self)
{
  gsize size = self->rank > 0 ? 1 : 0;

  for (guint i = 0; i < self->rank; i++)
    if (!g_size_checked_mul (&size, size, self->size[i]))
      return G_MAXSIZE;

  return size;
}

/**
 * mtl_shape_to_text:
 *
 * Returns: (transfer full): the sizes with × between them, `?` while unknown
 */
char *
mtl_shape_to_text (const MtlShape *self)
{
  GString *text = g_string_new (self->rank > 0 ? NULL : "?");

  for (guint i = 0; i < self->rank; i++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, i > 0 ? "×" : "", self->size[i]);

  return g_string_free (text, FALSE);
}
