/* mtw-group-form.c — the inspector of a group: its title, its uses, its parameters
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-group-form.h"

#include <glib/gi18n-lib.h>

#include "mtl-group.h"
#include "mtw-choice-menu.h"
#include "mtw-path.h"

struct _MtwGroupForm
{
  AdwPreferencesGroup  parent_instance;

  AdwEntryRow         *title;
  GtkWidget           *make;        /* row with the button below */
  GtkWidget           *make_button;
  GtkWidget           *menu;        /* what can become a parameter; NULL: closed */
  GPtrArray           *params;      /* rows */

  MtwDocument         *document;    /* weak: the inspector's */
  char                *block;
  char                *shown;       /* title of the definition */
  char                *listed;      /* its parameters, as they stand */
};

G_DEFINE_FINAL_TYPE (MtwGroupForm, mtw_group_form, ADW_TYPE_PREFERENCES_GROUP)

static void
refuse (MtwGroupForm *self,
        const GError *error)
{
  if (error != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "inspector.refused", "s", error->message);
}

/* --- a use --- */

static void
titled_cb (MtwGroupForm *self)
{
  g_autofree char *title = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->title)));
  g_autoptr(GError) error = NULL;

  mtw_document_title_group (self->document, self->block, g_strstrip (title), &error);
  refuse (self, error);
}

static void
drop_cb (GtkWidget    *button,
         MtwGroupForm *self)
{
  g_autofree char *id = g_strdup (gtk_widget_get_name (button));
  g_autoptr(GError) error = NULL;

  mtw_document_drop_param (self->document, self->block, id, &error);
  refuse (self, error);
}

static GtkWidget *
make_param_row (MtwGroupForm        *self,
                const MtlGroupParam *param)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_from_icon_name ("list-remove-symbolic");
  g_autofree char *sets = g_strjoinv (", ", (char **) param->sets);
  /* Translators: a button; the name of a parameter. */
  g_autofree char *words = g_strdup_printf (_("Remove parameter %s"), param->id);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), param->id);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), sets);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_name (button, param->id);
  gtk_widget_set_tooltip_text (button, _("Remove the Parameter; What It Sets Stays"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect (button, "clicked", G_CALLBACK (drop_cb), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return row;
}

/* All that is seen of the parameters. (transfer full) */
static char *
print_params (const MtlGroup *group)
{
  GString *text = g_string_new (NULL);

  for (const MtlGroupParam *param = group != NULL ? mtl_group_params (group) : NULL;
       param != NULL && param->id != NULL; param++)
    {
      g_autofree char *sets = g_strjoinv (" ", (char **) param->sets);

      g_string_append_printf (text, "%s: %s\n", param->id, sets);
    }

  return g_string_free (text, FALSE);
}

static void
show_params (MtwGroupForm   *self,
             const MtlGroup *group)
{
  const MtlGroupParam *param = group != NULL ? mtl_group_params (group) : NULL;
  char *text = print_params (group);
  gboolean same = g_strcmp0 (text, self->listed) == 0;

  g_free (self->listed);
  self->listed = text;
  if (same)
    return;

  for (guint i = 0; i < self->params->len; i++)
    adw_preferences_group_remove (ADW_PREFERENCES_GROUP (self), self->params->pdata[i]);
  g_ptr_array_set_size (self->params, 0);
  for (; param != NULL && param->id != NULL; param++)
    {
      GtkWidget *row = make_param_row (self, param);

      adw_preferences_group_add (ADW_PREFERENCES_GROUP (self), row);
      g_ptr_array_add (self->params, row);
    }
}

/* Not while it is being typed. */
static void
show_title (MtwGroupForm   *self,
            const MtlGroup *group)
{
  const char *title = group != NULL ? mtl_group_title (group) : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->title), group != NULL);
  if (g_strcmp0 (self->shown, title) == 0)
    return;

  g_free (self->shown);
  self->shown = g_strdup (title);
  gtk_editable_set_text (GTK_EDITABLE (self->title), title != NULL ? title : "");
}

/* --- a block within one --- */

static void
chosen_cb (MtwChoiceMenu *menu,
           const char    *choice,
           MtwGroupForm  *self)
{
  g_auto(GStrv) ids = g_strsplit (choice, " ", 2);
  g_autoptr(GError) error = NULL;

  mtw_document_add_param (self->document, self->block, ids[0], ids[1], &error);
  refuse (self, error);
}

/* The parameter that sets the setting; NULL: none. */
static const MtlGroupParam *
find_setter (const MtlGroup *group,
             const char     *end)
{
  for (const MtlGroupParam *param = mtl_group_params (group); param->id != NULL; param++)
    if (g_strv_contains (param->sets, end))
      return param;

  return NULL;
}

static gboolean
has_param (const MtlGroup *group,
           const char     *id)
{
  for (const MtlGroupParam *param = mtl_group_params (group); param->id != NULL; param++)
    if (g_str_equal (param->id, id))
      return TRUE;

  return FALSE;
}

/* @what: of parameter @id, “conv1.channels” … */
static void
offer (MtwChoiceMenu  *menu,
       const MtlParam *param,
       const char     *id,
       const char     *detail,
       gboolean        fits)
{
  g_autofree char *choice = g_strconcat (param->id, " ", id, NULL);

  mtw_choice_menu_add (menu, choice, "basin-group-symbolic", _(param->title), detail, fits);
}

