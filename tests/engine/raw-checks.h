/* raw-checks.h — raw values and what a source says of them, for tests of data
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <math.h>

#include "mtl-source.h"

static char *letters[] = { "a", "b", "c", NULL };
static char *nothing[] = { NULL };

static const MtlRaw some_raws[] = {
  { .name = "number", .mean = 2.0f, .spread = 4.0f },
  { .name = "letter", .classes = letters },
  { .name = "constant", .mean = 5.0f },
  { .name = "empty", .classes = nothing },
};

static inline void
check_raws (void)
{
  static const float rows[][4] = {
    { 4, 1, 5, NAN }, { NAN, NAN, NAN, 0 }, { 1e9f, 2.5f, 6, 1 }, { -INFINITY, -1, 5, -1 },
    { 2, 3, 5, NAN },
  };
  static const float expected[][5] = {
    { 0.5f, 0, 1, 0, 0 }, { 0, 0, 0, 0, 0 }, { 1e6f, 0, 0, 0, 0 }, { -1e6f, 0, 0, 0, 0 },
    { 0, 0, 0, 0, 0 },
  };

  g_assert_cmpuint (mtl_raws_width (some_raws, 4), ==, 5);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      float x[6] = { 7, 7, 7, 7, 7, 7 }, row[4];

      mtl_raws_prepare (some_raws, 4, rows[i], x);
      for (guint v = 0; v < 5; v++)
        if (x[v] != expected[i][v])
          g_error ("row %u: value %u is %g, expected %g", i, v, x[v], expected[i][v]);
      g_assert_cmpfloat (x[5], ==, 7.0f);

      mtl_raws_restore (some_raws, 4, x, row);
      mtl_raws_prepare (some_raws, 4, row, x);
      g_assert_cmpmem (x, sizeof expected[i], expected[i], sizeof expected[i]);
    }

  g_assert_false (mtl_raw_is_coarse (0.0, 1e-30));
  g_assert_false (mtl_raw_is_coarse (1e3, 0.0));
  g_assert_false (mtl_raw_is_coarse (-8192.0, 1.0));
  g_assert_true (mtl_raw_is_coarse (-8192.0, 0.99));
}

/* What is saved of a source is the same when it comes back. */
static inline void
check_info (void)
{
  MtlTarget targets[] = {
    { .name = "y", .type = { MTL_TARGET_VALUES, 0, 2 }, .raw = (MtlRaw *) &some_raws[0] },
    { .name = "z", .type = { MTL_TARGET_CLASS, 3, 1 }, .raw = (MtlRaw *) &some_raws[1] },
    { .name = "plain", .type = { MTL_TARGET_CLASS, 2, 12 } },
  };
  const MtlSourceInfo info = {
    .n_ports = 2, .ports = { "features", "image" },
    .shapes = { { 1, { 5 } }, { 3, { 1, 2, 3 } } },
    .n_raws = { 4 }, .raws = { (MtlRaw *) some_raws },
    .n_targets = 3, .targets = targets, .train_rows = 9, .test_rows = 2, .note = "Missing: 1",
  };
  g_autoptr(GVariant) saved = g_variant_ref_sink (mtl_source_info_save (&info));
  MtlSourceInfo back;

  g_assert_true (mtl_source_info_load (&back, saved));
  g_assert_true (mtl_source_info_matches (&back, &info));
  g_assert_cmpstr (back.note, ==, info.note);
  g_assert_cmpuint (back.train_rows, ==, 9);
  back.raws[0][0].mean = nextafterf (2.0f, 3.0f);
  g_assert_false (mtl_source_info_matches (&back, &info));
  back.raws[0][0].mean = 2.0f;
  back.raws[0][1].classes[2][0] = 'd';
  g_assert_false (mtl_source_info_matches (&back, &info));
  mtl_source_info_clear (&back);
}

static const char *const odd_infos[] = {
  "([('x', @at [], [])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [0], [])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [1, 1, 1, 1, 1], [])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [4294967296, 4294967296], [])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [2], [('n', nothing, 0.0, 1.0)])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [1], [('n', nothing, 0.0, -1.0)])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('x', [1], [('n', nothing, inf, 1.0)])], @a(suuta(smasdd)) [], 1, 1, nothing)",
  "([('a', [1], []), ('b', [1], []), ('c', [1], []), ('d', [1], []), ('e', [1], [])],"
  " @a(suuta(smasdd)) [], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 2, 0, 1, [])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 0, 65536, 65537, [])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 0, 1000, 4294967296, [])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 1, 0, 0, [])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 0, 2, 1, [('y', just ['a'], 0.0, 1.0)])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 1, 0, 1, [('y', just ['a'], 0.0, 1.0)])], 1, 1, nothing)",
  "(@a(sata(smasdd)) [], [('y', 1, 0, 1, [('y', nothing, 0.0, 1.0), ('z', nothing, 0.0, 1.0)])],"
  " 1, 1, nothing)",
};

static const char sound_info[] =
  "([('x', [1], [('n', nothing, 0.0, 1.0)])], [('y', 0, 1, 1, [('y', just ['a'], 0.0, 0.0)])],"
  " 1, 1, just 'all is well')";

static inline gboolean
takes_info (const char *text)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GVariant) saved = g_variant_parse (G_VARIANT_TYPE (MTL_SOURCE_INFO_TYPE), text, NULL,
                                               NULL, &error);
  MtlSourceInfo info;
  gboolean taken;

  g_assert_no_error (error);
  taken = mtl_source_info_load (&info, saved);
  mtl_source_info_clear (&info);

  return taken;
}

/* Each way in which what is saved can make no sense is refused. */
static inline void
check_odd_info (void)
{
  g_autoptr(GString) targets = g_string_new ("(@a(sata(smasdd)) [], [");

  for (guint t = 0; t <= MTL_SOURCE_MAX_TARGETS; t++)
    g_string_append_printf (targets, "('y%u', 1, 0, 1, []),", t);
  g_string_truncate (targets, targets->len - 1);
  g_string_append (targets, "], 1, 1, nothing)");

  g_assert_true (takes_info (sound_info));
  g_assert_false (takes_info (targets->str));
  for (guint i = 0; i < G_N_ELEMENTS (odd_infos); i++)
    if (takes_info (odd_infos[i]))
      g_error ("taken: %s", odd_infos[i]);
}
