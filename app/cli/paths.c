/* paths.c — the ways of several runs over the plane of two weights, as a file and a table
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "paths.h"

#include <glib/gi18n.h>
#include <math.h>

#include "mtw-paths.h"
#include "probing.h"

#define ROOM  1.15   /* of the plane, in farthest weights */
#define LEAST 1.0
#define ON    0.01   /* a loss: the most that another point may better both by on the front */

static GPtrArray *
load_records (char   **runs,
              GError **error)
{
  g_autoptr(GPtrArray) records
    = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_record_unref);

  for (; *runs != NULL; runs++)
    {
      g_autoptr(MtlStore) store = NULL;
      g_autofree char *run = NULL;
      MtlRecord *record;

      if (!cli_open_run (*runs, &store, &run, error))
        return NULL;
      record = mtl_store_load (store, run, error);
      if (record == NULL)
        return NULL;
      g_ptr_array_add (records, record);
    }

  return g_steal_pointer (&records);
}

/* NaN: one has no path. */
static double
find_range (GPtrArray  *records,
            GError    **error)
{
  double range = LEAST;

  for (guint i = 0; i < records->len; i++)
    {
      double reach = mtw_paths_reach (g_ptr_array_index (records, i), error);

      if (isnan (reach))
        return NAN;
      range = MAX (range, ceil (ROOM * reach));
    }

  return range;
}

/* The losses of @run over the plane of its trunk. */
static int
measure (char     *run,
         double    range,
         MtlGrid **grid)
{
  g_autoptr(GPtrArray) sets = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(MtlStore) store = NULL;
  g_autofree char *id = NULL;
  CliProbe probe = { .run = run, .sets = sets };
  MtlProbeFrame frame;

  g_ptr_array_add (sets, g_strdup ("plane=trunk"));
  g_ptr_array_add (sets, g_strdup ("samples=1"));
  g_ptr_array_add (sets, g_strdup_printf ("side=%d", MTL_PROBE_MAX_SIDE));
  g_ptr_array_add (sets, g_strdup_printf ("range=%.0f", range));
  g_ptr_array_add (sets, NULL);

  return cli_probe (&probe, "landscape", &frame, grid, NULL, &store, &id);
}

static void
print_table (const MtwPaths *paths)
{
  g_print ("| %s | %s | %s | %s | %s | %s | %s |\n|---|---|---|---|---|---|---|\n", _("method"),
           _("start"), _("steps"), _("end"), _("mean loss"), _("gap"), _("on the Pareto front"));
  for (guint i = 0; i < paths->ways->len; i++)
    {
      const MtwWay *way = g_ptr_array_index (paths->ways, i);
      const MtwPlace *from = &way->places[0], *to = &way->places[way->n - 1];

      g_print ("| %s | (%g, %g) | %" G_GSIZE_FORMAT " | (%.3f, %.3f) | %.4f | %.3f | %s |\n",
               way->method, from->x[0], from->x[1], way->n - 1, to->x[0], to->x[1],
               (way->losses[0] + way->losses[1]) / 2.0, way->gap < 0.0 ? 0.0 : way->gap,
               way->gap <= ON ? _("yes") : _("no"));
    }
}

static gboolean
write_picture (const MtwPaths  *paths,
               const char      *output,
               MtwFormat        format,
               double           mm,
               GError         **error)
{
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (output);
  g_autoptr(GBytes) bytes = NULL;
  MtwPlotInput input;

  mtw_plot_input_init (&input, &mtw_plot_paths);
  input.paths = paths;
  bytes = mtw_plot_write (&mtw_plot_paths, &input, format, mm, error);

  return bytes != NULL
         && g_file_replace_contents (file, g_bytes_get_data (bytes, NULL),
                                     g_bytes_get_size (bytes), NULL, FALSE, G_FILE_CREATE_NONE,
                                     NULL, NULL, error);
}

int
cli_paths (char       **runs,
           const char  *output,
           MtwFormat    format,
           double       mm)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) records = load_records (runs, &error);
  g_autoptr(MtlGrid) grid = NULL;
  g_autoptr(MtwPaths) paths = NULL;
  double range = records != NULL ? find_range (records, &error) : NAN;
  int status;

  if (isnan (range))
    return cli_fail (error);
  status = measure (runs[0], range, &grid);
  if (status != CLI_DONE)
    return status;

  paths = mtw_paths_new (grid);
  for (guint i = 0; i < records->len; i++)
    if (!mtw_paths_add (paths, g_ptr_array_index (records, i), &error))
      return cli_fail (error);
  if (!write_picture (paths, output, format, mm, &error))
    return cli_fail (error);

  print_table (paths);
  return CLI_DONE;
}
