/* mtl-catalogue.c — the tables of methods, made from the lists in meson
 *
 * Each descriptor starts with its MtlMethod, so the engine may cast what it
 * finds to the descriptor type of the kind.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-catalogue.h"

#include <string.h>

#include "mtl-balancer.h"
#include "mtl-common-params.h"
#include "mtl-experiment.h"
#include "mtl-exporter.h"
#include "mtl-loss.h"
#include "mtl-metric.h"
#include "mtl-nearest.h"
#include "mtl-op.h"
#include "mtl-optimizer.h"
#include "mtl-probe.h"
#include "mtl-sharp.h"
#include "mtl-source.h"

#include "mtl-balancer-list.h"
#include "mtl-exporter-list.h"
#include "mtl-loss-list.h"
#include "mtl-metric-list.h"
#include "mtl-op-list.h"
#include "mtl-optimizer-list.h"
#include "mtl-probe-list.h"
#include "mtl-schedule-list.h"
#include "mtl-sharp-list.h"
#include "mtl-source-list.h"

#define X(word) extern const MtlOp mtl_op_##word;
MTL_OP_LIST
#undef X
#define X(word) extern const MtlSource mtl_source_##word;
MTL_SOURCE_LIST
#undef X
#define X(word) extern const MtlLoss mtl_loss_##word;
MTL_LOSS_LIST
#undef X
#define X(word) extern const MtlMetric mtl_metric_##word;
MTL_METRIC_LIST
#undef X
#define X(word) extern const MtlBalancer mtl_balancer_##word;
MTL_BALANCER_LIST
#undef X
#define X(word) extern const MtlSharp mtl_sharp_##word;
MTL_SHARP_LIST
#undef X
#define X(word) extern const MtlOptimizer mtl_optimizer_##word;
MTL_OPTIMIZER_LIST
#undef X
#define X(word) extern const MtlSchedule mtl_schedule_##word;
MTL_SCHEDULE_LIST
#undef X
#define X(word) extern const MtlProbe mtl_probe_##word;
MTL_PROBE_LIST
#undef X
#define X(word) extern const MtlExporter mtl_exporter_##word;
MTL_EXPORTER_LIST
#undef X

static const MtlMethod *const op_methods[] = {
#define X(word) &mtl_op_##word.method,
  MTL_OP_LIST
#undef X
  NULL
};

static const MtlMethod *const source_methods[] = {
#define X(word) &mtl_source_##word.method,
  MTL_SOURCE_LIST
#undef X
  NULL
};

static const MtlMethod *const loss_methods[] = {
#define X(word) &mtl_loss_##word.method,
  MTL_LOSS_LIST
#undef X
  NULL
};

static const MtlMethod *const metric_methods[] = {
#define X(word) &mtl_metric_##word.method,
  MTL_METRIC_LIST
#undef X
  NULL
};

static const MtlMethod *const balancer_methods[] = {
#define X(word) &mtl_balancer_##word.method,
  MTL_BALANCER_LIST
#undef X
  NULL
};

static const MtlMethod *const sharp_methods[] = {
#define X(word) &mtl_sharp_##word.method,
  MTL_SHARP_LIST
#undef X
  NULL
};

static const MtlMethod *const optimizer_methods[] = {
#define X(word) &mtl_optimizer_##word.method,
  MTL_OPTIMIZER_LIST
#undef X
  NULL
};

static const MtlMethod *const schedule_methods[] = {
#define X(word) &mtl_schedule_##word.method,
  MTL_SCHEDULE_LIST
#undef X
  NULL
};

static const MtlMethod *const probe_methods[] = {
#define X(word) &mtl_probe_##word.method,
  MTL_PROBE_LIST
#undef X
  NULL
};

static const MtlMethod *const exporter_methods[] = {
#define X(word) &mtl_exporter_##word.method,
  MTL_EXPORTER_LIST
#undef X
  NULL
};

static const MtlMethod *const experiment_methods[] = { &mtl_experiment, NULL };

static const struct
{
  const char              *name;     /* on the command line */
  const char              *noun;     /* within a sentence */
  const MtlMethod *const  *methods;
} kinds[MTL_N_KINDS] = {
  [MTL_KIND_OP] = { "op", "block type", op_methods },
  [MTL_KIND_SOURCE] = { "source", "data source", source_methods },
  [MTL_KIND_LOSS] = { "loss", "loss", loss_methods },
  [MTL_KIND_METRIC] = { "metric", "metric", metric_methods },
  [MTL_KIND_BALANCER] = { "balancer", "balancer", balancer_methods },
  [MTL_KIND_SHARP] = { "sharpness", "sharpness method", sharp_methods },
  [MTL_KIND_OPTIMIZER] = { "optimizer", "optimizer", optimizer_methods },
  [MTL_KIND_SCHEDULE] = { "schedule", "schedule", schedule_methods },
  [MTL_KIND_PROBE] = { "probe", "probe", probe_methods },
  [MTL_KIND_EXPORTER] = { "exporter", "export format", exporter_methods },
  [MTL_KIND_EXPERIMENT] = { "experiment", "experiment", experiment_methods },
};

