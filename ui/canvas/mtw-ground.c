/* mtw-ground.c — the drawing of the paper: grid dots, regions, frames, underlines
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-wires.h"

#include <math.h>
#include <pango/pangocairo.h>

#include "mtw-colours.h"

#define GRID          16.0
#define MIN_GRID_GAP  10.0    /* px between dots; coarser when zoomed out */
#define DOT           1.9     /* px */
#define DOT_ALPHA     0.13
#define RADIUS        14.0
#define LABEL_SIZE    11.3    /* px, 8.5 pt */
#define LABEL_ZOOM    0.4
#define TRUNK_TINT    0.035
#define HEAD_TINT     0.06
#define FRAME_RADIUS  12.0
#define FRAME_TINT    0.045
#define FRAME_EDGE    0.2
#define UNDERLINE     4.0
#define UNDERLINE_GAP 3.5

static void
set_ink (const MtwPaint *paint,
         double          alpha)
{
  cairo_set_source_rgba (paint->cr, paint->ink.red, paint->ink.green, paint->ink.blue,
                         paint->ink.alpha * alpha);
}

void
mtw_paint_grid (const MtwPaint *paint)
{
  double gap = GRID;
  double size = DOT / paint->zoom;
  const graphene_rect_t *view = &paint->view;

  while (gap * paint->zoom < MIN_GRID_GAP)
    gap *= 2;

  set_ink (paint, paint->contrast ? 0.3 : DOT_ALPHA);
  for (double y = floor (view->origin.y / gap) * gap; y < view->origin.y + view->size.height;
       y += gap)
    for (double x = floor (view->origin.x / gap) * gap; x < view->origin.x + view->size.width;
         x += gap)
      cairo_rectangle (paint->cr, x - size / 2, y - size / 2, size, size);
  cairo_fill (paint->cr);
}

static void
trace_rounded (cairo_t               *cr,
               const graphene_rect_t *box,
               double                 radius)
{
  double x = box->origin.x, y = box->origin.y;
  double w = box->size.width, h = box->size.height;
  double r = MIN (radius, MIN (w, h) / 2);

  cairo_new_sub_path (cr);
  cairo_arc (cr, x + w - r, y + r, r, -G_PI_2, 0);
  cairo_arc (cr, x + w - r, y + h - r, r, 0, G_PI_2);
  cairo_arc (cr, x + r, y + h - r, r, G_PI_2, G_PI);
  cairo_arc (cr, x + r, y + r, r, G_PI, 3 * G_PI_2);
  cairo_close_path (cr);
}

static void
draw_label (const MtwPaint  *paint,
            const MtwRegion *region,
            const char      *label)
{
  g_autoptr(PangoAttrList) attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_size_new_absolute (LABEL_SIZE * PANGO_SCALE));
  if (region->head >= 0)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (paint->layout, attrs);
  pango_layout_set_text (paint->layout, label, -1);
  cairo_move_to (paint->cr, region->box.origin.x + 12,
                 region->box.origin.y + 17
                 - pango_layout_get_baseline (paint->layout) / (double) PANGO_SCALE);
  pango_cairo_update_layout (paint->cr, paint->layout);
  pango_cairo_show_layout (paint->cr, paint->layout);
}

static void
draw_region (const MtwPaint  *paint,
             const MtwRegion *region,
             const char      *label)
{
  double rgb[3] = { paint->ink.red, paint->ink.green, paint->ink.blue };

  if (region->head >= 0)
    mtw_task_colour (region->head, paint->dark, rgb);

  trace_rounded (paint->cr, &region->box, RADIUS);
  if (paint->contrast)
    {
      cairo_set_source_rgba (paint->cr, rgb[0], rgb[1], rgb[2], 0.5);
      cairo_set_line_width (paint->cr, 1);
      cairo_stroke (paint->cr);
    }
  else
    {
      double tint = region->head >= 0 ? HEAD_TINT : TRUNK_TINT;

      /* Black paper swallows a tint that white paper shows. */
      cairo_set_source_rgba (paint->cr, rgb[0], rgb[1], rgb[2], paint->dark ? tint * 1.7 : tint);
      cairo_fill (paint->cr);
    }

  if (label == NULL || paint->zoom < LABEL_ZOOM)
    return;
  cairo_set_source_rgba (paint->cr, rgb[0], rgb[1], rgb[2], region->head >= 0 ? 1 : 0.7);
  draw_label (paint, region, label);
}

