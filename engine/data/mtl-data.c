/* mtl-data.c — an opened source with splits, missing and noisy labels
 *
 * The validation part is drawn at random from the source's training rows, by
 * the source's seed; both parts keep the order of the source. Clean training
 * rows are the training rows: they differ in their labels alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-data-private.h"

#include <math.h>
#include <string.h>

#include "mtl-nearest.h"

static void
free_data (MtlData *self)
{
  if (self->raw != NULL)
    self->source->close (self->raw);
  mtl_source_info_clear (&self->info);
  g_free (self->tasks);
  g_free (self->rows[MTL_DATA_TRAIN]);
  g_free (self->rows[MTL_DATA_VALIDATION]);
  g_free (self);
}

/* --- tasks and their targets --- */

static int
find_target (const MtlSourceInfo *info,
             const char          *name)
{
  for (guint t = 0; t < info->n_targets; t++)
    if (strcmp (info->targets[t].name, name) == 0)
      return (int) t;

  return -1;
}

static void
set_no_target (const MtlData  *self,
               const char     *task,
               const char     *name,
               GError        **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  for (guint t = 0; t < self->info.n_targets; t++)
    g_ptr_array_add (known, self->info.targets[t].name);
  hint = mtl_nearest_hint (name, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               "%s: expected a target of the %s data, found “%s”; %s",
               task, self->source->method.id, name, hint);
}

/* A task that names no target takes the one of its own name. */
static gboolean
bind_tasks (MtlData            *self,
            const char *const  *ids,
            const char *const  *targets,
            GError            **error)
{
  for (guint k = 0; k < self->n_tasks; k++)
    {
      const char *name = targets != NULL && targets[k] != NULL && *targets[k] != '\0'
                         ? targets[k] : ids[k];
      int target = find_target (&self->info, name);

      if (target < 0)
        {
          set_no_target (self, ids[k], name, error);
          return FALSE;
        }
      self->tasks[k].target = (guint) target;
    }

  return TRUE;
}

/* The number of task @k, however far the setting has been spread. */
static double
number_of_task (const MtlSetting *setting,
                const char       *id,
                guint             k)
{
  if (setting->names == NULL)
    return k < setting->n ? setting->numbers[k] : setting->number;

  for (guint i = 0; i < setting->n; i++)
    if (strcmp (setting->names[i], id) == 0)
      return setting->numbers[i];

  return setting->number;
}

/* Refuses a setting that names a task which is not there. */
static gboolean
check_task_names (const MtlChosen    *source,
                  const char *const  *ids,
                  guint               n_tasks,
                  GError            **error)
{
  g_autoptr(MtlChosen) spread = NULL;

  if (mtl_chosen_get (source, "label-noise")->names == NULL
      && mtl_chosen_get (source, "label-fraction")->names == NULL)
    return TRUE;

  spread = mtl_chosen_for_tasks (source, ids, n_tasks, error);
  return spread != NULL;
}

static void
take_label_settings (MtlData           *self,
                     const MtlChosen   *source,
                     const char *const *ids,
                     guint64            seed)
{
  const MtlSetting *noise = mtl_chosen_get (source, "label-noise");
  const MtlSetting *fraction = mtl_chosen_get (source, "label-fraction");

  for (guint k = 0; k < self->n_tasks; k++)
    {
      self->tasks[k].noise = number_of_task (noise, ids[k], k);
      self->tasks[k].fraction = number_of_task (fraction, ids[k], k);
      self->tasks[k].rng = mtl_rng_derive_text (mtl_rng_new (seed, MTL_STREAM_LABELS), ids[k]);
    }
}

/* --- splits --- */

static int
compare_rows (gconstpointer a,
              gconstpointer b)
{
  guint32 x = *(const guint32 *) a, y = *(const guint32 *) b;

  return (x > y) - (x < y);
}

