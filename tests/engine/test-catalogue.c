/* test-catalogue.c — every method of every kind: its description and its settings
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-chosen-json.h"
#include "mtl-chosen-private.h"
#include "mtl-experiment.h"
#include "mtl-json.h"
#include "mtl-setting.h"

#define SEED     7
#define N_DRAWS  40

typedef struct
{
  const MtlMethod *method;
  MtlKind          kind;
} Case;

/* --- descriptions --- */

static gboolean
is_id (const char *id)
{
  gsize n = id != NULL ? strlen (id) : 0;

  return n > 0 && g_ascii_islower (id[0]) && id[n - 1] != '-'
    && strspn (id, "abcdefghijklmnopqrstuvwxyz0123456789-") == n && strstr (id, "--") == NULL;
}

static const char *
find_fault_of_number (const MtlParam *p)
{
  if (!(p->minimum < p->maximum))
    return "its minimum is not below its maximum";
  if (isnan (p->initial))
    return NULL;
  if (!(p->initial >= p->minimum && p->initial <= p->maximum))
    return "its initial value is out of range";
  if (p->type == MTL_WHOLE && p->initial != floor (p->initial))
    return "its initial value is not whole";

  return NULL;
}

static const char *
find_fault_of_choice (const MtlParam *p)
{
  guint n = p->choices != NULL ? g_strv_length ((char **) p->choices) : 0;

  if (n < 2)
    return "it has fewer than two choices";
  if (!(p->initial >= 0.0 && p->initial < n) || p->initial != floor (p->initial))
    return "its initial value is not the index of a choice";
  for (guint i = 0; i < n; i++)
    if (g_strv_contains (p->choices + i + 1, p->choices[i]))
      return "it has a choice twice";

  return NULL;
}

/* What is wrong with @p, or NULL. */
static const char *
find_fault (const MtlParam *p)
{
  if (!is_id (p->id) || strcmp (p->id, "type") == 0)
    return "its id is not lower-case letters, digits and dashes, or is taken";
  if (p->title == NULL || *p->title == '\0')
    return "it has no title";

  switch (p->type)
    {
    case MTL_CHOICE:
      return find_fault_of_choice (p);
    case MTL_FLAG:
      return p->initial == 0.0 || p->initial == 1.0 ? NULL : "its initial value is not 0 or 1";
    case MTL_TEXT:
    case MTL_PATH:
      return NULL;
    case MTL_METHOD:
      return p->initial_text == NULL || mtl_catalogue_find (p->kind, p->initial_text, NULL) != NULL
        ? NULL : "its initial method is not in the catalogue";
    default:
      return find_fault_of_number (p);
    }
}

static const char *
find_fault_of_method (const MtlMethod *method,
                      MtlKind          kind,
                      const char     **where)
{
  guint n = mtl_method_n_params (method, kind);

  *where = "";
  if (!is_id (method->id) || method->title == NULL)
    return "it has no id of lower-case letters, digits and dashes, or no title";

  for (guint i = 0; i < n; i++)
    {
      const MtlParam *p = mtl_method_param (method, kind, i);
      const char *fault = find_fault (p);

      *where = p->id;
      for (guint j = 0; j < i; j++)
        if (strcmp (mtl_method_param (method, kind, j)->id, p->id) == 0)
          return "it stands there twice";
      if (fault != NULL)
        return fault;
    }

  return NULL;
}

static void
test_description (gconstpointer data)
{
  const Case *c = data;
  const char *where;
  const char *fault = find_fault_of_method (c->method, c->kind, &where);

  if (fault != NULL)
    g_error ("%s %s: %s: %s", mtl_kind_name (c->kind), c->method->id, where, fault);
  g_assert_true (mtl_catalogue_find (c->kind, c->method->id, NULL) == c->method);
}

static void
assert_refused (const MtlParam *wrong)
{
  MtlParam params[2] = { *wrong, { .id = NULL } };
  MtlMethod method = { .id = "liar", .title = "Liar", .params = params };
  const char *where;

  g_assert_nonnull (find_fault_of_method (&method, MTL_KIND_OP, &where));
}

