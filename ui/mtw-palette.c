/* mtw-palette.c — the blocks there are: search, drag onto the canvas, or Enter
 *
 * The list view of GTK 4.8 knows no sections: a heading is a row that can be
 * neither selected nor activated. The list is short, so a search makes it
 * anew, and a heading is there exactly when something stands under it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-palette.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-look.h"
#include "mtw-fit.h"
#include "mtw-offer.h"

#define MTW_TYPE_OFFER (mtw_offer_get_type ())

G_DECLARE_FINAL_TYPE (MtwOffer, mtw_offer, MTW, OFFER, GObject)

/* A row: a block that can be added, or a heading where what is NULL. */
struct _MtwOffer
{
  GObject    parent_instance;

  MtlChosen *what;
  char      *heading;   /* untranslated; of all blocks under it the same */
};

G_DEFINE_FINAL_TYPE (MtwOffer, mtw_offer, G_TYPE_OBJECT)

static void
mtw_offer_finalize (GObject *object)
{
  g_clear_pointer (&MTW_OFFER (object)->what, mtl_chosen_unref);
  g_free (MTW_OFFER (object)->heading);

  G_OBJECT_CLASS (mtw_offer_parent_class)->finalize (object);
}

static void
mtw_offer_class_init (MtwOfferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_offer_finalize;
}

static void
mtw_offer_init (MtwOffer *self)
{
}

struct _MtwPalette
{
  AdwBin          parent_instance;

  GtkSearchEntry *search;
  GtkLabel       *nothing;
  GtkListView    *list;

  MtwDocument    *document;
  GPtrArray      *offers;    /* every block, by heading */
  GPtrArray      *groups;    /* MtlGroup, of the design, among them */
  GListStore     *shown;     /* with headings */
};

G_DEFINE_FINAL_TYPE (MtwPalette, mtw_palette, ADW_TYPE_BIN)

/* @what: (nullable) */
static MtwOffer *
offer_new (MtlChosen  *what,
           const char *heading)
{
  MtwOffer *offer = g_object_new (MTW_TYPE_OFFER, NULL);

  offer->what = what != NULL ? mtl_chosen_ref (what) : NULL;
  offer->heading = g_strdup (heading);
  return offer;
}

/* After the last one of its heading, so that headings come in the order in
 * which the catalogue names them first. */
static void
insert_offer (GPtrArray *offers,
              MtwOffer  *offer)
{
  guint place = offers->len;

  for (guint i = 0; i < offers->len; i++)
    if (g_str_equal (MTW_OFFER (offers->pdata[i])->heading, offer->heading))
      place = i + 1;

  g_ptr_array_insert (offers, place, offer);
}

static void
unref_group (gpointer group)
{
  mtl_group_unref (group);
}

static void
list_offers (MtwPalette *self)
{
  MtlDesign *design = mtw_document_get_design (self->document);
  g_autoptr(GPtrArray) list = mtw_offer_list (design);

  g_ptr_array_set_size (self->groups, 0);
  for (guint i = 0; i < mtl_design_n_groups (design); i++)
    g_ptr_array_add (self->groups, mtl_group_ref (mtl_design_group (design, i)));
  g_ptr_array_set_size (self->offers, 0);
  for (guint i = 0; i < list->len; i++)
    {
      MtlChosen *what = list->pdata[i];

      insert_offer (self->offers,
                    offer_new (what, mtl_look_group (mtl_chosen_kind (what),
                                                     mtl_chosen_method (what))));
    }
}

static gboolean
matches (const MtwOffer *offer,
         const char     *key)
{
  g_autofree char *title = g_utf8_casefold (mtw_offer_title (offer->what), -1);
  g_autofree char *heading = g_utf8_casefold (_(offer->heading), -1);

  return strstr (title, key) != NULL || strstr (mtl_chosen_method (offer->what)->id, key) != NULL
         || g_str_has_prefix (heading, key);
}

