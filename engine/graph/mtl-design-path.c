/* mtl-design-path.c — paths with slashes: where they lead, and edits of what is there
 *
 * `stage1/conv1` is block conv1 of the definition behind the use stage1. An edit
 * enters a scope, edits the body as any design, and puts it back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-flatten.h"
#include "mtl-group-private.h"

#include <string.h>

#include "mtl-name.h"

/* The use @id of @body; NULL with MTL_ERROR_DESIGN where that is none. */
static const MtlBlock *
find_use (const MtlDesign  *body,
          const char       *id,
          const char       *path,
          GError          **error)
{
  const MtlBlock *block = mtl_design_need (body, id, error);

  if (block == NULL || mtl_block_group (block) != NULL)
    return block;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "“%s”: %s is not a group, so there is nothing "
               "inside", path, id);
  return NULL;
}

gboolean
mtl_design_enter (const MtlDesign  *self,
                  const char       *path,
                  MtlScope         *scope,
                  GError          **error)
{
  *scope = (MtlScope) { .body = self, .id = path };

  /* In a flat design a path is an id. */
  if (strchr (path, '/') == NULL || mtl_design_find_index (self, path) >= 0)
    return TRUE;

  for (const char *slash = strchr (path, '/'); slash != NULL; slash = strchr (scope->id, '/'))
    {
      g_autofree char *part = g_strndup (scope->id, slash - scope->id);

      if (scope->group == NULL || !mtl_name_is_copy (part))
        {
          const MtlBlock *use = find_use (scope->body, part, path, error);

          if (use == NULL)
            return FALSE;
          scope->use = use;
          scope->around = scope->body;
          scope->group = mtl_block_group (use);
          scope->body = mtl_group_body (scope->group);
        }
      scope->id = slash + 1;
    }

  return TRUE;
}

MtlDesign *
mtl_design_open (const MtlDesign *self,
                 const MtlScope  *scope)
{
  MtlDesign *body;

  if (scope->group == NULL)
    return mtl_design_ref (self);

  body = mtl_design_copy (scope->body);
  for (guint i = 0; i < self->groups->len; i++)
    g_ptr_array_add (body->groups, mtl_group_ref (self->groups->pdata[i]));
  return mtl_design_seal (body);
}

MtlDesign *
mtl_design_close (const MtlDesign  *self,
                  const MtlScope   *scope,
                  MtlDesign        *body,
                  GError          **error)
{
  g_autoptr(MtlDesign) edited = body;
  g_autoptr(MtlGroup) group = NULL;

  if (body == NULL || scope->group == NULL)
    return g_steal_pointer (&edited);

  group = mtl_group_with_body (scope->group, body, error);
  return group != NULL ? mtl_design_with_group (self, group, error) : NULL;
}

/* Documented in mtl-group.h. */
const MtlDesign *
mtl_design_body (const MtlDesign *self,
                 const char      *path)
{
  const MtlBlock *block = mtl_design_find (self, path);
  const MtlGroup *group = block != NULL ? mtl_block_group (block) : NULL;

  return group != NULL ? mtl_group_body (group) : NULL;
}

/* Documented in mtl-group.h. */
MtlDesign *
mtl_design_with_body (const MtlDesign  *self,
                      const char       *path,
                      const MtlDesign  *body,
                      GError          **error)
{
  MtlScope scope;
  const MtlBlock *use = mtl_design_enter (self, path, &scope, error)
                        ? find_use (scope.body, scope.id, path, error) : NULL;
  g_autoptr(MtlGroup) edited = use == NULL ? NULL
                               : mtl_group_with_body (mtl_block_group (use), body, error);

  return edited != NULL ? mtl_design_with_group (self, edited, error) : NULL;
}

/* --- from the flat design back --- */

/* Cuts the last name off a path, and the number of a copy before it. Returns
 * whether it was of the first copy. */
static gboolean
cut_path (char *path)
{
  char *slash = strrchr (path, '/');
  char *before;

  *slash = '\0';
  before = strrchr (path, '/');
  if (before == NULL || !mtl_name_is_copy (before + 1))
    return TRUE;

  *before = '\0';
  return FALSE;
}

