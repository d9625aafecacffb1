/* mtw-offer.h — what can be added to a design: blocks of all types, and groups
 *
 * A choice is written `op:ID`, `source:ID` or `group:ID`; the last is a group of the
 * design, or a starter group where the design has none of that id.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-group.h"

/* All that people are offered: ops, groups, sources. (element-type MtlChosen)
 * (transfer full) */
GPtrArray   *mtw_offer_list    (MtlDesign        *design);
/* (transfer full) (nullable): what a choice names; NULL: nothing */
MtlChosen   *mtw_offer_parse   (MtlDesign        *design,
                                const char       *choice);
/* (transfer full): the choice that names it */
char        *mtw_offer_choice  (const MtlChosen  *what);
/* Its title, for people. */
const char  *mtw_offer_title   (const MtlChosen  *what);
/**
 * mtw_offer_add:
 * @scope: (nullable): a use, in whose group it is to be; NULL: in the design itself
 * @made: (out) (transfer full): path of the new block
 *
 * The definition of a starter group is added too. Its place is x, y.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign   *mtw_offer_add     (MtlDesign        *design,
                                const MtlChosen  *what,
                                const char       *scope,
                                double            x,
                                double            y,
                                char            **made,
                                GError          **error);
/* With all of @offers but sources, tried one after the other: their paths go to @ids;
 * for what cannot be there, NULL, and why not to @refusals. (transfer full) */
MtlDesign   *mtw_offer_add_all (MtlDesign        *design,
                                GPtrArray        *offers,
                                const char       *scope,
                                GPtrArray        *ids,
                                GPtrArray        *refusals);
/* (transfer none) (nullable): the group that a block is a use of; NULL: it is none */
const MtlGroup  *mtw_offer_group (const MtlDesign *design,
                                  const char      *use);
/* (transfer none): the design itself, or the body of a group. */
const MtlDesign *mtw_offer_graph (const MtlDesign *design,
                                  const char      *scope);
