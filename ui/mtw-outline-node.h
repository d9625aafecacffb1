/* mtw-outline-node.h — a row of the outline: a block, a group, or a heading
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

typedef enum
{
  MTW_ROW_BLOCK,
  MTW_ROW_GROUP,     /* a use of one; its blocks are under it */
  MTW_ROW_HEADING,   /* blocks are under it */
} MtwRow;

/* @key: path of a block, or what names a heading. */
MtwOutlineNode        *mtw_outline_node_new          (const char      *key,
                                                      MtwRow           row);
const char            *mtw_outline_node_get_key      (MtwOutlineNode  *self);
MtwRow                 mtw_outline_node_get_row      (MtwOutlineNode  *self);
/* (transfer none): what is under it; NULL: a block. */
GListStore            *mtw_outline_node_get_children (MtwOutlineNode  *self);
/* Whether what is under it shows: first of all under a heading, not under a group. */
gboolean               mtw_outline_node_get_open     (MtwOutlineNode  *self);
void                   mtw_outline_node_set_open     (MtwOutlineNode  *self,
                                                      gboolean         open);
const MtwOutlineWords *mtw_outline_node_get_words    (MtwOutlineNode  *self);
/* Takes the strings of @words. */
void                   mtw_outline_node_set_words    (MtwOutlineNode  *self,
                                                      MtwOutlineWords *words);
