/* mtl-group-edit.c — a definition made from another
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <string.h>

/* Whether an input may go on feeding @end: it is there, and no wire has come. */
static gboolean
may_feed (const MtlDesign *body,
          const char      *end)
{
  g_autofree char *id = NULL;
  g_autofree char *port = NULL;
  const MtlBlock *block;
  int n;

  mtl_end_parse (end, &id, &port, NULL);
  n = mtl_design_find_index (body, id);
  block = n >= 0 ? body->blocks->pdata[n] : NULL;
  if (block == NULL || mtl_block_find_input (block, port) < 0)
    return FALSE;

  return mtl_block_port_repeats (block, port) || !mtl_design_has_wire_at (body, id, port, TRUE);
}

static gboolean
may_show (const MtlDesign *body,
          const char      *end)
{
  g_autofree char *id = NULL;
  g_autofree char *port = NULL;
  int n;

  mtl_end_parse (end, &id, &port, NULL);
  n = mtl_design_find_index (body, id);
  return n >= 0 && mtl_block_has_output (body->blocks->pdata[n], port);
}

static gboolean
may_set (const MtlDesign *body,
         const char      *end)
{
  return mtl_group_setting (body, end, NULL) != NULL;
}

typedef gboolean (*MayStay) (const MtlDesign *body,
                             const char      *end);

/* (transfer full): those that may stay; NULL where none may. */
static const char *const *
keep_ends (const MtlDesign   *body,
           const char *const *ends,
           MayStay            may_stay)
{
  g_autoptr(GStrvBuilder) kept = g_strv_builder_new ();
  guint n = 0;

  for (guint i = 0; ends[i] != NULL; i++)
    if (may_stay (body, ends[i]))
      {
        g_strv_builder_add (kept, ends[i]);
        n++;
      }

  return n > 0 ? (const char *const *) g_strv_builder_end (kept) : NULL;
}

static MtlGroupPort *
keep_ports (const MtlDesign    *body,
            const MtlGroupPort *ports,
            MayStay             may_stay)
{
  MtlGroupPort *kept = g_new0 (MtlGroupPort, mtl_group_count_ports (ports) + 1);
  guint n = 0;

  for (guint i = 0; ports[i].name != NULL; i++)
    {
      kept[n].ends = keep_ends (body, ports[i].ends, may_stay);
      if (kept[n].ends != NULL)
        kept[n++].name = g_strdup (ports[i].name);
    }

  return kept;
}

static MtlGroupParam *
keep_params (const MtlDesign     *body,
             const MtlGroupParam *params)
{
  MtlGroupParam *kept = g_new0 (MtlGroupParam, mtl_group_count_params (params) + 1);
  guint n = 0;

  for (guint i = 0; params[i].id != NULL; i++)
    {
      kept[n].sets = keep_ends (body, params[i].sets, may_set);
      if (kept[n].sets == NULL)
        continue;
      kept[n].title = g_strdup (params[i].title);
      kept[n++].id = g_strdup (params[i].id);
    }

  return kept;
}

MtlGroup *
mtl_group_prune (const MtlGroupParts  *parts,
                 const MtlDesign      *body,
                 GError              **error)
{
  MtlGroupPort *inputs = keep_ports (body, parts->inputs, may_feed);
  MtlGroupPort *outputs = keep_ports (body, parts->outputs, may_show);
  MtlGroupParam *params = keep_params (body, parts->params);
  MtlGroupParts pruned = *parts;
  MtlGroup *made;

  pruned.body = body;
  pruned.inputs = inputs;
  pruned.outputs = outputs;
  pruned.params = params;
  made = mtl_group_make (&pruned, error);
  mtl_group_ports_free (inputs);
  mtl_group_ports_free (outputs);
  mtl_group_params_free (params);

  return made;
}

MtlGroup *
mtl_group_with_body (const MtlGroup   *self,
                     const MtlDesign  *body,
                     GError          **error)
{
  return mtl_group_prune (&self->parts, body, error);
}

MtlGroup *
mtl_group_with_title (const MtlGroup *self,
                      const char     *title)
{
  MtlGroupParts parts = self->parts;

  parts.title = title;
  return mtl_group_make (&parts, NULL);
}

MtlGroup *
mtl_group_with_param (const MtlGroup       *self,
                      const MtlGroupParam  *param,
                      GError              **error)
{
  guint n = mtl_group_count_params (self->parts.params);
  g_autofree MtlGroupParam *params = g_new0 (MtlGroupParam, n + 2);
  MtlGroupParts parts = self->parts;
  guint at = 0;

  memcpy (params, self->parts.params, n * sizeof *params);
  while (at < n && strcmp (params[at].id, param->id) != 0)
    at++;
  params[at] = *param;
  parts.params = params;

  return mtl_group_make (&parts, error);
}

MtlGroup *
mtl_group_without_param (const MtlGroup *self,
                         const char     *id)
{
  guint n = mtl_group_count_params (self->parts.params), kept = 0;
  g_autofree MtlGroupParam *params = g_new0 (MtlGroupParam, n + 1);
  MtlGroupParts parts = self->parts;

  for (guint i = 0; i < n; i++)
    if (strcmp (self->parts.params[i].id, id) != 0)
      params[kept++] = self->parts.params[i];
  parts.params = params;

  return mtl_group_make (&parts, NULL);
}
