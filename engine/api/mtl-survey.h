/* mtl-survey.h — what follows from a design: shapes, sharing, problems
 *
 * Sharing is derived, never declared: for each tensor the set of tasks that
 * its values reach. A set of tasks is a guint64, bit k for task k; tasks are
 * numbered in document order.
 *
 * A survey never fails; what is wrong stands in its problems. It may read a
 * data file to learn its columns, so the studio makes it on a worker thread.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

typedef struct
{
  guint rank;     /* 0: unknown */
  gsize size[4];  /* of one sample; the batch is not in it */
} MtlShape;

typedef struct
{
  char    *block;    /* id; NULL: the design as a whole */
  char    *port;     /* or NULL */
  char    *message;  /* what, where, expected, found */
  char    *advice;   /* label of a button; NULL when there is none */
  char    *fix_key;  /* advice as an edit: mtl_design_with_value() with fix_key and */
  char    *fix_value;/* fix_value; `wire` and `from to` for a wire; NULL when none */
  gboolean warning;  /* the design still trains */
} MtlProblem;

typedef struct _MtlSurvey MtlSurvey;

MtlSurvey        *mtl_survey_new          (const MtlDesign *design);
MtlSurvey        *mtl_survey_ref          (const MtlSurvey *self);
void              mtl_survey_unref        (const MtlSurvey *self);
const MtlDesign  *mtl_survey_design       (const MtlSurvey *self);

guint             mtl_survey_n_problems   (const MtlSurvey *self);
const MtlProblem *mtl_survey_problem      (const MtlSurvey *self,
                                           guint            n);
gboolean          mtl_survey_trains       (const MtlSurvey *self);  /* no problem but warnings */
/* The first problem that is not a warning, as MTL_ERROR_DESIGN. */
gboolean          mtl_survey_check        (const MtlSurvey *self,
                                           GError         **error);

guint             mtl_survey_n_tasks      (const MtlSurvey *self);
const char       *mtl_survey_task         (const MtlSurvey *self,
                                           guint            task);  /* id of its block */
int               mtl_survey_task_index   (const MtlSurvey *self,
                                           const char      *id);    /* -1: not a task */
/* Shape and tasks of an output port; rank 0 while unknown. */
MtlShape          mtl_survey_shape        (const MtlSurvey *self,
                                           const char      *block,
                                           guint            output);
guint64           mtl_survey_tasks        (const MtlSurvey *self,
                                           const char      *block);
gsize             mtl_survey_n_weights    (const MtlSurvey *self,
                                           const char      *block); /* floats, all its tensors */
/* Floats reached by exactly these tasks; G_MAXUINT64: of two tasks or more. */
gsize             mtl_survey_n_reached    (const MtlSurvey *self,
                                           guint64          tasks);
/* Outputs of a source block; other blocks answer with their ports. */
guint             mtl_survey_n_outputs    (const MtlSurvey *self,
                                           const char      *block);
const char       *mtl_survey_output       (const MtlSurvey *self,
                                           const char      *block,
                                           guint            output);
/* Targets that the source of the design offers to task blocks. */
guint             mtl_survey_n_targets    (const MtlSurvey *self);
const char       *mtl_survey_target       (const MtlSurvey *self,
                                           guint            n);
/* What stops a wire from @from_block's output to @to_block's input, or NULL:
 * a short reason such as `needs 50 values`. (transfer full) */
char             *mtl_survey_refusal      (const MtlSurvey *self,
                                           const char      *from,    /* block.port */
                                           const char      *to);
/* “10×28×28” (transfer full) */
char             *mtl_shape_to_text       (const MtlShape  *self);
gsize             mtl_shape_size          (const MtlShape  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlSurvey, mtl_survey_unref)
