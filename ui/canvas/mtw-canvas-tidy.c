/* mtw-canvas-tidy.c — the whole design laid out anew, and blocks that glide there
 *
 * dot works beside the main loop. An edit meanwhile drops its answer, which
 * would be of a design that is gone. While blocks glide, the document has its
 * new design already and the canvas shows previews between the two.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>

#include "mtw-tidy.h"

#define GLIDE_TIME 250     /* ms */

static void
end_glide (MtwCanvas *self)
{
  g_clear_pointer (&self->glide_from, mtl_design_unref);
  g_clear_pointer (&self->preview, mtl_design_unref);
}

static void
glide_cb (double   t,
          gpointer data)
{
  MtwCanvas *self = data;
  MtlDesign *from = self->glide_from, *to;
  g_autofree double *places = NULL;

  if (from == NULL)
    return;

  to = mtw_document_get_design (self->document);
  places = g_new (double, 2 * mtl_design_n_blocks (to) + 1);
  for (guint i = 0; i < mtl_design_n_blocks (to); i++)
    {
      const MtlBlock *a = mtl_design_block (from, i), *b = mtl_design_block (to, i);

      places[2 * i] = mtl_block_x (a) + t * (mtl_block_x (b) - mtl_block_x (a));
      places[2 * i + 1] = mtl_block_y (a) + t * (mtl_block_y (b) - mtl_block_y (a));
    }

  g_clear_pointer (&self->preview, mtl_design_unref);
  if (t < 1)
    self->preview = mtl_design_with_places (to, places);
  else
    end_glide (self);
  mtw_canvas_sync (self);
}

void
mtw_canvas_add_glide (MtwCanvas *self)
{
  AdwAnimationTarget *target = adw_callback_animation_target_new (glide_cb, self, NULL);

  self->glide = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, GLIDE_TIME, target);
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->glide), ADW_EASE_IN_OUT_CUBIC);
}

void
mtw_canvas_land (MtwCanvas *self)
{
  if (self->glide_from != NULL)
    adw_animation_skip (self->glide);
}

void
mtw_canvas_drop_tidying (MtwCanvas *self)
{
  if (self->tidying != NULL)
    g_cancellable_cancel (self->tidying);
  g_clear_object (&self->tidying);
  g_clear_pointer (&self->tidied, g_free);
  if (self->glide_from != NULL)
    end_glide (self);
}

/* @tidy, which is taken: the body of an open group; its frame follows at once. */
static void
apply_body (MtwCanvas  *self,
            const char *scope,
            MtlDesign  *tidy)
{
  g_autoptr(MtlDesign) body = tidy;
  MtlDesign *before = mtw_document_get_design (self->document);
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) after = mtl_design_with_body (before, scope, body, &error);
  g_autofree char *name = NULL;

  if (after == NULL)
    {
      mtw_canvas_refuse (self, error->message);
      return;
    }
  if (mtl_design_equal (before, after))
    {
      mtw_document_announce (self->document, _("The group is tidy already"));
      return;
    }

  /* Translators: name of an edit, and what is said once it is done: a group. */
  name = g_strdup_printf (_("Tidy up %s"), scope);
  mtw_document_edit (self->document, g_steal_pointer (&after), name);
  mtw_document_announce (self->document, name);
}

/* Takes @tidy. */
static void
apply (MtwCanvas *self,
       MtlDesign *tidy)
{
  gboolean fits = mtw_canvas_is_fitting (self);
  g_autoptr(MtlDesign) before = mtl_design_ref (mtw_document_get_design (self->document));

  if (mtl_design_equal (before, tidy))
    {
      mtl_design_unref (tidy);
      mtw_document_announce (self->document, _("The design is tidy already"));
      return;
    }

  /* Translators: name of an edit, and what is said once it is done. */
  mtw_document_edit (self->document, tidy, _("Tidy up"));
  mtw_document_announce (self->document, _("Tidied up"));
  if (fits)
    mtw_canvas_zoom_to_fit (self);
  self->glide_from = g_steal_pointer (&before);
  adw_animation_reset (self->glide);
  /* Not only from the next frame on: nothing is to flash up where it will be. */
  glide_cb (0, self);
  adw_animation_play (self->glide);
}

static void
tidied_cb (GObject      *object,
           GAsyncResult *result,
           gpointer      data)
{
  MtwCanvas *self = data;
  g_autoptr(GError) error = NULL;
  MtlDesign *tidy = mtw_tidy_finish (result, &error);
  g_autofree char *scope = NULL;

  /* Then another answer is awaited, or there is no canvas any more. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&self->tidying);
  scope = g_steal_pointer (&self->tidied);
  if (tidy == NULL)
    mtw_canvas_refuse (self, error->message);
  else if (self->drag.mode == MTW_DRAG_NONE && scope != NULL)
    apply_body (self, scope, tidy);
  else if (self->drag.mode == MTW_DRAG_NONE)
    apply (self, tidy);
  else
    mtl_design_unref (tidy);
}

/* The open group that has the focus, or the one around the block that has it; NULL: the
 * whole design is meant. (transfer full) */
static char *
find_scope (MtwCanvas *self)
{
  const char *current = mtw_canvas_current (self);

  if (current != NULL && mtw_canvas_is_use (self, current) && mtw_canvas_is_open (self, current))
    return g_strdup (current);
  return mtw_canvas_dup_scope (self);
}

void
mtw_canvas_tidy_up (MtwCanvas *self)
{
  MtlDesign *design;
  g_autoptr(MtlSurvey) survey = NULL;

  g_return_if_fail (MTW_IS_CANVAS (self));

  mtw_canvas_land (self);
  mtw_canvas_drop_tidying (self);
  self->tidying = g_cancellable_new ();
  self->tidied = find_scope (self);
  design = mtw_document_get_design (self->document);
  if (self->tidied == NULL)
    {
      mtw_tidy_async (design, mtw_document_get_survey (self->document), self->tidying, tidied_cb,
                      self);
      return;
    }

  /* A body tells nothing of shapes and tasks, but what rides as a bead. */
  design = (MtlDesign *) mtl_design_body (design, self->tidied);
  survey = mtl_survey_new (design);
  mtw_tidy_async (design, survey, self->tidying, tidied_cb, self);
}
