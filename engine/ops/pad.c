/* pad.c — more rows and columns around an image
 *
 *   y[c,Y,X] = x[c, s(Y − top), s(X − left)]
 *
 * with s(i) = i inside. Outside, for n pixels along the direction,
 *
 *   zeros       y = 0
 *   reflect     s(i) = −i before, 2(n − 1) − i behind: the edge is not repeated
 *   replicate   s(i) = 0 before, n − 1 behind
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

enum { LEFT, RIGHT, TOP, BOTTOM, MODE };
enum { ZEROS, REFLECT, REPLICATE };

typedef struct
{
  gsize height, width;
  gsize left, right, top, bottom;
  gsize out_height, out_width;
  guint mode;
} Geometry;

static Geometry
measure (const MtlOpShape *shape)
{
  Geometry g = {
    .height = shape->in[0].size[1], .width = shape->in[0].size[2],
    .left = shape->set[LEFT].number, .right = shape->set[RIGHT].number,
    .top = shape->set[TOP].number, .bottom = shape->set[BOTTOM].number,
    .mode = (guint) shape->set[MODE].number,
  };

  g.out_height = g.height + g.top + g.bottom;
  g.out_width = g.width + g.left + g.right;

  return g;
}

static gboolean
check_reflection (gsize        n,
                  gsize        padding,
                  const char  *what,
                  GError     **error)
{
  if (padding < n)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "reflects %" G_GSIZE_FORMAT " %s, but gets %" G_GSIZE_FORMAT ": at most %"
               G_GSIZE_FORMAT " can be reflected", padding, what, n, n > 0 ? n - 1 : 0);
  return FALSE;
}

static gboolean
pad_infer (MtlOpShape  *shape,
           GError     **error)
{
  MtlShape out;
  Geometry g;

  if (!mtl_op_infer_image (shape, error) || !mtl_op_infer_output (shape, &shape->in[0], error))
    return FALSE;

  g = measure (shape);
  if (g.mode == REFLECT && (!check_reflection (g.height, MAX (g.top, g.bottom), "rows", error)
                            || !check_reflection (g.width, MAX (g.left, g.right), "columns",
                                                  error)))
    return FALSE;

  out = shape->in[0];
  out.size[1] = g.out_height;
  out.size[2] = g.out_width;

  return mtl_op_infer_output (shape, &out, error);
}

/* s(@o − @before), for modes other than zeros. */
static inline gsize
find_source (guint mode,
             gsize n,
             gsize before,
             gsize o)
{
  if (o < before)
    return mode == REFLECT ? before - o : 0;
  if (o - before >= n)
    return mode == REFLECT ? 2 * (n - 1) - (o - before) : n - 1;

  return o - before;
}

static gboolean
lies_inside (gsize n,
             gsize before,
             gsize o)
{
  return o >= before && o - before < n;
}

static void
pad_row (const Geometry *g,
         const float    *x,
         float          *y)
{
  memcpy (y + g->left, x, g->width * sizeof *y);
  for (gsize o = 0; o < g->left; o++)
    y[o] = g->mode == ZEROS ? 0.0f : x[find_source (g->mode, g->width, g->left, o)];
  for (gsize o = g->left + g->width; o < g->out_width; o++)
    y[o] = g->mode == ZEROS ? 0.0f : x[find_source (g->mode, g->width, g->left, o)];
}

static void
pad_forward (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);
  float *y = pass->y[0];

  for (gsize plane = 0; plane < pass->rows * pass->shape->in[0].size[0]; plane++)
    for (gsize o = 0; o < g.out_height; o++, y += g.out_width)
      {
        const float *x = pass->x[0] + plane * g.height * g.width;

        if (g.mode == ZEROS && !lies_inside (g.height, g.top, o))
          memset (y, 0, g.out_width * sizeof *y);
        else
          pad_row (&g, x + find_source (g.mode, g.height, g.top, o) * g.width, y);
      }
}

/* Adds to one plane of dx what its repeated pixels got. The pixels themselves were
 * moved before. */
static void
add_repeated (const Geometry *g,
              const float    *dy,
              float          *dx)
{
  for (gsize o = 0; o < g->out_height; o++, dy += g->out_width)
    {
      float *row = dx + find_source (g->mode, g->height, g->top, o) * g->width;

      for (gsize c = 0; c < g->left; c++)
        row[find_source (g->mode, g->width, g->left, c)] += dy[c];
      if (!lies_inside (g->height, g->top, o))
        for (gsize c = 0; c < g->width; c++)
          row[c] += dy[g->left + c];
      for (gsize c = g->left + g->width; c < g->out_width; c++)
        row[find_source (g->mode, g->width, g->left, c)] += dy[c];
    }
}

