/* mtw-outline-node.h — a row of the outline: a block, or a heading with blocks under it
 *
 * Signal `changed`: it says something else.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#define MTW_TYPE_OUTLINE_NODE (mtw_outline_node_get_type ())

G_DECLARE_FINAL_TYPE (MtwOutlineNode, mtw_outline_node, MTW, OUTLINE_NODE, GObject)

/* What a row says; all strings owned, NULL where there is nothing to say. */
typedef struct
{
  char     *title;
  char     *detail;    /* under the title */
  char     *end;       /* at the end of the row */
  char     *spoken;    /* all of it, for those who do not see it */
  char     *icon;
  char     *problems;  /* messages */
  gboolean  error;     /* problems are no mere warnings */
  int       task;      /* of a heading of one head: its number; else -1 */
} MtwOutlineWords;

/* @key: id of a block, or what names a heading. */
MtwOutlineNode        *mtw_outline_node_new          (const char      *key,
                                                      gboolean         heading);
const char            *mtw_outline_node_get_key      (MtwOutlineNode  *self);
/* (transfer none): of a heading; NULL: a block. */
GListStore            *mtw_outline_node_get_children (MtwOutlineNode  *self);
const MtwOutlineWords *mtw_outline_node_get_words    (MtwOutlineNode  *self);
/* Takes the strings of @words. */
void                   mtw_outline_node_set_words    (MtwOutlineNode  *self,
                                                      MtwOutlineWords *words);
