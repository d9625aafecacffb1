/* mtl-group.h — a part of a network with a name, to be used many times
 *
 * A group is an immutable value: a body of blocks and wires, names for some of
 * the ports within (its inputs and outputs) and for some of the settings within
 * (its parameters). A use of it is an ordinary block whose method is the group's
 * own, mtl_group_method(): it has the group's ports, its parameters, and
 * `repeat`, the number of copies in a chain: output k of one goes to input k of
 * the next, and inputs beyond the outputs, such as a mask, to all of them.
 *
 * Into a port that takes several wires, those from outside a group come before
 * those within.
 *
 * Groups compile away. Each use is replaced by its copies, and survey, plan and
 * exporters see the flat design alone; a use that cannot be replaced stays, and
 * mtl_survey_problem() says why. The first copy of block
 * conv1 in the use stage1 is called `stage1/conv1`, the n-th `stage1/2/conv1`.
 *
 * `stage1/conv1` is also how an edit names a block of the definition behind
 * stage1, and any depth of it, `a/b/conv1`. Such an edit changes the definition
 * and so all of its uses; numbers of copies are passed over. A wire between a use's
 * own port and a block inside, `stage1.in` to `stage1/conv1.in`, has that input feed
 * the block as well (an output show it), and makes the port where there is none;
 * with the last such wire the port goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design.h"

#define MTL_MAX_GROUPS      256
#define MTL_MAX_GROUP_DEPTH 8    /* groups within groups */
#define MTL_MAX_REPEAT      64

/* A port of a group. An input feeds one inner port or more; an output shows one. */
typedef struct
{
  const char        *name;
  const char *const *ends;  /* `block.port`, NULL-terminated */
} MtlGroupPort;

/* A parameter of a group. Type, range and unit are those of the first setting
 * that it sets, its initial value is what that setting holds in the body. Of
 * the types NUMBER, WHOLE, FLAG, CHOICE and TEXT. */
typedef struct
{
  const char        *id;
  const char        *title;  /* NULL: that of the first setting */
  const char *const *sets;   /* `block.setting`, NULL-terminated */
} MtlGroupParam;

/**
 * mtl_group_new:
 * @id: a name, as of a block, and not that of a method of the catalogue
 * @title: (nullable): for people, UTF-8; NULL: the id
 * @summary: (nullable): one sentence
 * @body: blocks and wires, no source and no task; its name and experiment are
 *   not used
 * @inputs: (array zero-terminated=1): ends with an entry whose name is NULL
 * @outputs: (array zero-terminated=1): the same
 * @params: (array zero-terminated=1) (nullable): ends with an entry whose id is NULL
 *
 * Settings that one parameter sets are given the value of the first of them.
 *
 * Returns: (transfer full): the group; NULL with MTL_ERROR_DESIGN
 */
MtlGroup            *mtl_group_new          (const char          *id,
                                             const char          *title,
                                             const char          *summary,
                                             const MtlDesign     *body,
                                             const MtlGroupPort  *inputs,
                                             const MtlGroupPort  *outputs,
                                             const MtlGroupParam *params,
                                             GError             **error);
MtlGroup            *mtl_group_ref          (const MtlGroup      *self);
void                 mtl_group_unref        (const MtlGroup      *self);

const char          *mtl_group_id           (const MtlGroup      *self);
const char          *mtl_group_title        (const MtlGroup      *self);  /* never NULL */
const char          *mtl_group_summary      (const MtlGroup      *self);  /* may be NULL */
/* Ids in it have no slashes. */
const MtlDesign     *mtl_group_body         (const MtlGroup      *self);
/* Ends with an entry whose name, or id, is NULL. */
const MtlGroupPort  *mtl_group_inputs       (const MtlGroup      *self);
const MtlGroupPort  *mtl_group_outputs      (const MtlGroup      *self);
const MtlGroupParam *mtl_group_params       (const MtlGroup      *self);
/* For mtl_chosen_new (MTL_KIND_OP, …); lives as long as the group. */
const MtlMethod     *mtl_group_method       (const MtlGroup      *self);
/* The same definition, that of groups within included. */
gboolean             mtl_group_equal        (const MtlGroup      *a,
                                             const MtlGroup      *b);
/* (transfer full): the same under another title; @title NULL: the id. */
MtlGroup            *mtl_group_with_title   (const MtlGroup      *self,
                                             const char          *title);
