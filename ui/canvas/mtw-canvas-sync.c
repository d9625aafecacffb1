/* mtw-canvas-sync.c — widgets follow the design
 *
 * A block keeps its widget as long as its id lives, so that focus and
 * accessible identity survive edits; a renamed block keeps its by its place.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-look.h"
#include "mtw-fork.h"

/* What is shown as 70 % and 40 %. */
#define FULL_ZOOM  0.695
#define TITLE_ZOOM 0.395

static MtwDetail
detail_of (double zoom)
{
  return zoom >= FULL_ZOOM ? MTW_DETAIL_FULL
         : zoom >= TITLE_ZOOM ? MTW_DETAIL_TITLE : MTW_DETAIL_BOX;
}

/* Where all items stand as before and some have other ids, these have been renamed:
 * they keep their widgets. */
static void
keep_renamed (MtwCanvas  *self,
              GHashTable *old)
{
  guint n = self->scene->items->len;

  for (guint i = 0; i < n && n == self->blocks->len; i++)
    {
      MtwBlock *block = self->blocks->pdata[i];
      const char *id = mtw_scene_item (self->scene, i)->id;

      if (mtw_scene_find (self->scene, mtw_block_get_id (block)) >= 0
          || g_hash_table_contains (old, id))
        continue;
      g_hash_table_steal (old, mtw_block_get_id (block));
      mtw_block_set_id (block, id);
      g_hash_table_insert (old, (gpointer) mtw_block_get_id (block), block);
    }
}

static void
match_blocks (MtwCanvas *self)
{
  g_autoptr(GHashTable) old = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer gone;

  for (guint i = 0; i < self->blocks->len; i++)
    g_hash_table_insert (old, (gpointer) mtw_block_get_id (self->blocks->pdata[i]),
                         self->blocks->pdata[i]);
  keep_renamed (self, old);

  g_ptr_array_set_size (self->blocks, 0);
  for (guint i = 0; i < self->scene->items->len; i++)
    {
      const char *id = mtw_scene_item (self->scene, i)->id;
      GtkWidget *block = g_hash_table_lookup (old, id);

      if (block != NULL)
        {
          g_hash_table_remove (old, id);
        }
      else
        {
          block = mtw_block_new (id);
          gtk_widget_insert_before (block, GTK_WIDGET (self), self->reason);
        }
      g_ptr_array_add (self->blocks, block);
    }

  g_hash_table_iter_init (&iter, old);
  while (g_hash_table_iter_next (&iter, NULL, &gone))
    gtk_widget_unparent (gone);
}

static void
match_forks (MtwCanvas *self)
{
  while (self->forks->len > self->scene->forks->len)
    {
      gtk_widget_unparent (self->forks->pdata[self->forks->len - 1]);
      g_ptr_array_set_size (self->forks, self->forks->len - 1);
    }
  while (self->forks->len < self->scene->forks->len)
    {
      GtkWidget *fork = mtw_fork_new ();

      gtk_widget_insert_before (fork, GTK_WIDGET (self), self->reason);
      g_ptr_array_add (self->forks, fork);
    }
}

static gboolean
feeds_bead (const MtwScene *scene,
            guint           item)
{
  return mtw_scene_item (scene, item)->tail >= 0;
}

/* Frames below all, or they would take the pointer: the outer ones undermost. */
static void
lower_frames (MtwCanvas *self)
{
  for (guint i = self->blocks->len; i-- > 0;)
    if (mtw_scene_item (self->scene, i)->open > 0)
      gtk_widget_insert_after (self->blocks->pdata[i], GTK_WIDGET (self), NULL);
}

static void
form_block (MtwCanvas *self,
            guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  MtwBlock *block = self->blocks->pdata[n];
  MtwForm form = item->open > 0 ? MTW_FORM_FRAME
                 : item->host >= 0 ? MTW_FORM_BEAD
                 : mtl_block_group (item->block) != NULL ? MTW_FORM_STACK : MTW_FORM_BLOCK;

  if (mtw_block_get_form (block) == form)
    return;

  mtw_block_set_form (block, form);
  /* Above its carrier, or that would take the pointer. */
  if (form == MTW_FORM_BEAD)
    gtk_widget_insert_before (GTK_WIDGET (block), GTK_WIDGET (self), self->reason);
  else if (form == MTW_FORM_FRAME)
    lower_frames (self);
}

static char *
line_of (MtwCanvas     *self,
         const MtwItem *item)
{
  const char *words = g_hash_table_lookup (self->task_words, item->id);

  if (words != NULL && mtl_block_is_task (item->block) && self->training != MTW_TRAINING_NONE)
    return g_strdup (words);
  if (mtl_block_group (item->block) != NULL)
    return mtw_canvas_group_line (self, item);
  return mtl_look_line (mtl_block_what (item->block));
}

static void
fill_block (MtwCanvas *self,
            guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  const MtlChosen *what = mtl_block_what (item->block);
  g_autofree char *line = line_of (self, item);
  MtwBlock *block = self->blocks->pdata[n];

  mtw_block_set_icon (block, mtl_look_icon (mtl_chosen_kind (what), mtl_chosen_method (what)));
  form_block (self, n);
  mtw_block_set_summary (block, line);
  mtw_block_set_head (block, item->head, mtl_block_is_task (item->block));
  mtw_block_set_detail (block, detail_of (self->zoom), self->zoom);
  mtw_block_set_ports (block, item->n_in, item->n_out,
                       feeds_bead (self->scene, n)
                       || (item->host >= 0
                           && mtw_scene_item (self->scene, item->host)->tail != (int) n));
  mtw_block_place_ports (block, item->ports);
}

