/* test-golden-losses.c — losses and metrics of pictures, tokens and rows
 *
 * golden/losses.json is made by golden/losses.py, which says how and of what.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-file.h"
#include "loss-rows.h"

/* Gradients are floats of order 1; means are of doubles. */
#define GRADIENT_TOLERANCE 1.2e-7
#define MEAN_TOLERANCE     1e-11  /* the numbers are printed to 1e-12 */
#define METRIC_TOLERANCE   1e-11

/* One case, read. */
typedef struct
{
  MtlChosen     *loss;
  MtlTargetType  type;
  MtlItems       items;
  gsize          rows;
  float         *outputs;
  float         *targets;
} Case;

/* A null is NaN. (transfer full) */
static float *
read_floats (JsonObject *one,
             const char *name,
             gsize      *n)
{
  JsonArray *array = json_object_get_array_member (one, name);
  float *values;

  *n = json_array_get_length (array);
  values = g_new (float, *n);
  for (gsize i = 0; i < *n; i++)
    values[i] = json_array_get_null_element (array, (guint) i)
                ? NAN : (float) json_array_get_double_element (array, (guint) i);

  return values;
}

static MtlChosen *
choose_loss (JsonObject *one)
{
  const char *id = json_object_get_string_member (one, "loss");
  MtlChosen *chosen = mtl_chosen_new (MTL_KIND_LOSS, &find_loss (id)->method);
  g_autoptr(GError) error = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (!json_object_has_member (one, "settings"))
    return chosen;

  json_object_iter_init (&iter, json_object_get_object_member (one, "settings"));
  while (json_object_iter_next (&iter, &name, &value))
    {
      MtlChosen *with = mtl_chosen_with (chosen, name, json_node_get_string (value), &error);

      g_assert_no_error (error);
      mtl_chosen_unref (chosen);
      chosen = with;
    }

  return chosen;
}

static Case
read_case (JsonObject *one)
{
  JsonArray *sizes = json_object_get_array_member (one, "shape");
  gboolean classes = g_str_equal (json_object_get_string_member (one, "kind"), "class");
  MtlShape shape = { .rank = json_array_get_length (sizes) };
  Case self = {
    .loss = choose_loss (one),
    .rows = (gsize) json_object_get_int_member (one, "rows"),
  };
  g_autoptr(GError) error = NULL;
  const MtlLoss *loss = (const MtlLoss *) mtl_chosen_method (self.loss);
  gsize n_outputs, n_targets;

  for (guint d = 0; d < shape.rank; d++)
    shape.size[d] = (gsize) json_array_get_int_element (sizes, d);
  self.outputs = read_floats (one, "outputs", &n_outputs);
  self.targets = read_floats (one, "targets", &n_targets);
  self.type = (MtlTargetType) {
    classes ? MTL_TARGET_CLASS : MTL_TARGET_VALUES,
    (guint) json_object_get_int_member (one, "classes"), n_targets / self.rows,
  };
  self.items = mtl_loss_items (loss, mtl_chosen_settings (self.loss), &self.type, &shape);

  loss->fits (&self.type, &self.items, mtl_chosen_settings (self.loss), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self.rows * self.items.size, ==, n_outputs);

  return self;
}

static void
clear_case (Case *self)
{
  mtl_chosen_unref (self->loss);
  g_free (self->outputs);
  g_free (self->targets);
}

static void
test_loss (gconstpointer data)
{
  JsonObject *one = (JsonObject *) data;
  Case self = read_case (one);
  const MtlLoss *loss = (const MtlLoss *) mtl_chosen_method (self.loss);
  const MtlSetting *set = mtl_chosen_settings (self.loss);
  double divisor = loss->divisor (&self.type, &self.items, set, self.rows, self.targets);
  double wanted = json_object_get_double_member (one, "mean"), worst = 0.0, mean;
  gsize n;
  g_autofree float *slopes = read_floats (one, "gradient", &n);
  g_autofree float *gradient = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    gradient[i] = NAN;
  mean = loss->value (&self.type, &self.items, set, self.rows, self.outputs, self.targets,
                      gradient) / divisor;
  for (gsize i = 0; i < n; i++)
    {
      double miss = fabs (gradient[i] / divisor - slopes[i]);

      worst = miss > worst || isnan (miss) ? miss : worst;
    }

  g_test_message ("mean off by %.2g, gradient by %.2g", fabs (mean - wanted), worst);
  g_assert_cmpfloat_with_epsilon (mean, wanted, MEAN_TOLERANCE);
  g_assert_true (worst < GRADIENT_TOLERANCE);
  clear_case (&self);
}

static void
test_metric (gconstpointer data)
{
  JsonObject *one = (JsonObject *) data;
  Case self = read_case (one);
  const MtlLoss *loss = (const MtlLoss *) mtl_chosen_method (self.loss);
  const MtlMetric *metric = find_metric (json_object_get_string_member (one, "metric"));
  gsize n = metric->n_sums != NULL ? metric->n_sums (&self.type, &self.items) : MTL_METRIC_SUMS;
  g_autofree double *sums = g_new0 (double, n);

  g_assert_true (g_strv_contains (loss->metrics, metric->method.id));
  g_assert_true (metric->fits == NULL || metric->fits (&self.type, &self.items));
  metric->add (&self.type, &self.items, 1, self.outputs, self.targets, sums);
  metric->add (&self.type, &self.items, self.rows - 1, self.outputs + self.items.size,
               self.targets + self.type.size, sums);
  g_assert_cmpfloat_with_epsilon (metric->finish (sums, n),
                                  json_object_get_double_member (one, "value"), METRIC_TOLERANCE);
  clear_case (&self);
}

static void
add_cases (JsonObject    *golden,
           const char    *list,
           const char    *name,
           GTestDataFunc  test)
{
  JsonArray *cases = json_object_get_array_member (golden, list);

  for (guint n = 0; n < json_array_get_length (cases); n++)
    {
      JsonObject *one = json_array_get_object_element (cases, n);
      g_autofree char *path = g_strdup_printf ("/golden-losses/%s/%u", json_object_get_string_member
                                               (one, name), n);

      g_test_add_data_func (path, one, test);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) parser = NULL;
  JsonObject *golden;

  g_test_init (&argc, &argv, NULL);
  parser = golden_open ("losses.json");
  golden = json_node_get_object (json_parser_get_root (parser));
  add_cases (golden, "losses", "loss", test_loss);
  add_cases (golden, "metrics", "metric", test_metric);

  return g_test_run ();
}
