/* conflict-blocks.c — in which blocks of the trunk the tasks are in conflict, over time
 *
 * A row for each block, in the order of the design; a cell for each epoch, or for several where
 * these are narrower than a pixel: their mean. A stretch below zero is hatched as one.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtw-chart.h"
#include "mtw-number.h"
#include "mtw-plot-input.h"

#define PREFIX      "epoch/block/"
#define SUFFIX      "/cosine"
#define LEAST_CELL  1     /* px */
#define ROW_GAP     2     /* px */
#define BAR         9     /* px: width of the colour bar */
#define BAR_GAP     10    /* px before it */
#define NAMES_SHARE 0.36  /* of the width, at most */

typedef struct
{
  char     *id;
  MtwCurve *cosine;  /* owned by the input */
} Row;

static void
clear_row (gpointer data)
{
  g_free (((Row *) data)->id);
}

static const Row *
row_at (const GArray *rows,
        guint         n)
{
  return &g_array_index (rows, Row, n);
}

/* (transfer full) (element-type Row) */
static GArray *
find_rows (const MtwPlotInput *input)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_auto(GStrv) names = input->record != NULL && input->curves != NULL
                        ? mtl_record_names (input->record) : NULL;

  g_array_set_clear_func (rows, clear_row);
  for (guint n = 0; names != NULL && names[n] != NULL; n++)
    {
      MtwCurve *curve;
      const char *id = names[n] + strlen (PREFIX);

      if (!g_str_has_prefix (names[n], PREFIX) || !g_str_has_suffix (id, SUFFIX))
        continue;
      curve = mtw_curves_get (input->curves, "%s", names[n]);
      if (curve != NULL && mtw_curve_length (curve) > 0)
        g_array_append_val (rows, ((Row) { g_strndup (id, strlen (id) - strlen (SUFFIX)),
                                           curve }));
    }

  return rows;
}

/* --- cells --- */

typedef struct
{
  MtwChart  chart;
  GArray   *rows;
  double    per_cell;   /* epochs */
  guint     n_cells;    /* of a row */
  double   *cells;      /* [row][cell]; NaN: none */
} Map;

static void
fill_cells (Map *map)
{
  for (guint r = 0; r < map->rows->len; r++)
    for (guint c = 0; c < map->n_cells; c++)
      {
        const MtwCurve *curve = row_at (map->rows, r)->cosine;
        MtwSpan span;

        /* Epoch n, which counts from 1, ends at place n of the axis. */
        mtw_curve_span (curve, mtw_curve_seek (curve, 0, c * map->per_cell + 0.5),
                        mtw_curve_seek (curve, 0, (c + 1) * map->per_cell + 0.5), &span);
        map->cells[r * map->n_cells + c] = span.n > 0 ? span.sum / span.n : NAN;
      }
}

static double
top_of (const Map *map,
        guint      row)
{
  return map->chart.top + (map->chart.bottom - map->chart.top) * row / map->rows->len;
}

/* The rectangle of the cells @from to before @to. */
static void
find_cell (const Map *map,
           guint      row,
           guint      from,
           guint      to,
           double     box[4])
{
  double gap = top_of (map, 1) - top_of (map, 0) > 3 * ROW_GAP ? ROW_GAP : 0;

  box[0] = floor (mtw_chart_x (&map->chart, from * map->per_cell));
  box[1] = floor (top_of (map, row));
  box[2] = MAX (floor (mtw_chart_x (&map->chart, to * map->per_cell)) - box[0], 1);
  box[3] = MAX (floor (top_of (map, row + 1)) - gap - box[1], 1);
}

static void
draw_stretch (Map   *map,
              guint  row,
              guint  from,
              guint  to,
              double mean)
{
  MtwPen *pen = map->chart.pen;
  double deep[3], box[4];

  mtw_conflict_colour (MAX (mean - 0.3, -1), pen->input->dark && !pen->input->print, deep);
  find_cell (map, row, from, to, box);
  mtw_pen_hatch (pen, box[0], box[1], box[2], box[3], deep, 0.75);
}

/* Without smooth edges, between which the ground would show. */
static void
fill_box (MtwPen       *pen,
          double        cosine,
          const double  box[4])
{
  double rgb[3];

  mtw_conflict_colour (cosine, pen->input->dark && !pen->input->print, rgb);
  mtw_pen_rgb (pen, rgb, 1);
  cairo_set_antialias (pen->cr, CAIRO_ANTIALIAS_NONE);
  cairo_rectangle (pen->cr, box[0], box[1], box[2], box[3]);
  cairo_fill (pen->cr);
  cairo_set_antialias (pen->cr, CAIRO_ANTIALIAS_DEFAULT);
}

