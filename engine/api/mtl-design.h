/* mtl-design.h — the document: blocks, wires and experiment, an immutable value
 *
 * An edit returns a new design that shares every block it did not touch, so
 * undo is a list of designs, a trainer takes the design as it stands with no
 * lock, and the canvas redraws the difference of two values.
 *
 * An edit never fails for making a design incomplete; mtl_survey_problems()
 * lists what is missing.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtl-chosen.h"

#define MTL_MAX_TASKS   64
#define MTL_MAX_BLOCKS  4096
#define MTL_MAX_PORTS   33   /* 32 experts, and what they are chosen by */

typedef struct _MtlBlock  MtlBlock;
typedef struct _MtlDesign MtlDesign;

typedef struct
{
  const char *from;       /* id of a block */
  const char *from_port;
  const char *to;
  const char *to_port;
} MtlWire;

/* --- blocks --- */
MtlBlock        *mtl_block_new            (const char       *id,
                                           const MtlChosen  *what,
                                           double            x,
                                           double            y);
MtlBlock        *mtl_block_ref            (const MtlBlock   *self);
void             mtl_block_unref          (const MtlBlock   *self);
const char      *mtl_block_id             (const MtlBlock   *self);
const MtlChosen *mtl_block_what           (const MtlBlock   *self);  /* kind OP or SOURCE */
double           mtl_block_x              (const MtlBlock   *self);  /* canvas units */
double           mtl_block_y              (const MtlBlock   *self);
gboolean         mtl_block_is_task        (const MtlBlock   *self);
gboolean         mtl_block_is_source      (const MtlBlock   *self);

/* --- a design's parts --- */
MtlDesign       *mtl_design_new           (const char       *name);   /* empty */
MtlDesign       *mtl_design_ref           (const MtlDesign  *self);
void             mtl_design_unref         (const MtlDesign  *self);
const char      *mtl_design_name          (const MtlDesign  *self);
guint            mtl_design_n_blocks      (const MtlDesign  *self);
const MtlBlock  *mtl_design_block         (const MtlDesign  *self,
                                           guint             n);      /* document order */
const MtlBlock  *mtl_design_find          (const MtlDesign  *self,
                                           const char       *id);     /* or NULL */
guint            mtl_design_n_wires       (const MtlDesign  *self);
const MtlWire   *mtl_design_wire          (const MtlDesign  *self,
                                           guint             n);
const MtlChosen *mtl_design_experiment    (const MtlDesign  *self);
gboolean         mtl_design_equal         (const MtlDesign  *a,
                                           const MtlDesign  *b);

/* --- edits: each returns a new design (transfer full). Ids of blocks may be paths into
 * groups, `stage1/conv1`: mtl-group.h --- */
MtlDesign       *mtl_design_with_name     (const MtlDesign  *self,
                                           const char       *name);
/* Adds, or replaces by id (wires stay). */
MtlDesign       *mtl_design_with_block    (const MtlDesign  *self,
                                           MtlBlock         *block);
/* Every block elsewhere: @places has x and y, finite, of each in document order. */
MtlDesign       *mtl_design_with_places   (const MtlDesign  *self,
                                           const double     *places);
/* With copies of blocks of @from (@ids NULL: all), moved by @dx and @dy, and
 * the wires among them. An id that is taken becomes a free one; @made
 * (optional) takes the ids of the copies. Errors: too many blocks or tasks. */
MtlDesign       *mtl_design_with_copies   (const MtlDesign  *self,
                                           const MtlDesign  *from,
                                           const char *const *ids,
                                           double            dx,
                                           double            dy,
                                           char           ***made,
                                           GError          **error);
/* Renames a block and the ends of its wires; error when @to is taken or not
 * a name (lower-case letters, digits, _ and -; a letter first). */
MtlDesign       *mtl_design_with_id       (const MtlDesign  *self,
                                           const char       *from,
                                           const char       *to,
                                           GError          **error);
/* Without these blocks and their wires; @heal joins what one in and one out held together. */
MtlDesign       *mtl_design_without       (const MtlDesign  *self,
                                           const char *const *ids,
                                           gboolean          heal);
/* Ends are written `block.port`. Replaces the wire that fed @to, unless the
 * port repeats. Errors: no such block or port, a loop. */
MtlDesign       *mtl_design_with_wire     (const MtlDesign  *self,
                                           const char       *from,
                                           const char       *to,
                                           GError          **error);
MtlDesign       *mtl_design_without_wire  (const MtlDesign  *self,
                                           const char       *from,
                                           const char       *to);
/* @key is `experiment.PATH` or `blocks.ID.PATH`; see mtl_chosen_with(). */
MtlDesign       *mtl_design_with_value    (const MtlDesign  *self,
                                           const char       *key,
                                           const char       *value,
                                           GError          **error);
/* (transfer full): an id that is free, made of the method's id: conv1, conv2 … */
char            *mtl_design_free_id       (const MtlDesign  *self,
                                           const MtlMethod  *method);

/* --- ports of a block, by its method --- */
guint            mtl_block_n_inputs       (const MtlBlock   *self);
/* 0 for a source: its outputs follow from its data, see mtl_survey_n_outputs(). */
guint            mtl_block_n_outputs      (const MtlBlock   *self);
const char      *mtl_block_input          (const MtlBlock   *self,
                                           guint             n);
const char      *mtl_block_output         (const MtlBlock   *self,
                                           guint             n);
/* Whether the last input takes any number of wires. */
gboolean         mtl_block_input_repeats  (const MtlBlock   *self);

/* --- files --- */
/* @notes: (element-type utf8) (nullable): takes what was kept or passed over
 * without harm, e.g. unknown keys. Input is hostile: depth, sizes and numbers
 * are bounded. Errors name file, line, block and what was expected. */
MtlDesign       *mtl_design_parse         (GBytes           *json,
                                           const char       *file,
                                           GPtrArray        *notes,
                                           GError          **error);
/* Stable order, defaults left out; parse(print(d)) equals d. */
GBytes          *mtl_design_print         (const MtlDesign  *self);
MtlDesign       *mtl_design_load          (GFile            *file,
                                           GPtrArray        *notes,
                                           GError          **error);
/* Writes beside, syncs, renames. */
gboolean         mtl_design_save          (const MtlDesign  *self,
                                           GFile            *file,
                                           GError          **error);

/* --- starter designs --- */
const char *const *mtl_template_list      (void);
const char      *mtl_template_title       (const char       *id);
const char      *mtl_template_summary     (const char       *id);
MtlDesign       *mtl_template_design      (const char       *id,
                                           GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlBlock, mtl_block_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlDesign, mtl_design_unref)