G_DEFINE_QUARK (mtl-error-quark, mtl_error)

/**
 * mtl_kind_name:
 *
 * Returns: (transfer none): `balancer`, `sharp` …, as the command line and
 *   the lists in meson write it
 */
const char *
mtl_kind_name (MtlKind kind)
{
  g_return_val_if_fail ((guint) kind < MTL_N_KINDS, NULL);

  return kinds[kind].name;
}

const char *
mtl_kind_noun (MtlKind kind)
{
  g_return_val_if_fail ((guint) kind < MTL_N_KINDS, NULL);

  return kinds[kind].noun;
}

/**
 * mtl_kind_from_name:
 * @kind: (out): left alone where there is no such kind
 */
gboolean
mtl_kind_from_name (const char *name,
                    MtlKind    *kind)
{
  for (guint i = 0; i < MTL_N_KINDS; i++)
    if (g_strcmp0 (kinds[i].name, name) == 0)
      {
        *kind = i;
        return TRUE;
      }

  return FALSE;
}

/**
 * mtl_catalogue_list:
 *
 * Returns: (transfer none) (array zero-terminated=1): every method of @kind,
 *   hidden ones too, in the order of engine/meson.build
 */
const MtlMethod *const *
mtl_catalogue_list (MtlKind kind)
{
  g_return_val_if_fail ((guint) kind < MTL_N_KINDS, NULL);

  return kinds[kind].methods;
}

static const MtlMethod *
find_method (MtlKind     kind,
             const char *id)
{
  const MtlMethod *const *methods = mtl_catalogue_list (kind);

  for (; *methods != NULL; methods++)
    if (g_strcmp0 ((*methods)->id, id) == 0)
      return *methods;

  return NULL;
}

static void
collect_ids (MtlKind    kind,
             GPtrArray *ids)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (kind); *m != NULL; m++)
    if (!(*m)->hidden)
      g_ptr_array_add (ids, (gpointer) (*m)->id);
}

static void
set_unknown (MtlKind      kind,
             const char  *id,
             GError     **error)
{
  g_autoptr(GPtrArray) known = g_ptr_array_new ();
  g_autofree char *hint = NULL;

  /* On the canvas a source is a block like any other. */
  if (kind == MTL_KIND_OP)
    collect_ids (MTL_KIND_SOURCE, known);
  collect_ids (kind, known);

  hint = mtl_nearest_hint (id, known);
  g_set_error (error, MTL_ERROR, MTL_ERROR_UNKNOWN_METHOD, "no %s is called “%s”%s%s",
               kinds[kind].noun, id != NULL ? id : "", *hint != '\0' ? "; " : "", hint);
}

/**
 * mtl_catalogue_find:
 * @id: (nullable): the id of a method
 *
 * Returns: (transfer none): the method; NULL with MTL_ERROR_UNKNOWN_METHOD,
 *   whose message offers the nearest id
 */
const MtlMethod *
mtl_catalogue_find (MtlKind      kind,
                    const char  *id,
                    GError     **error)
{
  const MtlMethod *method = find_method (kind, id);

  if (method == NULL)
    set_unknown (kind, id, error);

  return method;
}

const MtlMethod *
mtl_catalogue_choose (MtlKind      kind,
                      const char  *id,
                      GError     **error)
{
  const MtlMethod *method = find_method (kind, id);

  if (method == NULL || method->hidden)
    {
      set_unknown (kind, id, error);
      return NULL;
    }

  return method;
}

static const MtlParam *
find_own (const MtlMethod *method,
          const char      *id)
{
  for (const MtlParam *p = method->params; p != NULL && p->id != NULL; p++)
    if (strcmp (p->id, id) == 0)
      return p;

  return NULL;
}

/* The nth parameter, counting first the method's own and then those of its
 * kind whose id is not among them; where there are fewer, NULL, and *n is
 * less by as many as there are. */
static const MtlParam *
walk_params (const MtlMethod *method,
             MtlKind          kind,
             guint           *n)
{
  for (const MtlParam *p = method->params; p != NULL && p->id != NULL; p++)
    if ((*n)-- == 0)
      return p;

  for (const MtlParam *p = mtl_common_params (kind); p != NULL && p->id != NULL; p++)
    if (find_own (method, p->id) == NULL && (*n)-- == 0)
      return p;

  return NULL;
}

/**
 * mtl_method_n_params:
 *
 * Returns: how many parameters @method has, those common to @kind included
 */
guint
mtl_method_n_params (const MtlMethod *method,
                     MtlKind          kind)
{
  guint left = G_MAXUINT;

  walk_params (method, kind, &left);
  return G_MAXUINT - left;
}

/**
 * mtl_method_param:
 * @n: below mtl_method_n_params()
 *
 * A parameter of the method with the id of a common one takes its place, as
 * `rescale` of cagrad does.
 *
 * Returns: (transfer none): the parameter; a method's own come first
 */
const MtlParam *
mtl_method_param (const MtlMethod *method,
                  MtlKind          kind,
                  guint            n)
{
  const MtlParam *param = walk_params (method, kind, &n);

  g_return_val_if_fail (param != NULL, NULL);

  return param;
}