void
mtw_paint_regions (const MtwPaint *paint)
{
  for (guint i = 0; i < paint->scene->regions->len; i++)
    {
      const MtwRegion *region = &g_array_index (paint->scene->regions, MtwRegion, i);

      if (graphene_rect_intersection (&region->box, &paint->view, NULL))
        draw_region (paint, region, paint->labels != NULL ? paint->labels[i] : NULL);
    }
}

void
mtw_paint_clip (const MtwPaint *paint,
                int             frame)
{
  graphene_rect_t clip;

  if (!mtw_scene_clip (paint->scene, frame, &clip))
    return;
  cairo_rectangle (paint->cr, clip.origin.x, clip.origin.y, clip.size.width, clip.size.height);
  cairo_clip (paint->cr);
}

/* An open group: paper with a tint and a dashed edge. */
static void
draw_frame (const MtwPaint *paint,
            const MtwItem  *item)
{
  static const double dash[2] = { 5, 4 };
  graphene_rect_t edge;

  cairo_save (paint->cr);
  mtw_paint_clip (paint, item->frame);
  trace_rounded (paint->cr, &item->box, FRAME_RADIUS);
  set_ink (paint, paint->dark ? FRAME_TINT * 1.7 : FRAME_TINT);
  cairo_fill (paint->cr);

  graphene_rect_inset_r (&item->box, 0.5, 0.5, &edge);
  trace_rounded (paint->cr, &edge, FRAME_RADIUS - 0.5);
  set_ink (paint, paint->contrast ? 0.5 : FRAME_EDGE);
  cairo_set_dash (paint->cr, dash, 2, 0);
  cairo_set_line_width (paint->cr, 1);
  cairo_stroke (paint->cr);
  cairo_restore (paint->cr);
}

void
mtw_paint_frames (const MtwPaint *paint)
{
  for (guint i = 0; i < paint->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (paint->scene, i);

      if (item->open > 0 && graphene_rect_intersection (&item->box, &paint->view, NULL))
        draw_frame (paint, item);
    }
}

static void
draw_underline (const MtwPaint *paint,
                const MtwItem  *item,
                double          share,
                const double    rgb[3])
{
  graphene_rect_t bar;
  /* A bead's own lies under the circle, a block's keeps clear of the corners. */
  double inset = item->host >= 0 ? 2 : 10;

  graphene_rect_init (&bar, item->box.origin.x + inset,
                      item->box.origin.y + item->box.size.height + UNDERLINE_GAP,
                      MAX (4, (item->box.size.width - 2 * inset) * share), UNDERLINE);
  trace_rounded (paint->cr, &bar, UNDERLINE / 2);
  cairo_set_source_rgb (paint->cr, rgb[0], rgb[1], rgb[2]);
  cairo_fill (paint->cr);
}

void
mtw_paint_underlines (const MtwPaint *paint)
{
  for (guint i = 0; i < paint->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (paint->scene, i);
      double rgb[3];

      if (paint->show == MTW_SHOW_CONFLICT && paint->cosines != NULL
          && !isnan (paint->cosines[i]))
        {
          mtw_conflict_colour (paint->cosines[i], paint->dark, rgb);
          draw_underline (paint, item, 1, rgb);
        }
      else if (paint->show == MTW_SHOW_COST && paint->costs != NULL && paint->costs[i] > 0)
        {
          double grey[3] = { paint->accent.red, paint->accent.green, paint->accent.blue };

          draw_underline (paint, item, paint->costs[i], grey);
        }
    }
}
