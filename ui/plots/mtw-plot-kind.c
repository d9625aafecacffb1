/* mtw-plot-kind.c — the list of all plots, and what they share in drawing
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot-kind.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-pen.h"
#include "mtw-plot-input.h"
#include "mtw-plot-list.h"

#define INITIAL_SMOOTHING 0.9
#define LEAST             24   /* px: below this there is nothing to see */

#define X(word) extern const MtwPlotKind mtw_plot_##word;
MTW_PLOT_LIST
#undef X

#define X(word) &mtw_plot_##word,
static const MtwPlotKind *const kinds[] = { MTW_PLOT_LIST NULL };
#undef X

const MtwPlotKind *const *
mtw_plot_kinds (void)
{
  return kinds;
}

const MtwPlotKind *
mtw_plot_kind_find (const char *id)
{
  for (guint i = 0; kinds[i] != NULL; i++)
    if (g_str_equal (kinds[i]->id, id))
      return kinds[i];

  return NULL;
}

void
mtw_plot_input_init (MtwPlotInput      *input,
                     const MtwPlotKind *kind)
{
  *input = (MtwPlotInput) {
    .log_scale = kind->log_scale,
    .smoothing = INITIAL_SMOOTHING,
    .cursor = NAN,
    .text_scale = 1,
  };
}

/* @copy: @input with curves. Returns: (nullable): what to let go of after. */
static MtwCurves *
with_curves (const MtwPlotInput *input,
             MtwPlotInput       *copy)
{
  *copy = *input;
  if (input->record == NULL || input->curves != NULL)
    return NULL;

  return copy->curves = mtw_curves_new (input->record);
}

static void
draw_waiting (MtwPen     *pen,
              const char *words)
{
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  pango_layout_set_width (pen->layout, (int) (pen->width * PANGO_SCALE));
  pango_layout_set_alignment (pen->layout, PANGO_ALIGN_CENTER);
  mtw_pen_text (pen, words, 0, pen->height / 2, 0);
}

void
mtw_plot_draw (const MtwPlotKind  *kind,
               const MtwPlotInput *input,
               cairo_t            *cr,
               double              width,
               double              height,
               MtwPlotArea        *area)
{
  MtwPlotInput own;
  g_autoptr(MtwCurves) curves = with_curves (input, &own);
  g_autofree char *words = kind->waiting (&own);
  MtwPlotArea ignored;
  MtwPen pen;

  if (width < LEAST || height < LEAST)
    {
      if (area != NULL)
        *area = (MtwPlotArea) { .n_legend = 0 };
      return;
    }

  cairo_save (cr);
  mtw_pen_begin (&pen, &own, cr, width, height, area != NULL ? area : &ignored);
  if (words != NULL)
    draw_waiting (&pen, words);
  else
    kind->draw (&pen);
  mtw_pen_end (&pen);
  cairo_restore (cr);
}

char *
mtw_plot_waiting (const MtwPlotKind  *kind,
                  const MtwPlotInput *input)
{
  MtwPlotInput own;
  g_autoptr(MtwCurves) curves = with_curves (input, &own);

  return kind->waiting (&own);
}

gboolean
mtw_plot_chooses (const MtwPlotKind  *kind,
                  const MtwPlotInput *input)
{
  if ((kind->flags & MTW_PLOT_TASK) == 0 || mtw_input_n_tasks (input) < 2)
    return FALSE;

  return kind->chooses == NULL || kind->chooses (input);
}

char *
mtw_plot_subtitle (const MtwPlotKind  *kind,
                   const MtwPlotInput *input)
{
  MtwPlotInput own;
  g_autoptr(MtwCurves) curves = with_curves (input, &own);

  return kind->subtitle != NULL ? kind->subtitle (&own) : NULL;
}

/**
 * mtw_plot_describe:
 *
 * Returns: (transfer full): a sentence of the newest figures, or the waiting
 *   words
 */
char *
mtw_plot_describe (const MtwPlotKind  *kind,
                   const MtwPlotInput *input)
{
  MtwPlotInput own;
  g_autoptr(MtwCurves) curves = with_curves (input, &own);
  char *words = kind->waiting (&own);

  return words != NULL ? words : kind->describe (&own);
}

MtwTable *
mtw_plot_table (const MtwPlotKind  *kind,
                const MtwPlotInput *input,
                gboolean            every_step)
{
  MtwPlotInput own;
  g_autoptr(MtwCurves) curves = with_curves (input, &own);

  return kind->table (&own, every_step);
}
