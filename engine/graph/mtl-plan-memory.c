/* mtl-plan-memory.c — places in the arena
 *
 * Time runs over 2n moments: step i goes forward at i and backward at
 * 2n − 1 − i. A buffer is live from the moment that writes it to the last one
 * that reads it. Buffers are placed largest first, each at the lowest offset
 * where no buffer lives that is live at the same time: within a few per cent
 * of the lower bound on the networks that people draw.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-memory.h"

#include <stdlib.h>

#define ALIGNMENT 64  /* bytes: a cache line, and the widest vector */

typedef struct
{
  gsize *offset;   /* where the answer goes */
  gsize  size;     /* bytes */
  guint  from, to; /* moments, both included */
} Interval;

static gsize
align (gsize bytes)
{
  return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

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

          if (together && *other->offset < place + it->size
              && place < *other->offset + other->size)
            {
              place = *other->offset + other->size;
              moved = TRUE;
            }
        }
    }

  return place;
}

static void
add_interval (GArray *intervals,
              gsize  *offset,
              gsize   size,
              guint   from,
              guint   to)
{
  Interval it = { offset, align (MAX (size, 1)), from, to };

  g_array_append_val (intervals, it);
}

/* The last moment at which the value of an output is read. */
static guint
last_read (const MtlPlan *self,
           guint          step,
           guint          output)
{
  guint end = 2 * self->n_steps - 1;
  guint last = step;

  if (self->trains && self->steps[step].needs.reads_y)
    last = end - step;

  for (guint s = step + 1; s < self->n_steps; s++)
    {
      const MtlPlanStep *reader = &self->steps[s];

      for (guint n = 0; n < reader->n_in; n++)
        if (reader->in[n].step == step && reader->in[n].output == output)
          last = MAX (last, self->trains && (reader->needs.reads_x || reader->task >= 0)
                            ? end - s : s);
    }

  return last;
}

/* The first moment of backward at which a gradient arrives at an output. */
static guint
first_gradient (const MtlPlan *self,
                guint          step)
{
  guint end = 2 * self->n_steps - 1;

  for (guint s = self->n_steps; s > step + 1; s--)
    for (guint n = 0; n < self->steps[s - 1].n_in; n++)
      if (self->steps[s - 1].in[n].step == step)
        return end - (s - 1);

  return end - step;
}

static void
add_step (MtlPlan *self,
          guint    s,
          GArray  *intervals)
{
  MtlPlanStep *step = &self->steps[s];
  guint end = 2 * self->n_steps - 1;
  gsize sample = MTL_SHARD_ROWS * sizeof (float);

  step->kept = MTL_NO_BUFFER;
  if (step->needs.kept > 0)
    add_interval (intervals, &step->kept, step->needs.kept * MTL_SHARD_ROWS,
                  s, self->trains ? end - s : s);

  for (guint n = 0; n < step->n_out; n++)
    {
      MtlBuffer *out = &step->out[n];

      out->y = out->dy = MTL_NO_BUFFER;
      if (step->op == NULL)
        continue;
      add_interval (intervals, &out->y, out->size * sample, s, last_read (self, s, n));
      if (self->trains && step->wants_dy)
        add_interval (intervals, &out->dy, mtl_count_tasks (step->tasks) * out->size * sample,
                      first_gradient (self, s), end - s);
    }
}

/**
 * mtl_plan_place_buffers:
 *
 * Gives every buffer of the steps its offset and sets the arena's size.
 */
void
mtl_plan_place_buffers (MtlPlan *self)
{
  g_autoptr(GArray) intervals = g_array_new (FALSE, FALSE, sizeof (Interval));
  gsize used = 0;
  gsize scratch = 0;
  Interval *all;

  for (guint s = 0; s < self->n_steps; s++)
    {
      add_step (self, s, intervals);
      scratch = MAX (scratch, self->steps[s].needs.scratch);
    }
  for (guint k = 0; k < self->n_tasks; k++)
    scratch = MAX (scratch, self->tasks[k].size * MTL_SHARD_ROWS * sizeof (float));

  g_array_sort (intervals, compare_size);
  all = (Interval *) (gpointer) intervals->data;
  for (guint n = 0; n < intervals->len; n++)
    {
      *all[n].offset = find_place (all, n);
      used = MAX (used, *all[n].offset + all[n].size);
    }

  self->scratch = used;
  self->arena = used + align (scratch);
}