static void
draw_row (Map   *map,
          guint  row)
{
  const double *cells = map->cells + (gsize) row * map->n_cells;
  double sum = 0;
  guint from = 0;

  for (guint c = 0; c < map->n_cells; c++)
    if (isfinite (cells[c]))
      {
        double box[4];

        find_cell (map, row, c, c + 1, box);
        fill_box (map->chart.pen, cells[c], box);
      }

  for (guint c = 0; c <= map->n_cells; c++)
    if (c < map->n_cells && cells[c] < 0)
      {
        sum += cells[c];
      }
    else
      {
        if (c > from)
          draw_stretch (map, row, from, c, sum / (c - from));
        from = c + 1;
        sum = 0;
      }
}

/* --- words --- */

/* (transfer full): @id or as much of its end as there is room for. */
static char *
fit_name (MtwPen     *pen,
          const char *id,
          double      room)
{
  char *name = g_strdup (id);

  for (const char *from = id; mtw_pen_measure (pen, name, 0) > room && *from != '\0';)
    {
      from = g_utf8_next_char (from);
      g_free (name);
      name = g_strconcat ("…", from, NULL);
    }

  return name;
}

/* Every row, or every second … where they would touch. */
static void
draw_names (Map    *map,
            double  room)
{
  MtwPen *pen = map->chart.pen;
  double height = top_of (map, 1) - top_of (map, 0);
  guint stride = (guint) MAX (ceil ((pen->em - 2) / height), 1);

  mtw_pen_ink (pen, MTW_INK_CAPTION);
  for (guint r = 0; r < map->rows->len; r += stride)
    {
      g_autofree char *name = fit_name (pen, row_at (map->rows, r)->id, room);

      mtw_pen_text (pen, name, map->chart.left - 6, top_of (map, r) + height / 2, MTW_TEXT_END);
    }
}

/* Which colour is which cosine. */
static void
draw_bar (Map *map)
{
  static const char *const labels[] = { "+1", "0", "−1" };
  MtwPen *pen = map->chart.pen;
  gboolean dark = pen->input->dark && !pen->input->print;
  double x = floor (map->chart.right + BAR_GAP);
  double top = floor (map->chart.top), height = floor (map->chart.bottom - top);
  double deep[3];

  for (double y = 0; y < height; y++)
    fill_box (pen, 1 - 2 * (y + 0.5) / height, (const double[]) { x, top + y, BAR, 1 });
  mtw_conflict_colour (-0.8, dark, deep);
  mtw_pen_hatch (pen, x, top + ceil (height / 2), BAR, floor (height / 2), deep, 0.75);
  mtw_pen_ink (pen, MTW_INK_CAPTION);
  for (guint i = 0; i < G_N_ELEMENTS (labels); i++)
    mtw_pen_text (pen, labels[i], x + BAR + 4,
                  CLAMP (top + height * i / 2, top + pen->em / 2, top + height - pen->em / 2), 0);
}

/* --- the cursor --- */

static double
value_at (const MtwPlotInput *input,
          const Row          *row)
{
  gsize n = mtw_curve_length (row->cosine);
  double epoch = MAX (ceil (input->cursor), 1);

  return isfinite (epoch) && epoch <= mtw_curve_points (row->cosine)[n - 1].x
         ? mtw_curve_at (row->cosine, epoch) : NAN;
}

typedef struct
{
  guint  row;
  double cosine;
} Reading;

static int
compare (gconstpointer a,
         gconstpointer b)
{
  double x = ((const Reading *) a)->cosine;
  double y = ((const Reading *) b)->cosine;

  return x < y ? -1 : x > y;
}

/* All rows in their order, or as many as there is room for: then the lowest, these first. */
static void
read_rows (Map *map)
{
  MtwPen *pen = map->chart.pen;
  guint room = (guint) CLAMP ((map->chart.bottom - map->chart.top) / (ceil (pen->em) + 1) - 2, 1,
                              MTW_MAX_LEGEND);
  g_autofree Reading *readings = g_new (Reading, map->rows->len);
  guint n = 0;

  for (guint r = 0; r < map->rows->len; r++)
    {
      double cosine = value_at (pen->input, row_at (map->rows, r));

      if (isfinite (cosine))
        readings[n++] = (Reading) { r, cosine };
    }
  if (n > room)
    qsort (readings, n, sizeof *readings, compare);
  for (guint i = 0; i < MIN (n, room); i++)
    mtw_chart_read_name (&map->chart, row_at (map->rows, readings[i].row)->id,
                         mtw_number_fixed (readings[i].cosine, 2));
}

/* --- the plot --- */

static char *
blocks_subtitle (const MtwPlotInput *input)
{
  /* Translators: between the gradients of tasks. */
  return g_strdup (_("cosine"));
}

