/* mtw-wires.c — the drawing of wires, with their shapes and what conflict lights
 *
 * A wire tells which tasks its values reach: grey for all of them, one
 * task's colour and dash, or parallel strands for some of several.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-wires.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "mtw-colours.h"

#define WIRE_WIDTH     2.4
#define FORK_WIDTH     3.0
#define LIT_WIDTH      4.0
#define SELECTED_WIDTH 4.0
#define STRAND_WIDTH   2.0
#define STRAND_GAP     3.0
#define MAX_STRANDS    3
#define HALO           3.5
#define SHAPE_SIZE     10.5     /* px */
#define SHAPE_ZOOM     0.695    /* below it a shape could not be read */
#define BEAD_RADIUS    11.0
#define REASON_CHARS   18       /* a longer reason stands in the tooltip alone */

static const double refused_dash[2] = { 5, 4 };
static const double core_dash[2] = { 2, 5 };

static void
set_rgb (const MtwPaint *paint,
         const double    rgb[3],
         double          alpha)
{
  cairo_set_source_rgba (paint->cr, rgb[0], rgb[1], rgb[2], alpha);
}

static void
set_colour (const MtwPaint *paint,
            const GdkRGBA  *colour,
            double          alpha)
{
  cairo_set_source_rgba (paint->cr, colour->red, colour->green, colour->blue,
                         colour->alpha * alpha);
}

static void
trunk_colour (gboolean dark,
              double   rgb[3])
{
  guint32 grey = dark ? 0x9a9996 : 0x77767b;

  for (guint i = 0; i < 3; i++)
    rgb[i] = (grey >> (16 - 8 * i) & 0xff) / 255.0;
}

static void
trace_curve (const MtwPaint         *paint,
             const graphene_point_t  p[4],
             double                  down)
{
  cairo_move_to (paint->cr, p[0].x, p[0].y + down);
  cairo_curve_to (paint->cr, p[1].x, p[1].y + down, p[2].x, p[2].y + down,
                  p[3].x, p[3].y + down);
}

static void
stroke (const MtwPaint *paint,
        double          width)
{
  cairo_set_line_width (paint->cr, width + (paint->contrast ? 1 : 0));
  cairo_stroke (paint->cr);
}

static void
set_task_dash (const MtwPaint *paint,
               guint           task)
{
  guint n;
  const double *dash = mtw_task_dash (task, &n);

  cairo_set_dash (paint->cr, dash, n, 0);
}

