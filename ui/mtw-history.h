/* mtw-history.h — undo and redo: two piles of designs, each with a name
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

typedef struct _MtwHistory MtwHistory;

MtwHistory *mtw_history_new       (void);
void        mtw_history_free      (MtwHistory *self);
/* @before: the design that an edit called @name leaves; kept by reference. */
void        mtw_history_push      (MtwHistory *self,
                                   MtlDesign  *before,
                                   const char *name);
/* (transfer full) (nullable): the design to go to from @present. */
MtlDesign  *mtw_history_undo      (MtwHistory *self,
                                   MtlDesign  *present);
MtlDesign  *mtw_history_redo      (MtwHistory *self,
                                   MtlDesign  *present);
const char *mtw_history_undo_name (MtwHistory *self);   /* NULL: nothing */
const char *mtw_history_redo_name (MtwHistory *self);
