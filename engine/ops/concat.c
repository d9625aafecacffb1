/* concat.c — inputs one behind the other along their first dimension
 *
 * All other dimensions agree, so a sample of the output is the samples of the
 * inputs in a row: values behind values, channels behind channels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

static gboolean
fits_behind (const MtlShape *a,
             const MtlShape *b)
{
  return a->rank == b->rank && a->rank > 0
         && memcmp (a->size + 1, b->size + 1, (a->rank - 1) * sizeof *a->size) == 0;
}

static gboolean
concat_infer (MtlOpShape  *shape,
              GError     **error)
{
  MtlShape out = shape->in[0];

  for (guint i = 1; i < shape->n_in; i++)
    {
      if (!fits_behind (&shape->in[0], &shape->in[i]))
        {
          g_autofree char *first = mtl_op_shape_words (&shape->in[0]);
          g_autofree char *other = mtl_op_shape_words (&shape->in[i]);

          g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                       "needs inputs that differ in their first dimension alone, "
                       "but input 1 is %s and input %u is %s", first, i + 1, other);
          return FALSE;
        }
      /* Saturates, for the check of the whole to refuse. */
      if (!g_size_checked_add (&out.size[0], out.size[0], shape->in[i].size[0]))
        out.size[0] = G_MAXSIZE;
    }

  return mtl_op_infer_output (shape, &out, error);
}

static void
concat_forward (const MtlOpPass *pass)
{
  gsize n_out = mtl_shape_size (&pass->shape->out[0]);
  gsize at = 0;

  for (guint i = 0; i < pass->shape->n_in; i++)
    {
      gsize n = mtl_shape_size (&pass->shape->in[i]);

      for (gsize r = 0; r < pass->rows; r++)
        memcpy (pass->y[0] + r * n_out + at, pass->x[i] + r * n, n * sizeof (float));
      at += n;
    }
}

static void
concat_backward (const MtlOpPass *pass)
{
  gsize n_out = mtl_shape_size (&pass->shape->out[0]);
  gsize at = 0;

  for (guint i = 0; i < pass->shape->n_in; i++)
    {
      gsize n = mtl_shape_size (&pass->shape->in[i]);

      for (guint lane = 0; lane < pass->n_lanes; lane++)
        {
          const float *dy = mtl_op_dy (pass, 0, lane);
          float *dx = mtl_op_dx (pass, i, lane);

          for (gsize r = 0; dx != NULL && r < pass->rows; r++)
            mtl_op_move (dx + r * n, dy + r * n_out + at, n, mtl_op_dx_fresh (pass, i, lane));
        }
      at += n;
    }
}

static gboolean
concat_write_c (const MtlOpShape  *shape,
                MtlCWriter        *to,
                GError           **error)
{
  for (guint i = 0; i < shape->n_in; i++)
    {
      mtl_c_writer_line (to, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)",
                         mtl_shape_size (&shape->in[i]));
      mtl_c_writer_line (to, 1, "*y++ = x%u[i];", i);
    }

  return TRUE;
}

const MtlOp mtl_op_concat = {
  .method = {
    .id = "concat",
    .title = N_("Concat"),
    .summary = N_("Puts inputs one behind the other: values, or channels of images."),
    .reference = "Huang, Liu, van der Maaten, Weinberger, “Densely Connected Convolutional "
                 "Networks”, CVPR 2017, arXiv 1608.06993, eq. 2",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-concat-symbolic", .group = N_("Shape"), .width = 76 },
  .infer = concat_infer,
  .forward = concat_forward,
  .backward = concat_backward,
  .write_c = concat_write_c,
};
