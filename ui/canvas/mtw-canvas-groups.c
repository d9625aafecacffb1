/* mtw-canvas-groups.c — groups opened and closed in place
 *
 * What is open is view state: a set of paths that no file stores, and that stays
 * as it is through edits and undo. A group opens and closes in 200 ms; the scene
 * makes room for it as far as it is open.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-number.h"
#include "mtw-offer.h"
#include "mtw-path.h"

#define UNFOLD_TIME 200     /* ms */
#define WHOLE       1000    /* thousandths of an open group */
#define LONG        100000  /* figures from here on are given in thousands */

gboolean
mtw_canvas_is_open (MtwCanvas  *self,
                    const char *id)
{
  return g_hash_table_contains (self->open, id);
}

gboolean
mtw_canvas_is_use (MtwCanvas  *self,
                   const char *id)
{
  return id != NULL && mtw_offer_group (mtw_document_get_design (self->document), id) != NULL;
}

static void
set_open (MtwCanvas  *self,
          const char *id,
          double      share)
{
  if (share > 0)
    g_hash_table_insert (self->open, g_strdup (id), GUINT_TO_POINTER (MAX (share * WHOLE, 1)));
  else
    g_hash_table_remove (self->open, id);
}

/* --- opening and closing --- */

void
mtw_canvas_show_frame (MtwCanvas  *self,
                       const char *id)
{
  int item = mtw_scene_find (self->scene, id);
  graphene_rect_t view = mtw_canvas_get_view (self), box;
  double x = view.origin.x, y = view.origin.y;

  if (item < 0 || !self->placed)
    return;

  graphene_rect_inset_r (&mtw_scene_item (self->scene, item)->box, -16, -16, &box);
  x = MAX (x, box.origin.x + box.size.width - view.size.width);
  x = MIN (x, box.origin.x);
  y = MAX (y, box.origin.y + box.size.height - view.size.height);
  y = MIN (y, box.origin.y);
  if (x != view.origin.x || y != view.origin.y)
    mtw_canvas_fly_to (self, x, y, self->zoom);
}

static void
unfold_cb (double   share,
           gpointer data)
{
  MtwCanvas *self = data;

  if (self->unfolding == NULL)
    return;

  set_open (self, self->unfolding, share);
  mtw_canvas_sync (self);
}

static void
unfolded_cb (MtwCanvas *self)
{
  g_autofree char *id = g_steal_pointer (&self->unfolding);

  if (id == NULL)
    return;

  /* Words and figures were left out meanwhile. */
  mtw_canvas_sync (self);
  if (mtw_canvas_is_open (self, id))
    mtw_canvas_show_frame (self, id);
}

void
mtw_canvas_add_unfold (MtwCanvas *self)
{
  AdwAnimationTarget *target = adw_callback_animation_target_new (unfold_cb, self, NULL);

  self->open = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->unfold = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, UNFOLD_TIME, target);
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->unfold), ADW_EASE_OUT_CUBIC);
  g_signal_connect_swapped (self->unfold, "done", G_CALLBACK (unfolded_cb), self);
}

void
mtw_canvas_stop_unfold (MtwCanvas *self)
{
  if (self->unfolding != NULL)
    adw_animation_skip (self->unfold);
}

/* The focus does not stay in a group that closes. */
static void
leave_frame (MtwCanvas  *self,
             const char *id)
{
  g_autofree char *prefix = g_strconcat (id, "/", NULL);
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);
  const char *current = mtw_canvas_current (self);
  gboolean inside = current != NULL && g_str_has_prefix (current, prefix);

  for (guint i = 0; ids[i] != NULL; i++)
    inside = inside || g_str_has_prefix (ids[i], prefix);
  if (!inside)
    return;

  mtw_document_select (self->document, (const char *const[]) { id, NULL });
  gtk_widget_grab_focus (mtw_canvas_get_block (self, id));
}

void
mtw_canvas_toggle (MtwCanvas  *self,
                   const char *id)
{
  g_autofree char *words = NULL;
  gboolean open;

  mtw_canvas_land (self);
  mtw_canvas_stop_unfold (self);
  open = mtw_canvas_is_open (self, id);
  if (open)
    leave_frame (self, id);
  /* Translators: said to those who do not see it: a group. */
  words = g_strdup_printf (open ? _("Closed %s") : _("Opened %s"), id);
  mtw_document_announce (self->document, words);

  self->unfolding = g_strdup (id);
  adw_timed_animation_set_value_from (ADW_TIMED_ANIMATION (self->unfold), open ? 1 : 0);
  adw_timed_animation_set_value_to (ADW_TIMED_ANIMATION (self->unfold), open ? 0 : 1);
  adw_animation_play (self->unfold);
}

