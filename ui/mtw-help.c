/* mtw-help.c — the ⓘ of a method: what it does, its settings, where it is from
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-help.h"

#include <glib/gi18n-lib.h>

struct _MtwHelp
{
  AdwBin         parent_instance;

  GtkMenuButton *button;
  GtkLabel      *title;
  GtkLabel      *words;
  GtkLabel      *reference;
};

G_DEFINE_FINAL_TYPE (MtwHelp, mtw_help, ADW_TYPE_BIN)

static void
mtw_help_class_init (MtwHelpClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-help.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwHelp, button);
  gtk_widget_class_bind_template_child (widget_class, MtwHelp, title);
  gtk_widget_class_bind_template_child (widget_class, MtwHelp, words);
  gtk_widget_class_bind_template_child (widget_class, MtwHelp, reference);
}

static void
mtw_help_init (MtwHelp *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
mtw_help_new (void)
{
  return g_object_new (MTW_TYPE_HELP, NULL);
}

void
mtw_help_set_method (MtwHelp         *self,
                     MtlKind          kind,
                     const MtlMethod *method)
{
  g_autoptr(GString) words = g_string_new (method->summary != NULL ? _(method->summary) : NULL);
  /* Translators: the button of a method's help, e.g. “About CAGrad”. */
  g_autofree char *label = g_strdup_printf (_("About %s"), _(method->title));

  for (guint i = 0; i < mtl_method_n_params (method, kind); i++)
    {
      const MtlParam *param = mtl_method_param (method, kind, i);

      if (param->summary == NULL)
        continue;
      if (words->len > 0)
        g_string_append (words, "\n\n");
      /* Translators: a setting and what it does. */
      g_string_append_printf (words, _("%s: %s"), _(param->title), _(param->summary));
    }

  gtk_label_set_label (self->title, _(method->title));
  gtk_label_set_label (self->words, words->str);
  gtk_label_set_label (self->reference, method->reference != NULL ? method->reference : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reference), method->reference != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->button), label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

const char *
mtw_help_get_words (MtwHelp *self)
{
  g_return_val_if_fail (MTW_IS_HELP (self), NULL);

  return gtk_label_get_label (self->words);
}
