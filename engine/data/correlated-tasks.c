/* correlated-tasks.c — values whose relation is a setting: data that needs no files
 *
 * Of d columns x_i ~ N(0, 1), task k of K is to find
 *
 *   y_k = t + Σ_i sin (i·t + β_i) + ε      t = ⟨w_k, x⟩      i = 1 … m
 *
 * with ε ~ N(0, noise²), |w_k| = c and ⟨w_j, w_k⟩ = ρ·c² for all j ≠ k. With
 * orthonormal u_1 … u_K the w_k follow one after the other,
 *
 *   w_k = c·(Σ_{j<k} l_j·u_j + d_k·u_k)
 *   l_j = (ρ − Σ_{i<j} l_i²) / d_j      d_j² = 1 − Σ_{i<j} l_i²
 *
 * which is Cholesky's factor of a matrix with ones on its diagonal and ρ beside it,
 * and there is such a matrix where ρ ≥ −1/(K − 1). For two tasks this is
 * w_1 = c·u_1 and w_2 = c·(ρ·u_1 + √(1 − ρ²)·u_2), as in the source, which leaves
 * c, m and the shape of the sines open: here i is a frequency and β_i follows from
 * the seed. u_j are random directions, made orthogonal by Gram and Schmidt.
 *
 * Source: Ma et al., KDD 2018, sec. 3.2, eq. 1 to 4.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-error.h"
#include "mtl-rng.h"

#define MOST_TASKS 16   /* no more than the least columns, which have to hold as many directions */
#define MOST_SINES 10

enum
{
  COLUMNS,
  TASKS,
  CORRELATION,
  TRAIN_SIZE,
  TEST_SIZE,
  NOISE,
  SCALE,
  SINES,
  N_OWN,   /* the settings common to all sources follow */
};

/* Streams beside those of the splits, which are numbered by MtlRawSplit. */
enum
{
  DRAW_DIRECTIONS = 2,
  DRAW_PHASES,
};

