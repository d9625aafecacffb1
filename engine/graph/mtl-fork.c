/* mtl-fork.c — the tasks' gradients where the trunk splits into heads
 *
 * A row for each task; in it one output of Z after the other, with room for the samples of the
 * largest batch. Inner products run over pieces of 4,096 values, in double throughout.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-fork.h"

#include <string.h>

#include "mtl-grads.h"
#include "mtl-kernels.h"
#include "mtl-plan-private.h"

#define PIECE       4096
#define MOST_OUTPUTS G_N_ELEMENTS (((MtlPlanStep *) NULL)->out)

typedef struct
{
  gsize at, size;   /* values of a sample before this one and of it */
} Output;

struct _MtlFork
{
  const MtlPlan *plan;   /* has to outlive it */
  gsize         *at;     /* [step × MOST_OUTPUTS]; MTL_NOWHERE: none of Z */
  GArray        *outputs;
  gsize          size;   /* |z| */
  gsize          rows;   /* of the last pass */
  float         *z;      /* K × capacity · |z| */
};

static gboolean
is_trunk (const MtlPlanStep *step)
{
  return mtl_count_tasks (step->tasks) > 1;
}

static gboolean
is_read_by_head (const MtlPlan *plan,
                 guint          step,
                 guint          output)
{
  for (guint s = step + 1; s < plan->n_steps; s++)
    for (guint n = 0; n < plan->steps[s].n_in; n++)
      if (plan->steps[s].in[n].step == step && plan->steps[s].in[n].output == output
          && !is_trunk (&plan->steps[s]))
        return TRUE;

  return FALSE;
}

/* Below it weights of the trunk learn from what heads say. */
static gboolean
is_of_z (const MtlPlan *plan,
         guint          step,
         guint          output)
{
  const MtlPlanStep *it = &plan->steps[step];

  return it->op != NULL && it->wants_dy && is_trunk (it) && is_read_by_head (plan, step, output);
}

static gsize
count_values (const MtlPlan *plan)
{
  gsize size = 0;

  for (guint s = 0; s < plan->n_steps; s++)
    for (guint n = 0; n < plan->steps[s].n_out; n++)
      size += is_of_z (plan, s, n) ? plan->steps[s].out[n].size : 0;

  return size;
}

gsize
mtl_fork_bytes (const MtlPlan *plan)
{
  return plan->n_tasks * plan->capacity * count_values (plan) * sizeof (float);
}

MtlFork *
mtl_fork_new (const MtlPlan *plan)
{
  MtlFork *self = g_new0 (MtlFork, 1);

  self->plan = plan;
  self->at = g_new (gsize, plan->n_steps * MOST_OUTPUTS);
  self->outputs = g_array_new (FALSE, FALSE, sizeof (Output));
  for (guint s = 0; s < plan->n_steps; s++)
    for (guint n = 0; n < MOST_OUTPUTS; n++)
      {
        gboolean wanted = n < plan->steps[s].n_out && is_of_z (plan, s, n);
        Output output = { self->size, plan->steps[s].out[n].size };

        self->at[s * MOST_OUTPUTS + n] = wanted ? self->size : MTL_NOWHERE;
        if (!wanted)
          continue;
        g_array_append_val (self->outputs, output);
        self->size += output.size;
      }
  self->z = g_new0 (float, MAX (plan->n_tasks * plan->capacity * self->size, 1));

  return self;
}

void
mtl_fork_free (MtlFork *self)
{
  g_array_unref (self->outputs);
  g_free (self->at);
  g_free (self->z);
  g_free (self);
}

gsize
mtl_fork_size (const MtlFork *self)
{
  return self->size;
}

static gsize
row_size (const MtlFork *self)
{
  return self->plan->capacity * self->size;
}

/* --- for the work --- */

void
mtl_fork_begin (MtlFork *self,
                 gsize     rows)
{
  self->rows = rows;
}

float *
mtl_fork_at (const MtlFork *self,
              guint           step,
              guint           output,
              guint           task,
              gsize           first)
{
  gsize at = self->at[step * MOST_OUTPUTS + output];

  if (at == MTL_NOWHERE)
    return NULL;

  return self->z + task * row_size (self) + at * self->plan->capacity
         + first * self->plan->steps[step].out[output].size;
}

