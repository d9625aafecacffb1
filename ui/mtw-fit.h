/* mtw-fit.h — what can be added where, what can be wired to what
 *
 * Choices for a menu, each with its reason where it does not fit. Ids of
 * choices: of a block as in mtw-offer.h, `from.port to.port` of a wire.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-choice-menu.h"
#include "mtw-document.h"

/* The output of the only selected block that a new block of @what, beside it, can
 * read, `block.port`. (transfer full) (nullable) */
char            *mtw_fit_from_selection (MtwDocument     *document,
                                         const MtlChosen *what);
/* Adds what mtw_offer_parse() makes of @choice, beside the only selected block and wired
 * from it where it fits; its path. (transfer full) (nullable): with words for people */
char            *mtw_fit_add            (MtwDocument     *document,
                                         const char      *choice,
                                         GError         **error);

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
