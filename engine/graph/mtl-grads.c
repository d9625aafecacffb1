/* mtl-grads.c — K rows of gradients over the trunk, and every head's own
 *
 * Columns of the rows whose gradients are kept as factors lie in no block and are
 * never touched.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-grads-private.h"

#include <string.h>

#include "mtl-kernels.h"
#include "mtl-plan-private.h"

#define BLOCK 4096  /* columns of one partial inner product */

static MtlGrads *
new_without_blocks (const MtlPlan *plan)
{
  MtlGrads *self = g_new0 (MtlGrads, 1);

  self->n_tasks = plan->n_tasks;
  self->n_trunk = plan->n_trunk;
  self->n_weights = plan->n_weights;
  self->head_offset = g_new (gsize, plan->n_tasks);
  self->head_size = g_new (gsize, plan->n_tasks);
  for (guint k = 0; k < plan->n_tasks; k++)
    {
      self->head_offset[k] = plan->tasks[k].offset;
      self->head_size[k] = plan->tasks[k].n_weights;
    }
  self->blocks = g_array_new (FALSE, FALSE, sizeof (MtlGradsBlock));
  self->products = g_array_new (FALSE, FALSE, sizeof (MtlGradsProduct));
  self->rows = g_new0 (float, MAX (self->n_tasks * self->n_trunk, 1));
  self->heads = g_new0 (float, MAX (self->n_weights - self->n_trunk, 1));

  return self;
}

static void
add_blocks (MtlGrads *self,
            gsize     first,
            gsize     end)
{
  for (; first < end; first += BLOCK)
    {
      MtlGradsBlock block = { first, MIN (BLOCK, end - first) };

      g_array_append_val (self->blocks, block);
    }
}

MtlGrads *
mtl_grads_new (const MtlPlan *plan)
{
  MtlGrads *self = new_without_blocks (plan);

  add_blocks (self, 0, self->n_trunk);

  return self;
}

/* Whether the gradient of the first tensor of @step is to be kept as factors: it belongs to
 * the trunk, and they pay. @rows: of its input at most */
static gboolean
keeps_factors (const MtlPlan     *plan,
               const MtlPlanStep *step,
               gsize             *rows)
{
  guint n_tasks = mtl_count_tasks (step->tasks);
  const MtlTensor *tensor;

  if (!step->needs.product || step->needs.n_tiles == 0 || n_tasks < 2)
    return FALSE;

  tensor = mtl_plan_tensor (plan, step->tensors[0]);
  *rows = plan->capacity * (step->out[0].size / tensor->shape.size[0]);
  return mtl_factors_pay (n_tasks, *rows, tensor->shape.size[1], tensor->shape.size[0]);
}

static int
compare_offset (gconstpointer a,
                gconstpointer b)
{
  const MtlGradsProduct *left = a;
  const MtlGradsProduct *right = b;

  return left->offset < right->offset ? -1 : left->offset > right->offset;
}

MtlGrads *
mtl_grads_new_products (const MtlPlan *plan,
                        MtlPool       *pool)
{
  MtlGrads *self = new_without_blocks (plan);
  guint n_workers = pool != NULL ? mtl_pool_n_workers (pool) : 1;
  gsize end = 0, rows;

  for (guint s = 0; s < plan->n_steps; s++)
    if (keeps_factors (plan, &plan->steps[s], &rows))
      {
        const MtlTensor *tensor = mtl_plan_tensor (plan, plan->steps[s].tensors[0]);
        gsize n_out = tensor->shape.size[0], n_in = tensor->shape.size[1];
        MtlGradsProduct product = {
          tensor->offset, tensor->size,
          mtl_factors_new (self->n_tasks, rows, n_in, n_out, n_workers)
        };

        g_array_append_val (self->products, product);
      }
  g_array_sort (self->products, compare_offset);

  for (guint n = 0; n < self->products->len; n++)
    {
      const MtlGradsProduct *product = mtl_grads_product (self, n);

      add_blocks (self, end, product->offset);
      end = product->offset + product->size;
    }
  add_blocks (self, end, self->n_trunk);

  return self;
}

void
mtl_grads_free (MtlGrads *self)
{
  for (guint n = 0; n < self->products->len; n++)
    mtl_factors_free (mtl_grads_product (self, n)->factors);
  g_array_unref (self->products);
  g_array_unref (self->blocks);
  g_free (self->head_offset);
  g_free (self->head_size);
  g_free (self->rows);
  g_free (self->heads);
  g_free (self);
}

