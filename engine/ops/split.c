/* split.c — an axis in two parts, each with an output of its own
 *
 * A function of an exported header has one output: two slices in place of a
 * split can be exported.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-op-axis.h"
#include "mtl-op-move.h"

enum { AXIS, SIZE };
enum { FIRST, SECOND, N_PARTS };

static gboolean
split_infer (MtlOpShape  *shape,
             GError     **error)
{
  MtlShape first = shape->in[0];
  gsize size = (gsize) shape->set[SIZE].number;
  guint index;

  if (!mtl_op_axis_find (&shape->in[0], shape->set[AXIS].number, &index, error))
    return FALSE;

  if (size >= first.size[index])
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "gives %" G_GSIZE_FORMAT " places of axis %u to its first output, but gets %s: "
                   "at least 1 of %" G_GSIZE_FORMAT " has to be left for the second",
                   size, index + 1, words, first.size[index]);
      return FALSE;
    }

  first.size[index] = size;
  if (!mtl_op_infer_output (shape, &first, error))
    return FALSE;

  shape->out[SECOND] = shape->in[0];
  shape->out[SECOND].size[index] -= size;
  shape->n_out = N_PARTS;
  return TRUE;
}

/* Values of an output in each piece of the input, and how many are before them. */
static gsize
find_part (const MtlOpShape *shape,
           guint             output,
           gsize            *before)
{
  MtlOpAxis axis = mtl_op_axis (&shape->in[0], shape->set[AXIS].number);
  gsize first = (gsize) shape->set[SIZE].number * axis.inner;

  *before = output == FIRST ? 0 : first;
  return output == FIRST ? first : axis.n * axis.inner - first;
}

static void
split_forward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (guint output = 0; output < N_PARTS; output++)
    {
      gsize before, n = find_part (pass->shape, output, &before);

      for (gsize o = 0; o < pass->rows * axis.outer; o++)
        memcpy (pass->y[output] + o * n, pass->x[0] + o * axis.n * axis.inner + before,
                n * sizeof (float));
    }
}

static void
split_backward (const MtlOpPass *pass)
{
  MtlOpAxis axis = mtl_op_axis (&pass->shape->in[0], pass->shape->set[AXIS].number);

  for (guint output = 0; output < N_PARTS; output++)
    {
      gsize before, n = find_part (pass->shape, output, &before);

      for (guint lane = 0; lane < pass->n_lanes; lane++)
        {
          const float *dy = mtl_op_dy (pass, output, lane);
          float *dx = mtl_op_dx (pass, 0, lane);

          for (gsize o = 0; dx != NULL && o < pass->rows * axis.outer; o++)
            mtl_op_move (dx + o * axis.n * axis.inner + before, dy + o * n, n,
                         mtl_op_dx_fresh (pass, 0, lane));
        }
    }
}

static char *
split_line (const MtlSetting *set)
{
  /* Translators: second line of a split block: places that its first output gets. */
  return g_strdup_printf (_("%.0f and the rest"), set[SIZE].number);
}

const MtlOp mtl_op_split = {
  .method = {
    .id = "split",
    .title = N_("Split"),
    .summary = N_("Parts one axis in two: some channels here, the rest there."),
    .reference = "Ma, Zhang, Zheng, Sun, “ShuffleNet V2: Practical Guidelines for Efficient CNN "
                 "Architecture Design”, ECCV 2018, arXiv 1807.11164, sec. 3",
    .params = (const MtlParam[]) {
      [AXIS] = { .id = "axis", .title = N_("Axis"),
                 .summary = N_("Which axis is parted: 1 is the first (channels), −1 the last"),
                 .type = MTL_WHOLE, .minimum = -MTL_OP_MAX_RANK, .maximum = MTL_OP_MAX_RANK,
                 .initial = 1 },
      [SIZE] = { .id = "size", .title = N_("Split Size"),
                 .summary = N_("Places that the first output gets; the second gets the rest"),
                 .type = MTL_WHOLE, .minimum = 1, .maximum = MTL_OP_MAX_SIZE, .initial = 1 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "first", "second", NULL },
  },
  .look = { .icon = "basin-split-symbolic", .group = N_("Shape"), .width = 84,
            .line = split_line },
  .infer = split_infer,
  .forward = split_forward,
  .backward = split_backward,
};
