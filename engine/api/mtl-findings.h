/* mtl-findings.h — figures that a probe has found, each with its uncertainty
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* What a figure is; constant, of the probe. Lists end with an entry whose id is NULL. */
typedef struct
{
  const char *id;       /* stable, lower case and dashes */
  const char *title;    /* N_() */
  const char *error;    /* N_(): what its uncertainty is; NULL: it has none on these rows */
  const char *x;        /* N_(): what x is; NULL: there is none */
} MtlMeasure;

#define MTL_ALL_TASKS -1   /* the mean of the tasks' losses; as other: nobody */

typedef struct
{
  const MtlMeasure *measure;
  int               task;    /* or MTL_ALL_TASKS */
  int               other;   /* the second of a pair; MTL_ALL_TASKS: no pair */
  const char       *block;   /* id; NULL: of all weights */
  double            x;       /* NaN: none */
  double            value;   /* may be infinite; NaN: not defined */
  double            error;   /* ≥ 0; NaN: not known */
} MtlFinding;

/* In the order in which they were found. Constant once a probe has posted them. */
typedef struct _MtlFindings MtlFindings;

MtlFindings      *mtl_findings_new   (void);
/* (transfer full): with what is there so far. */
MtlFindings      *mtl_findings_copy  (const MtlFindings *self);
MtlFindings      *mtl_findings_ref   (MtlFindings       *self);
void              mtl_findings_unref (MtlFindings       *self);
/* @finding is copied, the id of its block too. */
void              mtl_findings_add   (MtlFindings       *self,
                                      const MtlFinding  *finding);
guint             mtl_findings_count (const MtlFindings *self);
const MtlFinding *mtl_findings_get   (const MtlFindings *self,
                                      guint              n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlFindings, mtl_findings_unref)
