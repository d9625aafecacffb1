/* mtl-look.h — how a block of a method looks: icon, heading, width, one line
 *
 * The descriptors of ops and sources are the engine's own; what canvas,
 * palette and outline need of them is asked for here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

/* @kind: OP or SOURCE, and @method one of that kind, except where it says more. */
const char *mtl_look_icon    (MtlKind          kind,
                              const MtlMethod *method);   /* "basin-conv-symbolic" */
/* Untranslated heading that @method stands under where one is chosen; of a balancer, which
 * are many, its family. NULL: methods of @kind (any) need none. */
const char *mtl_look_group   (MtlKind          kind,
                              const MtlMethod *method);
int         mtl_look_width   (MtlKind          kind,
                              const MtlMethod *method);   /* px on the canvas */
gboolean    mtl_look_is_bead (MtlKind          kind,
                              const MtlMethod *method);   /* rides on its producer's port */
/* The one line of a block, “10 of 9×9”, or the method's title, untranslated.
 * (transfer full) */
char       *mtl_look_line    (const MtlChosen *what);

/* @metric: of MTL_KIND_METRIC. Whether it is shown × 100, with a % sign. */
gboolean    mtl_look_is_percent       (const MtlMethod *metric);
gboolean    mtl_look_higher_is_better (const MtlMethod *metric);
