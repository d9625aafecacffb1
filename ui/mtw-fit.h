/* mtw-fit.h — what can be added where, what can be wired to what
 *
 * Choices for a menu, each with its reason where it does not fit. Ids of
 * choices: `op:ID` or `source:ID` of a block, `from.port to.port` of a wire.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-choice-menu.h"
#include "mtw-document.h"

/* The method that `op:ID` or `source:ID` names; NULL: none such. */
const MtlMethod *mtw_fit_parse          (const char      *choice,
                                         MtlKind         *kind);
/* The output of the only selected block that a new block of @method can read,
 * `block.port`. (transfer full) (nullable) */
char            *mtw_fit_from_selection (MtwDocument     *document,
                                         MtlKind          kind,
                                         const MtlMethod *method);
/* Adds a block as `op:ID` or `source:ID` says, wired from the selected one
 * where it fits; its id. (transfer full) (nullable) */
char            *mtw_fit_add            (MtwDocument     *document,
                                         const char      *choice);

/* @block: (nullable): blocks that could follow it; NULL: all there are. */
void             mtw_fit_offer_blocks   (MtwDocument     *document,
                                         MtwChoiceMenu   *menu,
                                         const char      *block);
/* Inputs that the outputs of @block could be wired to. */
void             mtw_fit_offer_inputs   (MtwDocument     *document,
                                         MtwChoiceMenu   *menu,
                                         const char      *block);
/* Outputs that could be wired to the input @port of @block. */
void             mtw_fit_offer_outputs  (MtwDocument     *document,
                                         MtwChoiceMenu   *menu,
                                         const char      *block,
                                         const char      *port);
/* The wires of @block. */
void             mtw_fit_offer_wires    (MtwDocument     *document,
                                         MtwChoiceMenu   *menu,
                                         const char      *block);
