/* mtl-design-value.c — edits of settings by key, and ids for new blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include <string.h>

#include "mtl-catalogue.h"
#include "mtl-group-private.h"
#include "mtl-name.h"
#include "mtl-op.h"

#define EXPERIMENT "experiment."
#define BLOCKS     "blocks."

#define LONGEST_STEM (MTL_NAME_MAX - 8)  /* bytes, so that a number has room behind it */

static MtlDesign *
set_in_experiment (const MtlDesign  *self,
                   const char       *path,
                   const char       *value,
                   GError          **error)
{
  MtlChosen *experiment = NULL;
  MtlDesign *copy;

  /* The experiment itself is not a choice. */
  if (strcmp (path, "type") == 0)
    g_set_error_literal (error, MTL_ERROR, MTL_ERROR_SETTING,
                         "experiment has no type; did you mean experiment.balancer.type?");
  else
    experiment = mtl_chosen_with (self->experiment, path, value, error);
  if (experiment == NULL)
    return NULL;

  copy = mtl_design_copy (self);
  mtl_chosen_unref (copy->experiment);
  copy->experiment = experiment;
  return mtl_design_seal (copy);
}

/* Another type for a block: an op, a group of the design or a source, its settings
 * initial. */
static MtlChosen *
choose_type (const MtlDesign  *self,
             const char       *id,
             GError          **error)
{
  const MtlMethod *method = mtl_catalogue_choose (MTL_KIND_SOURCE, id, NULL);
  const MtlGroup *group = mtl_design_find_group (self, id);

  if (group != NULL)
    return mtl_chosen_new (MTL_KIND_OP, mtl_group_method (group));
  if (method != NULL)
    return mtl_chosen_new (MTL_KIND_SOURCE, method);

  method = mtl_catalogue_choose (MTL_KIND_OP, id, error);
  return method != NULL ? mtl_chosen_new (MTL_KIND_OP, method) : NULL;
}

/* Of several wires into a port that takes one, the first stays. */
static gboolean
is_second (const MtlDesign *draft,
           guint            n,
           const MtlBlock  *block)
{
  const MtlWire *wire = draft->wires->pdata[n];

  if (mtl_block_port_repeats (block, wire->to_port))
    return FALSE;

  for (guint i = 0; i < n; i++)
    {
      const MtlWire *other = draft->wires->pdata[i];

      if (strcmp (other->to, wire->to) == 0 && strcmp (other->to_port, wire->to_port) == 0)
        return TRUE;
    }

  return FALSE;
}

/* A source's ports follow from its data: between two sources all wires stay,
 * and the survey says which of them lead nowhere. */
static gboolean
still_fits (const MtlDesign *draft,
            guint            n,
            const MtlBlock  *block,
            gboolean         was_source)
{
  const MtlWire *wire = draft->wires->pdata[n];

  if (strcmp (wire->to, block->id) == 0)
    return mtl_block_find_input (block, wire->to_port) >= 0 && !is_second (draft, n, block);
  if (strcmp (wire->from, block->id) == 0)
    return mtl_block_has_output (block, wire->from_port)
      && (was_source || !mtl_block_is_source (block));

  return TRUE;
}

static MtlDesign *
replace_what (const MtlDesign *self,
              const MtlBlock  *old,
              const MtlChosen *what)
{
  g_autoptr(MtlBlock) block = mtl_block_new (old->id, what, old->x, old->y);
  g_autoptr(MtlDesign) with = mtl_design_with_block (self, block);
  MtlDesign *copy;

  if (mtl_chosen_method (what) == mtl_chosen_method (old->what))
    return g_steal_pointer (&with);

  /* A design that cannot hold one more task stays as it is. */
  if (mtl_chosen_method (mtl_design_find (with, old->id)->what) != mtl_chosen_method (what))
    return g_steal_pointer (&with);

  copy = mtl_design_copy (with);
  for (guint i = 0; i < copy->wires->len; i++)
    if (!still_fits (copy, i, block, mtl_block_is_source (old)))
      g_ptr_array_remove_index (copy->wires, i--);

  return mtl_design_seal (copy);
}

