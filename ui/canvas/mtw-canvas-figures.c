/* mtw-canvas-figures.c — what training says: rings, words, conflict
 *
 * A step in conflict lights the forks. The light comes in over 400 ms and
 * goes out over 50 steps, but not faster than in 2 s; figures change at most
 * once in 400 ms, so nothing flashes. The tick lives only while light moves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-fork.h"
#include "mtw-path.h"

#define CHANGE_TIME (400 * G_TIME_SPAN_MILLISECOND)
#define FADE_TIME   (2 * G_TIME_SPAN_SECOND)
#define FADE_STEPS  50.0
#define LIGHT_STEP  0.06   /* a lesser change is not worth a frame */

void
mtw_canvas_set_show (MtwCanvas *self,
                     MtwShow    show)
{
  g_return_if_fail (MTW_IS_CANVAS (self));

  if (self->show == show)
    return;

  self->show = show;
  mtw_canvas_show_cosines (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_signal_emit_by_name (self, "view-changed");
}

MtwShow
mtw_canvas_get_show (MtwCanvas *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS (self), MTW_SHOW_SHAPES);

  return self->show;
}

void
mtw_canvas_set_training (MtwCanvas   *self,
                         MtwTraining  training)
{
  g_return_if_fail (MTW_IS_CANVAS (self));

  if (self->training == training)
    return;

  self->training = training;
  mtw_canvas_sync_detail (self);
  mtw_canvas_sync_states (self);
}

void
mtw_canvas_set_task_words (MtwCanvas  *self,
                           const char *task,
                           const char *words)
{
  int item;

  g_return_if_fail (MTW_IS_CANVAS (self));

  if (words != NULL)
    g_hash_table_insert (self->task_words, g_strdup (task), g_strdup (words));
  else
    g_hash_table_remove (self->task_words, task);

  item = mtw_scene_find (self->scene, task);
  if (item >= 0 && words != NULL && self->training != MTW_TRAINING_NONE)
    mtw_block_set_summary (self->blocks->pdata[item], words);
  else
    mtw_canvas_sync_detail (self);
}

/* The least cosine between tasks that part at the fork. */
static double
cosine_at (MtwCanvas *self,
           guint      fork)
{
  guint64 tasks = mtw_scene_fork (self->scene, fork)->tasks;
  double least = NAN;

  for (guint a = 0; self->conflict != NULL && a < self->n_conflict; a++)
    for (guint b = a + 1; b < self->n_conflict; b++)
      {
        double cosine = self->conflict[a * self->n_conflict + b];

        /* Not “>=”, so that the first one replaces the NaN. */
        if ((tasks >> a & 1) && (tasks >> b & 1) && !isnan (cosine) && !(cosine >= least))
          least = cosine;
      }

  return least;
}

void
mtw_canvas_show_cosines (MtwCanvas *self)
{
  for (guint i = 0; i < self->forks->len; i++)
    {
      g_autofree char *split = mtw_document_task_names (self->document,
                                                        mtw_scene_fork (self->scene, i)->tasks);

      mtw_fork_set_look (self->forks->pdata[i], split, cosine_at (self, i));
    }

  mtw_canvas_fill_card (self, self->forks->len > 0 ? cosine_at (self, 0) : NAN);
}

static gboolean
light_cb (GtkWidget     *widget,
          GdkFrameClock *clock,
          gpointer       data)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  gint64 now = g_get_monotonic_time ();
  double in = (now - self->conflict_began) / (double) CHANGE_TIME;
  double by_steps = (self->step - self->conflict_step) / FADE_STEPS;
  double by_time = (now - self->conflict_time) / (double) FADE_TIME;
  double lit = CLAMP (1 - MIN (by_steps, by_time), 0, 1);

  if (adw_get_enable_animations (widget))
    lit = MIN (lit, CLAMP (in, 0, 1));
  else
    lit = lit > 0 ? 1 : 0;

  if (fabs (lit - self->lit) > LIGHT_STEP || (lit != self->lit && (lit <= 0 || lit >= 1)))
    {
      self->lit = lit;
      gtk_widget_queue_draw (widget);
    }
  if (lit > 0 && (lit < 1 || self->step != self->conflict_step))
    return G_SOURCE_CONTINUE;
  if (lit <= 0)
    {
      self->in_conflict = FALSE;
      mtw_canvas_show_cosines (self);
    }

  self->lit_tick = 0;
  return G_SOURCE_REMOVE;
}