/* A setting becomes a new parameter, or one that a parameter of its name sets too. */
static void
offer_setting (MtwGroupForm   *self,
               MtwChoiceMenu  *menu,
               const MtlGroup *group,
               const MtlParam *param)
{
  const char *block = mtw_path_name (self->block);
  g_autofree char *end = g_strconcat (block, ".", param->id, NULL);
  const MtlGroupParam *setter = find_setter (group, end);
  /* No parameter of a use is called so but its own. */
  gboolean taken = has_param (group, param->id) || g_str_equal (param->id, "repeat");
  g_autofree char *id = taken ? g_strconcat (block, "-", param->id, NULL) : g_strdup (param->id);
  g_autofree char *words = NULL;

  if (setter != NULL)
    {
      /* Translators: of a setting that cannot be made a parameter: that sets it already. */
      words = g_strdup_printf (_("set by %s"), setter->id);
      offer (menu, param, id, words, FALSE);
      return;
    }

  if (has_param (group, param->id))
    {
      /* Translators: of a setting: a parameter of the group is to set it as well. */
      g_autofree char *also = g_strdup_printf (_("set by %s too"), param->id);

      offer (menu, param, param->id, also, TRUE);
    }
  /* Translators: of a setting: what it becomes; a name. */
  words = g_strdup_printf (_("new parameter %s"), id);
  offer (menu, param, id, words, TRUE);
}

static gboolean
can_be_param (const MtlParam *param)
{
  return param->type == MTL_NUMBER || param->type == MTL_WHOLE || param->type == MTL_FLAG
         || param->type == MTL_CHOICE || param->type == MTL_TEXT;
}

static void
make_cb (MtwGroupForm *self)
{
  MtlDesign *design = mtw_document_get_design (self->document);
  g_autofree char *scope = mtw_path_scope (self->block);
  const MtlGroup *group = mtl_block_group (mtl_design_find (design, scope));
  const MtlChosen *what = mtl_block_what (mtl_design_find (design, self->block));
  const MtlMethod *method = mtl_chosen_method (what);
  MtlKind kind = mtl_chosen_kind (what);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = mtw_choice_menu_new (_("Setting"),
                                    /* Translators: what was searched for. */
                                    _("No settings match “%s”."));
  gtk_widget_set_parent (self->menu, self->make_button);
  g_signal_connect (self->menu, "chosen", G_CALLBACK (chosen_cb), self);
  for (guint i = 0; i < mtl_method_n_params (method, kind); i++)
    {
      const MtlParam *param = mtl_method_param (method, kind, i);

      if (can_be_param (param))
        offer_setting (self, MTW_CHOICE_MENU (self->menu), group, param);
    }
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

/* --- the widget --- */

static void
mtw_group_form_dispose (GObject *object)
{
  MtwGroupForm *self = MTW_GROUP_FORM (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_weak_pointer (&self->document);

  G_OBJECT_CLASS (mtw_group_form_parent_class)->dispose (object);
}

static void
mtw_group_form_finalize (GObject *object)
{
  MtwGroupForm *self = MTW_GROUP_FORM (object);

  g_ptr_array_unref (self->params);
  g_free (self->block);
  g_free (self->shown);
  g_free (self->listed);

  G_OBJECT_CLASS (mtw_group_form_parent_class)->finalize (object);
}

static void
mtw_group_form_class_init (MtwGroupFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_group_form_dispose;
  G_OBJECT_CLASS (klass)->finalize = mtw_group_form_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-group-form.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwGroupForm, title);
  gtk_widget_class_bind_template_child (widget_class, MtwGroupForm, make);
  gtk_widget_class_bind_template_child (widget_class, MtwGroupForm, make_button);
  gtk_widget_class_bind_template_callback (widget_class, titled_cb);
  gtk_widget_class_bind_template_callback (widget_class, make_cb);
}

static void
mtw_group_form_init (MtwGroupForm *self)
{
  self->params = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* “used twice” is said of the definition, whose title the row above is. */
static void
say_uses (MtwGroupForm   *self,
          const MtlGroup *group)
{
  guint n = group != NULL ? mtl_design_n_uses (mtw_document_get_design (self->document),
                                               mtl_group_id (group)) : 0;
  /* Translators: of a group: how many blocks are uses of it. */
  g_autofree char *words = g_strdup_printf (ngettext ("%u use; an edit changes it.",
                                                      "%u uses; an edit changes all of them.",
                                                      n), n);

  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (self), n > 0 ? words : NULL);
}

/* Whether it has settings, and the group around can take them for parameters. */
static gboolean
has_settings (MtlDesign  *design,
              const char *block)
{
  const MtlChosen *what = mtl_block_what (mtl_design_find (design, block));

  for (guint i = 0; i < mtl_method_n_params (mtl_chosen_method (what), mtl_chosen_kind (what)); i++)
    if (can_be_param (mtl_method_param (mtl_chosen_method (what), mtl_chosen_kind (what), i)))
      return TRUE;

  return FALSE;
}

void
mtw_group_form_update (MtwGroupForm *self,
                       MtwDocument  *document,
                       const char   *block)
{
  MtlDesign *design = mtw_document_get_design (document);
  const MtlGroup *group;
  g_autofree char *scope = NULL;
  gboolean can_make;

  g_return_if_fail (MTW_IS_GROUP_FORM (self));

  scope = block != NULL ? mtw_path_scope (block) : NULL;
  can_make = scope != NULL && has_settings (design, block);
  group = block != NULL ? mtl_block_group (mtl_design_find (design, block)) : NULL;
  g_set_weak_pointer (&self->document, document);
  g_free (self->block);
  self->block = g_strdup (block);
  gtk_widget_set_visible (GTK_WIDGET (self), group != NULL || can_make);
  gtk_widget_set_visible (self->make, can_make);
  show_title (self, group);
  show_params (self, group);
  say_uses (self, group);
}
