/* mtl-raw.c — a value as it is measured, and what the network sees of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-raw.h"

#include <math.h>
#include <string.h>

/* Steps between floats within one spread: fewer lose what there is to see. */
#define LEAST_STEPS 1024.0

gsize
mtl_raw_width (const MtlRaw *self)
{
  return self->classes != NULL ? g_strv_length (self->classes) : 1;
}

gboolean
mtl_raw_is_coarse (double mean,
                   double spread)
{
  float near = (float) fabs (mean);

  return spread > 0.0
         && ((double) nextafterf (near, INFINITY) - (double) near) * LEAST_STEPS > spread;
}

/* --- rows of them --- */

void
mtl_raws_free (MtlRaw *raws,
               guint   n)
{
  for (guint i = 0; i < n; i++)
    {
      g_free (raws[i].name);
      g_strfreev (raws[i].classes);
    }
  g_free (raws);
}

MtlRaw *
mtl_raws_copy (const MtlRaw *raws,
               guint         n)
{
  MtlRaw *copy = g_memdup2 (raws, n * sizeof *raws);

  for (guint i = 0; i < n; i++)
    {
      copy[i].name = g_strdup (raws[i].name);
      copy[i].classes = g_strdupv (raws[i].classes);
    }

  return copy;
}

static gboolean
same_classes (const MtlRaw *a,
              const MtlRaw *b)
{
  if (a->classes == NULL || b->classes == NULL)
    return a->classes == b->classes;

  return g_strv_equal ((const char *const *) a->classes, (const char *const *) b->classes);
}

gboolean
mtl_raws_equal (const MtlRaw *a,
                const MtlRaw *b,
                guint         n)
{
  for (guint i = 0; i < n; i++)
    if (strcmp (a[i].name, b[i].name) != 0 || !same_classes (&a[i], &b[i])
        || a[i].mean != b[i].mean || a[i].spread != b[i].spread)
      return FALSE;

  return TRUE;
}

gsize
mtl_raws_width (const MtlRaw *raws,
                guint         n)
{
  gsize width = 0;

  for (guint i = 0; i < n; i++)
    width += mtl_raw_width (&raws[i]);

  return width;
}

/* --- values --- */

static float
standardise (const MtlRaw *raw,
             float         v)
{
  const float farthest = (float) MTL_RAW_FARTHEST;
  float z = raw->spread > 0.0f ? (v - raw->mean) / raw->spread : 0.0f;

  return isnan (z) ? 0.0f : CLAMP (z, -farthest, farthest);
}

void
mtl_raws_prepare (const MtlRaw *raws,
                  guint         n,
                  const float  *row,
                  float        *x)
{
  for (guint i = 0; i < n; i++)
    {
      gsize width = mtl_raw_width (&raws[i]);

      if (raws[i].classes == NULL)
        x[0] = standardise (&raws[i], row[i]);
      for (gsize c = 0; raws[i].classes != NULL && c < width; c++)
        x[c] = row[i] == (float) c ? 1.0f : 0.0f;
      x += width;
    }
}

void
mtl_raws_restore (const MtlRaw *raws,
                  guint         n,
                  const float  *x,
                  float        *row)
{
  for (guint i = 0; i < n; i++)
    {
      gsize width = mtl_raw_width (&raws[i]);

      row[i] = NAN;
      if (raws[i].classes == NULL)
        row[i] = (float) ((double) x[0] * raws[i].spread + raws[i].mean);
      for (gsize c = 0; raws[i].classes != NULL && c < width; c++)
        if (x[c] == 1.0f)
          row[i] = (float) c;
      x += width;
    }
}

/* --- saved --- */

GVariant *
mtl_raws_save (const MtlRaw *raws,
               guint         n)
{
  GVariantBuilder all;

  g_variant_builder_init (&all, G_VARIANT_TYPE (MTL_RAWS_TYPE));
  for (guint i = 0; i < n; i++)
    g_variant_builder_add (&all, "(sm^asdd)", raws[i].name, raws[i].classes,
                           (double) raws[i].mean, (double) raws[i].spread);

  return g_variant_builder_end (&all);
}

MtlRaw *
mtl_raws_load (GVariant *saved,
               guint    *n)
{
  MtlRaw *raws;
  gboolean fine = TRUE;

  *n = (guint) g_variant_n_children (saved);
  raws = g_new0 (MtlRaw, *n);
  for (guint i = 0; i < *n; i++)
    {
      double mean, spread;

      g_variant_get_child (saved, i, "(sm^asdd)", &raws[i].name, &raws[i].classes, &mean, &spread);
      raws[i].mean = (float) mean;
      raws[i].spread = (float) spread;
      fine = fine && isfinite (raws[i].mean) && isfinite (raws[i].spread)
             && raws[i].spread >= 0.0f;
    }

  if (!fine)
    mtl_raws_free (g_steal_pointer (&raws), *n);
  return raws;
}
