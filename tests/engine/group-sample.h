/* group-sample.h — a design with groups within groups, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "design-sample.h"
#include "mtl-design-flatten.h"
#include "mtl-group-private.h"

/* `pair` uses `skip` twice, and stands before it. The use s is repeated. */
static const char group_sample[] =
  "{\n"
  "  \"basin\": 1,\n"
  "  \"name\": \"Groups\",\n"
  "  \"groups\": [\n"
  "    {\n"
  "      \"id\": \"pair\",\n"
  "      \"title\": \"A Pair\",\n"
  "      \"summary\": \"Two of them\",\n"
  "      \"inputs\": {\"in\": [\"a.in\"]},\n"
  "      \"outputs\": {\"out\": \"b.out\"},\n"
  "      \"params\": {\"units\": {\"title\": \"Width\", \"sets\": [\"a.units\", \"b.units\"]}, "
  "\"again\": [\"b.repeat\"]},\n"
  "      \"blocks\": [\n"
  "        {\"id\": \"a\", \"type\": \"skip\", \"at\": [0, 0], \"params\": {\"units\": 6}},\n"
  "        {\"id\": \"b\", \"type\": \"skip\", \"at\": [120, 0], \"params\": {\"units\": 6}}\n"
  "      ],\n"
  "      \"wires\": [\n"
  "        [\"a.out\", \"b.in\"]\n"
  "      ]\n"
  "    },\n"
  "    {\n"
  "      \"id\": \"skip\",\n"
  "      \"inputs\": {\"in\": [\"turn.in\", \"join.in\"]},\n"
  "      \"outputs\": {\"out\": \"bend.out\"},\n"
  "      \"params\": {\"units\": [\"turn.units\"]},\n"
  "      \"blocks\": [\n"
  "        {\"id\": \"turn\", \"type\": \"dense\", \"at\": [0, 0], \"params\": {\"units\": 8}},\n"
  "        {\"id\": \"join\", \"type\": \"add\", \"at\": [120, 0]},\n"
  "        {\"id\": \"bend\", \"type\": \"leaky-relu\", \"at\": [240, 16], \"colour\": \"red\"}\n"
  "      ],\n"
  "      \"wires\": [\n"
  "        [\"turn.out\", \"join.in\"],\n"
  "        [\"join.out\", \"bend.in\"]\n"
  "      ],\n"
  "      \"later\": {\"version\": 2}\n"
  "    }\n"
  "  ],\n"
  "  \"blocks\": [\n"
  "    {\"id\": \"d\", \"type\": \"glyph-pairs\", \"at\": [0, 0], \"params\": {\"train-size\": 64, "
  "\"test-size\": 16}},\n"
  "    {\"id\": \"flat\", \"type\": \"flatten\", \"at\": [100, 0]},\n"
  "    {\"id\": \"first\", \"type\": \"dense\", \"at\": [200, 0], \"params\": {\"units\": 5}},\n"
  "    {\"id\": \"s\", \"type\": \"pair\", \"at\": [300, 0], \"params\": {\"repeat\": 2, "
  "\"units\": 5, \"again\": 2}},\n"
  "    {\"id\": \"l\", \"type\": \"dense\", \"at\": [400, 0], \"params\": {\"units\": 10}},\n"
  "    {\"id\": \"left\", \"type\": \"task\", \"at\": [500, 0]},\n"
  "    {\"id\": \"t\", \"type\": \"skip\", \"at\": [400, 100], \"params\": {\"units\": 5}},\n"
  "    {\"id\": \"r\", \"type\": \"dense\", \"at\": [500, 100], \"params\": {\"units\": 10}},\n"
  "    {\"id\": \"right\", \"type\": \"task\", \"at\": [600, 100]}\n"
  "  ],\n"
  "  \"wires\": [\n"
  "    [\"d.image\", \"flat.in\"],\n"
  "    [\"flat.out\", \"first.in\"],\n"
  "    [\"first.out\", \"s.in\"],\n"
  "    [\"s.out\", \"l.in\"],\n"
  "    [\"l.out\", \"left.in\"],\n"
  "    [\"s.out\", \"t.in\"],\n"
  "    [\"t.out\", \"r.in\"],\n"
  "    [\"r.out\", \"right.in\"]\n"
  "  ],\n"
  "  \"experiment\": {\n"
  "    \"epochs\": 2\n"
  "  }\n"
  "}\n";

/* Where the sample's copies of `skip` stand, and what feeds each; __ for a slash. */
static const char *const skips[][2] = {
  { "s__a", "first" },
  { "s__b", "s__a__bend" },
  { "s__b__2", "s__b__bend" },
  { "s__2__a", "s__b__2__bend" },
  { "s__2__b", "s__2__a__bend" },
  { "s__2__b__2", "s__2__b__bend" },
  { "t", "s__2__b__2__bend" },
};

