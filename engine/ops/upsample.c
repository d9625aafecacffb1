/* upsample.c — an image a whole number of times as high and wide
 *
 * nearest:   y[c,Y,X] = x[c, ⌊Y/f⌋, ⌊X/f⌋]
 * bilinear:  y[c,Y,X] = Σ of the four pixels around (u(Y), u(X)), weighted by
 *            nearness, along each direction 1 − t and t with t = u − ⌊u⌋
 *
 *   u(o) = max ((o + ½)/f − ½, 0)          pixels are squares (PyTorch's default)
 *   u(o) = o·(n − 1)/(f·n − 1)             align-corners: pixels are points, and the
 *                                          outermost stay where they are
 *
 * Beyond the last pixel its value is repeated. Bilinear goes along the rows first,
 * all of a plane, then whole rows are mixed; backward the other way round.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"

enum { FACTOR, MODE, ALIGN_CORNERS };
enum { NEAREST, BILINEAR };

/* The two pixels that an output lies between, and the part t of the second. */
typedef struct
{
  gsize first, second;
  float part;
} Place;

typedef struct
{
  gsize    height, width, factor;
  gsize    out_height, out_width;
  gboolean aligned;
} Geometry;

static Geometry
measure (const MtlOpShape *shape)
{
  Geometry g = {
    .height = shape->in[0].size[1], .width = shape->in[0].size[2],
    .factor = shape->set[FACTOR].number, .aligned = shape->set[ALIGN_CORNERS].number != 0.0,
  };

  g.out_height = g.height * g.factor;
  g.out_width = g.width * g.factor;

  return g;
}

static Place
find_place (const Geometry *g,
            gsize           n,
            gsize           o)
{
  double f = (double) g->factor, u;
  gsize first;

  if (g->aligned)
    u = n > 1 ? (double) o * (double) (n - 1) / (double) (n * g->factor - 1) : 0.0;
  else
    u = MAX (((double) o + 0.5) / f - 0.5, 0.0);

  first = MIN ((gsize) u, n - 1);
  return (Place) { first, MIN (first + 1, n - 1), (float) (u - (double) first) };
}

static gboolean
upsample_infer (MtlOpShape  *shape,
                GError     **error)
{
  MtlShape out = { .rank = 3 };

  /* The second check is of what comes in: its sizes are multiplied. */
  if (!mtl_op_infer_image (shape, error) || !mtl_op_infer_output (shape, &shape->in[0], error))
    return FALSE;

  out.size[0] = shape->in[0].size[0];
  for (guint i = 1; i < 3; i++)
    out.size[i] = shape->in[0].size[i] * (gsize) shape->set[FACTOR].number;

  return mtl_op_infer_output (shape, &out, error);
}

/* Nearest: one row of outputs. Bilinear: the places of the columns, then the plane
 * after its way along the rows. */
static void
upsample_plan (const MtlOpShape *shape,
               MtlOpNeeds       *needs)
{
  const Geometry g = measure (shape);

  if (shape->set[MODE].number == NEAREST)
    needs->scratch = g.out_width * sizeof (float);
  else
    needs->scratch = g.out_width * sizeof (Place) + g.height * g.out_width * sizeof (float);
}

/* --- nearest --- */

static void
repeat_plane (const Geometry *g,
              const float    *x,
              float          *y)
{
  for (gsize r = 0; r < g->height; r++, x += g->width)
    {
      const float *row = y;

      for (gsize c = 0; c < g->width; c++)
        for (gsize j = 0; j < g->factor; j++)
          *y++ = x[c];
      for (gsize i = 1; i < g->factor; i++, y += g->out_width)
        memcpy (y, row, g->out_width * sizeof *y);
    }
}

static void
gather_plane (const Geometry *g,
              const float    *dy,
              float          *sums,
              gboolean        fresh,
              float          *dx)
{
  for (gsize r = 0; r < g->height; r++)
    {
      memcpy (sums, dy, g->out_width * sizeof *sums);
      dy += g->out_width;
      for (gsize i = 1; i < g->factor; i++, dy += g->out_width)
        for (gsize c = 0; c < g->out_width; c++)
          sums[c] += dy[c];

      for (gsize c = 0; c < g->width; c++, dx++)
        {
          float sum = fresh ? 0.0f : *dx;

          for (gsize j = 0; j < g->factor; j++)
            sum += sums[c * g->factor + j];
          *dx = sum;
        }
    }
}

/* --- bilinear --- */

