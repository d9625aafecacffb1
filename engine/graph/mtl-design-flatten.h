/* mtl-design-flatten.h — a design without groups, for survey and plan
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

/* Why a use stands in the flat design as it is. */
typedef struct
{
  char *block;    /* its id there */
  char *message;
} MtlRefusal;

/* (transfer full): without groups, uses replaced by their blocks; one that cannot be
 * stays. @refusals: (element-type MtlRefusal) (nullable): why */
MtlDesign *mtl_design_expand      (const MtlDesign *self,
                                   GPtrArray       *refusals);
/* One use alone, by one level: groups within stay uses. */
MtlDesign *mtl_design_expand_one  (const MtlDesign *self,
                                   const char      *id,
                                   GPtrArray       *refusals);
void       mtl_refusal_free       (MtlRefusal      *self);

/* The flat output behind an output of a use, which is that of its last copy.
 * (transfer full): its block and in *port its port; NULL where @path is no use. */
char      *mtl_design_flat_output (const MtlDesign *self,
                                   const char      *path,
                                   guint            output,
                                   char           **port);
/* What feeds an inner port from outside: the use of the design itself, and in
 * *input its port. NULL: a block inside does, or should. */
const MtlBlock *mtl_design_outer_input (const MtlDesign *self,
                                        const char      *path,
                                        const char      *port,
                                        const char     **input);
/* (transfer full): the key under which a setting of a flat block is changed: that
 * of a parameter which sets it, as far out as it goes, else of the definition. */
char      *mtl_design_setting_key (const MtlDesign *self,
                                   const char      *path,
                                   const char      *setting);