static MtlDesign *
set_setting (const MtlDesign  *self,
             const char       *id,
             const char       *path,
             const char       *value,
             GError          **error)
{
  const MtlBlock *block = mtl_design_need (self, id, error);
  g_autoptr(MtlChosen) what = NULL;

  if (block == NULL)
    return NULL;

  if (strcmp (path, "type") == 0)
    what = choose_type (self, value, error);
  else
    what = mtl_chosen_with (block->what, path, value, error);
  if (what == NULL)
    {
      g_prefix_error (error, "%s: ", id);
      return NULL;
    }

  return replace_what (self, block, what);
}

/* What a parameter of the group around sets beside block @id's setting @path. */
static const char *const *
find_beside (const MtlScope *scope,
             const char     *id,
             const char     *path)
{
  g_autofree char *end = g_strdup_printf ("%s.%s", id, path);
  const MtlGroupParam *params = scope->group != NULL ? mtl_group_params (scope->group) : NULL;

  for (; params != NULL && params->id != NULL; params++)
    if (g_strv_contains (params->sets, end))
      return params->sets;

  return NULL;
}

/* The value that a parameter begins with is one in all that it sets. */
static MtlDesign *
set_beside (MtlDesign          *body,
            const char *const  *ends,
            const char         *value,
            GError            **error)
{
  for (; body != NULL && ends != NULL && *ends != NULL; ends++)
    {
      const char *dot = strchr (*ends, '.');
      g_autofree char *id = g_strndup (*ends, dot - *ends);
      g_autoptr(MtlDesign) before = body;

      body = set_setting (before, id, dot + 1, value, error);
    }

  return body;
}

static MtlDesign *
set_in_block (const MtlDesign  *self,
              const char       *rest,
              const char       *value,
              GError          **error)
{
  const char *dot = strchr (rest, '.');
  g_autofree char *path = dot != NULL ? g_strndup (rest, dot - rest) : g_strdup (rest);
  g_autoptr(MtlDesign) body = NULL;
  MtlDesign *edited;
  MtlScope scope;

  if (!mtl_design_enter (self, path, &scope, error)
      || mtl_design_need (scope.body, scope.id, error) == NULL)
    return NULL;
  if (dot == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "blocks.%s is a block; a setting of it is written blocks.%s.NAME", path, path);
      return NULL;
    }

  body = mtl_design_open (self, &scope);
  edited = set_setting (body, scope.id, dot + 1, value, error);
  edited = set_beside (edited, find_beside (&scope, scope.id, dot + 1), value, error);
  return mtl_design_close (self, &scope, edited, error);
}

/**
 * mtl_design_with_value:
 * @key: `experiment.PATH` or `blocks.ID.PATH`; `blocks.ID.type` may make a
 *   source of an op and the other way; wires whose ports are there still stay
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_SETTING,
 *   MTL_ERROR_UNKNOWN_METHOD or, for a block that is not there, MTL_ERROR_DESIGN
 */
MtlDesign *
mtl_design_with_value (const MtlDesign  *self,
                       const char       *key,
                       const char       *value,
                       GError          **error)
{
  g_return_val_if_fail (key != NULL && value != NULL, NULL);

  if (g_str_has_prefix (key, EXPERIMENT))
    return set_in_experiment (self, key + strlen (EXPERIMENT), value, error);
  if (g_str_has_prefix (key, BLOCKS))
    return set_in_block (self, key + strlen (BLOCKS), value, error);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               "a key is written experiment.NAME or blocks.ID.NAME, such as "
               "experiment.balancer.type; found “%.80s”", key);
  return NULL;
}

/* The last word up to its first digit: conv2d gives conv, max-pool gives pool. Of a
 * group all of its id, less a number at the end. */
char *
mtl_design_stem (const MtlMethod *method)
{
  gsize length = strlen (method->id);
  const char *dash = strrchr (method->id, '-');
  const char *word = dash != NULL ? dash + 1 : method->id;
  gsize n = strcspn (word, "0123456789");

  while (method->group != NULL && g_ascii_isdigit (method->id[length - 1]))
    length--;
  if (method->group != NULL)
    return g_strndup (method->id, MIN (length, LONGEST_STEM));

  return n > 0 ? g_strndup (word, n) : g_strdup (method->id);
}

char *
mtl_design_free_id (const MtlDesign *self,
                    const MtlMethod *method)
{
  g_autofree char *stem = mtl_design_stem (method);

  for (guint n = 1;; n++)
    {
      g_autofree char *id = g_strdup_printf ("%s%u", stem, n);

      if (mtl_design_find (self, id) == NULL)
        return g_steal_pointer (&id);
    }
}
