/* slice.c — some places of an axis, from one to another
 *
 * Of each outer index the places lie in one piece of memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-axis.h"
#include "mtl-op-move.h"

enum { AXIS, FROM, TO };

/* Where the pieces begin in a sample, in values, how long they are and how far apart. */
typedef struct
{
  gsize first, length, apart, count;
} Pieces;

static gboolean
slice_infer (MtlOpShape  *shape,
             GError     **error)
{
  MtlShape out = shape->in[0];
  gsize from = 0, to = 0;
  guint index;

  if (!mtl_op_axis_find (&shape->in[0], shape->set[AXIS].number, &index, error))
    return FALSE;

  if (!mtl_op_axis_place (shape->set[FROM].number, out.size[index], &from)
      || !mtl_op_axis_place (shape->set[TO].number, out.size[index], &to) || from > to)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "keeps places %.0f to %.0f of axis %u, but gets %s: they may go from 1 up to %"
                   G_GSIZE_FORMAT ", or from −%" G_GSIZE_FORMAT " up to −1, counted from the last",
                   shape->set[FROM].number, shape->set[TO].number, index + 1, words,
                   out.size[index], out.size[index]);
      return FALSE;
    }

  out.size[index] = to - from + 1;
  return mtl_op_infer_output (shape, &out, error);
}

static Pieces
find_pieces (const MtlOpShape *shape)
{
  MtlOpAxis axis = mtl_op_axis (&shape->in[0], shape->set[AXIS].number);
  gsize from = 0, to = 0;

  mtl_op_axis_place (shape->set[FROM].number, axis.n, &from);
  mtl_op_axis_place (shape->set[TO].number, axis.n, &to);

  return (Pieces) { from * axis.inner, (to - from + 1) * axis.inner, axis.n * axis.inner,
                    axis.outer };
}

static void
slice_forward (const MtlOpPass *pass)
{
  Pieces pieces = find_pieces (pass->shape);

  for (gsize p = 0; p < pass->rows * pieces.count; p++)
    memcpy (pass->y[0] + p * pieces.length, pass->x[0] + p * pieces.apart + pieces.first,
            pieces.length * sizeof (float));
}

static void
slice_backward (const MtlOpPass *pass)
{
  Pieces pieces = find_pieces (pass->shape);
  gsize count = pass->rows * pieces.count;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_clear_dx (pass, 0, lane);

      if (dx == NULL)
        continue;
      for (gsize p = 0; p < count; p++)
        mtl_op_move (dx + p * pieces.apart + pieces.first, dy + p * pieces.length, pieces.length,
                     mtl_op_dx_fresh (pass, 0, lane));
    }
}

static gboolean
slice_write_c (const MtlOpShape  *shape,
               MtlCWriter        *to,
               GError           **error)
{
  Pieces pieces = find_pieces (shape);

  mtl_c_writer_line (to, 0, "for (long p = 0; p < %" G_GSIZE_FORMAT "; p++)", pieces.count);
  mtl_c_writer_line (to, 1, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", pieces.length);
  mtl_c_writer_line (to, 2, "*y++ = x[p * %" G_GSIZE_FORMAT " + %" G_GSIZE_FORMAT " + i];",
                     pieces.apart, pieces.first);

  return TRUE;
}

static char *
slice_line (const MtlSetting *set)
{
  /* Translators: second line of a slice block: the places of an axis that it keeps. */
  return g_strdup_printf (_("%.0f to %.0f"), set[FROM].number, set[TO].number);
}

const MtlOp mtl_op_slice = {
  .method = {
    .id = "slice",
    .title = N_("Slice"),
    .summary = N_("Keeps some places of one axis: some channels, or the first token."),
    .reference = "Harris, Millman, van der Walt et al., “Array Programming with NumPy”, Nature 585 "
                 "(2020), arXiv 2006.10256",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis is cut: 1 is the first (channels), −1 the last"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_RANK, .maximum = MTL_OP_MAX_RANK,
                 .initial = 1 },
      [FROM] = { .id = "from", .title = N_("From"),
                 .summary = N_("First place that is kept: 1 is the first, −1 the last"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_SIZE, .maximum = MTL_OP_MAX_SIZE,
                 .initial = 1 },
      [TO] = { .id = "to", .title = N_("To"),
               .summary = N_("Last place that is kept: 1 is the first, −1 the last"),
               .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_SIZE, .maximum = MTL_OP_MAX_SIZE,
               .initial = -1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-slice-symbolic", .group = N_("Shape"), .width = 76,
            .line = slice_line },
  .infer = slice_infer,
  .forward = slice_forward,
  .backward = slice_backward,
  .write_c = slice_write_c,
};