static inline void
write_skips (GString *blocks,
             GString *wires,
             guint    first,
             guint    end)
{
  for (guint i = first; i < end; i++)
    {
      const char *at = skips[i][0], *from = skips[i][1];

      g_string_append_printf (blocks, ", {\"id\": \"%s__turn\", \"type\": \"dense\", \"params\": "
                              "{\"units\": 5}}, {\"id\": \"%s__join\", \"type\": \"add\"}, "
                              "{\"id\": \"%s__bend\", \"type\": \"leaky-relu\"}", at, at, at);
      g_string_append_printf (wires, ", [\"%s.out\", \"%s__turn.in\"], [\"%s.out\", "
                              "\"%s__join.in\"], [\"%s__turn.out\", \"%s__join.in\"], "
                              "[\"%s__join.out\", \"%s__bend.in\"]", from, at, from, at, at, at,
                              at, at);
    }
}

/* (transfer full): the sample's network, wired by hand. */
static inline char *
write_flat (void)
{
  g_autoptr(GString) blocks = g_string_new (
    "{\"id\": \"d\", \"type\": \"glyph-pairs\", \"params\": {\"train-size\": 64, "
    "\"test-size\": 16}}, {\"id\": \"flat\", \"type\": \"flatten\"}, "
    "{\"id\": \"first\", \"type\": \"dense\", \"params\": {\"units\": 5}}");
  g_autoptr(GString) wires = g_string_new (
    "[\"d.image\", \"flat.in\"], [\"flat.out\", \"first.in\"], "
    "[\"s__2__b__2__bend.out\", \"l.in\"], [\"l.out\", \"left.in\"], "
    "[\"t__bend.out\", \"r.in\"], [\"r.out\", \"right.in\"]");

  write_skips (blocks, wires, 0, 6);
  g_string_append (blocks, ", {\"id\": \"l\", \"type\": \"dense\", \"params\": {\"units\": 10}}, "
                   "{\"id\": \"left\", \"type\": \"task\"}");
  write_skips (blocks, wires, 6, 7);
  g_string_append (blocks, ", {\"id\": \"r\", \"type\": \"dense\", \"params\": {\"units\": 10}}, "
                   "{\"id\": \"right\", \"type\": \"task\"}");

  return g_strdup_printf ("{\"basin\": 1, \"name\": \"Groups\", \"blocks\": [%s], "
                          "\"wires\": [%s], \"experiment\": {\"epochs\": 2}}", blocks->str,
                          wires->str);
}

static inline MtlDesign *
parse_groups (void)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *design = parse (group_sample, &error);

  g_assert_no_error (error);
  return design;
}

/* The same as a design, with slashes. */
static inline MtlDesign *
parse_flat (void)
{
  g_autofree char *text = write_flat ();
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = parse (text, &error);
  MtlDesign *flat;

  g_assert_no_error (error);
  flat = mtl_design_copy (design);
  for (guint i = 0; i < flat->blocks->len; i++)
    {
      MtlBlock *block = flat->blocks->pdata[i];
      g_auto(GStrv) parts = g_strsplit (block->id, "__", -1);
      g_autofree char *id = g_strjoinv ("/", parts);

      flat->blocks->pdata[i] = mtl_block_like (block, id, block->what, block->x, block->y);
      mtl_block_unref (block);
    }
  for (guint i = 0; i < flat->wires->len; i++)
    {
      MtlWire *wire = flat->wires->pdata[i];
      g_auto(GStrv) from = g_strsplit (wire->from, "__", -1);
      g_auto(GStrv) to = g_strsplit (wire->to, "__", -1);
      g_autofree char *start = g_strjoinv ("/", from);
      g_autofree char *end = g_strjoinv ("/", to);

      flat->wires->pdata[i] = mtl_wire_new (start, wire->from_port, end, wire->to_port);
      mtl_wire_unref (wire);
    }

  return mtl_design_seal (flat);
}

/* Takes @design. */
static inline MtlDesign *
with_value (MtlDesign  *design,
            const char *key,
            const char *value)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) old = design;
  MtlDesign *edited = mtl_design_with_value (old, key, value, &error);

  g_assert_no_error (error);
  return edited;
}

static inline double
number_of (const MtlDesign *design,
           const char      *block,
           const char      *setting)
{
  const MtlBlock *found = mtl_design_find (design, block);

  g_assert_nonnull (found);
  return mtl_chosen_get (mtl_block_what (found), setting)->number;
}

/* Whether @from and @to are joined, in the design or in the body they stand in. */
static inline gboolean
is_joined (const MtlDesign *body,
           const char      *from,
           const char      *to)
{
  for (guint i = 0; i < mtl_design_n_wires (body); i++)
    {
      const MtlWire *wire = mtl_design_wire (body, i);
      g_autofree char *start = g_strdup_printf ("%s.%s", wire->from, wire->from_port);
      g_autofree char *end = g_strdup_printf ("%s.%s", wire->to, wire->to_port);

      if (g_str_equal (start, from) && g_str_equal (end, to))
        return TRUE;
    }

  return FALSE;
}
