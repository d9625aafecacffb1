/* mtl-design-private.h — the inside of blocks and designs, for the files that build them
 *
 * A design is written to by the function that makes it and by nobody after:
 * mtl_design_copy() gives a draft, mtl_design_seal() ends it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-group.h"

#define MTL_DESIGN_FORMAT      1
#define MTL_DESIGN_MAX_BYTES   (16 * 1024 * 1024)
#define MTL_MAX_COORDINATE     1e6  /* canvas units, either way */

struct _MtlBlock
{
  gatomicrefcount  refs;
  char            *id;
  MtlChosen       *what;
  double           x;
  double           y;
  char           **kept;     /* unknown keys of a file, see mtl-chosen-json.h */
};

struct _MtlDesign
{
  gatomicrefcount  refs;
  char            *name;
  GPtrArray       *blocks;      /* of MtlBlock, owned */
  GPtrArray       *wires;       /* of MtlWire, shared: g_atomic_rc_box */
  MtlChosen       *experiment;
  char           **kept;
  GPtrArray       *groups;      /* of MtlGroup, owned; of a body: none */
  GHashTable      *index;       /* id → number in blocks, plus 1; made by seal */
};

/* --- wires --- */
MtlWire   *mtl_wire_new          (const char      *from,
                                  const char      *from_port,
                                  const char      *to,
                                  const char      *to_port);
void       mtl_wire_unref        (gpointer         wire);
gboolean   mtl_wire_equal        (const MtlWire   *a,
                                  const MtlWire   *b);
/* Ends are written `block.port`; NULL with MTL_ERROR_DESIGN. */
MtlWire   *mtl_wire_parse        (const char      *from,
                                  const char      *to,
                                  GError         **error);

/* `block.port`, or `block.setting`; FALSE with MTL_ERROR_DESIGN. */
gboolean   mtl_end_parse         (const char      *end,
                                  char           **block,
                                  char           **port,
                                  GError         **error);

/* --- blocks --- */
MtlBlock  *mtl_block_copy        (const MtlBlock  *self);
/* (transfer full): a copy, what the file had besides included. */
MtlBlock  *mtl_block_like        (const MtlBlock  *self,
                                  const char      *id,
                                  const MtlChosen *what,
                                  double           x,
                                  double           y);
int        mtl_block_find_input  (const MtlBlock  *self,
                                  const char      *port);   /* -1: none */
/* Of a source any name will do: its ports follow from its data. */
gboolean   mtl_block_has_output  (const MtlBlock  *self,
                                  const char      *port);
/* Whether more than one wire may end at @port. */
gboolean   mtl_block_port_repeats (const MtlBlock *self,
                                   const char     *port);

/* --- designs --- */
/* Nothing in it yet, not even a name and an experiment. */
MtlDesign *mtl_design_draft      (void);
MtlDesign *mtl_design_copy       (const MtlDesign *self);
/* Makes the index; the design is not written to afterwards. */
MtlDesign *mtl_design_seal       (MtlDesign       *self);
/* Before the index is there too. */
int        mtl_design_find_index (const MtlDesign *self,
                                  const char      *id);
gboolean   mtl_design_has_wire   (const MtlDesign *self,
                                  const MtlWire   *wire);
/* Whether a wire ends at the port, or with @input FALSE begins there. */
gboolean   mtl_design_has_wire_at (const MtlDesign *self,
                                   const char      *id,
                                   const char      *port,
                                   gboolean         input);
/* Checks ends, ports, number of wires and loops, as if @wire were added. */
gboolean   mtl_design_check_wire (const MtlDesign *self,
                                  const MtlWire   *wire,
                                  GError         **error);
/* Whether outputs of @from reach @to along wires. */
gboolean   mtl_design_leads      (const MtlDesign *self,
                                  const char      *from,
                                  const char      *to);
/* A block that lies on a loop, or NULL; every end of a wire must be there. */
const char *mtl_design_find_loop (const MtlDesign *self);
/* Ends and ports alone. */
gboolean   mtl_design_check_ends (const MtlDesign *self,
                                  const MtlWire   *wire,
                                  GError         **error);
/* The block; NULL with MTL_ERROR_DESIGN and the nearest id. */
const MtlBlock *mtl_design_need  (const MtlDesign *self,
                                  const char      *id,
                                  GError         **error);
guint      mtl_design_n_tasks    (const MtlDesign *self);
/* (transfer full): what free ids begin with */
char      *mtl_design_stem       (const MtlMethod *method);