static void
light (MtwCanvas *self)
{
  if (self->lit_tick == 0)
    self->lit_tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), light_cb, NULL, NULL);
}

void
mtw_canvas_set_conflict (MtwCanvas    *self,
                         guint         n,
                         const double *cosines,
                         guint64       step)
{
  gint64 now = g_get_monotonic_time ();
  gboolean conflict = FALSE;

  g_return_if_fail (MTW_IS_CANVAS (self));

  if (self->conflict != NULL && cosines != NULL && now - self->shown_time < CHANGE_TIME)
    return;

  g_clear_pointer (&self->conflict, g_free);
  self->n_conflict = cosines != NULL ? n : 0;
  self->conflict = cosines != NULL ? g_memdup2 (cosines, sizeof (double) * n * n) : NULL;
  self->step = step;
  self->shown_time = now;
  for (guint i = 0; i < self->forks->len; i++)
    conflict |= cosine_at (self, i) < 0;

  if (conflict)
    {
      if (!self->in_conflict)
        self->conflict_began = now;
      self->in_conflict = TRUE;
      self->conflict_step = step;
      self->conflict_time = now;
    }
  if (cosines == NULL)
    {
      self->lit = 0;
      self->in_conflict = FALSE;
    }
  if (self->in_conflict)
    light (self);
  mtw_canvas_show_cosines (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* Of a closed group, the mean of what is in it; of an open one, its blocks tell. */
double
mtw_canvas_cosine_of (MtwCanvas *self,
                      guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  const double *own = g_hash_table_lookup (self->block_cosines, item->id);
  g_autofree char *prefix = g_strconcat (item->id, "/", NULL);
  GHashTableIter iter;
  gpointer id, cosine;
  double sum = 0;
  guint count = 0;

  if (own != NULL)
    return *own;
  if (mtl_block_group (item->block) == NULL || item->open > 0)
    return NAN;

  g_hash_table_iter_init (&iter, self->block_cosines);
  while (g_hash_table_iter_next (&iter, &id, &cosine))
    if (g_str_has_prefix (id, prefix))
      {
        sum += *(double *) cosine;
        count++;
      }
  return count > 0 ? sum / count : NAN;
}

typedef struct
{
  double sum;
  guint  n;
} Mean;

/* (transfer full) (element-type utf8 Mean): by the block of the design that each is a copy of. */
static GHashTable *
gather (const char *const *blocks,
        const double      *cosines)
{
  GHashTable *means = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint n = 0; blocks != NULL && blocks[n] != NULL; n++)
    {
      g_autofree char *path = mtw_path_of_flat (blocks[n]);
      Mean *mean = g_hash_table_lookup (means, path);

      if (isnan (cosines[n]))
        continue;
      if (mean == NULL)
        {
          mean = g_new0 (Mean, 1);
          g_hash_table_insert (means, g_steal_pointer (&path), mean);
        }
      mean->sum += cosines[n];
      mean->n++;
    }

  return means;
}

/* As it is said. */
static gboolean
is_same (double a,
         double b)
{
  return isnan (a) ? isnan (b) : round (100 * a) == round (100 * b);
}

void
mtw_canvas_set_block_cosines (MtwCanvas         *self,
                              const char *const *blocks,
                              const double      *cosines)
{
  g_autoptr(GHashTable) means = gather (blocks, cosines);
  GHashTableIter iter;
  gpointer path, mean;

  g_return_if_fail (MTW_IS_CANVAS (self));

  g_hash_table_remove_all (self->block_cosines);
  g_hash_table_iter_init (&iter, means);
  while (g_hash_table_iter_next (&iter, &path, &mean))
    {
      double *value = g_new (double, 1);

      *value = ((Mean *) mean)->sum / ((Mean *) mean)->n;
      g_hash_table_insert (self->block_cosines, g_strdup (path), value);
    }

  for (guint i = 0; i < self->scene->items->len; i++)
    {
      double before = self->cosines[i];

      self->cosines[i] = mtw_canvas_cosine_of (self, i);
      if (!is_same (before, self->cosines[i]))
        mtw_canvas_say_block (self, i);
    }
  if (self->show == MTW_SHOW_CONFLICT)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
mtw_canvas_set_conflict_share (MtwCanvas *self,
                               double     share)
{
  g_return_if_fail (MTW_IS_CANVAS (self));

  if (self->share == share)
    return;

  self->share = share;
  mtw_canvas_show_cosines (self);
}