static void
split_rows (MtlData *self,
            double   share,
            guint64  seed)
{
  gsize n = self->info.train_rows;
  gsize n_validation = (gsize) floor (n * share);
  guint32 *rows = g_new (guint32, n);

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) i;
  if (n_validation > 0)
    {
      mtl_rng_shuffle (mtl_rng_new (seed, MTL_STREAM_VALIDATION), rows, n);
      qsort (rows, n_validation, sizeof *rows, compare_rows);
      qsort (rows + n_validation, n - n_validation, sizeof *rows, compare_rows);
    }

  self->n_rows[MTL_DATA_TRAIN] = self->n_rows[MTL_DATA_TRAIN_CLEAN] = n - n_validation;
  self->n_rows[MTL_DATA_VALIDATION] = n_validation;
  self->n_rows[MTL_DATA_TEST] = self->info.test_rows;
  self->rows[MTL_DATA_VALIDATION] = g_memdup2 (rows, n_validation * sizeof *rows);
  memmove (rows, rows + n_validation, (n - n_validation) * sizeof *rows);
  self->rows[MTL_DATA_TRAIN] = self->rows[MTL_DATA_TRAIN_CLEAN] = rows;
}

/* --- open --- */

static MtlData *
make_data (const MtlChosen *source,
           guint            n_tasks)
{
  MtlData *self = g_new0 (MtlData, 1);

  g_atomic_ref_count_init (&self->refs);
  self->source = (const MtlSource *) mtl_chosen_method (source);
  self->n_tasks = n_tasks;
  self->tasks = g_new0 (MtlDataTask, n_tasks);

  return self;
}

/**
 * mtl_data_open:
 * @source: of kind SOURCE, as it stands in the design
 * @tasks: ids of the task blocks, @n_tasks of them
 * @targets: (nullable): name of the target of each; an empty name is that of
 *   the task itself
 *
 * Returns: (transfer full): the data; NULL with MTL_ERROR_DATA (a file, or a
 *   target that is not there), MTL_ERROR_SETTING (a label setting names a task
 *   that is not there) or G_IO_ERROR_CANCELLED
 */
MtlData *
mtl_data_open (const MtlChosen    *source,
               const char *const  *tasks,
               const char *const  *targets,
               guint               n_tasks,
               GCancellable       *cancel,
               GError            **error)
{
  guint64 seed = (guint64) mtl_chosen_get (source, "seed")->number;
  g_autoptr(MtlData) self = make_data (source, n_tasks);

  if (!check_task_names (source, tasks, n_tasks, error))
    return NULL;
  if (!self->source->open (mtl_chosen_settings (source), &self->info, &self->raw, cancel, error))
    {
      self->info = (MtlSourceInfo) { 0 };
      self->raw = NULL;
      return NULL;
    }
  if (!bind_tasks (self, tasks, targets, error))
    return NULL;

  take_label_settings (self, source, tasks, seed);
  split_rows (self, mtl_chosen_get (source, "validation")->number, seed);
  return g_steal_pointer (&self);
}

MtlData *
mtl_data_new_rowless (const MtlChosen      *source,
                      const MtlSourceInfo  *info,
                      const char *const    *tasks,
                      const char *const    *targets,
                      guint                 n_tasks,
                      GError              **error)
{
  g_autoptr(MtlData) self = make_data (source, n_tasks);

  mtl_source_info_copy (&self->info, info);
  if (!bind_tasks (self, tasks, targets, error))
    return NULL;

  return g_steal_pointer (&self);
}

MtlData *
mtl_data_ref (MtlData *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
mtl_data_unref (MtlData *self)
{
  if (g_atomic_ref_count_dec (&self->refs))
    free_data (self);
}

const MtlSourceInfo *
mtl_data_info (MtlData *self)
{
  return &self->info;
}

const MtlTargetType *
mtl_data_target (MtlData *self,
                 guint    task)
{
  g_return_val_if_fail (task < self->n_tasks, NULL);

  return &self->info.targets[self->tasks[task].target].type;
}

const MtlRaw *
mtl_data_target_raw (MtlData *self,
                     guint    task)
{
  g_return_val_if_fail (task < self->n_tasks, NULL);

  return self->info.targets[self->tasks[task].target].raw;
}

gsize
mtl_data_rows (MtlData  *self,
               MtlSplit  split)
{
  g_return_val_if_fail ((guint) split < MTL_N_SPLITS, 0);

  return self->n_rows[split];
}

/**
 * mtl_data_order:
 * @order: (out): @n numbers, a permutation of 0 … n-1
 */
void
mtl_data_order (guint64  seed,
                guint64  epoch,
                guint32 *order,
                gsize    n)
{
  for (gsize i = 0; i < n; i++)
    order[i] = (guint32) i;
  mtl_rng_shuffle (mtl_rng_derive (mtl_rng_new (seed, MTL_STREAM_ORDER), epoch), order, n);
}
