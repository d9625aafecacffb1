/* mtl-raw.h — a value as it is measured, and what the network sees of it
 *
 * A number v becomes one value,
 *
 *   (v − mean) / spread    cut at ±MTL_RAW_FARTHEST; 0 where spread is 0
 *
 * and a class, whose raw value is its number from 0, becomes as many values as
 * there are classes: a 1 among zeros. Missing is NaN: a number then counts as
 * its mean, and no class is 1, nor is one for a value that numbers no class.
 *
 * Mean and spread are floats, so that a device that knows no doubles has the
 * very same numbers.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* A value further out than this would overflow sums of floats. */
#define MTL_RAW_FARTHEST 1e6

typedef struct
{
  char   *name;      /* of the column */
  char  **classes;   /* in the order of their numbers, NULL-terminated; NULL: a number */
  float   mean;
  float   spread;    /* ≥ 0 */
} MtlRaw;

/* How many values of the network's input it becomes. */
gsize     mtl_raw_width     (const MtlRaw *self);
/* Whether floats near @mean are too far apart to tell its values from each other. */
gboolean  mtl_raw_is_coarse (double        mean,
                             double        spread);

/* --- @n of them, as they follow each other in a row --- */

void      mtl_raws_free     (MtlRaw       *raws,
                             guint         n);
/* (transfer full): NULL where @n is 0. */
MtlRaw   *mtl_raws_copy     (const MtlRaw *raws,
                             guint         n);
gboolean  mtl_raws_equal    (const MtlRaw *a,
                             const MtlRaw *b,
                             guint         n);
gsize     mtl_raws_width    (const MtlRaw *raws,
                             guint         n);
/* From measured values to the network's input, in arithmetic of floats alone:
 * what an exported header does, bit for bit.
 * @row: @n; @x: mtl_raws_width() */
void      mtl_raws_prepare  (const MtlRaw *raws,
                             guint         n,
                             const float  *row,
                             float        *x);
/* A row that mtl_raws_prepare() makes @x of, but for the rounding. */
void      mtl_raws_restore  (const MtlRaw *raws,
                             guint         n,
                             const float  *x,
                             float        *row);

/* Of type MTL_RAWS_TYPE; floating. */
#define MTL_RAWS_TYPE "a(smasdd)"
GVariant *mtl_raws_save     (const MtlRaw *raws,
                             guint         n);
/* (transfer full): NULL where there are none, or, with *n > 0, where what is
 * saved makes no sense. */
MtlRaw   *mtl_raws_load     (GVariant     *saved,
                             guint        *n);
