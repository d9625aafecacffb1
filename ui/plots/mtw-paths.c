/* mtw-paths.c — the ways of several runs over the plane of two weights
 *
 * With losses l_1 and l_2 on a grid of points z, the front that is drawn is the lower
 * left hull of the points (l_1, l_2): those that minimise a weighted sum of both, for
 * weights above 0. All points of a Pareto front are such where it is convex. A grid has
 * many more that no other betters in both, only since none lies where the front is, and
 * they would be drawn as a band. The gap of a point x is
 *
 *   max_z min_k (l_k(x) − l_k(z))
 *
 * by how much one point betters both of its losses. It is 0 on a true front, convex or
 * not, a little below for the grid, and above 0 elsewhere. The grid is refined by
 * cubic interpolation first, so that the front is met closely.
 *
 * Cost: refined points times the logarithm of their number, once; as many for each run.
 *
 * Source of the hull: Andrew, “Another efficient algorithm for convex hulls in two
 * dimensions”, Information Processing Letters 9 (1979), the lower half.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-paths.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-error.h"

#define REFINED 8     /* cells for one of the grid, along a side */
#define SAME    1e-9  /* of two starting points */

static void
way_free (gpointer data)
{
  MtwWay *self = data;

  g_free (self->run);
  g_free (self->method);
  g_free (self->places);
  g_free (self);
}

/* --- the front --- */

static MtwPlace
place_of (const MtwPaths *self,
          gsize           index)
{
  guint side = self->losses[0]->side;
  double range = mtl_grid_range (self->grid), last = side - 1.0;

  return (MtwPlace) { { range * (2.0 * (double) (index % side) / last - 1.0),
                        range * (2.0 * (double) (index / side) / last - 1.0) } };
}

static int
compare_losses (gconstpointer a,
                gconstpointer b,
                gpointer      data)
{
  const MtwPaths *self = data;
  gsize i = *(const gsize *) a, j = *(const gsize *) b;

  for (guint k = 0; k < 2; k++)
    {
      double x = self->losses[k]->values[i], y = self->losses[k]->values[j];

      if (x != y)
        return x < y ? -1 : 1;
    }

  return 0;
}

/* Whether going from @a over @b to @c turns to the left in the plane of losses. */
static gboolean
turns_left (const MtwPaths *self,
            gsize           a,
            gsize           b,
            gsize           c)
{
  const double *x = self->losses[0]->values, *y = self->losses[1]->values;

  return (x[b] - x[a]) * (y[c] - y[a]) - (y[b] - y[a]) * (x[c] - x[a]) > 0.0;
}

/* (transfer full): indexes of the points where both losses are known, by the first. */
static GArray *
sort_points (MtwPaths *self)
{
  gsize n = (gsize) self->losses[0]->side * self->losses[0]->side;
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (gsize), (guint) n);

  for (gsize i = 0; i < n; i++)
    if (isfinite (self->losses[0]->values[i]) && isfinite (self->losses[1]->values[i]))
      g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_losses, self);

  return order;
}

static void
find_front (MtwPaths *self)
{
  g_autoptr(GArray) order = sort_points (self);
  g_autoptr(GArray) hull = g_array_new (FALSE, FALSE, sizeof (gsize));
  const gsize *found;
  double least = INFINITY;

  for (guint i = 0; i < order->len; i++)
    {
      gsize index = g_array_index (order, gsize, i);

      if (self->losses[1]->values[index] >= least)
        continue;
      least = self->losses[1]->values[index];
      found = (const gsize *) (gpointer) hull->data;
      while (hull->len > 1
             && !turns_left (self, found[hull->len - 2], found[hull->len - 1], index))
        g_array_set_size (hull, hull->len - 1);
      g_array_append_val (hull, index);
    }

  for (guint i = 0; i < hull->len; i++)
    {
      MtwPlace place = place_of (self, g_array_index (hull, gsize, i));

      g_array_append_val (self->front, place);
    }
}

double
mtw_paths_gap (const MtwPaths *self,
               const double    losses[2])
{
  gsize n = (gsize) self->losses[0]->side * self->losses[0]->side;
  double gap = -INFINITY;

  if (!isfinite (losses[0]) || !isfinite (losses[1]))
    return NAN;

  for (gsize i = 0; i < n; i++)
    {
      double first = losses[0] - self->losses[0]->values[i];
      double second = losses[1] - self->losses[1]->values[i];

      if (isfinite (first) && isfinite (second))
        gap = MAX (gap, MIN (first, second));
    }

  return gap;
}

MtwPaths *
mtw_paths_new (MtlGrid *grid)
{
  MtwPaths *self;

  g_return_val_if_fail (mtl_grid_n_tasks (grid) == 2, NULL);

  self = g_new0 (MtwPaths, 1);
  self->grid = mtl_grid_ref (grid);
  for (guint k = 0; k < 2; k++)
    self->losses[k] = mtw_relief_new (mtl_grid_read (grid, k), mtl_grid_side (grid), REFINED);
  self->front = g_array_new (FALSE, FALSE, sizeof (MtwPlace));
  self->ways = g_ptr_array_new_with_free_func (way_free);
  self->methods = g_ptr_array_new_with_free_func (g_free);
  find_front (self);

  return self;
}

