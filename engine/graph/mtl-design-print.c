/* mtl-design-print.c — a design as the text of its file
 *
 * Stable order, defaults left out, and one block, wire or setting on a line,
 * so that two versions of a design differ where they differ.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include "mtl-chosen-json.h"
#include "mtl-group-private.h"
#include "mtl-json.h"

static void
append_block (const MtlBlock *block,
              const char     *margin,
              GString        *to)
{
  g_autoptr(GString) params = g_string_new (NULL);

  g_string_append_printf (to, "%s  {\"id\": \"%s\", \"type\": \"%s\", \"at\": [", margin,
                          block->id, mtl_chosen_method (block->what)->id);
  mtl_json_append_number (to, block->x);
  g_string_append (to, ", ");
  mtl_json_append_number (to, block->y);
  g_string_append_c (to, ']');

  if (mtl_chosen_append_json (block->what, ", ", params))
    g_string_append_printf (to, ", \"params\": {%s}", params->str);

  mtl_json_append_kept (block->kept, ", ", TRUE, to);
  g_string_append_c (to, '}');
}

static void
append_wire (const MtlWire *wire,
             const char    *margin,
             GString       *to)
{
  g_string_append_printf (to, "%s  [\"%s.%s\", \"%s.%s\"]", margin, wire->from, wire->from_port,
                          wire->to, wire->to_port);
}

static void
append_blocks (const MtlDesign *self,
               const char      *margin,
               GString         *to)
{
  g_string_append_printf (to, "%s\"blocks\": [", margin);
  for (guint i = 0; i < self->blocks->len; i++)
    {
      g_string_append (to, i > 0 ? ",\n" : "\n");
      append_block (self->blocks->pdata[i], margin, to);
    }
  g_string_append_printf (to, "%s%s]", self->blocks->len > 0 ? "\n" : "",
                          self->blocks->len > 0 ? margin : "");
}

static void
append_wires (const MtlDesign *self,
              const char      *margin,
              GString         *to)
{
  g_string_append_printf (to, "%s\"wires\": [", margin);
  for (guint i = 0; i < self->wires->len; i++)
    {
      g_string_append (to, i > 0 ? ",\n" : "\n");
      append_wire (self->wires->pdata[i], margin, to);
    }
  g_string_append_printf (to, "%s%s]", self->wires->len > 0 ? "\n" : "",
                          self->wires->len > 0 ? margin : "");
}

/* --- groups --- */

static void
append_ends (const char *const *ends,
             GString           *to)
{
  g_string_append_c (to, '[');
  for (guint i = 0; ends[i] != NULL; i++)
    g_string_append_printf (to, "%s\"%s\"", i > 0 ? ", " : "", ends[i]);
  g_string_append_c (to, ']');
}

static void
append_ports (const MtlGroupPort *ports,
              gboolean            single,
              GString            *to)
{
  g_string_append_c (to, '{');
  for (guint i = 0; ports[i].name != NULL; i++)
    {
      g_string_append_printf (to, "%s\"%s\": ", i > 0 ? ", " : "", ports[i].name);
      if (single)
        g_string_append_printf (to, "\"%s\"", ports[i].ends[0]);
      else
        append_ends (ports[i].ends, to);
    }
  g_string_append_c (to, '}');
}

static void
append_params (const MtlGroupParam *params,
               GString             *to)
{
  for (guint i = 0; params[i].id != NULL; i++)
    {
      g_string_append_printf (to, "%s\"%s\": ", i > 0 ? ", " : "", params[i].id);
      if (params[i].title != NULL)
        {
          g_string_append (to, "{\"title\": ");
          mtl_json_append_text (to, params[i].title);
          g_string_append (to, ", \"sets\": ");
        }
      append_ends (params[i].sets, to);
      g_string_append (to, params[i].title != NULL ? "}" : "");
    }
}

static void
append_text (const char *key,
             const char *text,
             GString    *to)
{
  g_string_append_printf (to, ",\n      \"%s\": ", key);
  mtl_json_append_text (to, text);
}

void
mtl_group_append_json (const MtlGroup *self,
                       GString        *to)
{
  const MtlGroupParts *parts = &self->parts;

  g_string_append_printf (to, "    {\n      \"id\": \"%s\"", parts->id);
  if (g_strcmp0 (parts->title, parts->id) != 0)
    append_text ("title", parts->title, to);
  if (parts->summary != NULL)
    append_text ("summary", parts->summary, to);

  g_string_append (to, ",\n      \"inputs\": ");
  append_ports (parts->inputs, FALSE, to);
  g_string_append (to, ",\n      \"outputs\": ");
  append_ports (parts->outputs, TRUE, to);
  if (parts->params[0].id != NULL)
    {
      g_string_append (to, ",\n      \"params\": {");
      append_params (parts->params, to);
      g_string_append_c (to, '}');
    }
  g_string_append (to, ",\n");
  append_blocks (parts->body, "      ", to);
  g_string_append (to, ",\n");
  append_wires (parts->body, "      ", to);
  mtl_json_append_kept (parts->kept, ",\n      ", TRUE, to);
  g_string_append (to, "\n    }");
}

static void
append_groups (const MtlDesign *self,
               GString         *to)
{
  if (self->groups->len == 0)
    return;

  g_string_append (to, "  \"groups\": [\n");
  for (guint i = 0; i < self->groups->len; i++)
    {
      g_string_append (to, i > 0 ? ",\n" : "");
      mtl_group_append_json (self->groups->pdata[i], to);
    }
  g_string_append (to, "\n  ],\n");
}

/**
 * mtl_design_print:
 *
 * Returns: (transfer full): UTF-8, ends with a line feed; parsing it gives an
 *   equal design, and printing that the same bytes
 */
GBytes *
mtl_design_print (const MtlDesign *self)
{
  GString *to = g_string_new (NULL);
  g_autoptr(GString) settings = g_string_new (NULL);

  g_string_append_printf (to, "{\n  \"basin\": %d,\n  \"name\": ", MTL_DESIGN_FORMAT);
  mtl_json_append_text (to, self->name);
  g_string_append (to, ",\n");

  append_groups (self, to);
  append_blocks (self, "  ", to);
  g_string_append (to, ",\n");
  append_wires (self, "  ", to);
  g_string_append (to, ",\n");

  if (mtl_chosen_append_json (self->experiment, ",\n    ", settings))
    g_string_append_printf (to, "  \"experiment\": {\n    %s\n  }", settings->str);
  else
    g_string_append (to, "  \"experiment\": {}");

  mtl_json_append_kept (self->kept, ",\n  ", TRUE, to);
  g_string_append (to, "\n}\n");

  return g_string_free_to_bytes (to);
}
