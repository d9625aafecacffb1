/* mtl-design-print.c — a design as the text of its file
 *
 * Stable order, defaults left out, and one block, wire or setting on a line,
 * so that two versions of a design differ where they differ.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-design-private.h"

#include "mtl-chosen-json.h"
#include "mtl-json.h"

static void
append_block (const MtlBlock *block,
              GString        *to)
{
  g_autoptr(GString) params = g_string_new (NULL);

  g_string_append_printf (to, "    {\"id\": \"%s\", \"type\": \"%s\", \"at\": [", block->id,
                          mtl_chosen_method (block->what)->id);
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
             GString       *to)
{
  g_string_append_printf (to, "    [\"%s.%s\", \"%s.%s\"]", wire->from, wire->from_port, wire->to,
                          wire->to_port);
}

static void
append_blocks (const MtlDesign *self,
               GString         *to)
{
  g_string_append (to, "  \"blocks\": [");
  for (guint i = 0; i < self->blocks->len; i++)
    {
      g_string_append (to, i > 0 ? ",\n" : "\n");
      append_block (self->blocks->pdata[i], to);
    }
  g_string_append (to, self->blocks->len > 0 ? "\n  ],\n" : "],\n");
}

static void
append_wires (const MtlDesign *self,
              GString         *to)
{
  g_string_append (to, "  \"wires\": [");
  for (guint i = 0; i < self->wires->len; i++)
    {
      g_string_append (to, i > 0 ? ",\n" : "\n");
      append_wire (self->wires->pdata[i], to);
    }
  g_string_append (to, self->wires->len > 0 ? "\n  ],\n" : "],\n");
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

  append_blocks (self, to);
  append_wires (self, to);

  if (mtl_chosen_append_json (self->experiment, ",\n    ", settings))
    g_string_append_printf (to, "  \"experiment\": {\n    %s\n  }", settings->str);
  else
    g_string_append (to, "  \"experiment\": {}");

  mtl_json_append_kept (self->kept, ",\n  ", TRUE, to);
  g_string_append (to, "\n}\n");

  return g_string_free_to_bytes (to);
}
