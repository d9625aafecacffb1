/* mtl-group-private.h — the inside of a group, for the files that build and open one
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design-private.h"
#include "mtl-op.h"

#define MTL_GROUP_REPEAT "repeat"
#define MTL_BORDER       "/"     /* in the place of a block's id: the group around it */
#define MTL_MOST_FLAT    100000  /* where counts of blocks saturate */

/* What a group is made of. */
typedef struct
{
  const char          *id;
  const char          *title;    /* NULL: the id */
  const char          *summary;  /* or NULL */
  const MtlDesign     *body;
  const MtlGroupPort  *inputs;   /* end with an entry whose name is NULL */
  const MtlGroupPort  *outputs;
  const MtlGroupParam *params;
  char               **kept;     /* unknown keys of a file, see mtl-chosen-json.h */
} MtlGroupParts;

struct _MtlGroup
{
  gatomicrefcount  refs;
  MtlOp            op;       /* of its uses */
  MtlGroupParts    parts;    /* owned; body has no groups of its own */
  GPtrArray       *inside;   /* of MtlGroup: all that it uses, at any depth, each once */
  guint            depth;    /* 1: it uses none */
  char            *digest;   /* of its text and that of the groups it uses */
};

/* Where a path leads: the body that holds the block, and its id there. */
typedef struct
{
  const MtlGroup  *group;    /* whose body it is; NULL: the design itself */
  const MtlDesign *body;
  const MtlDesign *around;   /* the body of the use by which it is entered; or NULL */
  const MtlBlock  *use;      /* that use; or NULL */
  const char      *id;       /* within the path */
} MtlScope;

/* FALSE with MTL_ERROR_DESIGN where a block on the way is no use of a group; the
 * block itself need not be there. */
gboolean    mtl_design_enter       (const MtlDesign     *self,
                                    const char          *path,
                                    MtlScope            *scope,
                                    GError             **error);
/* (transfer full): the body to be edited, with the groups that @self has. */
MtlDesign  *mtl_design_open        (const MtlDesign     *self,
                                    const MtlScope      *scope);
/* (transfer full): @self with the edited body in its place; takes @body, and where
 * that is NULL, returns NULL. */
MtlDesign  *mtl_design_close       (const MtlDesign     *self,
                                    const MtlScope      *scope,
                                    MtlDesign           *body,
                                    GError             **error);

/* The same with wires from MTL_BORDER to what inputs feed and from what outputs show
 * to it, in front of the others, so that edits of wires are edits of ports. */
MtlDesign  *mtl_design_open_border (const MtlDesign     *self,
                                    const MtlScope      *scope);
/* As mtl_design_close(). A port without wires is gone, one that is new is made. A
 * block that was called @from is now called @to (nullable). */
MtlDesign  *mtl_design_close_border (const MtlDesign    *self,
                                    const MtlScope      *scope,
                                    MtlDesign           *body,
                                    const char          *from,
                                    const char          *to,
                                    GError             **error);

MtlGroup   *mtl_group_make         (const MtlGroupParts *parts,
                                    GError             **error);
/* (transfer full): of @parts with @body, less the ends and settings it does not have. */
MtlGroup   *mtl_group_prune        (const MtlGroupParts *parts,
                                    const MtlDesign     *body,
                                    GError             **error);
MtlGroup   *mtl_group_with_body    (const MtlGroup      *self,
                                    const MtlDesign     *body,
                                    GError             **error);
/* Everything but depth and recursion. */
gboolean    mtl_group_check        (const MtlGroupParts *parts,
                                    GError             **error);
/* The setting that `block.setting` names, with its parameter; NULL: none. */
const MtlSetting *mtl_group_setting (const MtlDesign    *body,
                                    const char          *end,
                                    const MtlParam     **param);
/* (transfer full): takes @what, of block @id, and puts @value on all that @param sets of it. */
MtlChosen  *mtl_group_put_param    (MtlChosen           *what,
                                    const char          *id,
                                    const MtlGroupParam *param,
                                    const MtlSetting    *value);
/* Fills the descriptor of what is checked. */
void        mtl_group_fill_op      (MtlGroup            *self);
void        mtl_group_clear_op     (MtlGroup            *self);
/* Appends the group as it stands in a file. */
void        mtl_group_append_json  (const MtlGroup      *self,
                                    GString             *to);

/* --- lists of ports and parameters, ended by NULL --- */
MtlGroupPort  *mtl_group_ports_copy  (const MtlGroupPort  *ports);
void           mtl_group_ports_free  (MtlGroupPort        *ports);
MtlGroupParam *mtl_group_params_copy (const MtlGroupParam *params);
void           mtl_group_params_free (MtlGroupParam       *params);
guint          mtl_group_count_ports (const MtlGroupPort  *ports);
guint          mtl_group_count_params (const MtlGroupParam *params);

/* --- uses --- */
/* Copies in a chain; 1 for a block of the catalogue. */
guint       mtl_use_repeat         (const MtlChosen     *what);
/* (transfer full): what the nth block of the body is in a use, whose parameters
 * are put on it. */
MtlChosen  *mtl_use_inner          (const MtlChosen     *use,
                                    guint                n);
/* Blocks that it stands for, at most MTL_MOST_FLAT. */
guint       mtl_use_n_flat         (const MtlChosen     *what);
