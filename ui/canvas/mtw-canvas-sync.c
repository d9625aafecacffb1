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

static gboolean
in_design (MtwCanvas  *self,
           const char *id)
{
  return mtl_design_find (mtw_canvas_design (self), id) != NULL;
}

/* Gives the one block that is new the widget of the one that is gone. */
static void
keep_renamed (MtwCanvas  *self,
              MtlDesign  *design,
              GHashTable *old)
{
  MtwBlock *lost = NULL;
  const char *fresh = NULL;
  guint n_lost = 0, n_fresh = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    if (!in_design (self, mtw_block_get_id (self->blocks->pdata[i])))
      {
        lost = self->blocks->pdata[i];
        n_lost++;
      }
  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    if (!g_hash_table_contains (old, mtl_block_id (mtl_design_block (design, i))))
      {
        fresh = mtl_block_id (mtl_design_block (design, i));
        n_fresh++;
      }

  if (n_lost != 1 || n_fresh != 1)
    return;
  g_hash_table_steal (old, mtw_block_get_id (lost));
  mtw_block_set_id (lost, fresh);
  g_hash_table_insert (old, (gpointer) mtw_block_get_id (lost), lost);
}

static void
match_blocks (MtwCanvas *self)
{
  MtlDesign *design = mtw_canvas_design (self);
  g_autoptr(GHashTable) old = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer gone;

  for (guint i = 0; i < self->blocks->len; i++)
    g_hash_table_insert (old, (gpointer) mtw_block_get_id (self->blocks->pdata[i]),
                         self->blocks->pdata[i]);
  keep_renamed (self, design, old);

  g_ptr_array_set_size (self->blocks, 0);
  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    {
      const char *id = mtl_block_id (mtl_design_block (design, i));
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

static void
fill_block (MtwCanvas *self,
            guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  const MtlChosen *what = mtl_block_what (item->block);
  const char *words = g_hash_table_lookup (self->task_words, item->id);
  gboolean is_task = mtl_block_is_task (item->block);
  gboolean trains = is_task && self->training != MTW_TRAINING_NONE;
  g_autofree char *line = mtl_look_line (what);
  MtwBlock *block = self->blocks->pdata[n];

  mtw_block_set_icon (block, mtl_look_icon (mtl_chosen_kind (what), mtl_chosen_method (what)));
  mtw_block_set_summary (block, trains && words != NULL ? words : line);
  /* Above its carrier, or that would take the pointer. */
  if (item->host >= 0 && !mtw_block_is_bead (block))
    gtk_widget_insert_before (GTK_WIDGET (block), GTK_WIDGET (self), self->reason);
  mtw_block_set_bead (block, item->host >= 0);
  mtw_block_set_head (block, item->head, is_task);
  mtw_block_set_detail (block, detail_of (self->zoom), self->zoom);
  mtw_block_set_ports (block, item->n_in, item->n_out,
                       feeds_bead (self->scene, n)
                       || (item->host >= 0
                           && mtw_scene_item (self->scene, item->host)->tail != (int) n));
}

/* Whether a problem is about the wire: it names the port, or the block could
 * make nothing of what the wire brings. */
static gboolean
speaks_of (MtwCanvas        *self,
           const MtlProblem *problem,
           const MtwLink    *link)
{
  const MtlWire *wire = mtl_design_wire (self->scene->design, link->wire);
  MtlShape out;

  if (problem->warning || g_strcmp0 (problem->block, wire->to) != 0)
    return FALSE;
  if (problem->port != NULL)
    return g_str_equal (problem->port, wire->to_port);
  if (mtw_scene_item (self->scene, link->to)->n_out == 0 || link->shape.rank == 0)
    return FALSE;

  out = mtl_survey_shape (self->scene->survey, wire->to, 0);
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
        const MtwLink *link = mtw_scene_link (self->scene, j);
        const MtlProblem *problem = mtl_survey_problem (survey, i);

        if (speaks_of (self, problem, link))
          g_hash_table_insert (self->refusals, GUINT_TO_POINTER (link->wire + 1),
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
      const char *id = mtw_scene_item (self->scene, i)->id;
      const double *cosine = g_hash_table_lookup (self->block_cosines, id);
      gboolean known = mtl_design_find (mtl_survey_design (self->scene->survey), id) != NULL;

      self->cosines[i] = cosine != NULL ? *cosine : NAN;
      self->costs[i] = known ? mtl_survey_n_weights (self->scene->survey, id) : 0;
      most = MAX (most, self->costs[i]);
    }
  for (guint i = 0; i < n; i++)
    self->costs[i] /= most;
}

void
mtw_canvas_sync (MtwCanvas *self)
{
  MtwScene *scene = mtw_scene_new (mtw_canvas_design (self),
                                   mtw_document_get_survey (self->document));

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
  if (self->preview == NULL)
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

/* Whether the wire being drawn could end in some port of the item. */
static gboolean
takes_wire (MtwCanvas     *self,
            const MtwItem *item)
{
  GHashTableIter iter;
  gpointer end, reason;
  gsize length = strlen (item->id);

  g_hash_table_iter_init (&iter, self->drag.reasons);
  while (g_hash_table_iter_next (&iter, &end, &reason))
    if (strncmp (end, item->id, length) == 0 && ((char *) end)[length] == '.'
        && *(char *) reason == '\0')
      return TRUE;

  return g_str_has_prefix (self->drag.fixed, item->id) && self->drag.fixed[length] == '.';
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
      if (self->drag.mode == MTW_DRAG_WIRE && !takes_wire (self, item))
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