void
mtl_fork_add (const MtlFork *self,
               const double   *w,
               guint           step,
               guint           output,
               gsize           first,
               gsize           rows,
               float          *dz)
{
  const float *z = mtl_fork_at (self, step, output, 0, first);

  if (z != NULL)
    mtl_add_rows (self->plan->n_tasks, w, z, row_size (self),
                  rows * self->plan->steps[step].out[output].size, dz);
}

/* --- Gramians --- */

/* Rows of which inner products are taken. */
typedef struct
{
  const MtlFork *split;
  const float    *rows;     /* K, @ld apart */
  gsize           ld;
  GArray         *pieces;   /* of Output: where, and how many values */
  double         *parts;    /* [piece][K×K] */
  float          *sums;     /* where samples are added up: K × |z| */
} Job;

static void
gram_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  const Job *job = data;
  guint k = job->split->plan->n_tasks;
  const Output *it = &g_array_index (job->pieces, Output, piece);

  mtl_kernels ()->rows->gram (k, job->rows + it->at, job->rows + it->at, job->ld, it->size, TRUE,
                              job->parts + (gsize) piece * k * k);
}

/* Values of an output over the samples of @task. */
static void
sum_output (const MtlFork *self,
            const Output   *output,
            guint           task,
            float          *sums)
{
  const float *z = self->z + task * row_size (self) + output->at * self->plan->capacity;
  g_autofree double *sum = g_new0 (double, output->size);

  for (gsize r = 0; r < self->rows; r++)
    for (gsize i = 0; i < output->size; i++)
      sum[i] += z[r * output->size + i];
  for (gsize i = 0; i < output->size; i++)
    sums[output->at + i] = (float) sum[i];
}

static void
sum_piece (guint    piece,
           guint    worker,
           gpointer data)
{
  const Job *job = data;

  for (guint o = 0; o < job->split->outputs->len; o++)
    sum_output (job->split, &g_array_index (job->split->outputs, Output, o), piece,
                job->sums + piece * job->split->size);
}

static void
cut (GArray *pieces,
     gsize   first,
     gsize   n)
{
  for (gsize i = 0; i < n; i += PIECE)
    g_array_append_val (pieces, ((Output) { first + i, MIN (PIECE, n - i) }));
}

static void
add_pieces (Job     *job,
            MtlPool *pool,
            double  *m)
{
  guint k = job->split->plan->n_tasks;

  job->parts = g_new0 (double, MAX ((gsize) job->pieces->len * k * k, 1));
  mtl_pool_run (pool, job->pieces->len, gram_piece, job);
  memset (m, 0, sizeof (double) * k * k);
  for (guint p = 0; p < job->pieces->len; p++)
    for (guint i = 0; i < k * k; i++)
      m[i] += job->parts[(gsize) p * k * k + i];
  for (guint i = 0; i < k; i++)
    for (guint j = 0; j < i; j++)
      m[i * k + j] = m[j * k + i];
  g_clear_pointer (&job->parts, g_free);
}

void
mtl_fork_gram (const MtlFork *self,
                gboolean        sum,
                MtlPool        *pool,
                double         *m)
{
  g_autoptr(GArray) pieces = g_array_new (FALSE, FALSE, sizeof (Output));
  g_autofree float *sums = sum ? g_new (float, MAX (self->plan->n_tasks * self->size, 1)) : NULL;
  Job job = { self, self->z, row_size (self), pieces, NULL, sums };

  if (sum)
    {
      mtl_pool_run (pool, self->plan->n_tasks, sum_piece, &job);
      job.rows = sums;
      job.ld = self->size;
      cut (pieces, 0, self->size);
    }
  else
    for (guint o = 0; o < self->outputs->len; o++)
      {
        const Output *output = &g_array_index (self->outputs, Output, o);

        cut (pieces, output->at * self->plan->capacity, self->rows * output->size);
      }
  add_pieces (&job, pool, m);
}
