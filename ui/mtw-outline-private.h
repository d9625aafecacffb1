/* mtw-outline-private.h — what the files of the outline share
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-outline.h"

struct _MtwOutline
{
  AdwBin              parent_instance;

  GtkWidget          *add_button;
  GtkWidget          *connect_button;
  GtkWidget          *disconnect_button;
  GtkWidget          *rename_button;
  GtkLabel           *refusal;
  GtkListView        *list;
  GtkWidget          *menu;              /* context menu */
  GtkWidget          *rename_popover;
  GtkEditable        *rename_entry;
  GtkLabel           *rename_refusal;
  GtkWidget          *choices;           /* menu that asks; NULL: closed */

  MtwDocument        *document;
  GListStore         *headings;
  GtkTreeListModel   *rows;
  GtkMultiSelection  *selection;
  char               *wanted;            /* block to focus when its row is there; NULL: none */
  gboolean            syncing;           /* one selection follows the other */
  GCancellable       *closed;            /* cancelled when the outline goes */
};

/* The only selected block. (transfer full) (nullable) */
char *mtw_outline_dup_block       (MtwOutline      *self);
/* Focuses the row of a block, now or when the survey has put it in its place. */
void  mtw_outline_want_focus      (MtwOutline      *self,
                                   const char      *id);
void  mtw_outline_refuse          (MtwOutline      *self,
                                   const char      *words);   /* NULL: takes it back */
void  mtw_outline_install_actions (GtkWidgetClass  *widget_class);
void  mtw_outline_update_actions  (MtwOutline      *self);
void  mtw_outline_named_cb        (MtwOutline      *self);    /* Enter in the rename entry */