static void
pad_backward (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_dx (pass, 0, lane);
      gsize n = dx != NULL ? pass->rows * pass->shape->in[0].size[0] : 0;

      for (gsize plane = 0; plane < n; plane++)
        {
          for (gsize r = 0; r < g.height; r++)
            mtl_op_move (dx + r * g.width, dy + (g.top + r) * g.out_width + g.left, g.width,
                         mtl_op_dx_fresh (pass, 0, lane));
          if (g.mode != ZEROS)
            add_repeated (&g, dy, dx);
          dx += g.height * g.width;
          dy += g.out_height * g.out_width;
        }
    }
}

static char *
pad_line (const MtlSetting *set)
{
  return g_strdup (set[MODE].text);
}

/* Declares @name, where output @index comes from. */
static void
write_source (MtlCWriter     *to,
              const Geometry *g,
              gsize           n,
              gsize           before,
              const char     *index,
              const char     *name)
{
  mtl_c_writer_line (to, 4, "long %s = %s - %" G_GSIZE_FORMAT ";", name, index, before);
  if (g->mode == ZEROS)
    return;
  mtl_c_writer_line (to, 4, "%s = %s < 0 ? %s%s : %s;", name, name,
                     g->mode == REFLECT ? "-" : "0", g->mode == REFLECT ? name : "", name);
  if (g->mode == REFLECT)
    mtl_c_writer_line (to, 4, "%s = %s < %" G_GSIZE_FORMAT " ? %s : %" G_GSIZE_FORMAT " - %s;",
                       name, name, n, name, 2 * (n - 1), name);
  else
    mtl_c_writer_line (to, 4, "%s = %s < %" G_GSIZE_FORMAT " ? %s : %" G_GSIZE_FORMAT ";",
                       name, name, n, name, n - 1);
}

static gboolean
pad_write_c (const MtlOpShape  *shape,
             MtlCWriter        *to,
             GError           **error)
{
  const Geometry g = measure (shape);

  mtl_c_writer_line (to, 0, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)",
                     shape->in[0].size[0]);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", g.out_height);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", g.out_width);
  mtl_c_writer_line (to, 3, "{");
  write_source (to, &g, g.height, g.top, "r", "i");
  write_source (to, &g, g.width, g.left, "c", "j");
  if (g.mode == ZEROS)
    mtl_c_writer_line (to, 4, "*y++ = i < 0 || i >= %" G_GSIZE_FORMAT " || j < 0 || j >= %"
                       G_GSIZE_FORMAT " ? 0.0f : x[(k * %" G_GSIZE_FORMAT " + i) * %"
                       G_GSIZE_FORMAT " + j];", g.height, g.width, g.height, g.width);
  else
    mtl_c_writer_line (to, 4, "*y++ = x[(k * %" G_GSIZE_FORMAT " + i) * %" G_GSIZE_FORMAT " + j];",
                       g.height, g.width);
  mtl_c_writer_line (to, 3, "}");

  return TRUE;
}

const MtlOp mtl_op_pad = {
  .method = {
    .id = "pad",
    .title = N_("Pad"),
    .summary = N_("Adds rows and columns around an image."),
    .reference = "Goodfellow, Bengio, Courville, “Deep Learning”, MIT Press 2016, sec. 9.5",
    .params = (const MtlParam[]) {
      [LEFT] = { .id = "left", .title = N_("Left"), .summary = N_("Columns before the first"),
                 .unit = N_("px"), .type = MTL_WHOLE, .maximum = 1024, .initial = 1 },
      [RIGHT] = { .id = "right", .title = N_("Right"), .summary = N_("Columns after the last"),
                  .unit = N_("px"), .type = MTL_WHOLE, .maximum = 1024, .initial = 1 },
      [TOP] = { .id = "top", .title = N_("Top"), .summary = N_("Rows above the first"),
                .unit = N_("px"), .type = MTL_WHOLE, .maximum = 1024, .initial = 1 },
      [BOTTOM] = { .id = "bottom", .title = N_("Bottom"), .summary = N_("Rows below the last"),
                   .unit = N_("px"), .type = MTL_WHOLE, .maximum = 1024, .initial = 1 },
      [MODE] = { .id = "mode", .title = N_("Mode"),
                 .summary = N_("Zeros, the image mirrored at its edge, or the edge repeated"),
                 .type = MTL_CHOICE,
                 .choices = (const char *const[]) { "zeros", "reflect", "replicate", NULL } },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-pad-symbolic", .group = N_("Layers"), .width = 76, .line = pad_line },
  .infer = pad_infer,
  .forward = pad_forward,
  .backward = pad_backward,
  .write_c = pad_write_c,
};
