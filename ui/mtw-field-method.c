/* mtw-field-method.c — one of many methods: a button, and a list to search in
 *
 * AdwComboRow of libadwaita 1.2 has no search, and a list of GtkDropDown neither sections nor
 * a search within words. So the row has a menu button, whose list is that of blocks to add.
 * The line under the title says what the chosen method is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-field-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-choice-menu.h"

#define MANY        10    /* more than these are searched */
#define MENU_WIDTH  280   /* px: also fits a window of 360 */
#define NAME_LENGTH 12    /* characters that the button has room for */
#define LINES       3     /* of what the method is */

gboolean
mtw_field_has_many (MtlKind kind)
{
  guint n = 0;

  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    n += !(*m)->hidden;

  return n > MANY;
}

static gboolean
has_heading (const MtlMethod *method,
             MtlKind          kind,
             const char      *heading)
{
  return g_strcmp0 (mtl_look_group (kind, method), heading) == 0;
}

static void
add_methods (MtwChoiceMenu *menu,
             MtlKind        kind,
             const char    *heading)
{
  if (heading != NULL)
    mtw_choice_menu_add_heading (menu, _(heading));
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (!(*m)->hidden && has_heading (*m, kind, heading))
      mtw_choice_menu_add (menu, (*m)->id, NULL, _((*m)->title),
                           (*m)->summary != NULL ? _((*m)->summary) : NULL, TRUE);
}

/* Whether no method of the catalogue before it stands under the heading of @method. */
static gboolean
is_first (const MtlMethod *const *method,
          MtlKind                 kind)
{
  const MtlMethod *const *m = mtl_catalogue_list (kind);

  while (!has_heading (*m, kind, mtl_look_group (kind, *method)))
    m++;

  return m == method;
}

/* Headings come in the order in which the catalogue names them first. */
static void
fill (MtwField      *self,
      MtwChoiceMenu *menu)
{
  MtlKind kind = self->param->kind;

  if (self->param->initial_text == NULL)
    mtw_choice_menu_add (menu, "", NULL, _("Not set"), NULL, TRUE);
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (is_first (m, kind))
      add_methods (menu, kind, mtl_look_group (kind, *m));
}

static void
build_method (MtwField *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *menu = mtw_choice_menu_new (_("Search methods"), _("No methods match “%s”."));
  GtkWidget *name = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (name), NAME_LENGTH);
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), name);
  gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (button), TRUE);
  gtk_widget_set_size_request (gtk_popover_get_child (GTK_POPOVER (menu)), MENU_WIDTH, -1);
  fill (self, MTW_CHOICE_MENU (menu));
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), menu);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "basin-method");
  mtw_field_put (self, button);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->row), LINES);
  g_signal_connect_object (menu, "chosen", G_CALLBACK (mtw_field_commit), self, G_CONNECT_SWAPPED);
}

static void
show_method (MtwField   *self,
             const char *text)
{
  GtkMenuButton *button = GTK_MENU_BUTTON (self->control);
  GtkLabel *name = GTK_LABEL (gtk_menu_button_get_child (button));
  const MtlMethod *method = text != NULL && *text != '\0'
                            ? mtl_catalogue_find (self->param->kind, text, NULL) : NULL;
  const char *unset = text == NULL ? MTW_MIXED : _("Not set");
  const char *title = method != NULL ? _(method->title) : unset;
  const char *summary = method != NULL && method->summary != NULL ? _(method->summary) : "";
  /* Translators: a setting, then what is chosen: “Method: CAGrad”. */
  g_autofree char *spoken = g_strdup_printf (_("%s: %s"), self->title, title);

  gtk_label_set_label (name, title);
  gtk_label_set_width_chars (name, MIN ((int) g_utf8_strlen (title, -1), NAME_LENGTH));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, spoken,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, summary, -1);
  g_free (self->line);
  self->line = g_strdup (summary);
  mtw_field_set_note (self, NULL);
  mtw_choice_menu_set_current (MTW_CHOICE_MENU (gtk_menu_button_get_popover (button)), text);
}

const MtwFieldLook mtw_field_method = { build_method, show_method };
