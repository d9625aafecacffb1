/* mtl-group.c — a part of a network with a name, as a value
 *
 * A definition is known by a digest of its text and of the digests of the groups
 * it uses, so that comparing two costs the same however deep they lie within
 * each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-group-private.h"

#include <string.h>

/* --- lists --- */

guint
mtl_group_count_ports (const MtlGroupPort *ports)
{
  guint n = 0;

  while (ports != NULL && ports[n].name != NULL)
    n++;

  return n;
}

guint
mtl_group_count_params (const MtlGroupParam *params)
{
  guint n = 0;

  while (params != NULL && params[n].id != NULL)
    n++;

  return n;
}

static const char *const *
copy_texts (const char *const *texts)
{
  return (const char *const *) g_strdupv ((char **) texts);
}

MtlGroupPort *
mtl_group_ports_copy (const MtlGroupPort *ports)
{
  guint n = mtl_group_count_ports (ports);
  MtlGroupPort *copy = g_new0 (MtlGroupPort, n + 1);

  for (guint i = 0; i < n; i++)
    copy[i] = (MtlGroupPort) { g_strdup (ports[i].name), copy_texts (ports[i].ends) };

  return copy;
}

void
mtl_group_ports_free (MtlGroupPort *ports)
{
  for (guint i = 0; ports != NULL && ports[i].name != NULL; i++)
    {
      g_free ((char *) ports[i].name);
      g_strfreev ((char **) ports[i].ends);
    }
  g_free (ports);
}

MtlGroupParam *
mtl_group_params_copy (const MtlGroupParam *params)
{
  guint n = mtl_group_count_params (params);
  MtlGroupParam *copy = g_new0 (MtlGroupParam, n + 1);

  for (guint i = 0; i < n; i++)
    copy[i] = (MtlGroupParam) { g_strdup (params[i].id), g_strdup (params[i].title),
                                copy_texts (params[i].sets) };

  return copy;
}

void
mtl_group_params_free (MtlGroupParam *params)
{
  for (guint i = 0; params != NULL && params[i].id != NULL; i++)
    {
      g_free ((char *) params[i].id);
      g_free ((char *) params[i].title);
      g_strfreev ((char **) params[i].sets);
    }
  g_free (params);
}

/* --- making --- */

/* Settings that one parameter sets hold what the first of them does. */
static MtlBlock *
make_alike (const MtlGroupParts *parts,
            const MtlBlock      *block)
{
  g_autoptr(MtlChosen) what = mtl_chosen_ref (block->what);

  for (const MtlGroupParam *param = parts->params; param != NULL && param->id != NULL; param++)
    what = mtl_group_put_param (what, block->id, param,
                                mtl_group_setting (parts->body, param->sets[0], NULL));

  return mtl_chosen_equal (what, block->what) ? mtl_block_ref (block)
         : mtl_block_like (block, block->id, what, block->x, block->y);
}

/* Blocks and wires alone: a body has no name, experiment or groups to differ in. */
static MtlDesign *
make_body (const MtlGroupParts *parts)
{
  g_autoptr(MtlDesign) empty = mtl_design_new ("");
  MtlDesign *body = mtl_design_copy (empty);

  for (guint i = 0; i < parts->body->blocks->len; i++)
    g_ptr_array_add (body->blocks, make_alike (parts, parts->body->blocks->pdata[i]));
  for (guint i = 0; i < parts->body->wires->len; i++)
    g_ptr_array_add (body->wires, g_atomic_rc_box_acquire (parts->body->wires->pdata[i]));

  return mtl_design_seal (body);
}

static void
add_inside (MtlGroup       *self,
            const MtlGroup *group)
{
  for (guint i = 0; i < self->inside->len; i++)
    if (strcmp (mtl_group_id (self->inside->pdata[i]), mtl_group_id (group)) == 0)
      return;

  g_ptr_array_add (self->inside, mtl_group_ref (group));
}

static void
collect_inside (MtlGroup *self)
{
  self->depth = 1;
  for (guint i = 0; i < self->parts.body->blocks->len; i++)
    {
      const MtlGroup *used = mtl_block_group (self->parts.body->blocks->pdata[i]);

      if (used == NULL)
        continue;
      self->depth = MAX (self->depth, used->depth + 1);
      add_inside (self, used);
      for (guint n = 0; n < used->inside->len; n++)
        add_inside (self, used->inside->pdata[n]);
    }
}

