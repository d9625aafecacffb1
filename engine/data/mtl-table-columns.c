/* mtl-table-columns.c — which columns of a table are inputs and which targets
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-table.h"

#include <string.h>

#include "mtl-error.h"
#include "mtl-source.h"

typedef enum
{
  NO_ROLE,
  INPUT,
  TARGET,
  IGNORED,
} Role;

static const char *const role_words[] = {
  [INPUT] = "inputs", [TARGET] = "targets", [IGNORED] = "ignore",
};

/* (transfer full): the names in the list @text, without the blanks around them. */
static GStrv
split_names (const char *text)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  g_auto(GStrv) parts = g_strsplit (text, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (*g_strstrip (parts[i]) != '\0')
      g_ptr_array_add (names, g_strdup (parts[i]));
  g_ptr_array_add (names, NULL);

  return (GStrv) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/* Gives @role to the columns that @text names. */
static gboolean
give_role (const MtlCsv  *csv,
           const char    *text,
           Role           role,
           guint8        *roles,
           GError       **error)
{
  g_auto(GStrv) names = split_names (text);

  for (guint i = 0; names[i] != NULL; i++)
    {
      int column = mtl_csv_find (csv, names[i], error);

      if (column < 0)
        {
          g_prefix_error (error, "%s: ", role_words[role]);
          return FALSE;
        }
      if (roles[column] != NO_ROLE)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "%s names the column “%s”, which %s names too; expected each column once",
                       role_words[role], names[i], role_words[roles[column]]);
          return FALSE;
        }
      roles[column] = (guint8) role;
    }

  return TRUE;
}

static gboolean
check_targets (const MtlCsv  *csv,
               guint          n_targets,
               GError       **error)
{
  g_autofree char *names = NULL;

  if (n_targets > MTL_SOURCE_MAX_TARGETS)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "targets: expected at most %d columns, found %u", MTL_SOURCE_MAX_TARGETS,
                   n_targets);
      return FALSE;
    }
  if (n_targets > 0)
    return TRUE;

  names = g_strjoinv (", ", csv->names);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "targets: expected the names of the columns to learn, found none; %s has %.400s",
               csv->file, names);
  return FALSE;
}

/* Roles of all columns of @csv; those that nothing names are inputs unless
 * inputs are named. */
static gboolean
give_roles (const MtlTableWish  *wish,
            const MtlCsv        *csv,
            guint8              *roles,
            GError             **error)
{
  g_auto(GStrv) inputs = split_names (wish->inputs);
  g_auto(GStrv) targets = split_names (wish->targets);
  guint n_inputs = 0;

  if (!check_targets (csv, g_strv_length (targets), error)
      || !give_role (csv, wish->targets, TARGET, roles, error)
      || !give_role (csv, wish->ignore, IGNORED, roles, error)
      || !give_role (csv, wish->inputs, INPUT, roles, error))
    return FALSE;

  for (guint c = 0; c < csv->n_columns; c++)
    {
      if (roles[c] == NO_ROLE && inputs[0] == NULL)
        roles[c] = INPUT;
      n_inputs += roles[c] == INPUT;
    }

  if (n_inputs == 0)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 "inputs: expected at least one column besides targets and ignored ones, "
                 "found none in %s", csv->file);
  return n_inputs > 0;
}

/* In the order in which a person named the columns, else in that of the table. */
static void
add_columns (MtlTable      *self,
             const MtlCsv  *csv,
             const guint8  *roles,
             Role           role,
             const char    *text,
             guint         *n)
{
  g_auto(GStrv) names = split_names (text);
  guint n_named = g_strv_length (names);
  guint n_columns = n_named > 0 ? n_named : csv->n_columns;

  for (guint i = 0; i < n_columns; i++)
    {
      guint c = n_named > 0 ? (guint) mtl_csv_find (csv, names[i], NULL) : i;

      if (roles[c] != role)
        continue;
      self->columns[self->n_inputs + self->n_targets] = (MtlColumn) {
        .name = g_strdup (csv->names[c]),
        .at = { c, c },
        .is_target = role == TARGET,
      };
      (*n)++;
    }
}

static gboolean
mark_classes (MtlTable            *self,
              const MtlTableWish  *wish,
              const MtlCsv        *csv,
              GError             **error)
{
  g_auto(GStrv) names = split_names (wish->classes);

  for (guint i = 0; names[i] != NULL; i++)
    {
      if (mtl_csv_find (csv, names[i], error) < 0)
        {
          g_prefix_error (error, "classes: ");
          return FALSE;
        }
      for (guint c = 0; c < self->n_inputs + self->n_targets; c++)
        if (strcmp (self->columns[c].name, names[i]) == 0)
          self->columns[c].is_class = TRUE;
    }

  return TRUE;
}

gboolean
mtl_table_choose_columns (MtlTable            *self,
                          const MtlTableWish  *wish,
                          const MtlCsv        *train,
                          const MtlCsv        *test,
                          GError             **error)
{
  g_autofree guint8 *roles = g_new0 (guint8, train->n_columns);

  if (!give_roles (wish, train, roles, error))
    return FALSE;

  self->columns = g_new0 (MtlColumn, train->n_columns);
  add_columns (self, train, roles, INPUT, wish->inputs, &self->n_inputs);
  add_columns (self, train, roles, TARGET, wish->targets, &self->n_targets);
  if (!mark_classes (self, wish, train, error))
    return FALSE;

  for (guint c = 0; test != NULL && c < self->n_inputs + self->n_targets; c++)
    {
      int at = mtl_csv_find (test, self->columns[c].name, error);

      if (at < 0)
        return FALSE;
      self->columns[c].at[1] = (guint) at;
    }

  return TRUE;
}
