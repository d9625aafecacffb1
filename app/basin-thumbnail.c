/* basin-thumbnail.c — a design drawn small: boxes, wires, the colours of its tasks
 *
 * Beads and shapes are left out: at this size a box is a block and a disc is
 * a task. The survey of a starter design is cheap; it is made once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-thumbnail.h"

#include <adwaita.h>

#include "mtl-look.h"

#include "mtw-colours.h"

#define HEIGHT  96
#define MARGIN  20
#define BOX_W   16
#define BOX_H   12
#define LARGEST 0.32   /* px for each px of the canvas */

typedef struct
{
  MtlDesign *design;
  MtlSurvey *survey;
} Picture;

static void
picture_free (gpointer data)
{
  Picture *picture = data;

  mtl_design_unref (picture->design);
  mtl_survey_unref (picture->survey);
  g_free (picture);
}

/* The colour of a block's only task, else grey. */
static void
set_colour (const Picture *picture,
            cairo_t       *cr,
            const char    *block)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  guint64 tasks = mtl_survey_tasks (picture->survey, block);
  double rgb[3] = { dark ? 0.604 : 0.467, dark ? 0.6 : 0.463, dark ? 0.588 : 0.482 };

  if (tasks != 0 && (tasks & (tasks - 1)) == 0)
    mtw_task_colour ((guint) g_bit_nth_lsf ((gulong) tasks, -1), dark, rgb);
  cairo_set_source_rgb (cr, rgb[0], rgb[1], rgb[2]);
}

static gboolean
is_bead (const MtlBlock *block)
{
  const MtlChosen *what = mtl_block_what (block);

  return mtl_look_is_bead (mtl_chosen_kind (what), mtl_chosen_method (what));
}

/* Follows beads up to the block that they ride on. */
static const MtlBlock *
find_host (const MtlDesign *design,
           const char      *id)
{
  const MtlBlock *block = mtl_design_find (design, id);

  for (guint turn = 0; block != NULL && is_bead (block) && turn < MTL_MAX_BLOCKS; turn++)
    {
      const MtlBlock *before = NULL;

      for (guint n = 0; n < mtl_design_n_wires (design) && before == NULL; n++)
        if (g_str_equal (mtl_design_wire (design, n)->to, mtl_block_id (block)))
          before = mtl_design_find (design, mtl_design_wire (design, n)->from);
      block = before;
    }

  return block;
}

static void
draw_wires (const Picture *picture,
            cairo_t       *cr,
            double         scale)
{
  cairo_set_line_width (cr, 2);
  for (guint n = 0; n < mtl_design_n_wires (picture->design); n++)
    {
      const MtlWire *wire = mtl_design_wire (picture->design, n);
      const MtlBlock *from = find_host (picture->design, wire->from);
      const MtlBlock *to = mtl_design_find (picture->design, wire->to);
      double x1, y1, x2, y2;

      if (from == NULL || to == NULL || is_bead (to))
        continue;
      x1 = mtl_block_x (from) * scale;
      y1 = mtl_block_y (from) * scale;
      x2 = mtl_block_x (to) * scale;
      y2 = mtl_block_y (to) * scale;
      set_colour (picture, cr, wire->to);
      cairo_move_to (cr, x1, y1);
      cairo_curve_to (cr, (x1 + x2) / 2, y1, (x1 + x2) / 2, y2, x2, y2);
      cairo_stroke (cr);
    }
}

static void
draw_blocks (const Picture *picture,
             cairo_t       *cr,
             double         scale)
{
  for (guint n = 0; n < mtl_design_n_blocks (picture->design); n++)
    {
      const MtlBlock *block = mtl_design_block (picture->design, n);
      double x = mtl_block_x (block) * scale, y = mtl_block_y (block) * scale;

      if (is_bead (block))
        continue;
      set_colour (picture, cr, mtl_block_id (block));
      cairo_new_sub_path (cr);
      if (mtl_block_is_task (block))
        {
          cairo_arc (cr, x, y, BOX_H / 2.0 + 1, 0, 2 * G_PI);
        }
      else
        {
          cairo_arc (cr, x - BOX_W / 2.0 + 3, y - BOX_H / 2.0 + 3, 3, G_PI, 1.5 * G_PI);
          cairo_arc (cr, x + BOX_W / 2.0 - 3, y - BOX_H / 2.0 + 3, 3, -G_PI_2, 0);
          cairo_arc (cr, x + BOX_W / 2.0 - 3, y + BOX_H / 2.0 - 3, 3, 0, G_PI_2);
          cairo_arc (cr, x - BOX_W / 2.0 + 3, y + BOX_H / 2.0 - 3, 3, G_PI_2, G_PI);
          cairo_close_path (cr);
        }
      cairo_fill (cr);
    }
}

static void
draw (GtkDrawingArea *area,
      cairo_t        *cr,
      int             width,
      int             height,
      gpointer        data)
{
  const Picture *picture = data;
  double left = G_MAXDOUBLE, right = -G_MAXDOUBLE, top = G_MAXDOUBLE, bottom = -G_MAXDOUBLE;
  double scale;

  for (guint n = 0; n < mtl_design_n_blocks (picture->design); n++)
    {
      const MtlBlock *block = mtl_design_block (picture->design, n);

      left = MIN (left, mtl_block_x (block));
      right = MAX (right, mtl_block_x (block));
      top = MIN (top, mtl_block_y (block));
      bottom = MAX (bottom, mtl_block_y (block));
    }
  if (left > right)
    return;

  scale = MIN ((width - 2 * MARGIN) / MAX (right - left, 1), (height - 2 * MARGIN)
                                                             / MAX (bottom - top, 1));
  scale = MIN (scale, LARGEST);
  cairo_translate (cr, width / 2.0 - (left + right) / 2 * scale,
                   height / 2.0 - (top + bottom) / 2 * scale);
  draw_wires (picture, cr, scale);
  draw_blocks (picture, cr, scale);
}

GtkWidget *
basin_thumbnail_new (MtlDesign *design)
{
  GtkWidget *area = gtk_drawing_area_new ();
  Picture *picture = g_new0 (Picture, 1);

  picture->design = mtl_design_ref (design);
  picture->survey = mtl_survey_new (design);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (area), HEIGHT);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, picture, picture_free);
  gtk_widget_add_css_class (area, "basin-thumbnail");

  return area;
}
