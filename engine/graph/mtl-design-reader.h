/* mtl-design-reader.h — reading blocks, wires and groups of a file
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-design-place.h"
#include "mtl-design-private.h"

/* Definitions of a file, read when a block first asks for one. */
typedef struct
{
  GPtrArray  *ids;      /* in the order of the file; owned by the JSON */
  GHashTable *entries;  /* id → what is known of it */
  GPtrArray  *notes;    /* or NULL */
  MtlPlaces   end;      /* behind the last definition read */
} MtlGroupReader;

typedef struct
{
  MtlPlaces       places;
  GPtrArray      *notes;     /* or NULL */
  MtlDesign      *draft;
  GHashTable     *seen;      /* ids of blocks; then wires and the ports they fill; owned */
  GHashTable     *n_into;    /* id of a block → wires that enter it */
  guint           n_tasks;
  MtlGroupReader *groups;
} MtlReader;

/* --- mtl-design-json.c --- */
/* The lists `blocks` and `wires` of @object into the draft. */
gboolean        mtl_reader_read_blocks  (MtlReader       *self,
                                         JsonObject      *object,
                                         GError         **error);
gboolean        mtl_reader_read_wires   (MtlReader       *self,
                                         JsonObject      *object,
                                         GError         **error);

/* --- mtl-group-json.c --- */
/* Finds the definitions of a file; none is read yet. @places: at its start. */
gboolean        mtl_group_reader_init   (MtlGroupReader  *self,
                                         JsonObject      *root,
                                         const MtlPlaces *places,
                                         GPtrArray       *notes,
                                         GError         **error);
void            mtl_group_reader_clear  (MtlGroupReader  *self);
/* A definition of the file; NULL without an error: there is none of this id. */
const MtlGroup *mtl_group_reader_find   (MtlGroupReader  *self,
                                         const char      *id,
                                         GError         **error);
/* All of them into @draft, used or not. */
gboolean        mtl_group_reader_finish (MtlGroupReader  *self,
                                         MtlDesign       *draft,
                                         GError         **error);
