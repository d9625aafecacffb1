/* multiply.c — product of any number of inputs, value by value
 *
 *   y = Π x_i        dx_i = dy·Π_{j≠i} x_j, summed over the places that x_i was broadcast to
 *
 * An input may have 1 place on an axis where others have more: its values then
 * count for each of them, as a gate of channels×1×1 or a mask of 1×height×width
 * against channels×height×width. A single value goes with every shape.
 *
 * The product of the others is formed anew for each input and not divided out
 * of y: a gate is often 0.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-axis.h"
#include "mtl-op-sum.h"

/* The axes of the output as one input sees them, 1 in front where there are
 * fewer: how long each is, and how far its places are apart in the input; 0
 * where it is broadcast. Neighbours that can be walked as one are one. */
typedef struct
{
  gsize size[MTL_OP_MAX_RANK], apart[MTL_OP_MAX_RANK];
} Walk;

/* --- shapes --- */

/* Widens @out by @in; FALSE where they do not go together. */
static gboolean
widen (MtlShape       *out,
       const MtlShape *in)
{
  if (mtl_shape_size (in) == 1)
    return TRUE;
  if (mtl_shape_size (out) == 1)
    {
      *out = *in;
      return TRUE;
    }
  if (in->rank != out->rank)
    return FALSE;

  for (guint a = 0; a < in->rank; a++)
    {
      if (in->size[a] != out->size[a] && in->size[a] != 1 && out->size[a] != 1)
        return FALSE;
      out->size[a] = out->size[a] == 1 ? in->size[a] : out->size[a];
    }

  return TRUE;
}

static gboolean
multiply_infer (MtlOpShape  *shape,
                GError     **error)
{
  MtlShape out = shape->in[0];

  for (guint i = 1; i < shape->n_in; i++)
    if (!widen (&out, &shape->in[i]))
      {
        g_autofree char *before = mtl_op_shape_words (&out);
        g_autofree char *other = mtl_op_shape_words (&shape->in[i]);

        g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                     "needs inputs whose axes are of one size or of size 1, but input %u is %s "
                     "and the product of those before it is %s", i + 1, other, before);
        return FALSE;
      }

  return mtl_op_infer_output (shape, &out, error);
}

static void
multiply_plan (const MtlOpShape *shape,
               MtlOpNeeds       *needs)
{
  needs->reads_x = TRUE;
  needs->scratch = mtl_shape_size (&shape->out[0]) * (sizeof (double) + sizeof (float));
}

static Walk
find_walk (const MtlShape *in,
           const MtlShape *out)
{
  Walk walk = { { 1, 1, 1, 1 }, { 0 } };
  gboolean single = mtl_shape_size (in) == 1;
  guint at = MTL_OP_MAX_RANK;
  gsize apart = 1;

  for (guint a = out->rank; a > 0; a--)
    {
      gsize own = single ? 1 : in->size[a - 1];
      gsize step = own > 1 ? apart : 0;

      if (out->size[a - 1] == 1)
        continue;
      apart *= own;
      if (at < MTL_OP_MAX_RANK && step == walk.apart[at] * walk.size[at])
        {
          walk.size[at] *= out->size[a - 1];
          continue;
        }
      at--;
      walk.size[at] = out->size[a - 1];
      walk.apart[at] = step;
    }

  return walk;
}

/* --- passes --- */

/* One sample: y ← x, or with @times y ← y·x. */
static void
take (Walk         w,
      const float *x,
      gboolean     times,
      float       *y)
{
  for (gsize a = 0; a < w.size[0]; a++)
    for (gsize b = 0; b < w.size[1]; b++)
      for (gsize c = 0; c < w.size[2]; c++, y += w.size[3])
        {
          const float *from = x + a * w.apart[0] + b * w.apart[1] + c * w.apart[2];
          float one = *from;

          if (w.apart[3] > 0 && times)
            for (gsize d = 0; d < w.size[3]; d++)
              y[d] *= from[d];
          else if (w.apart[3] > 0)
            memcpy (y, from, w.size[3] * sizeof *y);
          else
            for (gsize d = 0; d < w.size[3]; d++)
              y[d] = times ? y[d] * one : one;
        }
}

static void
multiply_forward (const MtlOpPass *pass)
{
  const MtlShape *out = &pass->shape->out[0];
  gsize n_out = mtl_shape_size (out);

  for (guint i = 0; i < pass->shape->n_in; i++)
    {
      Walk walk = find_walk (&pass->shape->in[i], out);
      gsize n = mtl_shape_size (&pass->shape->in[i]);

      for (gsize r = 0; r < pass->rows; r++)
        take (walk, pass->x[i] + r * n, i > 0, pass->y[0] + r * n_out);
    }
}