static void
fill (MtwPalette *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  g_autofree char *key = g_utf8_casefold (text, -1);
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  const char *heading = NULL;

  g_strstrip (key);
  for (guint i = 0; i < self->offers->len; i++)
    {
      MtwOffer *offer = self->offers->pdata[i];

      if (!matches (offer, key))
        continue;
      if (g_strcmp0 (heading, offer->heading) != 0)
        g_ptr_array_add (rows, offer_new (NULL, offer->heading));
      heading = offer->heading;
      g_ptr_array_add (rows, g_object_ref (offer));
    }

  g_list_store_splice (self->shown, 0, g_list_model_get_n_items (G_LIST_MODEL (self->shown)),
                       rows->pdata, rows->len);
}

/* Whether the groups of the design are those that are listed, as far as is seen. */
static gboolean
has_listed (MtwPalette *self)
{
  MtlDesign *design = mtw_document_get_design (self->document);

  if (mtl_design_n_groups (design) != self->groups->len)
    return FALSE;
  for (guint i = 0; i < self->groups->len; i++)
    {
      const MtlGroup *now = mtl_design_group (design, i), *listed = self->groups->pdata[i];

      if (!g_str_equal (mtl_group_id (now), mtl_group_id (listed))
          || !g_str_equal (mtl_group_title (now), mtl_group_title (listed))
          || g_strcmp0 (mtl_group_summary (now), mtl_group_summary (listed)) != 0)
        return FALSE;
    }

  return TRUE;
}

static void
changed_cb (MtwPalette *self)
{
  if (has_listed (self))
    return;

  list_offers (self);
  fill (self);
}

static void
searched_cb (MtwPalette *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  /* Translators: what was searched for. */
  g_autofree char *words = g_strdup_printf (_("No blocks match “%s”."), text);
  gboolean none;

  fill (self);
  none = g_list_model_get_n_items (G_LIST_MODEL (self->shown)) == 0;
  gtk_label_set_label (self->nothing, words);
  gtk_widget_set_visible (GTK_WIDGET (self->nothing), none);
  if (none)
    mtw_document_announce (self->document, words);
}

static gboolean
add (MtwPalette *self,
     guint       row)
{
  g_autoptr(MtwOffer) offer = g_list_model_get_item (G_LIST_MODEL (self->shown), row);
  g_autofree char *choice = NULL;
  g_autofree char *id = NULL;
  g_autoptr(GError) error = NULL;

  if (offer == NULL || offer->what == NULL)
    return FALSE;

  choice = mtw_offer_choice (offer->what);
  id = mtw_fit_add (self->document, choice, &error);
  if (id == NULL)
    mtw_document_announce (self->document, error->message);
  return id != NULL;
}

static void
entered_cb (MtwPalette *self)
{
  /* The entry tells of what was typed a moment late. */
  fill (self);
  if (!mtw_palette_add_first (self))
    gtk_widget_error_bell (GTK_WIDGET (self));
}

static void
stopped_cb (MtwPalette *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
}

static void
activated_cb (MtwPalette *self,
              guint       row)
{
  add (self, row);
}

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source,
                 double         x,
                 double         y,
                 GtkListItem   *item)
{
  MtwOffer *offer = gtk_list_item_get_item (item);
  g_autofree char *choice = NULL;

  if (offer == NULL || offer->what == NULL)
    return NULL;

  choice = mtw_offer_choice (offer->what);
  return gdk_content_provider_new_typed (G_TYPE_STRING, choice);
}

