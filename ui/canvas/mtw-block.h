/* mtw-block.h — a block of the canvas, a bead on the port of another, or a group
 *
 * Shows what it is told and edits nothing; the canvas knows the design. One
 * widget takes all forms, so that focus survives when a bead becomes a block or
 * a group is opened.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtw-port.h"

typedef enum
{
  MTW_BLOCK_SELECTED = 1 << 0,
  MTW_BLOCK_PROBLEM  = 1 << 1,
  MTW_BLOCK_WARNING  = 1 << 2,
  MTW_BLOCK_TRAINING = 1 << 3,
  MTW_BLOCK_PAUSED   = 1 << 4,
  MTW_BLOCK_DIM      = 1 << 5,   /* cannot take the wire */
  MTW_BLOCK_DRAGGED  = 1 << 6,
} MtwBlockState;

typedef enum
{
  MTW_DETAIL_BOX,      /* tinted box and icon */
  MTW_DETAIL_TITLE,    /* no summary */
  MTW_DETAIL_FULL,
} MtwDetail;

typedef enum
{
  MTW_FORM_BLOCK,
  MTW_FORM_BEAD,
  MTW_FORM_STACK,      /* a closed group */
  MTW_FORM_FRAME,      /* an open one, around its blocks */
} MtwForm;

#define MTW_TYPE_BLOCK (mtw_block_get_type ())

G_DECLARE_FINAL_TYPE (MtwBlock, mtw_block, MTW, BLOCK, GtkWidget)

GtkWidget  *mtw_block_new         (const char    *id);
const char *mtw_block_get_id      (MtwBlock      *self);
void        mtw_block_set_id      (MtwBlock      *self,
                                   const char    *id);
void        mtw_block_set_icon    (MtwBlock      *self,
                                   const char    *icon);
void        mtw_block_set_summary (MtwBlock      *self,
                                   const char    *summary);
void        mtw_block_set_form    (MtwBlock      *self,
                                   MtwForm        form);
MtwForm     mtw_block_get_form    (MtwBlock      *self);
/* @head: task whose colour it has, −1: none; @is_task: shows the marker. */
void        mtw_block_set_head    (MtwBlock      *self,
                                   int            head,
                                   gboolean       is_task);
/* @under_bead: the out-port is covered by a bead. */
void        mtw_block_set_ports   (MtwBlock      *self,
                                   guint          n_in,
                                   guint          n_out,
                                   gboolean       under_bead);
/* @places: (nullable): y of each, inputs first; NULL: evenly spread. */
void        mtw_block_place_ports (MtwBlock      *self,
                                   const float   *places);
MtwPort    *mtw_block_get_port    (MtwBlock      *self,
                                   gboolean       output,
                                   guint          number);    /* NULL: none */
void        mtw_block_set_state   (MtwBlock      *self,
                                   MtwBlockState  state);
MtwBlockState mtw_block_get_state (MtwBlock      *self);
/* Titles are never drawn below 9 px on screen, so they need the zoom. */
void        mtw_block_set_detail  (MtwBlock      *self,
                                   MtwDetail      detail,
                                   double         zoom);
