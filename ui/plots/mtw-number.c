/* mtw-number.c — figures as people read them
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-number.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MINUS      "\u2212"
#define THIN_SPACE "\u2009"
#define HARD_SPACE "\u00a0"
#define MOST_PLAIN 1e7   /* from here on in powers of ten */

/* Groups the digits before the decimal separator, and takes the sign off a
 * zero that was rounded to. */
static char *
group (const char *plain)
{
  gboolean negative = *plain == '-';
  const char *digits = plain + (negative ? 1 : 0);
  gsize n_whole = strspn (digits, "0123456789");
  gboolean is_zero = strpbrk (digits, "123456789") == NULL;
  GString *text = g_string_new (negative && !is_zero ? MINUS : NULL);

  for (gsize i = 0; i < n_whole; i++)
    {
      if (i > 0 && (n_whole - i) % 3 == 0)
        g_string_append (text, THIN_SPACE);
      g_string_append_c (text, digits[i]);
    }
  g_string_append (text, digits + n_whole);

  return g_string_free (text, FALSE);
}

char *
mtw_number_fixed (double value,
                  guint  decimals)
{
  g_autofree char *plain = NULL;

  if (!isfinite (value))
    return g_strdup ("–");

  plain = g_strdup_printf ("%.*f", (int) decimals, value);
  return group (plain);
}

char *
mtw_number_short (double value,
                  guint  decimals)
{
  double grain = 0.5 * pow (10, -(double) decimals) * 1e-3;

  while (decimals > 0 && isfinite (value)
         && fabs (value - round (value * pow (10, decimals - 1.0)) / pow (10, decimals - 1.0))
            < grain)
    decimals--;

  return mtw_number_fixed (value, decimals);
}

static char *
scientific (double value,
            guint  digits)
{
  int exponent = (int) floor (log10 (fabs (value)));
  g_autofree char *mantissa = mtw_number_fixed (value / pow (10, exponent), digits - 1);
  g_autofree char *power = mtw_number_power (exponent);

  return g_strdup_printf ("%s" HARD_SPACE "×" HARD_SPACE "%s", mantissa, power);
}

char *
mtw_number (double value,
            guint  digits)
{
  int exponent;

  if (!isfinite (value))
    return g_strdup ("–");
  if (value == 0)
    return g_strdup ("0");
  if (fabs (value) >= MOST_PLAIN || fabs (value) < 1e-4)
    return scientific (value, digits);

  exponent = (int) floor (log10 (fabs (value)));
  return mtw_number_fixed (value, (guint) MAX ((int) digits - 1 - exponent, 0));
}

char *
mtw_number_percent (double share,
                    guint  digits)
{
  double percent = 100 * share;
  double exponent = percent != 0 ? floor (log10 (fabs (percent))) : 0;
  g_autofree char *figure = NULL;

  if (!isfinite (share))
    return g_strdup ("–");

  figure = mtw_number_fixed (percent, (guint) CLAMP (digits - 1 - MAX (exponent, 0), 0, 3));
  return g_strdup_printf ("%s" HARD_SPACE "%%", figure);
}

char *
mtw_number_power (int exponent)
{
  static const char *const raised[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
  g_autofree char *plain = g_strdup_printf ("%d", ABS (exponent));
  GString *text = g_string_new (exponent < 0 ? "10⁻" : "10");

  for (const char *c = plain; *c != '\0'; c++)
    g_string_append (text, raised[*c - '0']);

  return g_string_free (text, FALSE);
}

char *
mtw_number_time (double seconds)
{
  gint64 whole = isfinite (seconds) ? (gint64) ceil (seconds) : 0;

  if (!isfinite (seconds))
    return g_strdup ("–");
  if (whole < 60)
    /* Translators: seconds. */
    return g_strdup_printf (_("%d s"), (int) whole);
  if (whole < 3600)
    /* Translators: minutes, then seconds. */
    return g_strdup_printf (_("%d min %d s"), (int) (whole / 60), (int) (whole % 60));

  /* Translators: hours, then minutes. */
  return g_strdup_printf (_("%d h %d min"), (int) (whole / 3600), (int) (whole / 60 % 60));
}