static Place *
list_places (const Geometry *g,
             gpointer        scratch)
{
  Place *places = scratch;

  for (gsize o = 0; o < g->out_width; o++)
    places[o] = find_place (g, g->width, o);

  return places;
}

/* @wide: height × out_width. */
static void
mix_plane (const Geometry *g,
           const Place    *places,
           const float    *x,
           float          *wide,
           float          *y)
{
  for (gsize r = 0; r < g->height; r++, x += g->width)
    for (gsize c = 0; c < g->out_width; c++)
      {
        const Place *p = &places[c];

        wide[r * g->out_width + c] = (1.0f - p->part) * x[p->first] + p->part * x[p->second];
      }

  for (gsize r = 0; r < g->out_height; r++, y += g->out_width)
    {
      const Place p = find_place (g, g->height, r);
      const float *first = wide + p.first * g->out_width;
      const float *second = wide + p.second * g->out_width;

      for (gsize c = 0; c < g->out_width; c++)
        y[c] = (1.0f - p.part) * first[c] + p.part * second[c];
    }
}

static void
unmix_plane (const Geometry *g,
             const Place    *places,
             const float    *dy,
             float          *wide,
             float          *dx)
{
  memset (wide, 0, g->height * g->out_width * sizeof *wide);
  for (gsize r = 0; r < g->out_height; r++, dy += g->out_width)
    {
      const Place p = find_place (g, g->height, r);
      float *first = wide + p.first * g->out_width;
      float *second = wide + p.second * g->out_width;

      for (gsize c = 0; c < g->out_width; c++)
        first[c] += (1.0f - p.part) * dy[c];
      for (gsize c = 0; c < g->out_width; c++)
        second[c] += p.part * dy[c];
    }

  for (gsize r = 0; r < g->height; r++, dx += g->width)
    for (gsize c = 0; c < g->out_width; c++)
      {
        const Place *p = &places[c];
        float slope = wide[r * g->out_width + c];

        dx[p->first] += (1.0f - p->part) * slope;
        dx[p->second] += p->part * slope;
      }
}

/* --- passes --- */

static void
upsample_forward (const MtlOpPass *pass)
{
  const Geometry g = measure (pass->shape);
  gsize n = pass->rows * pass->shape->in[0].size[0];
  gsize n_x = g.height * g.width, n_y = g.out_height * g.out_width;
  gboolean nearest = pass->shape->set[MODE].number == NEAREST;
  const Place *places = nearest ? NULL : list_places (&g, pass->scratch);

  for (gsize plane = 0; plane < n; plane++)
    if (nearest)
      repeat_plane (&g, pass->x[0] + plane * n_x, pass->y[0] + plane * n_y);
    else
      mix_plane (&g, places, pass->x[0] + plane * n_x, (float *) (places + g.out_width),
                 pass->y[0] + plane * n_y);
}

static void
take_back (const MtlOpPass *pass,
           const float     *dy,
           gboolean         fresh,
           float           *dx)
{
  const Geometry g = measure (pass->shape);
  gsize n = pass->rows * pass->shape->in[0].size[0];
  gsize n_x = g.height * g.width, n_y = g.out_height * g.out_width;
  gboolean nearest = pass->shape->set[MODE].number == NEAREST;
  const Place *places = nearest ? NULL : list_places (&g, pass->scratch);

  if (fresh && !nearest)
    memset (dx, 0, n * n_x * sizeof *dx);
  for (gsize plane = 0; plane < n; plane++)
    if (nearest)
      gather_plane (&g, dy + plane * n_y, pass->scratch, fresh, dx + plane * n_x);
    else
      unmix_plane (&g, places, dy + plane * n_y, (float *) (places + g.out_width),
                   dx + plane * n_x);
}

static void
upsample_backward (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    if (mtl_op_dx (pass, 0, lane) != NULL)
      take_back (pass, mtl_op_dy (pass, 0, lane), mtl_op_dx_fresh (pass, 0, lane),
                 mtl_op_dx (pass, 0, lane));
}

