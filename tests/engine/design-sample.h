/* design-sample.h — a design with something of everything, for tests of designs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <string.h>

#include "mtl-design-private.h"

/* Two heads on a trunk, a sum of two branches, settings of every type, and
 * keys that this version does not know. No source: those of the catalogue are
 * tried one by one. */
static const char sample[] =
  "{\n"
  "  \"basin\": 1,\n"
  "  \"name\": \"A “name” \\\\ \\\"quoted\\\"\",\n"
  "  \"blocks\": [\n"
  "    {\"id\": \"dense1\", \"type\": \"dense\", \"at\": [0, -8.5], \"params\": {\"units\": 50}},\n"
  "    {\"id\": \"relu1\", \"type\": \"relu\", \"at\": [80, 0], "
  "\"colour\": {\"r\": [1, 2.5e+300]}},\n"
  "    {\"id\": \"a\", \"type\": \"dense\", \"at\": [160, -64]},\n"
  "    {\"id\": \"b\", \"type\": \"dense\", \"at\": [160, 64], "
  "\"params\": {\"later\": [true, null]}},\n"
  "    {\"id\": \"add1\", \"type\": \"add\", \"at\": [240, 0]},\n"
  "    {\"id\": \"left\", \"type\": \"task\", \"at\": [320, -64], "
  "\"params\": {\"loss\": \"mse\", \"target\": \"x\"}},\n"
  "    {\"id\": \"right\", \"type\": \"task\", \"at\": [320, 64], "
  "\"params\": {\"loss\": {\"type\": \"cross-entropy\", \"smoothing\": 0.1}, \"weight\": 2}}\n"
  "  ],\n"
  "  \"wires\": [\n"
  "    [\"dense1.out\", \"relu1.in\"],\n"
  "    [\"relu1.out\", \"a.in\"],\n"
  "    [\"relu1.out\", \"b.in\"],\n"
  "    [\"a.out\", \"add1.in\"],\n"
  "    [\"b.out\", \"add1.in\"],\n"
  "    [\"add1.out\", \"left.in\"],\n"
  "    [\"b.out\", \"right.in\"]\n"
  "  ],\n"
  "  \"experiment\": {\n"
  "    \"epochs\": 20,\n"
  "    \"optimizer\": {\"type\": \"adam\", \"lr\": 0.01},\n"
  "    \"balancer\": {\"type\": \"fixed\", \"weights\": {\"right\": 0.25}, \"heads\": \"plain\"},\n"
  "    \"newer\": \"setting\"\n"
  "  },\n"
  "  \"view\": {\"zoom\": 0.83}\n"
  "}\n";

static inline MtlDesign *
parse (const char  *text,
       GError     **error)
{
  g_autoptr(GBytes) bytes = g_bytes_new (text, strlen (text));

  return mtl_design_parse (bytes, "test.basin", NULL, error);
}

static inline MtlDesign *
parse_sample (void)
{
  g_autoptr(GError) error = NULL;
  MtlDesign *design = parse (sample, &error);

  g_assert_no_error (error);
  return design;
}

static inline char *
print (const MtlDesign *design)
{
  g_autoptr(GBytes) bytes = mtl_design_print (design);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Takes and clears the error. */
static inline void
assert_refuses (MtlDesign   *design,
                GError     **error,
                const char  *part)
{
  g_assert_null (design);
  g_assert_nonnull (*error);
  if (strstr ((*error)->message, part) == NULL)
    g_error ("“%s” does not say “%s”", (*error)->message, part);
  g_clear_error (error);
}
