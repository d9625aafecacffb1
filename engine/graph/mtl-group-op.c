/* mtl-group-op.c — the method of a group: what inspector, ports and files see of a use
 *
 * It has no arithmetic: a use is replaced by its blocks before anything runs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-chosen-private.h"

#define WIDTH 100  /* px */

static const MtlParam repeat_param = {
  .id = MTL_GROUP_REPEAT,
  .title = N_("Repeat"),
  .summary = N_("How many copies stand in a chain, each with weights of its own"),
  .type = MTL_WHOLE,
  .minimum = 1.0,
  .maximum = MTL_MAX_REPEAT,
  .initial = 1.0,
};

const MtlSetting *
mtl_group_setting (const MtlDesign  *body,
                   const char       *end,
                   const MtlParam  **param)
{
  const char *dot = strchr (end, '.');
  g_autofree char *id = dot != NULL ? g_strndup (end, dot - end) : NULL;
  int n = id != NULL ? mtl_design_find_index (body, id) : -1;
  const MtlChosen *what = n >= 0 ? mtl_block_what (body->blocks->pdata[n]) : NULL;

  for (guint i = 0; what != NULL && i < what->n; i++)
    if (strcmp (mtl_chosen_param (what, i)->id, dot + 1) == 0)
      {
        if (param != NULL)
          *param = mtl_chosen_param (what, i);
        return &what->settings[i];
      }

  return NULL;
}

/* As the first setting says; a value has to be in the range of all. */
static void
fill_param (const MtlGroup      *self,
            const MtlGroupParam *from,
            MtlParam            *to)
{
  const MtlParam *param;
  const MtlSetting *value = mtl_group_setting (self->parts.body, from->sets[0], &param);

  *to = *param;
  to->id = from->id;
  if (from->title != NULL)
    to->title = from->title;
  to->initial = value->number;
  to->initial_text = param->type == MTL_TEXT ? g_strdup (value->text) : NULL;

  for (guint i = 1; from->sets[i] != NULL; i++)
    {
      mtl_group_setting (self->parts.body, from->sets[i], &param);
      to->minimum = MAX (to->minimum, param->minimum);
      to->maximum = MIN (to->maximum, param->maximum);
    }
}

static const char *const *
list_names (const MtlGroupPort *ports)
{
  guint n = mtl_group_count_ports (ports);
  const char **names = g_new0 (const char *, n + 1);

  for (guint i = 0; i < n; i++)
    names[i] = ports[i].name;

  return names;
}

void
mtl_group_fill_op (MtlGroup *self)
{
  guint n = mtl_group_count_params (self->parts.params);
  MtlParam *params = g_new0 (MtlParam, n + 2);

  params[0] = repeat_param;
  for (guint i = 0; i < n; i++)
    fill_param (self, &self->parts.params[i], &params[i + 1]);

  self->op.method = (MtlMethod) {
    .id = self->parts.id,
    .title = self->parts.title,
    .summary = self->parts.summary,
    .params = params,
    .group = self,
  };
  self->op.ports.inputs = list_names (self->parts.inputs);
  self->op.ports.outputs = list_names (self->parts.outputs);
  self->op.look = (MtlLook) { .icon = "basin-group-symbolic", .group = N_("Groups"),
                              .width = WIDTH };
}

void
mtl_group_clear_op (MtlGroup *self)
{
  MtlParam *params = (MtlParam *) self->op.method.params;

  for (guint i = 1; params != NULL && params[i].id != NULL; i++)
    g_free ((char *) params[i].initial_text);
  g_free (params);
  g_free ((gpointer) self->op.ports.inputs);
  g_free ((gpointer) self->op.ports.outputs);
}

/* --- uses --- */

guint
mtl_use_repeat (const MtlChosen *what)
{
  return mtl_chosen_method (what)->group != NULL
         ? (guint) mtl_chosen_get (what, MTL_GROUP_REPEAT)->number : 1;
}

MtlChosen *
mtl_group_put_param (MtlChosen           *what,
                     const char          *id,
                     const MtlGroupParam *param,
                     const MtlSetting    *value)
{
  for (const char *const *end = param->sets; *end != NULL; end++)
    {
      const char *dot = strchr (*end, '.');
      MtlChosen *next;

      if (strncmp (*end, id, dot - *end) != 0 || id[dot - *end] != '\0')
        continue;
      next = mtl_chosen_with_setting (what, dot + 1, value);
      mtl_chosen_unref (what);
      what = next;
    }

  return what;
}

MtlChosen *
mtl_use_inner (const MtlChosen *use,
               guint            n)
{
  const MtlGroup *group = mtl_chosen_method (use)->group;
  const MtlBlock *block = group->parts.body->blocks->pdata[n];
  MtlChosen *what = mtl_chosen_ref (block->what);

  for (guint p = 0; group->parts.params[p].id != NULL; p++)
    {
      const MtlSetting *value = mtl_chosen_get (use, group->parts.params[p].id);

      if (value->is_set)
        what = mtl_group_put_param (what, block->id, &group->parts.params[p], value);
    }

  return what;
}

guint
mtl_use_n_flat (const MtlChosen *what)
{
  const MtlGroup *group = mtl_chosen_method (what)->group;
  guint64 n = 0;

  if (group == NULL)
    return 1;

  for (guint i = 0; i < group->parts.body->blocks->len && n < MTL_MOST_FLAT; i++)
    {
      g_autoptr(MtlChosen) inner = mtl_use_inner (what, i);

      n += mtl_use_n_flat (inner);
    }

  /* An empty one counts too, so that a file of them within each other ends. */
  return (guint) MIN (MAX (n, 1) * mtl_use_repeat (what), MTL_MOST_FLAT);
}

guint
mtl_block_n_flat (const MtlBlock *self)
{
  return mtl_use_n_flat (self->what);
}