guint
mtl_grads_n_tasks (const MtlGrads *self)
{
  return self->n_tasks;
}

gsize
mtl_grads_n_trunk (const MtlGrads *self)
{
  return self->n_trunk;
}

float *
mtl_grads_row (MtlGrads *self,
               guint     task)
{
  g_assert (self->products->len == 0);

  return self->rows + task * self->n_trunk;
}

float *
mtl_grads_part (MtlGrads *self,
                guint     task,
                gsize     offset)
{
  return mtl_grads_factors (self, offset) == NULL ? self->rows + task * self->n_trunk + offset
                                                  : NULL;
}

MtlFactors *
mtl_grads_factors (const MtlGrads *self,
                   gsize           offset)
{
  for (guint n = 0; n < self->products->len; n++)
    if (mtl_grads_product (self, n)->offset == offset)
      return mtl_grads_product (self, n)->factors;

  return NULL;
}

void
mtl_grads_begin (MtlGrads *self)
{
  for (guint n = 0; n < self->products->len; n++)
    mtl_factors_clear (mtl_grads_product (self, n)->factors);
}

float *
mtl_grads_head (MtlGrads *self,
                guint     task)
{
  return self->heads + (self->head_offset[task] - self->n_trunk);
}

void
mtl_grads_clear (MtlGrads *a,
                 guint64   tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    {
      if ((tasks >> k & 1) == 0)
        continue;
      memset (mtl_grads_row (a, k), 0, a->n_trunk * sizeof (float));
      memset (mtl_grads_head (a, k), 0, a->head_size[k] * sizeof (float));
    }
}

/* Row and head of task @k. */
static void
add_task (MtlGrads       *a,
          float           factor,
          const MtlGrads *b,
          guint           k)
{
  float *row = mtl_grads_row (a, k);
  const float *other = mtl_grads_row ((MtlGrads *) b, k);
  gsize head = a->head_offset[k] - a->n_trunk;

  for (gsize i = 0; i < a->n_trunk; i++)
    row[i] += factor * other[i];
  for (gsize i = head; i < head + a->head_size[k]; i++)
    a->heads[i] += factor * b->heads[i];
}

void
mtl_grads_add (MtlGrads       *a,
               const double   *w,
               const MtlGrads *b,
               guint64         tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      add_task (a, (float) w[k], b, k);
}

void
mtl_grads_subtract (MtlGrads       *a,
                    const MtlGrads *b,
                    guint64         tasks)
{
  for (guint k = 0; k < a->n_tasks; k++)
    if ((tasks >> k & 1) != 0)
      add_task (a, -1.0f, b, k);
}

double
mtl_grads_norm2 (const MtlGrads *a,
                 guint           task,
                 gboolean        head,
                 const float    *scale)
{
  const float *v = head ? a->heads + (a->head_offset[task] - a->n_trunk)
                        : mtl_grads_row ((MtlGrads *) a, task);
  gsize n = head ? a->head_size[task] : a->n_trunk;
  double sum = 0.0;

  if (scale == NULL)
    return mtl_kernels ()->rows->dot (v, v, n);

  scale += head ? a->head_offset[task] : 0;
  for (gsize i = 0; i < n; i++)
    sum += (double) scale[i] * v[i] * ((double) scale[i] * v[i]);

  return sum;
}

static void
move_range (const float *theta,
            const float *v,
            double       factor,
            const float *scale,
            gsize        n,
            float       *moved)
{
  float step = (float) factor;

  if (scale == NULL)
    for (gsize i = 0; i < n; i++)
      moved[i] = theta[i] + step * v[i];
  else
    for (gsize i = 0; i < n; i++)
      moved[i] = theta[i] + step * scale[i] * scale[i] * v[i];
}

void
mtl_perturb (const float    *theta,
             const MtlGrads *along,
             guint           task,
             double          trunk,
             double          head,
             const float    *scale,
             float          *moved)
{
  gsize d = along->n_trunk;
  gsize at = along->head_offset[task];

  gsize end = at + along->head_size[task];

  /* @scale may be @moved itself: an element is read before it is written. */
  move_range (theta, mtl_grads_row ((MtlGrads *) along, task), trunk, scale, d, moved);
  move_range (theta + at, along->heads + (at - d), head,
              scale != NULL ? scale + at : NULL, end - at, moved + at);
  memcpy (moved + d, theta + d, (at - d) * sizeof *moved);
  memcpy (moved + end, theta + end, (along->n_weights - end) * sizeof *moved);
}