static void
test_description_can_fail (void)
{
  static const char *const twice[] = { "a", "a", NULL };
  MtlParam good = { .id = "p", .title = "P", .type = MTL_NUMBER, .maximum = 1.0 };
  MtlParam p = good;

  g_assert_null (find_fault (&good));
  p.id = "P";
  assert_refused (&p);
  p.id = "type";
  assert_refused (&p);
  p = good, p.title = NULL;
  assert_refused (&p);
  p = good, p.initial = 2.0;
  assert_refused (&p);
  p = good, p.minimum = 1.0;
  assert_refused (&p);
  p = good, p.type = MTL_WHOLE, p.initial = 0.5;
  assert_refused (&p);
  p = good, p.type = MTL_CHOICE, p.choices = twice;
  assert_refused (&p);
  p = good, p.type = MTL_METHOD, p.kind = MTL_KIND_LOSS, p.initial_text = "no-such";
  assert_refused (&p);
}

static void
test_unique (void)
{
  for (guint kind = 0; kind < MTL_N_KINDS; kind++)
    {
      g_autoptr(GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
      MtlKind back;

      g_assert_true (mtl_kind_from_name (mtl_kind_name (kind), &back));
      g_assert_cmpuint (back, ==, kind);
      for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
        if (!g_hash_table_add (ids, (gpointer) (*m)->id))
          g_error ("two of kind %s are called %s", mtl_kind_name (kind), (*m)->id);
    }
}

static void
test_unknown (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (mtl_catalogue_find (MTL_KIND_OP, "densse", &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_UNKNOWN_METHOD);
  g_assert_nonnull (strstr (error->message, "did you mean dense?"));
  g_clear_error (&error);

  g_assert_null (mtl_catalogue_find (MTL_KIND_OP, "zzzzzzzzzz", &error));
  g_assert_null (strstr (error->message, "did you mean"));
  g_assert_nonnull (strstr (error->message, "dense"));
}

/* A fused kernel is found by the planner and by nobody else. */
static void
test_hidden (void)
{
  for (guint kind = 0; kind < MTL_N_KINDS; kind++)
    for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
      {
        g_assert_true (mtl_catalogue_find (kind, (*m)->id, NULL) == *m);
        g_assert_true ((mtl_catalogue_choose (kind, (*m)->id, NULL) == NULL) == (*m)->hidden);
      }
}

/* --- settings --- */

static double
draw_number (const MtlParam *p,
             GRand          *rand)
{
  double low = MAX (p->minimum, -1e6);
  double high = MIN (p->maximum, 1e6);
  double u = g_rand_double (rand);
  double number = u < 0.1 ? low : u > 0.9 ? high : low + (high - low) * g_rand_double (rand);

  return p->type == MTL_WHOLE ? floor (number) : number;
}

static void
append_drawn (GString        *text,
              const MtlParam *p,
              GRand          *rand)
{
  g_autofree char *digits = mtl_json_number (draw_number (p, rand));

  g_string_append (text, digits);
}

/* Of the methods of a kind, one that may be chosen; NULL when there is none. */
static const char *
draw_method (MtlKind  kind,
             GRand   *rand)
{
  g_autoptr(GPtrArray) ids = g_ptr_array_new ();

  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (!(*m)->hidden)
      g_ptr_array_add (ids, (gpointer) (*m)->id);

  return ids->len > 0 ? ids->pdata[g_rand_int_range (rand, 0, ids->len)] : NULL;
}

static void
append_drawn_list (GString        *text,
                   const MtlParam *p,
                   GRand          *rand)
{
  for (guint n = g_rand_int_range (rand, 1, 4); n > 1; n--)
    {
      append_drawn (text, p, rand);
      g_string_append_c (text, ',');
    }
  append_drawn (text, p, rand);
}

static void
append_drawn_per_task (GString        *text,
                       const MtlParam *p,
                       GRand          *rand)
{
  if (g_rand_boolean (rand))
    {
      g_string_append (text, "left:");
      append_drawn (text, p, rand);
      g_string_append (text, ",right-2:");
    }
  append_drawn (text, p, rand);
}

/* A value that with() takes; NULL when there is none. */
static char *
draw_value (const MtlParam *p,
            GRand          *rand)
{
  static const char *const texts[] = { "", "left", "a “b” \\ \"c\"\n\t\x01", "x, y: {z}" };
  g_autoptr(GString) text = g_string_new (NULL);
  guint n;

  switch (p->type)
    {
    case MTL_FLAG:
      return g_strdup (g_rand_boolean (rand) ? "true" : "false");
    case MTL_CHOICE:
      n = g_strv_length ((char **) p->choices);
      return g_strdup (p->choices[g_rand_int_range (rand, 0, n)]);
    case MTL_TEXT:
    case MTL_PATH:
      return g_strdup (texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))]);
    case MTL_METHOD:
      return g_strdup (draw_method (p->kind, rand));
    case MTL_PER_TASK:
      append_drawn_per_task (text, p, rand);
      break;
    case MTL_NUMBERS:
      append_drawn_list (text, p, rand);
      break;
    default:
      append_drawn (text, p, rand);
      break;
    }

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Reading what is printed gives equal settings, and printing those the same
 * text. */