void
mtw_paths_free (MtwPaths *self)
{
  mtl_grid_unref (self->grid);
  for (guint k = 0; k < 2; k++)
    mtw_relief_free (self->losses[k]);
  g_array_unref (self->front);
  g_ptr_array_unref (self->ways);
  g_ptr_array_unref (self->methods);
  g_free (self);
}

/* --- ways --- */

static gboolean
check_record (const MtlRecordInfo  *info,
              gsize                 n,
              GError              **error)
{
  if (info->n_tasks != 2 || info->n_trunk != 2)
    g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                 /* Translators: name of a run, then two whole numbers. */
                 _("%s: paths are drawn of runs with 2 tasks and 2 shared weights, and this one "
                   "has %u and %" G_GUINT64_FORMAT), info->name, info->n_tasks, info->n_trunk);
  else if (n == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                 /* Translators: name of a run. */
                 _("%s: the weights are not in its record; train its design anew"), info->name);
  else
    return TRUE;

  return FALSE;
}

/* (transfer full) (nullable): the curves of both weights, @n points each. */
static MtwPlace *
read_places (MtlRecord  *record,
             gsize      *n,
             GError    **error)
{
  MtlSeries *series[2] = { mtl_record_find (record, "trunk/1"),
                           mtl_record_find (record, "trunk/2") };
  g_autofree MtlPoint *points = NULL;
  MtwPlace *places;

  *n = series[0] != NULL && series[1] != NULL
       ? MIN (mtl_series_get_length (series[0]), mtl_series_get_length (series[1])) : 0;
  if (!check_record (mtl_record_info (record), *n, error))
    return NULL;

  points = g_new (MtlPoint, *n);
  places = g_new (MtwPlace, *n);
  for (guint i = 0; i < 2; i++)
    {
      mtl_series_read (series[i], 0, points, *n);
      for (gsize p = 0; p < *n; p++)
        places[p].x[i] = points[p].y;
    }

  return places;
}

double
mtw_paths_reach (MtlRecord  *record,
                 GError    **error)
{
  gsize n;
  g_autofree MtwPlace *places = read_places (record, &n, error);
  double reach = 0.0;

  if (places == NULL)
    return NAN;

  for (gsize p = 0; p < n; p++)
    reach = MAX (reach, MAX (fabs (places[p].x[0]), fabs (places[p].x[1])));

  return reach;
}

/* (transfer full): “CAGrad”, “CAGrad, SAM” */
static char *
describe_method (const MtlDesign *design)
{
  const MtlChosen *experiment = mtl_design_experiment (design);
  const MtlSetting *balancer = mtl_chosen_get (experiment, "balancer");
  const MtlSetting *sharpness = mtl_chosen_get (experiment, "sharpness");
  const char *title = _(mtl_chosen_method (balancer->method)->title);

  if (g_str_equal (mtl_chosen_method (sharpness->method)->id, "none"))
    return g_strdup (title);

  return g_strdup_printf ("%s, %s", title, _(mtl_chosen_method (sharpness->method)->title));
}

/* Which starting point @place is; a new one where no way begins there. */
static guint
find_start (MtwPaths       *self,
            const MtwPlace *place)
{
  for (guint i = 0; i < self->ways->len; i++)
    {
      const MtwWay *way = g_ptr_array_index (self->ways, i);

      if (fabs (way->places[0].x[0] - place->x[0]) < SAME
          && fabs (way->places[0].x[1] - place->x[1]) < SAME)
        return way->start;
    }

  return self->n_starts++;
}

static double
last_loss (MtlRecord *record,
           guint      task)
{
  g_autofree char *name = g_strconcat ("loss/", mtl_record_info (record)->tasks[task], NULL);
  MtlSeries *series = mtl_record_find (record, name);
  gsize n = series != NULL ? mtl_series_get_length (series) : 0;
  MtlPoint point = { 0.0, NAN };

  if (n > 0)
    mtl_series_read (series, n - 1, &point, 1);

  return point.y;
}

gboolean
mtw_paths_add (MtwPaths   *self,
               MtlRecord  *record,
               GError    **error)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  MtwWay *way;
  gsize n;
  MtwPlace *places = read_places (record, &n, error);

  if (places == NULL)
    return FALSE;

  way = g_new0 (MtwWay, 1);
  way->run = g_strdup (info->name);
  way->method = describe_method (info->design);
  way->n = n;
  way->places = places;
  way->start = find_start (self, places);
  for (guint k = 0; k < 2; k++)
    way->losses[k] = last_loss (record, k);
  way->gap = mtw_paths_gap (self, way->losses);
  if (!g_ptr_array_find_with_equal_func (self->methods, way->method, g_str_equal, NULL))
    g_ptr_array_add (self->methods, g_strdup (way->method));
  g_ptr_array_add (self->ways, way);

  return TRUE;
}