/* Whether a problem is about the wire: it names the port, or the block could
 * make nothing of what the wire brings. */
static gboolean
speaks_of (MtwCanvas        *self,
           const MtlProblem *problem,
           const MtwLink    *link)
{
  const MtwItem *reader = mtw_scene_item (self->scene, link->to);
  MtlShape out;

  if (problem->warning || link->rim != MTW_RIM_NONE
      || g_strcmp0 (problem->block, reader->id) != 0)
    return FALSE;
  if (problem->port != NULL)
    return g_strcmp0 (problem->port, mtl_block_input (reader->block, link->to_port)) == 0;
  if (reader->n_out == 0 || link->shape.rank == 0)
    return FALSE;

  out = mtl_survey_shape (self->scene->survey, reader->id, 0);
  return out.rank == 0;
}

static void
find_refusals (MtwCanvas *self)
{
  MtlSurvey *survey = self->scene->survey;

  g_hash_table_remove_all (self->refusals);
  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    for (guint j = 0; j < self->scene->links->len; j++)
      {
        const MtlProblem *problem = mtl_survey_problem (survey, i);

        if (speaks_of (self, problem, mtw_scene_link (self->scene, j)))
          g_hash_table_insert (self->refusals, GUINT_TO_POINTER (j + 1),
                               g_strdup (problem->message));
      }
}

static void
find_figures (MtwCanvas *self)
{
  guint n = self->scene->items->len;
  double most = 1;

  g_free (self->costs);
  g_free (self->cosines);
  self->costs = g_new0 (double, n + 1);
  self->cosines = g_new0 (double, n + 1);
  for (guint i = 0; i < n; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      gboolean known = mtl_design_find (mtl_survey_design (self->scene->survey), item->id) != NULL;

      self->cosines[i] = mtw_canvas_cosine_of (self, i);
      /* Of an open group, the blocks in it show theirs. */
      self->costs[i] = known && item->open <= 0
                       ? mtl_survey_n_weights (self->scene->survey, item->id) : 0;
      most = MAX (most, self->costs[i]);
    }
  for (guint i = 0; i < n; i++)
    self->costs[i] /= most;
}

void
mtw_canvas_sync (MtwCanvas *self)
{
  MtwScene *scene;

  mtw_canvas_follow_names (self, mtw_canvas_design (self));
  scene = mtw_scene_new (mtw_canvas_design (self), mtw_document_get_survey (self->document),
                         self->open, self->drag.still);
  g_clear_pointer (&self->scene, mtw_scene_free);
  self->scene = scene;
  if (self->selected_link >= (int) scene->links->len)
    self->selected_link = -1;

  match_blocks (self);
  match_forks (self);
  for (guint i = 0; i < self->blocks->len; i++)
    fill_block (self, i);
  find_refusals (self);
  find_figures (self);
  mtw_canvas_sync_states (self);
  if (self->preview == NULL && self->unfolding == NULL)
    {
      mtw_canvas_say (self);
      mtw_canvas_show_cosines (self);
    }

  gtk_widget_queue_allocate (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "view-changed");
}

static MtwBlockState
problem_state (MtwCanvas  *self,
               const char *id)
{
  MtwBlockState state = 0;
  MtlSurvey *survey = self->scene->survey;

  for (guint i = 0; i < mtl_survey_n_problems (survey); i++)
    {
      const MtlProblem *problem = mtl_survey_problem (survey, i);

      if (g_strcmp0 (problem->block, id) == 0)
        state |= problem->warning ? MTW_BLOCK_WARNING : MTW_BLOCK_PROBLEM;
    }

  return state;
}

/* Whether the wire being drawn could end in some port of the item, or begins there. */
static gboolean
takes_wire (MtwCanvas *self,
            guint      item)
{
  if ((int) item == self->drag.fixed_item)
    return TRUE;
  for (guint i = 0; i < self->drag.targets->len; i++)
    {
      const MtwTarget *target = &g_array_index (self->drag.targets, MtwTarget, i);

      if (target->item == item && target->reason == NULL)
        return TRUE;
    }

  return FALSE;
}

void
mtw_canvas_sync_states (MtwCanvas *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      const MtwItem *item = mtw_scene_item (self->scene, i);
      MtwBlock *block = self->blocks->pdata[i];
      MtwBlockState state = problem_state (self, item->id);
      gboolean selected = mtw_document_is_selected (self->document, item->id);

      if (selected)
        state |= MTW_BLOCK_SELECTED;
      if (mtl_block_is_task (item->block) && self->training != MTW_TRAINING_NONE)
        state |= MTW_BLOCK_TRAINING;
      if (self->training == MTW_TRAINING_PAUSED)
        state |= MTW_BLOCK_PAUSED;
      if (self->drag.mode == MTW_DRAG_MOVE && selected)
        state |= MTW_BLOCK_DRAGGED;
      if (self->drag.mode == MTW_DRAG_WIRE && !takes_wire (self, i))
        state |= MTW_BLOCK_DIM;
      mtw_block_set_state (block, state);
      gtk_accessible_update_state (GTK_ACCESSIBLE (block), GTK_ACCESSIBLE_STATE_PRESSED,
                                   selected ? GTK_ACCESSIBLE_TRISTATE_TRUE
                                            : GTK_ACCESSIBLE_TRISTATE_FALSE, -1);
    }

  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_canvas_sync_detail (MtwCanvas *self)
{
  for (guint i = 0; i < self->blocks->len; i++)
    fill_block (self, i);
}