void
mtw_canvas_open_around (MtwCanvas  *self,
                        const char *id)
{
  g_autofree char *scope = mtw_path_scope (id);

  mtw_canvas_stop_unfold (self);
  if (scope == NULL || !mtw_canvas_is_use (self, scope))
    return;

  while (scope != NULL)
    {
      char *around = mtw_path_scope (scope);

      set_open (self, scope, 1);
      g_free (scope);
      scope = around;
    }
  mtw_canvas_sync (self);
}

/* --- names --- */

/* What the use @item has become in @design, where it was renamed. (transfer full) (nullable) */
static char *
find_renamed (MtwCanvas     *self,
              MtlDesign     *design,
              const MtwItem *item)
{
  g_autofree char *scope = mtw_path_scope (item->id);
  const MtlDesign *before = mtw_scene_graph (self->scene, item->frame);
  const MtlDesign *after = mtw_offer_graph (design, scope);
  guint n = mtl_design_n_blocks (before);

  if (after == NULL || mtl_design_n_blocks (after) != n)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      const char *old = mtl_block_id (mtl_design_block (before, i));
      const char *id = mtl_block_id (mtl_design_block (after, i));

      if (g_str_equal (old, mtw_path_name (item->id)) && mtl_design_find (before, id) == NULL)
        return mtw_path_join (scope, id);
    }

  return NULL;
}

static void
rename_open (MtwCanvas  *self,
             const char *from,
             const char *to)
{
  g_autoptr(GList) paths = g_hash_table_get_keys (self->open);
  gsize length = strlen (from);

  for (GList *l = paths; l != NULL; l = l->next)
    {
      const char *path = l->data;

      if (strncmp (path, from, length) != 0 || (path[length] != '\0' && path[length] != '/'))
        continue;
      g_hash_table_insert (self->open, g_strconcat (to, path + length, NULL),
                           g_hash_table_lookup (self->open, path));
      g_hash_table_remove (self->open, path);
    }
}

void
mtw_canvas_follow_names (MtwCanvas *self,
                         MtlDesign *design)
{
  for (guint i = 0; self->scene != NULL && i < self->scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      g_autofree char *to = item->open > 0 && mtl_design_find (design, item->id) == NULL
                            ? find_renamed (self, design, item) : NULL;

      if (to != NULL)
        rename_open (self, item->id, to);
    }
}

char *
mtw_canvas_dup_scope (MtwCanvas *self)
{
  const char *current = mtw_canvas_current (self);

  return current != NULL ? mtw_path_scope (current) : NULL;
}

graphene_point_t
mtw_canvas_place_in (MtwCanvas              *self,
                     const char             *scope,
                     const graphene_point_t *at,
                     const MtlChosen        *what)
{
  int frame = scope != NULL ? mtw_scene_find (self->scene, scope) : -1;
  int width = mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what));

  return mtw_scene_place (self->scene, frame, at, width, -1);
}

/* --- words --- */

/* As much as fits a block: “5 840”, “123 k”, “4.5 M”. */
static char *
short_figure (gsize n)
{
  g_autofree char *number = NULL;

  if (n < LONG)
    return mtw_canvas_thousands (n);
  if (n < 1000000)
    {
      number = mtw_number (n / 1e3, 3);
      /* Translators: a number in thousands. */
      return g_strdup_printf (_("%s k"), number);
    }

  number = mtw_number (n / 1e6, 3);
  /* Translators: a number in millions. */
  return g_strdup_printf (_("%s M"), number);
}

char *
mtw_canvas_group_line (MtwCanvas     *self,
                       const MtwItem *item)
{
  MtlSurvey *survey = self->scene->survey;
  gboolean known = mtl_design_find (mtl_survey_design (survey), item->id) != NULL;
  gsize n_weights = known ? mtl_survey_n_weights (survey, item->id) : 0;
  guint n = mtl_block_n_flat (item->block);
  guint repeat = mtl_chosen_get (mtl_block_what (item->block), "repeat")->number;
  g_autofree char *blocks = g_strdup_printf (ngettext ("%u block", "%u blocks", n), n);
  g_autofree char *figure = item->open > 0 ? mtw_canvas_thousands (n_weights)
                                           : short_figure (n_weights);

  if (item->open > 0 && repeat > 1)
    /* Translators: of a group: how many parameters, and how often it is repeated. */
    return g_strdup_printf (_("%s parameters · × %u"), figure, repeat);
  if (item->open > 0)
    return g_strdup_printf (ngettext ("%s parameter", "%s parameters", n_weights), figure);
  if (repeat > 1)
    /* Translators: how often a group is repeated, and “15 blocks” in all. */
    return g_strdup_printf (_("×%u · %s"), repeat, blocks);
  /* Translators: “5 blocks” and how many parameters a group has. */
  return n_weights > 0 ? g_strdup_printf (_("%s · %s"), blocks, figure)
                       : g_steal_pointer (&blocks);
}