/* Adds others·dy of one sample to the places of an input that it came from. */
static void
gather (Walk         w,
        const float *others,
        const float *dy,
        double      *sums)
{
  for (gsize a = 0; a < w.size[0]; a++)
    for (gsize b = 0; b < w.size[1]; b++)
      for (gsize c = 0; c < w.size[2]; c++, others += w.size[3], dy += w.size[3])
        {
          double *to = sums + a * w.apart[0] + b * w.apart[1] + c * w.apart[2];

          if (w.apart[3] > 0)
            for (gsize d = 0; d < w.size[3]; d++)
              to[d] += (double) others[d] * (double) dy[d];
          else
            *to += mtl_op_dot (others, dy, w.size[3]);
        }
}

/* The product of all inputs but @i, of one sample. */
static void
multiply_others (const MtlOpPass *pass,
                 guint            i,
                 gsize            r,
                 float           *others)
{
  const MtlShape *out = &pass->shape->out[0];
  gsize n_out = mtl_shape_size (out);

  for (gsize d = 0; d < n_out; d++)
    others[d] = 1.0f;
  for (guint j = 0; j < pass->shape->n_in; j++)
    if (j != i)
      take (find_walk (&pass->shape->in[j], out),
            pass->x[j] + r * mtl_shape_size (&pass->shape->in[j]), TRUE, others);
}

/* One sample, input and lane. */
static void
pass_back (const MtlOpPass *pass,
           guint            i,
           gsize            r,
           guint            lane,
           const float     *others,
           double          *sums)
{
  const MtlShape *in = &pass->shape->in[i], *out = &pass->shape->out[0];
  gsize n = mtl_shape_size (in), n_out = mtl_shape_size (out);
  const float *dy = mtl_op_dy (pass, 0, lane) + r * n_out;
  float *dx = mtl_op_dx (pass, i, lane) + r * n;
  gboolean fresh = mtl_op_dx_fresh (pass, i, lane);

  if (n == n_out)
    {
      for (gsize d = 0; d < n; d++)
        dx[d] = (fresh ? 0.0f : dx[d]) + others[d] * dy[d];
      return;
    }

  memset (sums, 0, n * sizeof *sums);
  gather (find_walk (in, out), others, dy, sums);
  for (gsize d = 0; d < n; d++)
    dx[d] = (fresh ? 0.0f : dx[d]) + (float) sums[d];
}

/* Input by input: two of them may be one tensor, whose gradient the second adds to. */
static void
multiply_backward (const MtlOpPass *pass)
{
  double *sums = pass->scratch;
  float *others = (float *) (sums + mtl_shape_size (&pass->shape->out[0]));

  for (guint i = 0; i < pass->shape->n_in; i++)
    for (gsize r = 0; r < pass->rows; r++)
      {
        gboolean wanted = FALSE;

        for (guint lane = 0; lane < pass->n_lanes; lane++)
          wanted = wanted || mtl_op_dx (pass, i, lane) != NULL;
        if (wanted)
          multiply_others (pass, i, r, others);
        for (guint lane = 0; lane < pass->n_lanes; lane++)
          if (mtl_op_dx (pass, i, lane) != NULL)
            pass_back (pass, i, r, lane, others, sums);
      }
}

/* --- export --- */

/* An input that is broadcast is smaller than y, so that y never takes its place. */
static gboolean
multiply_write_c (const MtlOpShape  *shape,
                  MtlCWriter        *to,
                  GError           **error)
{
  g_autoptr(GString) text = g_string_new (NULL);

  for (guint i = 0; i < shape->n_in; i++)
    {
      Walk w = find_walk (&shape->in[i], &shape->out[0]);
      gsize below = mtl_shape_size (&shape->out[0]);
      gboolean whole = mtl_shape_size (&shape->in[i]) == below;

      g_string_append_printf (text, "%sx%u[%s", i > 0 ? " * " : "", i, whole ? "i" : "0");
      for (guint a = 0; !whole && a < MTL_OP_MAX_RANK; a++)
        {
          below /= w.size[a];
          if (w.apart[a] > 0)
            g_string_append_printf (text, " + i / %" G_GSIZE_FORMAT " %% %" G_GSIZE_FORMAT
                                    " * %" G_GSIZE_FORMAT, below, w.size[a], w.apart[a]);
        }
      g_string_append_c (text, ']');
    }
  mtl_c_writer_elementwise (to, mtl_shape_size (&shape->out[0]), text->str);

  return TRUE;
}

const MtlOp mtl_op_multiply = {
  .method = {
    .id = "multiply",
    .title = N_("Multiply"),
    .summary = N_("Multiplies inputs value by value, as a gate or an attention mask does. "
                  "An axis of size 1 is repeated to the size of the others."),
    .reference = "Hu, Shen, Sun, “Squeeze-and-Excitation Networks”, CVPR 2018, arXiv 1709.01507, "
                 "eq. 4",
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_repeats = TRUE,
  },
  .look = { .icon = "basin-multiply-symbolic", .group = N_("Shape"), .width = 76 },
  .infer = multiply_infer,
  .plan = multiply_plan,
  .forward = multiply_forward,
  .backward = multiply_backward,
  .write_c = multiply_write_c,
};
