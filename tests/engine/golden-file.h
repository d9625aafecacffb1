/* golden-file.h — files of tests/golden, whose numbers another program worked out
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <json-glib/json-glib.h>
#include <math.h>

#include "mtl-survey.h"   /* MtlShape */

/* (transfer full): golden/@file; what is read of it lives as long. */
static inline JsonParser *
golden_open (const char *file)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "golden", file, NULL);
  g_autoptr(GError) error = NULL;
  JsonParser *parser = json_parser_new ();

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);

  return parser;
}

static inline MtlShape
golden_shape (JsonArray *sizes)
{
  MtlShape shape = { .rank = json_array_get_length (sizes) };

  for (guint i = 0; i < shape.rank; i++)
    shape.size[i] = (gsize) json_array_get_int_element (sizes, i);

  return shape;
}

/* Writes @list, which has to be of @n, to @values. */
static inline void
golden_read (JsonArray *list,
             gsize      n,
             float     *values)
{
  g_assert_cmpuint (json_array_get_length (list), ==, n);
  for (guint i = 0; i < n; i++)
    values[i] = (float) json_array_get_double_element (list, i);
}

/* Fails with @what and the place where @found is not @list, which has to be of @n,
 * added to @before; @tolerance is relative to 1 + |value|. */
static inline void
golden_compare (const char  *what,
                JsonArray   *list,
                const float *found,
                gsize        n,
                double       before,
                double       tolerance)
{
  g_assert_cmpuint (json_array_get_length (list), ==, n);
  for (gsize i = 0; i < n; i++)
    {
      double expected = json_array_get_double_element (list, (guint) i) + before;

      if (!(fabs (found[i] - expected) <= tolerance * (1.0 + fabs (expected))))
        g_error ("%s, element %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT ": %.9g instead of %.9g",
                 what, i, n, found[i], expected);
    }
}
