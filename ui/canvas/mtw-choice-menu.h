/* mtw-choice-menu.h — a popover to search and choose in: what to add, to connect, a method
 *
 * Signal `chosen` (string: id of the choice).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#define MTW_TYPE_CHOICE_MENU (mtw_choice_menu_get_type ())

G_DECLARE_FINAL_TYPE (MtwChoiceMenu, mtw_choice_menu, MTW, CHOICE_MENU, GtkPopover)

/* @nothing: words with one %s for what was searched: `No blocks match “%s”.` */
GtkWidget *mtw_choice_menu_new (const char    *placeholder,
                                const char    *nothing);
/* @detail: second line, or why it cannot be chosen when @fits is FALSE. */
void       mtw_choice_menu_add (MtwChoiceMenu *self,
                                const char    *id,
                                const char    *icon,
                                const char    *title,
                                const char    *detail,
                                gboolean       fits);
/* What is added from now on stands under @title. */
void       mtw_choice_menu_add_heading (MtwChoiceMenu *self,
                                const char    *title);
/* The choice that has been made, which is marked. (nullable) */
void       mtw_choice_menu_set_current (MtwChoiceMenu *self,
                                const char    *id);
/* That are shown, without headings. */
guint      mtw_choice_menu_n_choices (MtwChoiceMenu *self);
/* For tests: searches, then chooses the first that fits. */
void       mtw_choice_menu_search (MtwChoiceMenu *self,
                                const char    *text);
gboolean   mtw_choice_menu_choose_first (MtwChoiceMenu *self);
