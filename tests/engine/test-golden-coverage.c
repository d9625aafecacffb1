/* test-golden-coverage.c — every method of arithmetic has been compared with PyTorch
 *
 * Walks the catalogue and looks for each op, loss, optimiser and schedule in the
 * files of tests/golden, which hold numbers that PyTorch worked out and which
 * other tests compare with. What cannot be there stands below, with the reason.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "golden-file.h"
#include "mtl-catalogue.h"

typedef struct
{
  MtlKind     kind;
  const char *id;
  const char *reason;
} Exception;

static const Exception exceptions[] = {
  { MTL_KIND_OP, "conv-relu-pool", "is no block: test-fused compares it with the three that it "
                                   "stands for" },
  { MTL_KIND_OP, "dropout", "draws its own random numbers, which no other program does" },
  { MTL_KIND_OP, "task", "has no arithmetic: its loss has" },
};

/* A file of golden numbers: where its cases are and what names the method. */
typedef struct
{
  MtlKind     kind;
  const char *file;
  const char *list;     /* member with the cases; NULL: the file is the list */
  const char *name;     /* member of a case */
} Golden;

static const Golden files[] = {
  { MTL_KIND_OP, "basic.json", NULL, "op" },
  { MTL_KIND_OP, "image.json", NULL, "op" },
  { MTL_KIND_OP, "mtl-blocks.json", NULL, "op" },
  { MTL_KIND_OP, "pointwise.json", NULL, "op" },
  { MTL_KIND_OP, "sequence.json", NULL, "op" },
  { MTL_KIND_LOSS, "losses.json", "losses", "loss" },
  { MTL_KIND_OPTIMIZER, "optim.json", "optimizers", "id" },
  { MTL_KIND_SCHEDULE, "optim.json", "schedules", "id" },
};

/* Adds the ids that @golden has cases of. */
static void
read_ids (const Golden *golden,
          GHashTable   *ids)
{
  g_autoptr(JsonParser) parser = golden_open (golden->file);
  JsonNode *root = json_parser_get_root (parser);
  JsonArray *cases;

  cases = golden->list != NULL
          ? json_object_get_array_member (json_node_get_object (root), golden->list)
          : json_node_get_array (root);
  g_assert_cmpuint (json_array_get_length (cases), >, 0);
  for (guint n = 0; n < json_array_get_length (cases); n++)
    {
      JsonObject *one = json_array_get_object_element (cases, n);

      g_hash_table_add (ids, g_strdup (json_object_get_string_member (one, golden->name)));
    }
}

static const Exception *
find_exception (MtlKind     kind,
                const char *id)
{
  for (guint n = 0; n < G_N_ELEMENTS (exceptions); n++)
    if (exceptions[n].kind == kind && strcmp (exceptions[n].id, id) == 0)
      return &exceptions[n];

  return NULL;
}

static void
test_kind (gconstpointer data)
{
  MtlKind kind = (MtlKind) GPOINTER_TO_UINT (data);
  g_autoptr(GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const MtlMethod *const *methods = mtl_catalogue_list (kind);

  for (guint n = 0; n < G_N_ELEMENTS (files); n++)
    if (files[n].kind == kind)
      read_ids (&files[n], ids);

  for (; *methods != NULL; methods++)
    {
      const char *id = (*methods)->id;
      const Exception *exception = find_exception (kind, id);
      gboolean compared = g_hash_table_contains (ids, id);

      if (exception != NULL && compared)
        g_error ("%s %s has golden numbers, so it is no exception", mtl_kind_name (kind), id);
      if (exception == NULL && !compared)
        g_error ("%s %s has no golden numbers: add a case to a script of tests/golden",
                 mtl_kind_name (kind), id);
      if (exception != NULL)
        g_test_message ("%s: %s", id, exception->reason);
    }
}

/* An exception for what is not in the catalogue would hide a wrong id. */
static void
test_exceptions (void)
{
  for (guint n = 0; n < G_N_ELEMENTS (exceptions); n++)
    {
      const MtlMethod *const *method = mtl_catalogue_list (exceptions[n].kind);

      while (*method != NULL && strcmp ((*method)->id, exceptions[n].id) != 0)
        method++;
      if (*method == NULL)
        g_error ("the exception %s is not in the catalogue", exceptions[n].id);
    }
}

int
main (int   argc,
      char *argv[])
{
  const MtlKind kinds[] = { MTL_KIND_OP, MTL_KIND_LOSS, MTL_KIND_OPTIMIZER, MTL_KIND_SCHEDULE };

  g_test_init (&argc, &argv, NULL);
  for (guint n = 0; n < G_N_ELEMENTS (kinds); n++)
    {
      g_autofree char *name = g_strdup_printf ("/golden-coverage/%s", mtl_kind_name (kinds[n]));

      g_test_add_data_func (name, GUINT_TO_POINTER (kinds[n]), test_kind);
    }
  g_test_add_func ("/golden-coverage/exceptions", test_exceptions);

  return g_test_run ();
}
