/* mtl-catalogue.h — the catalogue as the engine's own readers of files use it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-method.h"

/* As mtl_catalogue_find(), but refuses hidden methods: for what a person or a
 * file may name. */
const MtlMethod *mtl_catalogue_choose (MtlKind      kind,
                                       const char  *id,
                                       GError     **error);
/* “balancer”, “sharpness method”: the kind within a sentence. Static. */
const char      *mtl_kind_noun        (MtlKind      kind);
