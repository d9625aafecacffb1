/* reshape.c — the values of a sample in another shape, in the same order
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-json.h"
#include "mtl-op-axis.h"
#include "mtl-op-move.h"

enum { SHAPE };

#define REST (-1)  /* as many as there are left */

static gboolean
refuse (const MtlOpShape  *shape,
        gsize              size,
        const char        *why,
        GError           **error)
{
  g_autofree char *words = mtl_op_shape_words (&shape->in[0]);
  g_autofree char *quoted = mtl_json_quote_found (shape->set[SHAPE].text);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "is to give the shape %s, but gets %s: %s %" G_GSIZE_FORMAT " values",
               quoted, words, why, size);
  return FALSE;
}

/* The sizes as they are written; @rest: the axis that takes what is left, or −1. */
static gboolean
read_sizes (const MtlOpShape  *shape,
            MtlShape          *out,
            int               *rest,
            GError           **error)
{
  gint64 sizes[MTL_OP_MAX_RANK];

  if (!mtl_op_list_parse (shape->set[SHAPE].text, "sizes", REST, sizes, &out->rank, error))
    return FALSE;

  *rest = -1;
  for (guint i = 0; i < out->rank; i++)
    {
      if (sizes[i] == 0 || (sizes[i] == REST && *rest >= 0))
        {
          g_autofree char *quoted = mtl_json_quote_found (shape->set[SHAPE].text);

          g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                       "needs sizes of at least 1, of which one may be -1 for what is left, "
                       "but is set to %s", quoted);
          return FALSE;
        }
      if (sizes[i] == REST)
        *rest = (int) i;
      out->size[i] = sizes[i] == REST ? 1 : (gsize) sizes[i];
    }

  return TRUE;
}

static gboolean
reshape_infer (MtlOpShape  *shape,
               GError     **error)
{
  gsize size = mtl_shape_size (&shape->in[0]), known;
  MtlShape out = { 0 };
  int rest;

  if (!read_sizes (shape, &out, &rest, error))
    return FALSE;

  known = mtl_shape_size (&out);
  if (rest < 0 && known != size)
    return refuse (shape, known, "that shape has", error);
  if (rest >= 0 && size % known != 0)
    return refuse (shape, known, "they do not divide into rows of", error);
  if (rest >= 0)
    out.size[rest] = size / known;

  return mtl_op_infer_output (shape, &out, error);
}

static void
reshape_forward (const MtlOpPass *pass)
{
  memcpy (pass->y[0], pass->x[0],
          pass->rows * mtl_shape_size (&pass->shape->out[0]) * sizeof (float));
}

static void
reshape_backward (const MtlOpPass *pass)
{
  mtl_op_move_dy (pass, 0);
}

static gboolean
reshape_write_c (const MtlOpShape  *shape,
                 MtlCWriter        *to,
                 GError           **error)
{
  mtl_c_writer_same (to);

  return TRUE;
}

static char *
reshape_line (const MtlSetting *set)
{
  return g_strdup (set[SHAPE].text);
}

const MtlOp mtl_op_reshape = {
  .method = {
    .id = "reshape",
    .title = N_("Reshape"),
    .summary = N_("Gives the values of a sample another shape; their order stays."),
    .reference = "Harris, Millman, van der Walt et al., “Array Programming with NumPy”, Nature 585 "
                 "(2020), arXiv 2006.10256",
    .params = (const MtlParam[]) {
      [SHAPE] = { .id = "shape", .title = N_("Shape"),
                  .summary = N_("Sizes with commas, such as 3,8,8; one may be -1: what is left"),
                  .type = MTL_TEXT, .initial_text = "-1" },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-reshape-symbolic", .group = N_("Shape"), .width = 84,
            .line = reshape_line },
  .infer = reshape_infer,
  .forward = reshape_forward,
  .backward = reshape_backward,
  .write_c = reshape_write_c,
};