static void
assert_json_returns (const MtlChosen *chosen)
{
  g_autoptr(GString) text = g_string_new ("{");
  g_autoptr(GString) again = g_string_new ("{");
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(MtlChosen) back = NULL;

  mtl_chosen_append_json (chosen, ", ", text);
  g_string_append_c (text, '}');
  node = mtl_json_parse (text->str, text->len, &error);
  g_assert_no_error (error);

  back = mtl_chosen_from_json (mtl_chosen_kind (chosen), mtl_chosen_method (chosen),
                               json_node_get_object (node), "test", NULL, &error);
  g_assert_no_error (error);
  mtl_chosen_append_json (back, ", ", again);
  g_string_append_c (again, '}');
  g_assert_cmpstr (again->str, ==, text->str);
  g_assert_true (mtl_chosen_equal (back, chosen));
}

static void
assert_text_returns (const MtlChosen *chosen,
                     const MtlChosen *initial,
                     guint            n)
{
  const MtlParam *p = mtl_chosen_param (chosen, n);
  g_autofree char *text = mtl_setting_to_text (&mtl_chosen_settings (chosen)[n], p);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlChosen) back = mtl_chosen_with (initial, p->id, text, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  again = mtl_setting_to_text (&mtl_chosen_settings (back)[n], p);
  g_assert_cmpstr (again, ==, text);
  g_assert_true (mtl_chosen_settings (back)[n].is_set == mtl_chosen_settings (chosen)[n].is_set);
}

static void
test_settings (gconstpointer data)
{
  const Case *c = data;
  g_autoptr(GRand) rand = g_rand_new_with_seed (SEED);
  g_autoptr(MtlChosen) initial = mtl_chosen_new (c->kind, c->method);
  g_autoptr(MtlChosen) chosen = mtl_chosen_ref (initial);

  g_assert_false (mtl_chosen_is_changed (initial));
  for (guint i = 0; i < initial->n; i++)
    assert_text_returns (initial, initial, i);
  assert_json_returns (initial);

  for (guint draw = 0; draw < N_DRAWS && initial->n > 0; draw++)
    {
      guint n = g_rand_int_range (rand, 0, initial->n);
      const MtlParam *p = mtl_chosen_param (initial, n);
      g_autofree char *value = draw_value (p, rand);
      g_autoptr(GError) error = NULL;
      MtlChosen *next;

      if (value == NULL)
        continue;

      next = mtl_chosen_with (chosen, p->id, value, &error);
      if (next == NULL)
        g_error ("seed %d, draw %u: %s = “%s”: %s", SEED, draw, p->id, value, error->message);
      mtl_chosen_unref (chosen);
      chosen = next;
      assert_text_returns (chosen, initial, n);
      assert_json_returns (chosen);
    }
}

