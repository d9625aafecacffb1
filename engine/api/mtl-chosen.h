/* mtl-chosen.h — a method together with its checked settings
 *
 * Immutable and reference counted; values are parsed and checked once, when
 * the MtlChosen is made, and never again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-method.h"

typedef struct _MtlChosen MtlChosen;

/* The value of one MtlParam. Which fields count depends on the type. */
typedef struct
{
  double             number;   /* NUMBER, WHOLE, FLAG, CHOICE; PER_TASK: of the tasks not named */
  const double      *numbers;  /* NUMBERS; PER_TASK: in the order of names */
  const char *const *names;    /* PER_TASK: task ids; NULL after mtl_chosen_for_tasks() */
  guint              n;        /* length of numbers */
  const char        *text;     /* TEXT, PATH (never NULL); CHOICE: the word */
  const MtlChosen   *method;   /* METHOD; NULL only where the parameter has no initial method */
  gboolean           is_set;   /* differs from the initial value, so it is written to files */
} MtlSetting;

/* Every setting at its initial value. */
MtlChosen        *mtl_chosen_new        (MtlKind           kind,
                                         const MtlMethod  *method);
MtlChosen        *mtl_chosen_ref        (const MtlChosen  *self);
void              mtl_chosen_unref      (const MtlChosen  *self);

MtlKind           mtl_chosen_kind       (const MtlChosen  *self);
const MtlMethod  *mtl_chosen_method     (const MtlChosen  *self);
/* One for each parameter, in the order of mtl_method_param(). */
const MtlSetting *mtl_chosen_settings   (const MtlChosen  *self);
/* By id; NULL when the method has no such parameter. */
const MtlSetting *mtl_chosen_get        (const MtlChosen  *self,
                                         const char       *param);

/**
 * mtl_chosen_with:
 * @path: id of a parameter, or `param.inner` into a MTL_METHOD; `type` inside
 *   such a path replaces the method and drops its settings
 * @value: as on the command line: a number, `true`/`false`, a word, text;
 *   for NUMBERS `1,2,3`; for PER_TASK `0.3`, `right:0.3,left:0` or a JSON object
 *
 * Returns: (transfer full): a copy with one value changed; NULL with
 *   MTL_ERROR_SETTING or MTL_ERROR_UNKNOWN_METHOD, the message naming the
 *   parameter, what was expected and what was found
 */
MtlChosen        *mtl_chosen_with       (const MtlChosen  *self,
                                         const char       *path,
                                         const char       *value,
                                         GError          **error);

/* Every PER_TASK setting spread to @n_tasks numbers in the order of @ids.
 * Fails when a setting names a task that is not there. */
MtlChosen        *mtl_chosen_for_tasks  (const MtlChosen  *self,
                                         const char *const *ids,
                                         guint             n_tasks,
                                         GError          **error);
gboolean          mtl_chosen_equal      (const MtlChosen  *a,
                                         const MtlChosen  *b);
/* (transfer full): the value as mtl_chosen_with() takes it. */
char             *mtl_setting_to_text   (const MtlSetting *self,
                                         const MtlParam   *param);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlChosen, mtl_chosen_unref)