static const MtlParam params[] = {
  { .id = "columns", .title = N_("Columns"),
    .summary = N_("Values of a sample, each drawn from a normal distribution"),
    .type = MTL_WHOLE, .minimum = MOST_TASKS, .maximum = 10000.0, .initial = 100.0 },
  { .id = "tasks", .title = N_("Tasks"), .summary = N_("Values to predict: y1, y2 and so on"),
    .type = MTL_WHOLE, .minimum = 2.0, .maximum = MOST_TASKS, .initial = 2.0 },
  { .id = "correlation", .title = N_("Correlation"),
    .summary = N_("Cosine of the angle between the directions that any two tasks look along: "
                  "1 makes them the same but for noise, 0 unrelated"),
    .type = MTL_NUMBER, .minimum = -1.0, .maximum = 1.0, .initial = 0.5 },
  { .id = "train-size", .title = N_("Training Samples"),
    .summary = N_("Number of samples to train on"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 10000.0 },
  { .id = "test-size", .title = N_("Test Samples"),
    .summary = N_("Number of samples to test on"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = 1e7, .initial = 2000.0 },
  /* The paper's variance of 0.01. */
  { .id = "noise", .title = N_("Noise"),
    .summary = N_("Standard deviation of what is added to each target"),
    .type = MTL_NUMBER, .minimum = 0.0, .maximum = 100.0, .initial = 0.1 },
  { .id = "scale", .title = N_("Scale"),
    .summary = N_("Length of the directions: the larger, the more waves lie within the samples"),
    .type = MTL_NUMBER, .minimum = 0.01, .maximum = 100.0, .initial = 0.5, .rare = TRUE },
  { .id = "sines", .title = N_("Sines"),
    .summary = N_("Waves added to the straight line that a target follows"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = MOST_SINES, .initial = 3.0, .rare = TRUE },
  { .id = NULL },
};

typedef struct
{
  guint   n_columns, n_tasks, n_sines;
  double  noise;
  double  phases[MOST_SINES];
  MtlRng  splits[2];          /* by MtlRawSplit */
  double *directions;         /* tasks×columns: w */
} CorrelatedTasks;

/* --- directions --- */

static double
dot (const double *a,
     const double *b,
     gsize         n)
{
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    sum += a[i] * b[i];

  return sum;
}

/* u: tasks×columns, rows of length 1 with right angles between them. */
static void
draw_directions (MtlRng  rng,
                 gsize   n_tasks,
                 gsize   n_columns,
                 double *u)
{
  for (gsize k = 0; k < n_tasks; k++)
    {
      double *row = u + k * n_columns;
      double length;

      for (gsize i = 0; i < n_columns; i++)
        row[i] = mtl_rng_normal (rng, k * n_columns + i);
      for (gsize j = 0; j < k; j++)
        {
          double along = dot (row, u + j * n_columns, n_columns);

          for (gsize i = 0; i < n_columns; i++)
            row[i] -= along * u[j * n_columns + i];
        }
      length = sqrt (dot (row, row, n_columns));
      for (gsize i = 0; i < n_columns; i++)
        row[i] /= length;
    }
}

/* u becomes w. From the last to the first, since w_k is made of u up to its own. */
static void
correlate (double  correlation,
           double  scale,
           gsize   n_tasks,
           gsize   n_columns,
           double *u)
{
  double shared[MOST_TASKS], own[MOST_TASKS], sum = 0.0;

  for (gsize j = 0; j < n_tasks; j++)
    {
      own[j] = sqrt (MAX (1.0 - sum, 0.0));
      /* Tasks in one direction have nothing of their own that others could share. */
      shared[j] = own[j] > 1e-6 ? (correlation - sum) / own[j] : 0.0;
      sum += shared[j] * shared[j];
    }

  for (gsize k = n_tasks; k-- > 0;)
    for (gsize i = 0; i < n_columns; i++)
      {
        double value = own[k] * u[k * n_columns + i];

        for (gsize j = 0; j < k; j++)
          value += shared[j] * u[j * n_columns + i];
        u[k * n_columns + i] = scale * value;
      }
}

/* --- opening --- */

static gboolean
check_correlation (const MtlSetting  *set,
                   GError           **error)
{
  double least = -1.0 / (set[TASKS].number - 1.0);

  if (set[CORRELATION].number >= least - 1e-9)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "%g tasks cannot have a correlation of %g with each other; the least is %.4g: "
               "raise the correlation or have fewer tasks",
               set[TASKS].number, set[CORRELATION].number, least);
  return FALSE;
}

static void
describe (const MtlSetting *set,
          MtlSourceInfo    *info)
{
  guint n_tasks = (guint) set[TASKS].number;

  *info = (MtlSourceInfo) {
    .n_ports = 1,
    .ports = { g_strdup ("features") },
    .shapes = { { .rank = 1, .size = { (gsize) set[COLUMNS].number } } },
    .n_targets = n_tasks,
    .targets = g_new0 (MtlTarget, n_tasks),
    .train_rows = (gsize) set[TRAIN_SIZE].number,
    .test_rows = (gsize) set[TEST_SIZE].number,
  };
  for (guint k = 0; k < n_tasks; k++)
    info->targets[k] = (MtlTarget) { g_strdup_printf ("y%u", k + 1),
                                     { .kind = MTL_TARGET_VALUES, .size = 1 }, NULL };
}

static gpointer
build (const MtlSetting *set)
{
  const guint64 seed = (guint64) set[N_OWN + MTL_SOURCE_SEED].number;
  const MtlRng rng = mtl_rng_new (seed, MTL_STREAM_DATA);
  const MtlRng phases = mtl_rng_derive (rng, DRAW_PHASES);
  CorrelatedTasks *self = g_new0 (CorrelatedTasks, 1);

  self->n_columns = (guint) set[COLUMNS].number;
  self->n_tasks = (guint) set[TASKS].number;
  self->n_sines = (guint) set[SINES].number;
  self->noise = set[NOISE].number;
  for (guint i = 0; i < self->n_sines; i++)
    self->phases[i] = 2.0 * G_PI * mtl_rng_unit (phases, i);
  for (guint split = 0; split < 2; split++)
    self->splits[split] = mtl_rng_derive (rng, split);
  self->directions = g_new (double, (gsize) self->n_tasks * self->n_columns);
  draw_directions (mtl_rng_derive (rng, DRAW_DIRECTIONS), self->n_tasks, self->n_columns,
                   self->directions);
  correlate (set[CORRELATION].number, set[SCALE].number, self->n_tasks, self->n_columns,
             self->directions);

  return self;
}

static gboolean
correlated_tasks_open (const MtlSetting  *set,
                       MtlSourceInfo     *info,
                       gpointer          *data,
                       GCancellable      *cancel,
                       GError           **error)
{
  if (!check_correlation (set, error))
    return FALSE;

  if (data != NULL)
    *data = build (set);
  describe (set, info);
  return TRUE;
}

static void
correlated_tasks_close (gpointer data)
{
  CorrelatedTasks *self = data;

  g_free (self->directions);
  g_free (self);
}

/* --- samples --- */

/* @rng: of the sample, whose numbers below n_columns are its columns. */
static double
find_target (const CorrelatedTasks *self,
             MtlRng                 rng,
             guint                  task,
             const double          *x)
{
  double t = dot (self->directions + (gsize) task * self->n_columns, x, self->n_columns);
  double y = t;

  for (guint i = 0; i < self->n_sines; i++)
    y += sin ((i + 1) * t + self->phases[i]);

  return y + self->noise * mtl_rng_normal (rng, self->n_columns + task);
}

static void
correlated_tasks_fill (gconstpointer   data,
                       MtlRawSplit     split,
                       const guint32  *index,
                       gsize           n,
                       float *const   *x,
                       float *const   *targets)
{
  const CorrelatedTasks *self = data;
  g_autofree double *row = g_new (double, self->n_columns);

  for (gsize r = 0; r < n; r++)
    {
      MtlRng rng = mtl_rng_derive (self->splits[split], index[r]);

      for (guint i = 0; i < self->n_columns; i++)
        row[i] = (float) mtl_rng_normal (rng, i);
      for (guint i = 0; i < self->n_columns && x != NULL && x[0] != NULL; i++)
        x[0][r * self->n_columns + i] = (float) row[i];
      for (guint k = 0; k < self->n_tasks && targets != NULL; k++)
        if (targets[k] != NULL)
          targets[k][r] = (float) find_target (self, rng, k, row);
    }
}

static char *
correlated_tasks_line (const MtlSetting *set)
{
  guint n = (guint) set[COLUMNS].number;

  /* Translators: second line of a source on the canvas: values of a sample. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u column", "%u columns", n), n);
}

const MtlSource mtl_source_correlated_tasks = {
  .method = {
    .id = "correlated-tasks",
    .title = N_("Correlated Tasks"),
    .summary = N_("Values that follow waves along directions in a normal cloud of samples, as "
                  "closely related from task to task as is asked for; needs no files."),
    .reference = "Ma, Zhao, Yi, Chen, Hong, Chi, “Modeling Task Relationships in Multi-task "
                 "Learning with Multi-gate Mixture-of-Experts”, KDD 2018, sec. 3.2",
    .params = params,
  },
  .icon = "basin-table-symbolic",
  .width = 84,
  .line = correlated_tasks_line,
  .open = correlated_tasks_open,
  .fill = correlated_tasks_fill,
  .close = correlated_tasks_close,
};