static gboolean
check_inside (const MtlGroup  *self,
              GError         **error)
{
  if (self->depth > MTL_MAX_GROUP_DEPTH)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "the group “%s” has %u groups within each "
                   "other; %d is the most", self->parts.id, self->depth, MTL_MAX_GROUP_DEPTH);
      return FALSE;
    }

  for (guint i = 0; i < self->inside->len; i++)
    if (strcmp (mtl_group_id (self->inside->pdata[i]), self->parts.id) == 0)
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "the group “%s” would contain itself",
                     self->parts.id);
        return FALSE;
      }

  return TRUE;
}

static char *
make_digest (const MtlGroup *self)
{
  g_autoptr(GString) text = g_string_new (NULL);

  mtl_group_append_json (self, text);
  for (guint i = 0; i < self->inside->len; i++)
    g_string_append (text, ((const MtlGroup *) self->inside->pdata[i])->digest);

  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, text->len);
}

/* The translation of an empty text is not empty. */
static gboolean
is_text (const char *text)
{
  return text != NULL && *text != '\0';
}

MtlGroup *
mtl_group_make (const MtlGroupParts  *parts,
                GError              **error)
{
  g_autoptr(MtlGroup) self = NULL;

  if (!mtl_group_check (parts, error))
    return NULL;

  self = g_new0 (MtlGroup, 1);
  g_atomic_ref_count_init (&self->refs);
  self->inside = g_ptr_array_new_with_free_func ((GDestroyNotify) mtl_group_unref);
  self->parts = (MtlGroupParts) {
    .id = g_strdup (parts->id),
    .title = g_strdup (is_text (parts->title) ? parts->title : parts->id),
    .summary = is_text (parts->summary) ? g_strdup (parts->summary) : NULL,
    .body = make_body (parts),
    .inputs = mtl_group_ports_copy (parts->inputs),
    .outputs = mtl_group_ports_copy (parts->outputs),
    .params = mtl_group_params_copy (parts->params),
    .kept = g_strdupv (parts->kept),
  };
  collect_inside (self);
  if (!check_inside (self, error))
    return NULL;

  mtl_group_fill_op (self);
  self->digest = make_digest (self);
  return g_steal_pointer (&self);
}

/* Documented in mtl-group.h. */
MtlGroup *
mtl_group_new (const char           *id,
               const char           *title,
               const char           *summary,
               const MtlDesign      *body,
               const MtlGroupPort   *inputs,
               const MtlGroupPort   *outputs,
               const MtlGroupParam  *params,
               GError              **error)
{
  const MtlGroupParts parts = {
    .id = id,
    .title = title,
    .summary = summary,
    .body = body,
    .inputs = inputs,
    .outputs = outputs,
    .params = params,
  };

  g_return_val_if_fail (id != NULL && body != NULL && inputs != NULL && outputs != NULL, NULL);

  return mtl_group_make (&parts, error);
}

MtlGroup *
mtl_group_ref (const MtlGroup *self)
{
  MtlGroup *own = (MtlGroup *) self;

  g_atomic_ref_count_inc (&own->refs);
  return own;
}

void
mtl_group_unref (const MtlGroup *self)
{
  MtlGroup *own = (MtlGroup *) self;

  if (!g_atomic_ref_count_dec (&own->refs))
    return;

  mtl_group_clear_op (own);
  g_free ((char *) own->parts.id);
  g_free ((char *) own->parts.title);
  g_free ((char *) own->parts.summary);
  mtl_design_unref (own->parts.body);
  mtl_group_ports_free ((MtlGroupPort *) own->parts.inputs);
  mtl_group_ports_free ((MtlGroupPort *) own->parts.outputs);
  mtl_group_params_free ((MtlGroupParam *) own->parts.params);
  g_strfreev (own->parts.kept);
  g_ptr_array_unref (own->inside);
  g_free (own->digest);
  g_free (own);
}

/* --- parts --- */

const char *
mtl_group_id (const MtlGroup *self)
{
  return self->parts.id;
}

const char *
mtl_group_title (const MtlGroup *self)
{
  return self->parts.title;
}

const char *
mtl_group_summary (const MtlGroup *self)
{
  return self->parts.summary;
}

const MtlDesign *
mtl_group_body (const MtlGroup *self)
{
  return self->parts.body;
}

const MtlGroupPort *
mtl_group_inputs (const MtlGroup *self)
{
  return self->parts.inputs;
}

const MtlGroupPort *
mtl_group_outputs (const MtlGroup *self)
{
  return self->parts.outputs;
}

const MtlGroupParam *
mtl_group_params (const MtlGroup *self)
{
  return self->parts.params;
}

const MtlMethod *
mtl_group_method (const MtlGroup *self)
{
  return &self->op.method;
}

gboolean
mtl_group_equal (const MtlGroup *a,
                 const MtlGroup *b)
{
  return a == b || strcmp (a->digest, b->digest) == 0;
}
