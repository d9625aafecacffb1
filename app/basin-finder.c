/* basin-finder.c — type a few letters: goes to a block, or does a command
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-finder.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mtl-look.h"
#include "mtw-offer.h"
#include "mtw-path.h"

static const struct
{
  const char *action;
  const char *title;
} commands[] = {
  { "win.train", N_("Train or Pause") },
  { "win.step", N_("Train One Step") },
  { "win.stop", N_("Stop Training") },
  { "win.undo", N_("Undo") },
  { "win.redo", N_("Redo") },
  { "win.cut", N_("Cut") },
  { "win.copy", N_("Copy") },
  { "win.paste", N_("Paste") },
  { "win.tidy-up", N_("Tidy Up") },
  { "win.group", N_("Group Selection") },
  { "win.ungroup", N_("Ungroup") },
  { "win.toggle-group", N_("Open or Close Group") },
  { "win.new", N_("New Window") },
  { "win.open", N_("Open…") },
  { "win.save", N_("Save") },
  { "win.save-as", N_("Save As…") },
  { "win.export", N_("Export…") },
  { "win.measure", N_("Measure…") },
  { "win.next-problem", N_("Next Problem") },
  { "win.fix-problem", N_("Apply Its Fix") },
  { "win.palette", N_("Palette") },
  { "win.inspector", N_("Inspector") },
  { "win.observatory", N_("Plots") },
  { "win.outline", N_("Outline") },
  { "win.page('studio')", N_("Studio") },
  { "win.page('runs')", N_("Runs") },
  { "win.full-screen", N_("Full Screen") },
  { "app.preferences", N_("Preferences") },
  { "win.show-help-overlay", N_("Keyboard Shortcuts") },
};

typedef struct
{
  GtkWidget   *window;
  GtkListBox  *list;
  GtkEditable *entry;
  MtwDocument *document;
} Finder;

static gboolean
fits (GtkListBoxRow *row,
      gpointer       data)
{
  Finder *self = data;
  const char *title = g_object_get_data (G_OBJECT (row), "title");

  return g_str_match_string (gtk_editable_get_text (self->entry), title, TRUE)
         || *gtk_editable_get_text (self->entry) == '\0';
}

static GtkListBoxRow *
first_fit (Finder *self)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->list));

  while (row != NULL && !(GTK_IS_LIST_BOX_ROW (row) && gtk_widget_get_child_visible (row)))
    row = gtk_widget_get_next_sibling (row);

  return GTK_LIST_BOX_ROW (row);
}

static void
search_cb (Finder *self)
{
  gtk_list_box_invalidate_filter (self->list);
  gtk_list_box_select_row (self->list, first_fit (self));
}

/* The window closes first: what is done may open another, or move the focus. */
static void
activated_cb (GtkListBox    *list,
              GtkListBoxRow *row,
              Finder        *self)
{
  g_autoptr(MtwDocument) document = g_object_ref (self->document);
  GtkWindow *parent = gtk_window_get_transient_for (GTK_WINDOW (self->window));
  g_autofree char *block = g_strdup (g_object_get_data (G_OBJECT (row), "block"));
  g_autofree char *action = g_strdup (g_object_get_data (G_OBJECT (row), "action"));

  gtk_window_destroy (GTK_WINDOW (self->window));
  if (block != NULL)
    {
      gtk_widget_activate_action (GTK_WIDGET (parent), "win.page", "s", "studio");
      mtw_document_select (document, (const char *const[]) { block, NULL });
      mtw_document_reveal (document, block);
    }
  else
    {
      g_autoptr(GVariant) target = NULL;
      g_autofree char *name = NULL;

      if (g_action_parse_detailed_name (action, &name, &target, NULL))
        gtk_widget_activate_action_variant (GTK_WIDGET (parent), name, target);
    }
}

static void
entry_activate_cb (Finder *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  /* The entry tells of what was typed a moment late. */
  gtk_list_box_invalidate_filter (self->list);
  if (row == NULL || !gtk_widget_get_child_visible (GTK_WIDGET (row)))
    row = first_fit (self);
  if (row != NULL)
    activated_cb (self->list, row, self);
}

static GtkWidget *
add_row (Finder     *self,
         const char *icon,
         const char *title,
         const char *detail)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *kind = gtk_label_new (detail);
  g_autofree char *words = g_strdup_printf ("%s, %s", title, detail);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_widget_set_hexpand (name, TRUE);
  gtk_widget_add_css_class (kind, "caption");
  gtk_widget_add_css_class (kind, "basin-secondary");
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), kind);
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "title", g_strdup (title), g_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_list_box_append (self->list, row);

  return row;
}

/* The blocks of the group behind @scope, NULL: of the design, and of groups in it. */
static void
add_blocks (Finder     *self,
            const char *scope)
{
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (self->document), scope);

  for (guint n = 0; n < mtl_design_n_blocks (graph); n++)
    {
      const MtlBlock *block = mtl_design_block (graph, n);
      const MtlChosen *what = mtl_block_what (block);
      const MtlMethod *method = mtl_chosen_method (what);
      g_autofree char *path = mtw_path_join (scope, mtl_block_id (block));
      GtkWidget *row = add_row (self, mtl_look_icon (mtl_chosen_kind (what), method), path,
                                _(method->title));

      g_object_set_data_full (G_OBJECT (row), "block", g_strdup (path), g_free);
      if (mtl_block_group (block) != NULL)
        add_blocks (self, path);
    }
}

static void
fill (Finder *self)
{
  add_blocks (self, NULL);
  for (guint n = 0; n < G_N_ELEMENTS (commands); n++)
    g_object_set_data (G_OBJECT (add_row (self, "system-run-symbolic", _(commands[n].title),
                                          _("command"))),
                       "action", (gpointer) commands[n].action);
}

static GtkWidget *
make_content (Finder *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *entry = gtk_search_entry_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *none = gtk_label_new (_("Nothing is called that."));

  self->entry = GTK_EDITABLE (entry);
  self->list = GTK_LIST_BOX (list);
  g_object_set (entry, "placeholder-text", _("Block or command"), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Block or command"), -1);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (entry), self->window);
  gtk_widget_add_css_class (list, "navigation-sidebar");
  gtk_list_box_set_placeholder (self->list, none);
  gtk_list_box_set_filter_func (self->list, fits, self, NULL);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_widget_set_margin_start (entry, 12);
  gtk_widget_set_margin_end (entry, 12);
  gtk_widget_set_margin_top (entry, 12);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), scrolled);

  g_signal_connect_swapped (entry, "search-changed", G_CALLBACK (search_cb), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (entry_activate_cb), self);
  g_signal_connect_swapped (entry, "stop-search", G_CALLBACK (gtk_window_close), self->window);
  g_signal_connect (list, "row-activated", G_CALLBACK (activated_cb), self);

  return box;
}

static void
finder_free (gpointer data)
{
  Finder *self = data;

  g_object_unref (self->document);
  g_free (self);
}

void
basin_finder_show (GtkWindow   *parent,
                   MtwDocument *document)
{
  Finder *self = g_new0 (Finder, 1);

  self->document = g_object_ref (document);
  self->window = g_object_new (ADW_TYPE_WINDOW,
                               "transient-for", parent,
                               "modal", TRUE,
                               "title", _("Find"),
                               "default-width", 420,
                               "default-height", 380,
                               NULL);
  g_object_set_data_full (G_OBJECT (self->window), "finder", self, finder_free);
  adw_window_set_content (ADW_WINDOW (self->window), make_content (self));
  fill (self);
  gtk_window_present (GTK_WINDOW (self->window));
}
