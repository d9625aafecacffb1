/* mtw-field-number.c — numbers: a spin button whose steps follow the value
 *
 * A tenth of the leading digit is a step, so that 0.001 and 0.4 are turned
 * alike: to 0.0011 and to 0.41. What is out of range is handed to the engine,
 * whose refusal says why, rather than being bent to the nearest bound.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-field-private.h"

#include <math.h>
#include <string.h>

#define DIGITS 12   /* decimals that the spin button keeps; the row shows fewer */

/* What the row shows instead of a number, or NULL. */
static const char *
find_special (MtwField *self)
{
  if (self->shown == NULL)
    return MTW_MIXED;

  return *self->shown == '\0' ? "" : NULL;
}

static char *
format (MtwField *self,
        double    value)
{
  return self->param->type == MTL_WHOLE ? g_strdup_printf ("%.0f", value)
                                        : g_strdup_printf ("%.6g", value);
}

static gboolean
output_cb (MtwField      *self,
           GtkSpinButton *spin)
{
  const char *special = find_special (self);
  g_autofree char *text = special != NULL ? g_strdup (special)
                                          : format (self, gtk_spin_button_get_value (spin));

  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (spin)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (spin), text);
  return TRUE;
}

static gboolean
parse (const char *text,
       double     *value)
{
  char *end;

  /* In the person's own way of writing, or as in a file. */
  *value = g_strtod (text, &end);
  return end != text && *end == '\0';
}

/* Numbers in range are taken by way of the spin button, except where it holds
 * no number yet, since it tells of changes only. */
static int
input_cb (MtwField      *self,
          double        *value,
          GtkSpinButton *spin)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (spin))));
  const char *special = find_special (self);
  double low, high;

  gtk_spin_button_get_range (spin, &low, &high);
  if (g_strcmp0 (text, special) == 0)
    return GTK_INPUT_ERROR;
  if (!parse (text, value) || *value < low || *value > high)
    {
      mtw_field_commit (self, text);
      return GTK_INPUT_ERROR;
    }
  if (special != NULL)
    {
      char plain[G_ASCII_DTOSTR_BUF_SIZE];

      mtw_field_commit (self, g_ascii_formatd (plain, sizeof plain, "%.10g", *value));
    }

  return TRUE;
}

static void
value_changed_cb (MtwField      *self,
                  GtkSpinButton *spin)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  double value = gtk_spin_button_get_value (spin);

  /* A spin button also tells that it has kept its value. */
  if (self->showing || value == self->held)
    return;

  g_ascii_formatd (text, sizeof text, "%.10g", value);
  mtw_field_commit (self, text);
}

static double
find_step (MtwField *self,
           double    value)
{
  double size = fabs (value);

  if (self->param->type == MTL_WHOLE)
    return 1.0;
  if (size == 0.0)
    size = fabs (self->param->initial) > 0.0 ? fabs (self->param->initial) : 0.1;

  return pow (10.0, floor (log10 (size) + 1e-9) - 1.0);
}

static void
build (MtwField *self)
{
  const MtlParam *param = self->param;
  GtkAdjustment *range = gtk_adjustment_new (param->minimum, param->minimum, param->maximum,
                                             1.0, 10.0, 0.0);
  GtkWidget *spin = gtk_spin_button_new (range, 0.0, param->type == MTL_WHOLE ? 0 : DIGITS);

  gtk_spin_button_set_update_policy (GTK_SPIN_BUTTON (spin), GTK_UPDATE_IF_VALID);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 5);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 5);
  gtk_widget_add_css_class (spin, "numeric");
  mtw_field_put (self, spin);
  g_signal_connect_swapped (spin, "output", G_CALLBACK (output_cb), self);
  g_signal_connect_swapped (spin, "input", G_CALLBACK (input_cb), self);
  g_signal_connect_swapped (spin, "value-changed", G_CALLBACK (value_changed_cb), self);
}

static void
show (MtwField   *self,
      const char *text)
{
  GtkSpinButton *spin = GTK_SPIN_BUTTON (self->control);
  double value = text != NULL && *text != '\0' ? g_ascii_strtod (text, NULL)
                                               : self->param->initial;
  double step;

  if (isnan (value))
    value = gtk_spin_button_get_value (spin);
  step = find_step (self, value);
  gtk_spin_button_set_increments (spin, step, 10.0 * step);
  gtk_spin_button_set_value (spin, value);
  self->held = gtk_spin_button_get_value (spin);
  output_cb (self, spin);
}

const MtwFieldLook mtw_field_number = { build, show };
