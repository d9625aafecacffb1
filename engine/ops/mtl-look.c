/* mtl-look.c — how a block of a method looks: icon, heading, width, one line
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-look.h"

#include <glib/gi18n-lib.h>

#include "mtl-balancer.h"
#include "mtl-op.h"
#include "mtl-source.h"

/* Both descriptors begin with their MtlMethod. */
static const MtlOp *
as_op (const MtlMethod *method)
{
  return (const MtlOp *) method;
}

static const MtlSource *
as_source (const MtlMethod *method)
{
  return (const MtlSource *) method;
}

const char *
mtl_look_icon (MtlKind          kind,
               const MtlMethod *method)
{
  return kind == MTL_KIND_SOURCE ? as_source (method)->icon : as_op (method)->look.icon;
}

/* One that weighs losses does so in the heads too, and has no direction of its own. */
static const char *
name_family (const MtlBalancer *balancer)
{
  if (balancer->learn != NULL)
    return N_("Bilevel Weighting");
  if (balancer->heads == MTL_HEADS_WEIGHTED && balancer->combine == NULL)
    return N_("Loss Weighting");

  return N_("Gradient Balancing");
}

const char *
mtl_look_group (MtlKind          kind,
                const MtlMethod *method)
{
  switch (kind)
    {
    case MTL_KIND_SOURCE:
      return N_("Data");
    case MTL_KIND_OP:
      return as_op (method)->look.group;
    case MTL_KIND_BALANCER:
      return name_family ((const MtlBalancer *) method);
    default:
      return NULL;
    }
}

int
mtl_look_width (MtlKind          kind,
                const MtlMethod *method)
{
  return kind == MTL_KIND_SOURCE ? as_source (method)->width : as_op (method)->look.width;
}

gboolean
mtl_look_is_bead (MtlKind          kind,
                  const MtlMethod *method)
{
  return kind == MTL_KIND_OP && as_op (method)->look.bead;
}

char *
mtl_look_line (const MtlChosen *what)
{
  const MtlMethod *method = mtl_chosen_method (what);
  const MtlSetting *set = mtl_chosen_settings (what);
  char *(*line) (const MtlSetting *) = mtl_chosen_kind (what) == MTL_KIND_SOURCE
                                       ? as_source (method)->line : as_op (method)->look.line;

  return line != NULL ? line (set) : g_strdup (method->title);
}
