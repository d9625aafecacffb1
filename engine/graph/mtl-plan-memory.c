/* mtl-plan-memory.c — places for what steps write and read
 *
 * Time is counted in actions. A buffer is live from the action that writes it
 * to the last one that reads it. Where both lie in one phase it belongs to a
 * worker, who needs room for one shard at a time; else, and where a tile reads
 * it at the end of a phase, it is whole: all workers share it, and it is live
 * for whole phases, as another shard may be anywhere in them.
 *
 * What is prepared of weights is whole too, from the phase that it is made for to
 * the last one that reads it.
 *
 * Buffers are placed largest first, each at the lowest offset where no buffer
 * lives that is live at the same time: within a few per cent of the lower bound
 * on the networks that people draw.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-memory.h"

#include <stdlib.h>

#define ALIGNMENT 64  /* bytes: a cache line, and the widest vector */
#define NEVER     G_MAXUINT

typedef struct
{
  MtlPlace *place;   /* where the answer goes */
  gsize     size;    /* bytes */
  guint     from, to; /* actions, both included */
} Interval;

typedef struct
{
  MtlPlan *plan;
  guint   *forward;  /* [step]: its actions; NEVER: none */
  guint   *backward;
  GArray  *local;    /* of Interval */
  GArray  *whole;
} Placer;

