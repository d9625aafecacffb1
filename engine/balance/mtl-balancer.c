/* mtl-balancer.c — the one door to a balancer
 *
 * What is alike for all methods stands here: refusing numbers that are not
 * finite, the case that every gradient is zero, and the common setting
 * `rescale`, by which the steps of different methods become comparable:
 *
 *   mean   Σ w_k = 1
 *   sum    Σ w_k = K
 *   unit   |d| = 1
 *   match  |d| = |mean g_k|
 *
 * A direction that cancels is left as it is: its length is rounding, and so is
 * that of a sum of weights next to the weights themselves.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-balancer.h"

#include <math.h>

#include "mtl-solvers.h"

/* The sum of the weights against the sum of their sizes. */
#define SUM_CANCELLED 1e-12

/* The word of the common setting `rescale`, or of one of a method that goes by that name: words
 * beyond the common ones are the method's affair, and none here. */
static const char *
find_rescale (const MtlChosen *chosen)
{
  const MtlSetting *setting = chosen != NULL ? mtl_chosen_get (chosen, "rescale") : NULL;

  return setting != NULL ? setting->text : "none";
}

static gboolean
wants_length (const char *rescale)
{
  return g_str_equal (rescale, "unit") || g_str_equal (rescale, "match");
}

gboolean
mtl_balancer_weighs_heads (const MtlBalancer *self,
                           const MtlChosen   *chosen)
{
  const MtlSetting *heads = chosen != NULL ? mtl_chosen_get (chosen, "heads") : NULL;

  if (heads == NULL || g_str_equal (heads->text, "method"))
    return self->heads == MTL_HEADS_WEIGHTED;

  return g_str_equal (heads->text, "weighted");
}

MtlBalanceScope
mtl_balancer_scope (const MtlBalancer *self,
                    const MtlChosen   *chosen)
{
  const MtlSetting *scope = chosen != NULL ? mtl_chosen_get (chosen, "scope") : NULL;

  /* The words are in the order of MtlBalanceScope, behind “method”. */
  return scope == NULL || scope->number == 0.0 ? self->scope
                                               : (MtlBalanceScope) (scope->number - 1.0);
}

MtlNeeds
mtl_balancer_needs (const MtlBalancer *self,
                    const MtlChosen   *chosen)
{
  return self->needs | (wants_length (find_rescale (chosen)) ? MTL_NEEDS_GRAMIAN : 0);
}

gboolean
mtl_balancer_looks_at_gradients (const MtlBalancer *self,
                                 const MtlChosen   *chosen)
{
  return (mtl_balancer_needs (self, chosen) & (MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS)) != 0;
}

gboolean
mtl_balancer_follows (const MtlBalancer *self,
                      const MtlChosen   *chosen)
{
  return self->follow != NULL
         && (self->follows == NULL || self->follows (mtl_chosen_settings (chosen)));
}

void
mtl_balancer_per_task (const MtlBalanceInput *in,
                       guint                  param,
                       double                 unset,
                       double                *values)
{
  const MtlSetting *setting = &in->set[param];

  for (guint i = 0; i < in->n_tasks; i++)
    {
      double value = setting->numbers != NULL ? setting->numbers[in->task[i]] : setting->number;

      values[i] = isnan (value) ? unset : value;
    }
}

MtlBalanceStatus
mtl_balancer_judge (const MtlBalanceInput *in,
                    const double          *w)
{
  gboolean stationary = mtl_gram_cancels (in->gramian, in->n_tasks, w, MTL_STATIONARY);

  return stationary ? MTL_BALANCE_STATIONARY : MTL_BALANCE_OK;
}

char *
mtl_balancer_name_task (const MtlBalanceInput *in,
                        guint                  i)
{
  return in->ids != NULL ? g_strdup (in->ids[in->task[i]])
                         : g_strdup_printf ("task %u (counted from 0)", in->task[i]);
}

