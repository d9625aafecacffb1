/* mtl-export.c — a trained network as a file for elsewhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-export.h"

#include "mtl-exporter.h"
#include "mtl-setup.h"
#include "mtl-snapshot-private.h"

static guint64
all_tasks (guint n)
{
  return n == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << n) - 1;
}

/* The bits of the tasks that @heads names; 0 with an error. */
static guint64
find_heads (const MtlPlan      *plan,
            const char *const  *heads,
            GError            **error)
{
  const char *const *ids = mtl_plan_task_ids (plan);
  guint64 tasks = 0;

  if (heads == NULL)
    return all_tasks (mtl_plan_n_tasks (plan));
  if (heads[0] == NULL)
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_EXPORT,
                           "No head is chosen: choose one at least.");
      return 0;
    }

  for (guint n = 0; heads[n] != NULL; n++)
    {
      guint k = 0;

      while (ids[k] != NULL && !g_str_equal (ids[k], heads[n]))
        k++;
      if (ids[k] == NULL)
        {
          g_autofree char *known = g_strjoinv (", ", (char **) ids);

          g_set_error (error, MTL_ERROR, MTL_ERROR_EXPORT,
                       "“%s” is no task of the design: its tasks are %s", heads[n], known);
          return 0;
        }
      tasks |= G_GUINT64_CONSTANT (1) << k;
    }

  return tasks;
}

static gboolean
check_weights (const MtlPlan  *plan,
               gsize           n,
               GError        **error)
{
  if (n == mtl_plan_n_theta (plan))
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
               "The checkpoint has %" G_GSIZE_FORMAT " weights, but its design has %"
               G_GSIZE_FORMAT, n, mtl_plan_n_theta (plan));
  return FALSE;
}

/* (transfer full): the data that the weights were trained on or, where it is not
 * at hand or has changed, what was said of it then. Weights of which nothing was
 * kept take the data as it is now. */
static MtlData *
open_data (const MtlSnapshot  *snapshot,
           GError            **error)
{
  const MtlDesign *design = mtl_snapshot_design (snapshot);
  const MtlSourceInfo *info = mtl_snapshot_info (snapshot);
  g_autoptr(MtlData) data = mtl_setup_data (design, NULL, info == NULL ? error : NULL);

  if (info == NULL || (data != NULL && mtl_source_info_matches (mtl_data_info (data), info)))
    return g_steal_pointer (&data);

  return mtl_setup_rowless (design, info, error);
}

GBytes *
mtl_export (const MtlChosen    *exporter,
            MtlSnapshot        *snapshot,
            const char *const  *heads,
            const char         *provenance,
            char              **name,
            GError            **error)
{
  const MtlExporter *method = (const MtlExporter *) mtl_chosen_method (exporter);
  const MtlDesign *design = mtl_snapshot_design (snapshot);
  MtlExportInput in = { .provenance = provenance };
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlPlan) plan = NULL;
  g_autoptr(MtlPool) pool = NULL;
  g_autoptr(MtlWork) work = NULL;
  gsize n;

  g_return_val_if_fail (mtl_chosen_kind (exporter) == MTL_KIND_EXPORTER, NULL);

  in.theta = mtl_snapshot_theta (snapshot, &n);
  data = open_data (snapshot, error);
  if (data == NULL)
    return NULL;
  plan = mtl_plan_new (design, data, MTL_EXPORT_ROWS, FALSE, 0, error);
  if (plan == NULL || !check_weights (plan, n, error))
    return NULL;
  in.tasks = find_heads (plan, heads, error);
  if (in.tasks == 0)
    return NULL;

  pool = mtl_pool_new (1);
  work = mtl_work_new (plan, pool);
  in.plan = plan;
  in.work = work;

  return method->write (&in, mtl_chosen_settings (exporter), name, error);
}
