/* mtl-op-axis.c — one axis of a sample, and lists of axes and sizes as text
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-axis.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-json.h"
#include "mtl-op-infer.h"

gboolean
mtl_op_axis_place (double  number,
                   gsize   n,
                   gsize  *place)
{
  if (number == 0.0 || (number > 0.0 ? number : -number) > (double) n)
    return FALSE;

  *place = number > 0.0 ? (gsize) number - 1 : n - (gsize) -number;
  return TRUE;
}

gboolean
mtl_op_axis_find (const MtlShape  *shape,
                  double           number,
                  guint           *index,
                  GError         **error)
{
  g_autofree char *words = NULL;
  gsize place;

  if (mtl_op_axis_place (number, shape->rank, &place))
    {
      *index = (guint) place;
      return TRUE;
    }

  words = mtl_op_shape_words (shape);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "works on axis %d, but gets %s: the axis may be 1 to %u, or −1 to −%u from the last",
               (int) number, words, shape->rank, shape->rank);
  return FALSE;
}

MtlOpAxis
mtl_op_axis (const MtlShape *shape,
             double          number)
{
  MtlOpAxis axis = { 1, 1, 1 };
  gsize at = 0;
  gboolean found = mtl_op_axis_place (number, shape->rank, &at);

  g_assert (found);
  for (gsize i = 0; i < at; i++)
    axis.outer *= shape->size[i];
  axis.n = shape->size[at];
  for (gsize i = at + 1; i < shape->rank; i++)
    axis.inner *= shape->size[i];

  return axis;
}

gboolean
mtl_op_axis_reduce (MtlOpShape  *shape,
                    double       number,
                    gboolean     keep,
                    GError     **error)
{
  MtlShape out = shape->in[0];
  guint index;

  if (!mtl_op_axis_find (&shape->in[0], number, &index, error))
    return FALSE;

  if (keep || out.rank == 1)
    {
      out.size[index] = 1;
    }
  else
    {
      for (guint i = index; i + 1 < out.rank; i++)
        out.size[i] = out.size[i + 1];
      out.rank--;
    }

  /* An empty axis would have no mean, but its output a size. */
  if (mtl_shape_size (&shape->in[0]) == 0)
    out.size[0] = 0;

  return mtl_op_infer_output (shape, &out, error);
}

char *
mtl_op_axis_line (double number)
{
  if (number == -1.0)
    return g_strdup (_("over the last axis"));

  /* Translators: second line of a block on the canvas, e.g. “over axis 2”. */
  return g_strdup_printf (_("over axis %d"), (int) number);
}

void
mtl_op_axis_write_lines (MtlOpAxis   axis,
                         MtlCWriter *to)
{
  mtl_c_writer_line (to, 0, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", axis.outer);
  mtl_c_writer_line (to, 1, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", axis.inner);
  mtl_c_writer_line (to, 2, "{");
  mtl_c_writer_line (to, 3, "const float *line = x + o * %" G_GSIZE_FORMAT " + i;",
                     axis.n * axis.inner);
}

gboolean
mtl_op_list_parse (const char  *text,
                   const char  *what,
                   gint64       minimum,
                   gint64      *numbers,
                   guint       *n,
                   GError     **error)
{
  g_auto(GStrv) words = g_strsplit (text, ",", MTL_OP_MAX_RANK + 1);
  guint count = g_strv_length (words);
  gboolean fine = count > 0 && count <= MTL_OP_MAX_RANK;

  for (guint i = 0; fine && i < count; i++)
    fine = g_ascii_string_to_signed (g_strstrip (words[i]), 10, minimum, MTL_OP_MAX_SIZE,
                                     &numbers[i], NULL);
  if (!fine)
    {
      g_autofree char *quoted = mtl_json_quote_found (text);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs 1 to %d %s with commas between them, but is set to %s",
                   MTL_OP_MAX_RANK, what, quoted);
      return FALSE;
    }

  *n = count;
  return TRUE;
}