static gboolean
refuse (const MtlBalancer     *self,
        const MtlBalanceInput *in,
        const char            *what,
        guint                  i,
        double                 value,
        GError               **error)
{
  g_autofree char *task = mtl_balancer_name_task (in, i);

  g_set_error (error, MTL_ERROR, MTL_ERROR_NOT_FINITE,
               "%s: the %s of %s is %g; a check of the data, or a smaller learning rate in "
               "training, may help", self->method.id, what, task, value);
  return FALSE;
}

static gboolean
check_vector (const MtlBalancer     *self,
              const MtlBalanceInput *in,
              const char            *what,
              const double          *values,
              GError               **error)
{
  for (guint i = 0; i < in->n_tasks; i++)
    if (!isfinite (values[i]))
      return refuse (self, in, what, i, values[i], error);

  return TRUE;
}

/* The diagonal first: a task whose own entry is finite is not the one to name. */
static gboolean
check_gramian (const MtlBalancer     *self,
               const MtlBalanceInput *in,
               GError               **error)
{
  guint k = in->n_tasks;

  for (guint i = 0; i < k; i++)
    if (!isfinite (in->gramian[i * k + i]))
      return refuse (self, in, "squared gradient length", i, in->gramian[i * k + i], error);

  for (guint i = 0; i < k * k; i++)
    if (!isfinite (in->gramian[i]))
      return refuse (self, in, "inner product with another gradient", i / k, in->gramian[i],
                     error);

  return TRUE;
}

/* Inner products of two batches, whose diagonal may be anything too. */
static gboolean
check_cross (const MtlBalancer     *self,
             const MtlBalanceInput *in,
             GError               **error)
{
  guint k = in->n_tasks;

  if ((self->needs & MTL_NEEDS_CROSS) == 0)
    return TRUE;
  for (guint i = 0; i < k * k; i++)
    if (!isfinite (in->cross[i]))
      return refuse (self, in, "inner product with a gradient of another batch", i / k,
                     in->cross[i], error);

  return TRUE;
}

/* The lengths of d are not known where a method writes it itself. */
static gboolean
check_rescale (const MtlBalancer     *self,
               const MtlBalanceInput *in,
               GError               **error)
{
  const char *rescale = find_rescale (in->chosen);

  if (self->combine == NULL || g_str_equal (rescale, "none"))
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               "%s is not a weighted sum of gradients, so it cannot be rescaled to “%s”; "
               "choose none", self->method.id, rescale);
  return FALSE;
}

static gboolean
check_tasks (const MtlBalancer     *self,
             const MtlBalanceInput *in,
             GError               **error)
{
  if (MAX (in->n_run, in->n_tasks) >= self->least_tasks)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               "%s takes %u tasks or more; here are %u: choose another balancer",
               self->method.id, self->least_tasks, in->n_tasks);
  return FALSE;
}

/* Losses that the method does not read may be anything: weights that depend on
 * nothing are asked for before the losses are known. */
static gboolean
check_input (const MtlBalancer     *self,
             const MtlBalanceInput *in,
             gboolean               needs_gramian,
             GError               **error)
{
  if (!check_tasks (self, in, error) || !check_rescale (self, in, error)
      || !check_cross (self, in, error))
    return FALSE;

  if (in->losses != NULL && (self->needs & MTL_NEEDS_LOSSES) != 0
      && !check_vector (self, in, "loss", in->losses, error))
    return FALSE;

  if (needs_gramian && in->gramian == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   "%s with rescale “%s” takes the inner products of the gradients, and none "
                   "were measured; choose none, mean or sum", self->method.id,
                   find_rescale (in->chosen));
      return FALSE;
    }

  return in->gramian == NULL || check_gramian (self, in, error);
}

/* All gradients are zero: whatever the weights, d = 0. */
static gboolean
stands_still (const MtlBalanceInput *in)
{
  for (guint i = 0; i < in->n_tasks; i++)
    if (in->gramian[i * in->n_tasks + i] > 0.0)
      return FALSE;

  return TRUE;
}

static double
find_length_factor (const MtlBalanceInput *in,
                    const double          *w,
                    gboolean               unit)
{
  guint k = in->n_tasks;
  g_autofree double *mean = g_new (double, k);

  if (mtl_balancer_judge (in, w) == MTL_BALANCE_STATIONARY)
    return 1.0;

  for (guint i = 0; i < k; i++)
    mean[i] = 1.0 / k;

  return (unit ? 1.0 : mtl_gram_length (in->gramian, k, mean))
         / mtl_gram_length (in->gramian, k, w);
}