/* @words: white space around what is drawn, so that no line crosses it. */
static void
draw_words (const MtwPaint *paint,
            const char     *words,
            double          x,
            double          baseline,
            const GdkRGBA  *colour,
            double          alpha,
            gboolean        bold)
{
  g_autoptr(PangoAttrList) attrs = pango_attr_list_new ();
  int width, height;

  pango_attr_list_insert (attrs, pango_attr_size_new_absolute (SHAPE_SIZE * PANGO_SCALE));
  if (bold)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (paint->layout, attrs);
  pango_layout_set_text (paint->layout, words, -1);
  pango_layout_get_pixel_size (paint->layout, &width, &height);
  cairo_move_to (paint->cr, x - width / 2.0,
                 baseline - pango_layout_get_baseline (paint->layout) / (double) PANGO_SCALE);
  pango_cairo_update_layout (paint->cr, paint->layout);
  pango_cairo_layout_path (paint->cr, paint->layout);
  cairo_set_dash (paint->cr, NULL, 0, 0);
  cairo_set_line_join (paint->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_set_line_width (paint->cr, HALO);
  set_colour (paint, &paint->paper, 1);
  cairo_stroke_preserve (paint->cr);
  set_colour (paint, colour, alpha);
  cairo_fill (paint->cr);
}

static double
width_of_words (const MtwPaint *paint,
                const char     *words)
{
  g_autoptr(PangoAttrList) attrs = pango_attr_list_new ();
  int width;

  pango_attr_list_insert (attrs, pango_attr_size_new_absolute (SHAPE_SIZE * PANGO_SCALE));
  pango_layout_set_attributes (paint->layout, attrs);
  pango_layout_set_text (paint->layout, words, -1);
  pango_layout_get_pixel_size (paint->layout, &width, NULL);
  return width;
}

static gboolean
shows_shapes (const MtwPaint *paint)
{
  return paint->zoom >= SHAPE_ZOOM
         && (paint->show == MTW_SHOW_SHAPES || paint->show == MTW_SHOW_CONFLICT);
}

/* One line where it fits, else channels above the wire and the rest below. */
static void
draw_shape (const MtwPaint         *paint,
            const MtwLink          *link,
            const graphene_point_t *start,
            const graphene_point_t *end)
{
  g_autofree char *words = NULL;
  gboolean bead = mtw_scene_item (paint->scene, link->from)->host >= 0;
  double left = start->x + (bead ? BEAD_RADIUS : 4), right = end->x - 4;
  double x = (left + right) / 2, y = (start->y + end->y) / 2;
  char *cut;

  if (link->shape.rank == 0 || right - left < 12)
    return;

  words = mtl_shape_to_text (&link->shape);
  cut = strstr (words, "×");
  if (cut == NULL || width_of_words (paint, words) <= right - left - 8)
    {
      draw_words (paint, words, x, y - 6, &paint->ink, 0.75, FALSE);
      return;
    }

  draw_words (paint, cut + strlen ("×"), x, y + 14, &paint->ink, 0.6, FALSE);
  *cut = '\0';
  draw_words (paint, words, x, y - 6, &paint->ink, 0.75, FALSE);
}

static void
draw_refused (const MtwPaint         *paint,
              const MtwLink          *link,
              const graphene_point_t  p[4],
              const char             *reason)
{
  double x = (p[0].x + p[3].x) / 2, y = (p[0].y + p[3].y) / 2;
  g_autofree char *words = mtl_shape_to_text (&link->shape);

  set_colour (paint, &paint->error, 1);
  cairo_set_dash (paint->cr, refused_dash, 2, 0);
  trace_curve (paint, p, 0);
  stroke (paint, WIRE_WIDTH);
  if (!shows_shapes (paint))
    return;
  if (link->shape.rank > 0)
    draw_words (paint, words, x, y - 6, &paint->error, 1, TRUE);
  if (g_utf8_strlen (reason, -1) <= REASON_CHARS)
    draw_words (paint, reason, x, y + 15, &paint->error, 1, FALSE);
}

static void
draw_strands (const MtwPaint         *paint,
              const graphene_point_t  p[4],
              guint64                 tasks)
{
  guint n = 0, count = 0;

  for (guint64 rest = tasks; rest != 0; rest &= rest - 1)
    count++;
  for (guint task = 0; task < MTL_MAX_TASKS && n < MAX_STRANDS; task++)
    if (tasks >> task & 1)
      {
        double rgb[3];
        double down = (n - (MIN (count, MAX_STRANDS) - 1) / 2.0) * STRAND_GAP;

        mtw_task_colour (task, paint->dark, rgb);
        set_rgb (paint, rgb, 1);
        set_task_dash (paint, task);
        trace_curve (paint, p, down);
        stroke (paint, STRAND_WIDTH);
        n++;
      }

  if (count > MAX_STRANDS && paint->zoom >= SHAPE_ZOOM)
    {
      g_autofree char *more = g_strdup_printf ("+%u", count - MAX_STRANDS);

      draw_words (paint, more, (p[0].x + p[3].x) / 2, (p[0].y + p[3].y) / 2 + 16,
                  &paint->ink, 0.75, FALSE);
    }
}

static guint
first_task (guint64 tasks)
{
  return g_bit_nth_lsf (tasks, -1);
}

static gboolean
is_single (guint64 tasks)
{
  return tasks != 0 && (tasks & (tasks - 1)) == 0;
}

/* From the colour of conflict at the fork to the head's own. */
static void
draw_lit (const MtwPaint         *paint,
          const graphene_point_t  p[4],
          const double            head[3])
{
  cairo_pattern_t *blend = cairo_pattern_create_linear (p[0].x, p[0].y, p[3].x, p[3].y);
  double rust[3];

  mtw_conflict_word_colour (TRUE, paint->dark, rust);
  for (guint i = 0; i < 3; i++)
    rust[i] = head[i] + paint->lit * (rust[i] - head[i]);
  cairo_pattern_add_color_stop_rgb (blend, 0.25, rust[0], rust[1], rust[2]);
  cairo_pattern_add_color_stop_rgb (blend, 1, head[0], head[1], head[2]);
  cairo_set_source (paint->cr, blend);
  cairo_pattern_destroy (blend);
  cairo_set_dash (paint->cr, NULL, 0, 0);
  trace_curve (paint, p, 0);
  stroke (paint, FORK_WIDTH + paint->lit * (LIT_WIDTH - FORK_WIDTH));

  set_colour (paint, &paint->paper, 0.9 * paint->lit);
  cairo_set_dash (paint->cr, core_dash, 2, 0);
  trace_curve (paint, p, 0);
  cairo_set_line_width (paint->cr, 1.2);
  cairo_stroke (paint->cr);
}

static void
draw_plain (const MtwPaint         *paint,
            const MtwLink          *link,
            const graphene_point_t  p[4])
{
  gboolean single = is_single (link->tasks);
  gboolean lit = link->fork >= 0 && paint->lit > 0
                 && (paint->show == MTW_SHOW_SHAPES || paint->show == MTW_SHOW_CONFLICT);
  double rgb[3];

  if (!single && link->tasks != 0 && link->tasks != paint->scene->all_tasks)
    {
      draw_strands (paint, p, link->tasks);
      return;
    }

  trunk_colour (paint->dark, rgb);
  if (single)
    mtw_task_colour (first_task (link->tasks), paint->dark, rgb);
  if (lit)
    {
      draw_lit (paint, p, rgb);
      return;
    }

  set_rgb (paint, rgb, 1);
  cairo_set_dash (paint->cr, NULL, 0, 0);
  if (single)
    set_task_dash (paint, first_task (link->tasks));
  trace_curve (paint, p, 0);
  stroke (paint, link->fork >= 0 ? FORK_WIDTH : WIRE_WIDTH);
}

static gboolean
in_view (const MtwPaint         *paint,
         const graphene_point_t *a,
         const graphene_point_t *b)
{
  graphene_rect_t box;

  graphene_rect_init (&box, MIN (a->x, b->x) - 40, MIN (a->y, b->y) - 24,
                      fabsf (a->x - b->x) + 80, fabsf (a->y - b->y) + 48);
  return graphene_rect_intersection (&box, &paint->view, NULL);
}

static void
draw_whole (const MtwPaint         *paint,
            guint                   n,
            const graphene_point_t  p[4])
{
  const MtwLink *link = mtw_scene_link (paint->scene, n);
  const char *reason = paint->refusals != NULL
                       ? g_hash_table_lookup (paint->refusals, GUINT_TO_POINTER (n + 1)) : NULL;

  if (reason != NULL)
    {
      draw_refused (paint, link, p, reason);
      return;
    }

  if ((int) n == paint->selected)
    {
      set_colour (paint, &paint->accent, 1);
      cairo_set_dash (paint->cr, NULL, 0, 0);
      trace_curve (paint, p, 0);
      stroke (paint, SELECTED_WIDTH);
    }
  else
    {
      draw_plain (paint, link, p);
    }
  if (shows_shapes (paint) && link->fork < 0)
    draw_shape (paint, link, &p[0], &p[3]);
}

static void
draw_link (const MtwPaint *paint,
           guint           n)
{
  const MtwLink *link = mtw_scene_link (paint->scene, n);
  int frame = link->rim == MTW_RIM_IN ? (int) link->from
                                      : mtw_scene_item (paint->scene, link->from)->frame;
  graphene_point_t p[4];

  mtw_scene_curve (paint->scene, link, p);
  if (link->inside || !in_view (paint, &p[0], &p[3]))
    return;

  cairo_save (paint->cr);
  mtw_paint_clip (paint, frame);
  draw_whole (paint, n, p);
  cairo_restore (paint->cr);
}

static void
draw_stem (const MtwPaint *paint,
           guint           n)
{
  const MtwForkPlace *fork = mtw_scene_fork (paint->scene, n);
  MtwLink stem = { .from = fork->item, .fork = -1, .tasks = fork->tasks };
  graphene_point_t p[4];
  double rgb[3];

  mtw_cubic (&fork->start, &fork->place, p);
  if (!in_view (paint, &p[0], &p[3]))
    return;

  if (fork->tasks == paint->scene->all_tasks)
    {
      trunk_colour (paint->dark, rgb);
      set_rgb (paint, rgb, 1);
      cairo_set_dash (paint->cr, NULL, 0, 0);
      trace_curve (paint, p, 0);
      stroke (paint, FORK_WIDTH);
    }
  else
    {
      draw_strands (paint, p, fork->tasks);
    }

  stem.shape = mtl_survey_shape (paint->scene->survey,
                                 mtw_scene_item (paint->scene, fork->item)->id, fork->port);
  if (shows_shapes (paint))
    draw_shape (paint, &stem, &fork->start, &fork->place);
}

void
mtw_paint_wires (const MtwPaint *paint)
{
  cairo_set_line_cap (paint->cr, CAIRO_LINE_CAP_BUTT);
  for (guint i = 0; i < paint->scene->links->len; i++)
    draw_link (paint, i);
  for (guint i = 0; i < paint->scene->forks->len; i++)
    draw_stem (paint, i);
}

void
mtw_paint_drawn (const MtwPaint         *paint,
                 const graphene_point_t *start,
                 const graphene_point_t *end,
                 gboolean                snapped,
                 gboolean                refused)
{
  graphene_point_t p[4];

  mtw_cubic (start, end, p);
  set_colour (paint, refused ? &paint->error : &paint->accent, 1);
  cairo_set_dash (paint->cr, refused ? refused_dash : NULL, refused ? 2 : 0, 0);
  trace_curve (paint, p, 0);
  stroke (paint, WIRE_WIDTH);
  cairo_set_dash (paint->cr, NULL, 0, 0);

  if (refused)
    {
      cairo_set_line_width (paint->cr, 1.6);
      for (int sign = -1; sign <= 1; sign += 2)
        {
          cairo_move_to (paint->cr, end->x - 3.5, end->y - sign * 3.5);
          cairo_line_to (paint->cr, end->x + 3.5, end->y + sign * 3.5);
        }
      cairo_stroke (paint->cr);
      return;
    }

  cairo_arc (paint->cr, end->x, end->y, 4, 0, 2 * G_PI);
  cairo_fill (paint->cr);
  if (snapped)
    {
      set_colour (paint, &paint->accent, 0.16);
      cairo_arc (paint->cr, end->x, end->y, 12, 0, 2 * G_PI);
      cairo_fill (paint->cr);
    }
}