/* Every parameter refuses what is no value of its type, and says its name. */
static void
test_wrong (gconstpointer data)
{
  static const char *const wrong[] = {
    "“", "1e999", "nan", "{", "{\"type\": \"x y\"}", "-", "1;2", "a:b",
  };
  const Case *c = data;
  g_autoptr(MtlChosen) initial = mtl_chosen_new (c->kind, c->method);

  for (guint i = 0; i < initial->n; i++)
    {
      const MtlParam *p = mtl_chosen_param (initial, i);

      for (guint j = 0; j < G_N_ELEMENTS (wrong); j++)
        {
          g_autoptr(GError) error = NULL;
          g_autoptr(MtlChosen) next = NULL;

          if (p->type == MTL_TEXT || p->type == MTL_PATH)
            continue;
          next = mtl_chosen_with (initial, p->id, wrong[j], &error);
          if (next != NULL)
            g_error ("%s takes “%s”", p->id, wrong[j]);
          g_assert_true (g_str_has_prefix (error->message, p->id));
        }
    }
}

/* --- numbers --- */

static void
test_numbers (void)
{
  static const double numbers[] = {
    0.1, 0.1 + 0.2, 1.0 / 3.0, 1e22, 1e23, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308,
    -123456789.125, 9007199254740991.0,
  };
  g_autofree char *tenth = mtl_json_number (0.1);

  g_assert_cmpstr (tenth, ==, "0.1");
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *text = mtl_json_number (numbers[i]);

      if (g_ascii_strtod (text, NULL) != numbers[i])
        g_error ("%.17g is written as %s", numbers[i], text);
    }
}

/* Without a bound an infinity is refused all the same, and the message names
 * the bound there is. */
static void
test_unbounded (void)
{
  MtlParam p = { .id = "p", .title = "P", .minimum = 1.0, .maximum = INFINITY, .initial = 1.0 };
  MtlSetting setting;
  g_autoptr(GError) error = NULL;

  mtl_setting_init (&setting, &p);
  g_assert_true (mtl_setting_put_number (&setting, &p, 1e300, &error));
  g_assert_false (mtl_setting_put_number (&setting, &p, INFINITY, &error));
  g_assert_cmpstr (error->message, ==, "p: expected a number of at least 1, found inf");
  g_assert_cmpfloat (setting.number, ==, 1e300);
  mtl_setting_clear (&setting, &p);
}

static void
add_cases (const MtlMethod *method,
           MtlKind          kind,
           GPtrArray       *cases)
{
  static const struct
  {
    const char    *name;
    GTestDataFunc  run;
  } checks[] = {
    { "description", test_description },
    { "settings", test_settings },
    { "wrong", test_wrong },
  };
  Case *c = g_new (Case, 1);

  *c = (Case) { method, kind };
  g_ptr_array_add (cases, c);
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/catalogue/%s/%s/%s", mtl_kind_name (kind),
                                               method->id, checks[i].name);

      g_test_add_data_func (path, c, checks[i].run);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_autoptr(GPtrArray) cases = g_ptr_array_new_with_free_func (g_free);

  g_test_init (&argc, &argv, NULL);

  for (guint kind = 0; kind < MTL_N_KINDS; kind++)
    for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
      add_cases (*m, kind, cases);
  g_test_add_func ("/catalogue/description-can-fail", test_description_can_fail);
  g_test_add_func ("/catalogue/unique", test_unique);
  g_test_add_func ("/catalogue/unknown", test_unknown);
  g_test_add_func ("/catalogue/hidden", test_hidden);
  g_test_add_func ("/catalogue/numbers", test_numbers);
  g_test_add_func ("/catalogue/unbounded", test_unbounded);

  return g_test_run ();
}