static double
find_sum_factor (const MtlBalanceInput *in,
                 const double          *w,
                 double                 wanted)
{
  double sum = 0.0, size = 0.0;

  for (guint i = 0; i < in->n_tasks; i++)
    {
      sum += w[i];
      size += fabs (w[i]);
    }

  /* A sum below zero would turn the direction round. */
  return sum > SUM_CANCELLED * size ? wanted / sum : 1.0;
}

static void
apply_rescale (const MtlBalanceInput *in,
               double                *w)
{
  const char *rescale = find_rescale (in->chosen);
  double factor = 1.0;

  if (wants_length (rescale))
    factor = find_length_factor (in, w, g_str_equal (rescale, "unit"));
  else if (g_str_equal (rescale, "mean"))
    factor = find_sum_factor (in, w, 1.0);
  else if (g_str_equal (rescale, "sum"))
    factor = find_sum_factor (in, w, in->n_tasks);

  for (guint i = 0; i < in->n_tasks; i++)
    w[i] *= factor;
}

/**
 * mtl_balancer_weigh:
 * @in: what mtl_balancer_needs() says; losses and Gramian may be given beyond it,
 *   and a Gramian that is given must be finite
 * @w: (out caller-allocates): n_tasks weights; undefined when refused
 *
 * Returns: how it went; MTL_BALANCE_REFUSED with MTL_ERROR_NOT_FINITE, with
 *   MTL_ERROR_SETTING for too few tasks, or the method's own MTL_ERROR_SETTING or
 *   MTL_ERROR_NO_CONVERGENCE
 */
MtlBalanceStatus
mtl_balancer_weigh (const MtlBalancer     *self,
                    const MtlBalanceInput *in,
                    double                *w,
                    GError               **error)
{
  gboolean needs_gramian = (mtl_balancer_needs (self, in->chosen) & MTL_NEEDS_GRAMIAN) != 0;
  MtlBalanceStatus status;

  g_return_val_if_fail (in->n_tasks >= 1 && in->n_tasks <= 64, MTL_BALANCE_REFUSED);

  if (!check_input (self, in, needs_gramian, error))
    return MTL_BALANCE_REFUSED;

  if (needs_gramian && stands_still (in))
    {
      for (guint i = 0; i < in->n_tasks; i++)
        w[i] = 0.0;
      return MTL_BALANCE_STATIONARY;
    }

  status = self->weigh (in, w, error);
  if (status == MTL_BALANCE_REFUSED)
    {
      g_prefix_error (error, "%s: ", self->method.id);
      return MTL_BALANCE_REFUSED;
    }

  if (status != MTL_BALANCE_STATIONARY)
    apply_rescale (in, w);

  /* Where the method writes d itself, that is looked at instead. */
  if (self->combine == NULL && !check_vector (self, in, "weight", w, error))
    return MTL_BALANCE_REFUSED;

  return status;
}

void
mtl_rows_read (const MtlRows *self,
               guint          i,
               gsize          first,
               gsize          n,
               double        *to)
{
  for (gsize c = 0; c < n; c++)
    to[c] = self->doubles != NULL ? self->doubles[i][first + c] : self->floats[i][first + c];
}

void
mtl_balancer_combine (const MtlBalancer     *self,
                      const MtlBalanceInput *in,
                      const double          *w,
                      gsize                  first,
                      gsize                  n,
                      double                *d)
{
  g_autofree double *rows = g_new (double, in->n_tasks * n);

  for (guint i = 0; i < in->n_tasks; i++)
    mtl_rows_read (in->rows, i, first, n, rows + i * n);
  if (self->combine != NULL)
    {
      self->combine (in, w, first, n, rows, d);
      return;
    }

  for (gsize c = 0; c < n; c++)
    d[c] = 0.0;
  for (guint i = 0; i < in->n_tasks; i++)
    for (gsize c = 0; c < n; c++)
      d[c] += w[i] * rows[i * n + c];
}