static void
drag_begin_cb (GtkDragSource *source,
               GdkDrag       *drag,
               GtkListItem   *item)
{
  g_autoptr(GdkPaintable) picture = gtk_widget_paintable_new (gtk_list_item_get_child (item));

  gtk_drag_source_set_icon (source, picture, 12, 12);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem              *item)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *title = gtk_label_new (NULL);
  GtkDragSource *source = gtk_drag_source_new ();

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (row), gtk_image_new ());
  gtk_box_append (GTK_BOX (row), title);
  gtk_list_item_set_child (item, row);

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect (source, "prepare", G_CALLBACK (drag_prepare_cb), item);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), item);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (source));
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem              *item)
{
  MtwOffer *offer = gtk_list_item_get_item (item);
  GtkWidget *row = gtk_list_item_get_child (item);
  GtkWidget *icon = gtk_widget_get_first_child (row);
  GtkWidget *title = gtk_widget_get_last_child (row);
  const MtlMethod *method = offer->what != NULL ? mtl_chosen_method (offer->what) : NULL;
  gboolean heading = method == NULL;

  gtk_widget_set_visible (icon, !heading);
  gtk_list_item_set_selectable (item, !heading);
  gtk_list_item_set_activatable (item, !heading);
  if (heading)
    gtk_widget_add_css_class (row, "basin-palette-heading");
  else
    gtk_widget_remove_css_class (row, "basin-palette-heading");

  gtk_label_set_label (GTK_LABEL (title), heading ? _(offer->heading)
                                          : mtw_offer_title (offer->what));
  if (!heading)
    gtk_image_set_from_icon_name (GTK_IMAGE (icon),
                                  mtl_look_icon (mtl_chosen_kind (offer->what), method));
  gtk_widget_set_tooltip_text (row, heading || method->summary == NULL ? NULL
                                    : _(method->summary));
  /* The row that takes the focus is the list's own, around this one. */
  if (gtk_widget_get_parent (row) != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_parent (row)),
                                    GTK_ACCESSIBLE_PROPERTY_LABEL,
                                    gtk_label_get_label (GTK_LABEL (title)), -1);
}

static void
mtw_palette_dispose (GObject *object)
{
  MtwPalette *self = MTW_PALETTE (object);

  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_palette_parent_class)->dispose (object);
}

static void
mtw_palette_finalize (GObject *object)
{
  MtwPalette *self = MTW_PALETTE (object);

  g_ptr_array_unref (self->offers);
  g_ptr_array_unref (self->groups);
  g_object_unref (self->shown);

  G_OBJECT_CLASS (mtw_palette_parent_class)->finalize (object);
}

static void
mtw_palette_class_init (MtwPaletteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = mtw_palette_dispose;
  object_class->finalize = mtw_palette_finalize;

  gtk_widget_class_set_template_from_resource (widget_class,
    "/io/github/basin_studio/Basin/mtw-palette.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwPalette, search);
  gtk_widget_class_bind_template_child (widget_class, MtwPalette, nothing);
  gtk_widget_class_bind_template_child (widget_class, MtwPalette, list);
  gtk_widget_class_bind_template_callback (widget_class, searched_cb);
  gtk_widget_class_bind_template_callback (widget_class, entered_cb);
  gtk_widget_class_bind_template_callback (widget_class, stopped_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
}

static void
mtw_palette_init (MtwPalette *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSingleSelection *selection;

  gtk_widget_init_template (GTK_WIDGET (self));

  self->offers = g_ptr_array_new_with_free_func (g_object_unref);
  self->groups = g_ptr_array_new_with_free_func (unref_group);
  self->shown = g_list_store_new (MTW_TYPE_OFFER);

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);

  selection = gtk_single_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_selected (selection, GTK_INVALID_LIST_POSITION);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

GtkWidget *
mtw_palette_new (MtwDocument *document)
{
  MtwPalette *self = g_object_new (MTW_TYPE_PALETTE, NULL);

  self->document = g_object_ref (document);
  list_offers (self);
  fill (self);
  g_signal_connect_object (document, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

void
mtw_palette_search (MtwPalette *self,
                    const char *text)
{
  g_return_if_fail (MTW_IS_PALETTE (self));

  gtk_editable_set_text (GTK_EDITABLE (self->search), text);
  searched_cb (self);
}

guint
mtw_palette_n_shown (MtwPalette *self)
{
  guint n = 0;

  g_return_val_if_fail (MTW_IS_PALETTE (self), 0);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->shown)); i++)
    {
      g_autoptr(MtwOffer) offer = g_list_model_get_item (G_LIST_MODEL (self->shown), i);

      n += offer->what != NULL;
    }

  return n;
}

gboolean
mtw_palette_add_first (MtwPalette *self)
{
  g_return_val_if_fail (MTW_IS_PALETTE (self), FALSE);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->shown)); i++)
    if (add (self, i))
      return TRUE;

  return FALSE;
}

void
mtw_palette_focus_search (MtwPalette *self)
{
  g_return_if_fail (MTW_IS_PALETTE (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}
