/* test-golden-optim.c — optimisers and schedules against numbers computed elsewhere
 *
 * golden/optim.json is made by golden/optim.py, which says how and of what.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "golden-file.h"
#include "mtl-optimizer.h"
#include "mtl-schedule.h"
#include "optim-choose.h"

#define N 3

/* Floats keep about seven digits, and ten steps lose less than one. */
#define PATH_TOLERANCE   6e-7
#define FACTOR_TOLERANCE 1e-11

static JsonObject *golden;

static double
number_at (JsonArray *rows,
           guint      row,
           guint      column)
{
  return json_array_get_double_element (json_array_get_array_element (rows, row), column);
}

/* --- optimisers --- */

typedef struct
{
  const MtlOptimizer *optimizer;
  MtlChosen          *chosen;
  float               weights[N];
  float               moments[4][N];
} Descent;

static void
slope (const float *w,
       float       *gradient)
{
  JsonArray *matrix = json_object_get_array_member (golden, "matrix");
  JsonArray *vector = json_object_get_array_member (golden, "vector");

  for (guint i = 0; i < N; i++)
    {
      double sum = -json_array_get_double_element (vector, i);

      for (guint j = 0; j < N; j++)
        sum += number_at (matrix, i, j) * w[j];
      gradient[i] = (float) sum;
    }
}

/* A moment that the settings do not ask for is not there. */
static void
take_step (Descent *self,
           double   lr,
           guint    n)
{
  static const guint8 decay[N] = { 1, 1, 1 };
  const MtlSetting *set = mtl_chosen_settings (self->chosen);
  float gradient[N];
  float *moments[4];

  slope (self->weights, gradient);
  for (guint m = 0; m < 4; m++)
    moments[m] = m < self->optimizer->n_moments
                 && (self->optimizer->keeps == NULL || self->optimizer->keeps (set, m))
                 ? self->moments[m] : NULL;
  self->optimizer->update (&(MtlOptimizerStep) { set, lr, n, decay }, 0, N, gradient,
                           self->weights, moments);
}

static void
test_optimizer (gconstpointer data)
{
  JsonObject *one = (JsonObject *) data;
  const char *id = json_object_get_string_member (one, "id");
  const char *settings = json_object_get_string_member (one, "settings");
  JsonArray *path = json_object_get_array_member (one, "path");
  JsonArray *start = json_object_get_array_member (golden, "start");
  Descent descent = { .chosen = choose (MTL_KIND_OPTIMIZER, id, settings) };
  double lr = strstr (settings, "lr=") != NULL
              ? mtl_chosen_get (descent.chosen, "lr")->number : 0.1;
  double worst = 0.0;

  descent.optimizer = (const MtlOptimizer *) mtl_chosen_method (descent.chosen);
  for (guint i = 0; i < N; i++)
    descent.weights[i] = (float) json_array_get_double_element (start, i);
  for (guint t = 0; t < json_array_get_length (path); t++)
    {
      take_step (&descent, lr, t + 1);
      for (guint i = 0; i < N; i++)
        worst = MAX (worst, fabs (descent.weights[i] - number_at (path, t, i)));
      if (!(worst < PATH_TOLERANCE))
        g_error ("%s %s: step %u is off by %g", id, settings, t + 1, worst);
    }
  g_test_message ("%s %s: largest difference %.2g", id, settings, worst);
  mtl_chosen_unref (descent.chosen);
}

/* --- schedules --- */

static void
test_schedule (gconstpointer data)
{
  JsonObject *one = (JsonObject *) data;
  const char *id = json_object_get_string_member (one, "id");
  const char *settings = json_object_get_string_member (one, "settings");
  JsonArray *points = json_object_get_array_member (one, "points");
  double n_epochs = json_object_get_double_member (golden, "epochs");
  g_autoptr(MtlChosen) chosen = choose (MTL_KIND_SCHEDULE, id, settings);

  for (guint n = 0; n < json_array_get_length (points); n++)
    {
      double epoch = number_at (points, n, 0);
      double expected = number_at (points, n, 1);
      double factor = mtl_schedule_factor (chosen, epoch, n_epochs);

      if (!(fabs (factor - expected) < FACTOR_TOLERANCE))
        g_error ("%s %s: %.15g at epoch %g of %g, expected %.15g", id, settings, factor, epoch,
                 n_epochs, expected);
    }
}

static void
add_all (const char   *kind,
         GTestDataFunc check)
{
  JsonArray *list = json_object_get_array_member (golden, kind);

  for (guint n = 0; n < json_array_get_length (list); n++)
    {
      JsonObject *one = json_array_get_object_element (list, n);
      g_autofree char *path = g_strdup_printf ("/golden/%s/%u-%s", kind, n,
                                               json_object_get_string_member (one, "id"));

      g_test_add_data_func (path, one, check);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) parser = NULL;

  g_test_init (&argc, &argv, NULL);
  parser = golden_open ("optim.json");
  golden = json_node_get_object (json_parser_get_root (parser));
  add_all ("optimizers", test_optimizer);
  add_all ("schedules", test_schedule);

  return g_test_run ();
}
