/* mtl-setup.h — from a design to what runs it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-work.h"

/* Checks the design, then opens its source for its tasks. */
MtlData  *mtl_setup_data  (const MtlDesign *design,
                           GCancellable    *cancel,
                           GError         **error);
/* The same from what is known of the data, with no rows; reads no file. */
MtlData  *mtl_setup_rowless (const MtlDesign     *design,
                             const MtlSourceInfo *info,
                             GError             **error);
/* Copies the tensors of @from that @plan has too: same block, name and shape.
 * Returns how many floats were copied. */
gsize     mtl_setup_copy  (const MtlPlan   *from,
                           const float     *from_theta,
                           const MtlPlan   *plan,
                           float           *theta);
/* A number of the experiment by its id. */
double    mtl_setup_number (const MtlDesign *design,
                            const char      *id);
/* A method of the experiment by its id. */
const MtlChosen *mtl_setup_method (const MtlDesign *design,
                                   const char      *id);
/* The balancer of the flatness part: of the sharpness method, or as for the loss part. */
const MtlChosen *mtl_setup_flat_balancer (const MtlDesign *design);