static char *
upsample_line (const MtlSetting *set)
{
  /* Translators: second line of an upsample block, e.g. “2 times”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u time", "%u times",
                                       (gulong) set[FACTOR].number), (guint) set[FACTOR].number);
}

/* --- in C --- */

/* Declares @first, @second and the part of the second, @part, of output @index. */
static void
write_place (MtlCWriter     *to,
             const Geometry *g,
             gsize           n,
             const char     *index,
             const char     *first,
             const char     *second,
             const char     *part)
{
  double last = (double) (n * g->factor - 1), f = (double) g->factor;

  if (g->aligned)
    mtl_c_writer_line (to, 4, "float %s = (float) (%s * %" G_GSIZE_FORMAT ") / %.1ff;", part,
                       index, n - 1, MAX (last, 1.0));
  else
    mtl_c_writer_line (to, 4, "float %s = %s * 2 + 1 > %" G_GSIZE_FORMAT
                       " ? (float) (%s * 2 + 1 - %" G_GSIZE_FORMAT ") / %.1ff : 0.0f;", part, index,
                       g->factor, index, g->factor, 2.0 * f);
  mtl_c_writer_line (to, 4, "const long %s = (long) %s;", first, part);
  mtl_c_writer_line (to, 4, "const long %s = %s + 1 < %" G_GSIZE_FORMAT " ? %s + 1 : %s;", second,
                     first, n, first, first);
}

static void
write_bilinear (MtlCWriter     *to,
                const Geometry *g)
{
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "const float *plane = x + k * %" G_GSIZE_FORMAT ";",
                     g->height * g->width);
  write_place (to, g, g->height, "r", "top", "bottom", "down");
  write_place (to, g, g->width, "c", "left", "right", "along");
  mtl_c_writer_line (to, 4, "const float *upper = plane + top * %" G_GSIZE_FORMAT ";", g->width);
  mtl_c_writer_line (to, 4, "const float *lower = plane + bottom * %" G_GSIZE_FORMAT ";\n",
                     g->width);
  mtl_c_writer_line (to, 4, "down -= (float) top;");
  mtl_c_writer_line (to, 4, "along -= (float) left;");
  mtl_c_writer_line (to, 4, "*y++ = (1.0f - down)"
                     " * ((1.0f - along) * upper[left] + along * upper[right])");
  mtl_c_writer_line (to, 5, "+ down * ((1.0f - along) * lower[left] + along * lower[right]);");
  mtl_c_writer_line (to, 3, "}");
}

static gboolean
upsample_write_c (const MtlOpShape  *shape,
                  MtlCWriter        *to,
                  GError           **error)
{
  const Geometry g = measure (shape);

  mtl_c_writer_line (to, 0, "for (long k = 0; k < %" G_GSIZE_FORMAT "; k++)",
                     shape->in[0].size[0]);
  mtl_c_writer_line (to, 1, "for (long r = 0; r < %" G_GSIZE_FORMAT "; r++)", g.out_height);
  mtl_c_writer_line (to, 2, "for (long c = 0; c < %" G_GSIZE_FORMAT "; c++)", g.out_width);
  if (shape->set[MODE].number == BILINEAR)
    write_bilinear (to, &g);
  else
    mtl_c_writer_line (to, 3, "*y++ = x[(k * %" G_GSIZE_FORMAT " + r / %" G_GSIZE_FORMAT ") * %"
                       G_GSIZE_FORMAT " + c / %" G_GSIZE_FORMAT "];", g.height, g.factor, g.width,
                       g.factor);

  return TRUE;
}

const MtlOp mtl_op_upsample = {
  .method = {
    .id = "upsample",
    .title = N_("Upsample"),
    .summary = N_("Enlarges an image by repeating or mixing its pixels."),
    .reference = "Long, Shelhamer, Darrell, “Fully Convolutional Networks for Semantic "
                 "Segmentation”, arXiv 1411.4038 (2014), sec. 3.3",
    .params = (const MtlParam[]) {
      [FACTOR] = { .id = "factor", .title = N_("Factor"),
                   .summary = N_("How many times as high and wide the image becomes"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 64, .initial = 2 },
      [MODE] = { .id = "mode", .title = N_("Mode"),
                 .summary = N_("Whether pixels are repeated or mixed"),
                 .type = MTL_CHOICE,
                 .choices = (const char *const[]) { "nearest", "bilinear", NULL } },
      [ALIGN_CORNERS] = { .id = "align-corners", .title = N_("Align Corners"),
                          .summary = N_("Whether bilinear leaves the corner pixels where they are"),
                          .type = MTL_FLAG, .maximum = 1, .rare = TRUE },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-upsample-symbolic", .group = N_("Layers"), .width = 84,
            .line = upsample_line },
  .infer = upsample_infer,
  .plan = upsample_plan,
  .forward = upsample_forward,
  .backward = upsample_backward,
  .write_c = upsample_write_c,
};