static gsize
align (gsize bytes)
{
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* --- offsets --- */

static int
compare_size (gconstpointer a,
              gconstpointer b)
{
  const Interval *left = a;
  const Interval *right = b;

  if (left->size != right->size)
    return left->size < right->size ? 1 : -1;

  return left->from < right->from ? -1 : left->from > right->from;
}

/* The lowest offset for interval @n among those placed before it. */
static gsize
find_place (const Interval *intervals,
            guint           n)
{
  const Interval *it = &intervals[n];
  gsize place = 0;
  gboolean moved = TRUE;

  while (moved)
    {
      moved = FALSE;
      for (guint o = 0; o < n; o++)
        {
          const Interval *other = &intervals[o];
          gboolean together = other->from <= it->to && it->from <= other->to;

          if (together && other->place->at < place + it->size
              && place < other->place->at + other->size)
            {
              place = other->place->at + other->size;
              moved = TRUE;
            }
        }
    }

  return place;
}

/* Returns: bytes in all. */
static gsize
place_all (GArray *intervals)
{
  Interval *all = (Interval *) (gpointer) intervals->data;
  gsize used = 0;

  g_array_sort (intervals, compare_size);
  for (guint n = 0; n < intervals->len; n++)
    {
      all[n].place->at = find_place (all, n);
      used = MAX (used, all[n].place->at + all[n].size);
    }

  return used;
}

/* --- lives --- */

/* The last action of the phase of @action. */
static guint
phase_end (const MtlPlan *plan,
           guint          action)
{
  while (action + 1 < plan->n_actions
         && plan->actions[action + 1].phase == plan->actions[action].phase)
    action++;

  return action;
}

static guint
phase_start (const MtlPlan *plan,
             guint          action)
{
  while (action > 0 && plan->actions[action - 1].phase == plan->actions[action].phase)
    action--;

  return action;
}

/* @sample: bytes of one sample; @tile: a tile reads it when the phase of @to ends. */
static void
add_interval (Placer   *self,
              MtlPlace *place,
              gsize     sample,
              guint     from,
              guint     to,
              gboolean  tile)
{
  const MtlPlan *plan = self->plan;
  Interval it = { place, 0, from, to };

  place->whole = tile || plan->actions[from].phase != plan->actions[to].phase;
  if (place->whole)
    {
      it.from = phase_start (plan, from);
      it.to = phase_end (plan, to);
    }
  it.size = align (MAX (sample, 1) * (place->whole ? plan->capacity : plan->shard_rows));
  g_array_append_val (place->whole ? self->whole : self->local, it);
}

/* It is made when the phase of @from begins. */
static void
add_prepared (Placer   *self,
              MtlPlace *place,
              gsize     bytes,
              guint     from,
              guint     to)
{
  Interval it = { place, align (bytes), phase_start (self->plan, from),
                  phase_end (self->plan, to) };

  place->whole = TRUE;
  g_array_append_val (self->whole, it);
}

static gboolean
by_tile (const MtlPlanStep *step)
{
  return step->needs.n_tiles > 0;
}

/* The last action at which the value of an output is read. */
static guint
last_read (const Placer *self,
           guint         step,
           guint         output,
           gboolean     *tile)
{
  const MtlPlan *plan = self->plan;
  guint last = self->forward[step];

  *tile = FALSE;
  if (plan->steps[step].needs.reads_y && self->backward[step] != NEVER)
    last = self->backward[step];

  for (guint s = step + 1; s < plan->n_steps; s++)
    {
      const MtlPlanStep *reader = &plan->steps[s];

      for (guint n = 0; n < reader->n_in; n++)
        {
          gboolean again = (reader->needs.reads_x || reader->task >= 0)
                           && self->backward[s] != NEVER;

          if (reader->in[n].step != step || reader->in[n].output != output)
            continue;
          last = MAX (last, again ? self->backward[s] : self->forward[s]);
          *tile = *tile || (again && by_tile (reader));
        }
    }

  return last;
}

/* The first action at which a gradient arrives at an output. */
static guint
first_gradient (const Placer *self,
                guint         step)
{
  const MtlPlan *plan = self->plan;

  for (guint s = plan->n_steps; s > step + 1; s--)
    for (guint n = 0; n < plan->steps[s - 1].n_in; n++)
      if (plan->steps[s - 1].in[n].step == step && self->backward[s - 1] != NEVER)
        return self->backward[s - 1];

  return self->backward[step];
}

static void
add_preparations (Placer *self,
                  guint   s)
{
  MtlPlanStep *step = &self->plan->steps[s];
  gboolean backward = self->backward[s] != NEVER, apart = step->needs.prepared_back > 0;

  step->prepared.at = step->prepared_back.at = MTL_NOWHERE;
  if (step->needs.prepared > 0)
    add_prepared (self, &step->prepared, step->needs.prepared, self->forward[s],
                  backward && !apart ? self->backward[s] : self->forward[s]);
  if (apart && backward)
    add_prepared (self, &step->prepared_back, step->needs.prepared_back, self->backward[s],
                  self->backward[s]);
}

static void
add_step (Placer *self,
          guint   s)
{
  MtlPlanStep *step = &self->plan->steps[s];
  gboolean backward = self->backward[s] != NEVER;
  gboolean tile;
  guint last;

  step->kept.at = MTL_NOWHERE;
  if (step->needs.kept > 0)
    add_interval (self, &step->kept, step->needs.kept, self->forward[s],
                  backward ? self->backward[s] : self->forward[s], backward && by_tile (step));

  for (guint n = 0; n < step->n_out; n++)
    {
      MtlBuffer *out = &step->out[n];

      out->y.at = out->dy.at = MTL_NOWHERE;
      if (step->op == NULL)
        continue;
      last = last_read (self, s, n, &tile);
      add_interval (self, &out->y, out->size * sizeof (float), self->forward[s], last,
                    tile || (backward && by_tile (step) && step->needs.reads_y));
      if (backward)
        add_interval (self, &out->dy,
                      mtl_count_tasks (step->tasks) * out->size * sizeof (float),
                      first_gradient (self, s), self->backward[s], by_tile (step));
    }
}

static void
find_actions (Placer *self)
{
  const MtlPlan *plan = self->plan;

  for (guint s = 0; s < plan->n_steps; s++)
    self->forward[s] = self->backward[s] = NEVER;
  for (guint a = 0; a < plan->n_actions; a++)
    if (plan->actions[a].what == MTL_DO_FORWARD)
      self->forward[plan->actions[a].step] = a;
    else if (plan->actions[a].what == MTL_DO_BACKWARD)
      self->backward[plan->actions[a].step] = a;
}

/**
 * mtl_plan_place_buffers:
 *
 * Gives every buffer of the steps its offset and sets the sizes of the arenas.
 */
void
mtl_plan_place_buffers (MtlPlan *self)
{
  g_autofree guint *forward = g_new (guint, self->n_steps);
  g_autofree guint *backward = g_new (guint, self->n_steps);
  g_autoptr(GArray) local = g_array_new (FALSE, FALSE, sizeof (Interval));
  g_autoptr(GArray) whole = g_array_new (FALSE, FALSE, sizeof (Interval));
  Placer placer = { self, forward, backward, local, whole };
  gsize scratch = 0;

  find_actions (&placer);
  for (guint s = 0; s < self->n_steps; s++)
    {
      add_preparations (&placer, s);
      add_step (&placer, s);
      scratch = MAX (scratch, self->steps[s].needs.scratch);
    }
  for (guint k = 0; k < self->n_tasks; k++)
    scratch = MAX (scratch, self->tasks[k].size * self->shard_rows * sizeof (float));

  self->whole = place_all (whole);
  self->scratch = place_all (local);
  self->arena = self->scratch + align (scratch);
}