static gboolean
has_end (const char *const *ends,
         const char        *block,
         const char        *name)
{
  g_autofree char *end = g_strdup_printf ("%s.%s", block, name);

  return g_strv_contains (ends, end);
}

const MtlBlock *
mtl_design_outer_input (const MtlDesign  *self,
                        const char       *path,
                        const char       *port,
                        const char      **input)
{
  g_autofree char *at = g_strdup (path);
  MtlScope scope;

  while (strchr (at, '/') != NULL)
    {
      const MtlGroupPort *found;

      if (!mtl_design_enter (self, at, &scope, NULL))
        return NULL;
      found = scope.group->parts.inputs;
      while (found->name != NULL && !has_end (found->ends, scope.id, port))
        found++;
      if (found->name == NULL
          || (!cut_path (at) && found - scope.group->parts.inputs
                                < mtl_group_count_ports (scope.group->parts.outputs)))
        return NULL;
      port = found->name;
    }

  *input = port;
  return mtl_design_find (self, at);
}

char *
mtl_design_setting_key (const MtlDesign *self,
                        const char      *path,
                        const char      *setting)
{
  g_autofree char *at = g_strdup (path);
  MtlScope scope;

  while (strchr (at, '/') != NULL && mtl_design_enter (self, at, &scope, NULL))
    {
      const MtlGroupParam *param = scope.group->parts.params;

      while (param->id != NULL && !has_end (param->sets, scope.id, setting))
        param++;
      if (param->id == NULL)
        break;
      cut_path (at);
      setting = param->id;
    }

  return g_strdup_printf ("blocks.%s.%s", at, setting);
}

/* (transfer full): what the block at @path is in the flat design, where parameters
 * of the uses around it are put on it; NULL: there is none. */
static MtlChosen *
find_effective (const MtlDesign *self,
                const char      *path)
{
  g_auto(GStrv) parts = g_strsplit (path, "/", -1);
  int n = mtl_design_find_index (self, parts[0]);
  MtlChosen *what = n >= 0 ? mtl_chosen_ref (mtl_block_what (self->blocks->pdata[n])) : NULL;

  for (guint i = 1; what != NULL && parts[i] != NULL; i++)
    {
      const MtlGroup *group = mtl_chosen_method (what)->group;
      g_autoptr(MtlChosen) use = NULL;

      if (group != NULL && mtl_name_is_copy (parts[i]))
        continue;
      use = what;
      n = group != NULL ? mtl_design_find_index (mtl_group_body (group), parts[i]) : -1;
      what = n >= 0 ? mtl_use_inner (use, (guint) n) : NULL;
    }

  return what;
}

char *
mtl_design_flat_output (const MtlDesign *self,
                        const char      *path,
                        guint            output,
                        char           **port)
{
  g_autoptr(MtlChosen) what = find_effective (self, path);
  const MtlGroup *group = what != NULL ? mtl_chosen_method (what)->group : NULL;
  g_autoptr(GString) at = g_string_new (path);
  g_autofree char *name = NULL;

  if (group == NULL || output >= mtl_group_count_ports (group->parts.outputs))
    return NULL;

  name = g_strdup (group->parts.outputs[output].name);
  for (; group != NULL; group = mtl_chosen_method (what)->group)
    {
      const MtlGroupPort *show = group->parts.outputs;
      guint n = mtl_use_repeat (what);
      g_autofree char *id = NULL;
      g_autofree char *outer = g_steal_pointer (&name);
      g_autoptr(MtlChosen) use = what;

      while (strcmp (show->name, outer) != 0)
        show++;
      mtl_end_parse (show->ends[0], &id, &name, NULL);
      what = mtl_use_inner (use, (guint) mtl_design_find_index (mtl_group_body (group), id));
      if (n > 1)
        g_string_append_printf (at, "/%u", n);
      g_string_append_printf (at, "/%s", id);
    }

  *port = g_steal_pointer (&name);
  return g_string_free (g_steal_pointer (&at), FALSE);
}