/* (transfer full): with a parameter more, or another of that id; as mtl_group_new() fails. */
MtlGroup            *mtl_group_with_param   (const MtlGroup      *self,
                                             const MtlGroupParam *param,
                                             GError             **error);
/* (transfer full): the settings stay as they are in the body. */
MtlGroup            *mtl_group_without_param (const MtlGroup     *self,
                                             const char          *id);

/* --- uses --- */
/* The group that a block is a use of; NULL: it is of the catalogue. */
const MtlGroup      *mtl_block_group        (const MtlBlock      *self);
/* Blocks that a use stands for, repeats included; 1 for any other. Saturates at 10⁵. */
guint                mtl_block_n_flat       (const MtlBlock      *self);

/* --- the groups of a design: those that its blocks use, and others --- */
guint                mtl_design_n_groups    (const MtlDesign     *self);
const MtlGroup      *mtl_design_group       (const MtlDesign     *self,
                                             guint                n);   /* document order */
const MtlGroup      *mtl_design_find_group  (const MtlDesign     *self,
                                             const char          *id);  /* or NULL */
/* How many blocks, within groups too, are uses of it. */
guint                mtl_design_n_uses      (const MtlDesign     *self,
                                             const char          *id);

/**
 * mtl_design_with_group:
 *
 * Adds a definition, or replaces that of the same id. Its uses take their
 * settings over by id; wires to ports that are gone are dropped. Groups that
 * @group uses are added too, unless the design has one of that id already, which
 * then stands for it.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN for
 *   recursion, more than MTL_MAX_GROUP_DEPTH groups within each other or more
 *   than MTL_MAX_GROUPS
 */
MtlDesign           *mtl_design_with_group  (const MtlDesign     *self,
                                             const MtlGroup      *group,
                                             GError             **error);
/* (transfer full): without a definition; NULL with MTL_ERROR_DESIGN while it is used. */
MtlDesign           *mtl_design_without_group (const MtlDesign   *self,
                                             const char          *id,
                                             GError             **error);
/* (transfer full): under another id, its uses follow; errors as mtl_design_with_id(). */
MtlDesign           *mtl_design_with_group_id (const MtlDesign   *self,
                                             const char          *from,
                                             const char          *to,
                                             GError             **error);

/**
 * mtl_design_body:
 * @path: a use, such as `stage1` or `a/b`
 *
 * Returns: (transfer none) (nullable): the body behind it, as mtl_group_body()
 */
const MtlDesign     *mtl_design_body        (const MtlDesign     *self,
                                             const char          *path);
/**
 * mtl_design_with_body:
 * @path: a use, such as `stage1` or `a/b`
 * @body: what becomes the body of the definition behind it: made of the old one
 *   by any edits of designs
 *
 * Inputs, outputs and parameters lose what the new body does not have; those
 * with nothing left go.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign           *mtl_design_with_body   (const MtlDesign     *self,
                                             const char          *path,
                                             const MtlDesign     *body,
                                             GError             **error);

/**
 * mtl_design_grouped:
 * @ids: NULL-terminated, blocks of one body: all with the same path before them
 * @name: (nullable): for people; its id is made of it
 * @made: (out) (optional) (transfer full): id of the use, with the path of @ids
 *
 * Makes a definition of blocks, and puts one use in their place. Of the wires
 * that are cut, each outer end that feeds the blocks becomes an input, and each
 * inner end that is read outside becomes an output; where nothing is read
 * outside, those that nobody reads do.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN: a source
 *   or a task among them, or a wire that leads out and in again
 */
MtlDesign           *mtl_design_grouped     (const MtlDesign     *self,
                                             const char *const   *ids,
                                             const char          *name,
                                             char               **made,
                                             GError             **error);
/**
 * mtl_design_ungrouped:
 * @path: a use
 * @made: (out) (optional) (transfer full): ids of the blocks, with the path before them
 *
 * Puts the blocks of a use in its place, all copies of it, with its settings
 * applied; groups within stay uses. The definition stays.
 *
 * Returns: (transfer full): the new design; NULL with MTL_ERROR_DESIGN
 */
MtlDesign           *mtl_design_ungrouped   (const MtlDesign     *self,
                                             const char          *path,
                                             char              ***made,
                                             GError             **error);

/* --- starter groups --- */
const char *const   *mtl_group_list         (void);   /* ids, NULL-terminated */
/* (transfer full): NULL with MTL_ERROR_DESIGN for an id that is not in the list. */
MtlGroup            *mtl_group_starter      (const char          *id,
                                             GError             **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlGroup, mtl_group_unref)
