/* mtl-design-groups.h — the groups of a design, for the files that edit one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-group-private.h"

/* The definition; NULL with MTL_ERROR_DESIGN and the nearest id. */
const MtlGroup  *mtl_design_need_group (const MtlDesign  *self,
                                        const char       *id,
                                        GError          **error);
MtlGroup        *mtl_group_with_id     (const MtlGroup   *self,
                                        const char       *id,
                                        GError          **error);
/* (transfer full): the design with the group that *what is a use of; *what is put on
 * the design's own definition where it has one. */
MtlDesign       *mtl_design_adopt      (const MtlDesign  *self,
                                        MtlChosen       **what,
                                        GError          **error);
