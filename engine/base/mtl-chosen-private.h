/* mtl-chosen-private.h — the inside of a MtlChosen, for the files that build one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

struct _MtlChosen
{
  gatomicrefcount  refs;
  MtlKind          kind;
  const MtlMethod *method;
  guint            n;         /* parameters */
  MtlSetting      *settings;  /* [n]: owned, see mtl-setting.h */
  char           **kept;      /* unknown keys of a file: key, JSON, key, JSON …; or NULL */
};

/* A copy that may be written to until it is handed on. */
MtlChosen      *mtl_chosen_copy        (const MtlChosen   *self);
const MtlParam *mtl_chosen_param       (const MtlChosen   *self,
                                        guint              n);
/* Index of a parameter by id; -1 with MTL_ERROR_SETTING and the nearest id. */
int             mtl_chosen_find        (const MtlChosen   *self,
                                        const char        *param,
                                        GError           **error);
/* Whether anything differs from mtl_chosen_new(). */
gboolean        mtl_chosen_is_changed  (const MtlChosen   *self);
/* Every PER_TASK entry of task @from is named @to, or dropped where @to is
 * NULL. (transfer full): @self itself when no setting names the task. */
MtlChosen      *mtl_chosen_rename_task (const MtlChosen   *self,
                                        const char        *from,
                                        const char        *to);
/* (transfer full): with the value of a setting of the same type; one out of
 * range is passed over. */
MtlChosen      *mtl_chosen_with_setting (const MtlChosen  *self,
                                         const char       *param,
                                         const MtlSetting *value);
/* (transfer full): of another method of the kind, with what is set of @self and
 * has a place there by id. Methods and lists within settings are not taken over. */
MtlChosen      *mtl_chosen_on          (const MtlChosen   *self,
                                        const MtlMethod   *method);