static char *
blocks_waiting (const MtwPlotInput *input)
{
  g_autoptr(GArray) rows = find_rows (input);
  const MtlRecordInfo *info = input->record != NULL ? mtl_record_info (input->record) : NULL;
  MtwCurve *ended = input->curves != NULL ? mtw_curves_get (input->curves, "epoch/steps") : NULL;

  if (rows->len > 0)
    return NULL;
  if (info != NULL && (info->n_tasks < 2 || info->n_trunk == 0))
    return g_strdup (_("Needs two tasks that share blocks."));
  if (ended != NULL && mtw_curve_length (ended) > 0)
    return g_strdup (_("This run kept no cosines of its blocks."));

  return g_strdup (_("Appears after the first epoch."));
}

static void
draw_map (Map    *map,
          double  names)
{
  fill_cells (map);
  draw_names (map, names);
  draw_bar (map);
  mtw_chart_clip (&map->chart);
  for (guint r = 0; r < map->rows->len; r++)
    draw_row (map, r);
  mtw_chart_unclip (&map->chart);
  read_rows (map);
}

static void
blocks_draw (MtwPen *pen)
{
  Map map = { .chart = { .y = { .high = 1 } } };
  g_autoptr(GArray) rows = find_rows (pen->input);
  double most = floor (NAMES_SHARE * pen->width);
  double bar = BAR_GAP + BAR + 4 + ceil (mtw_pen_measure (pen, "−1", 0));
  double names = 0;

  for (guint r = 0; r < rows->len; r++)
    names = MAX (names, mtw_pen_measure (pen, row_at (rows, r)->id, 0));
  names = MIN (ceil (names), most);

  mtw_chart_begin (&map.chart, pen, names, 0, MAX (pen->width - names - bar, 1), pen->height);
  map.rows = rows;
  map.per_cell = MAX (ceil (map.chart.x.high * LEAST_CELL / (map.chart.right - map.chart.left)),
                      1);
  map.n_cells = (guint) ceil (map.chart.x.high / map.per_cell);
  map.cells = g_new (double, MAX ((gsize) map.n_cells * rows->len, 1));
  draw_map (&map, names);
  mtw_chart_end (&map.chart);
  g_free (map.cells);
}

static char *
blocks_describe (const MtwPlotInput *input)
{
  g_autoptr(GArray) rows = find_rows (input);
  guint lowest = 0, highest = 0;
  g_autofree char *low = NULL;
  g_autofree char *high = NULL;
  g_autofree char *tasks = NULL;

  for (guint r = 1; r < rows->len; r++)
    {
      double cosine = mtw_curve_last (row_at (rows, r)->cosine);

      if (cosine < mtw_curve_last (row_at (rows, lowest)->cosine))
        lowest = r;
      if (cosine > mtw_curve_last (row_at (rows, highest)->cosine))
        highest = r;
    }
  low = mtw_number_fixed (mtw_curve_last (row_at (rows, lowest)->cosine), 2);
  high = mtw_number_fixed (mtw_curve_last (row_at (rows, highest)->cosine), 2);
  tasks = g_strjoinv (", ", mtl_record_info (input->record)->tasks);

  /* Translators: tasks; then a block and its cosine, twice. */
  return g_strdup_printf (_("Cosine of %s in the last epoch: lowest in %s, %s; highest in %s, %s."),
                          tasks, row_at (rows, lowest)->id, low, row_at (rows, highest)->id, high);
}

/* Blocks have figures of epochs alone. */
static MtwTable *
blocks_table (const MtwPlotInput *input,
              gboolean            every_step)
{
  g_autoptr(GArray) rows = find_rows (input);
  g_autofree MtwCurve **curves = g_new0 (MtwCurve *, 2 * rows->len + 1);
  MtwTable *table = mtw_table_new ();

  mtw_table_add_column (table, "epoch");
  for (guint r = 0; r < rows->len; r++)
    {
      const char *id = row_at (rows, r)->id;

      mtw_table_add_column (table, "cosine/%s", id);
      mtw_table_add_column (table, "conflict/%s", id);
      curves[2 * r] = row_at (rows, r)->cosine;
      curves[2 * r + 1] = mtw_curves_get (input->curves, PREFIX "%s/conflict", id);
    }
  mtw_input_add_rows (table, curves[0], 1, curves, 2 * rows->len);

  return table;
}

const MtwPlotKind mtw_plot_conflict_blocks = {
  .id = "conflict-blocks",
  .title = N_("Conflict per Block"),
  .info = N_("The cosine between the gradients of the tasks in each block that they share, as the "
             "mean over the pairs of tasks and the steps of an epoch. Below zero, where what "
             "helps one task harms another in this block, the cell is hatched."),
  .flags = MTW_PLOT_TIME,
  .subtitle = blocks_subtitle,
  .waiting = blocks_waiting,
  .draw = blocks_draw,
  .describe = blocks_describe,
  .table = blocks_table,
};
