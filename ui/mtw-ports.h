/* mtw-ports.h — wires over the border of a group, by a port of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-group.h"

/**
 * mtw_ports_wire:
 * @from: `block.port`, by its path
 * @to: the same
 *
 * As mtl_design_with_wire(). A wire between a block beside a use and one in its group
 * goes by the port that leads there already, or by a new one.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign *mtw_ports_wire (MtlDesign   *design,
                           const char  *from,
                           const char  *to,
                           GError     **error);
