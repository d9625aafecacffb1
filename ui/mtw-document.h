/* mtw-document.h — the design being edited: value, undo, selection, survey
 *
 * Widgets that edit share one document. An edit hands over a new design and
 * a name for it; the document keeps the old one for undo. The survey (shapes,
 * sharing, problems) is made on a worker thread and arrives a moment later.
 *
 * Properties: `design` (boxed, read only: see the getter), `can-undo`,
 * `can-redo`, `edited`. Signals: `changed` (design replaced), `survey-changed`,
 * `selection-changed`, `reveal` (string: id of a block to bring into view and
 * focus), `announce` (string: words for the hidden status label).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#include "mtl-survey.h"

#define MTW_TYPE_DOCUMENT (mtw_document_get_type ())

G_DECLARE_FINAL_TYPE (MtwDocument, mtw_document, MTW, DOCUMENT, GObject)

MtwDocument     *mtw_document_new          (MtlDesign        *design);   /* keeps a reference */
MtlDesign       *mtw_document_get_design   (MtwDocument      *self);     /* (transfer none) */
/* (transfer none): of the newest design or of one just before; never NULL. */
MtlSurvey       *mtw_document_get_survey   (MtwDocument      *self);
/* Whether the survey belongs to the present design. */
gboolean         mtw_document_is_surveyed  (MtwDocument      *self);

/* One edit, one undo. @name: translated, e.g. “Add conv2”; shown as “Undo Add
 * conv2”. @design: taken (transfer full). Nothing happens when it is equal. */
void             mtw_document_edit         (MtwDocument      *self,
                                            MtlDesign        *design,
                                            const char       *name);
/* mtl_design_with_value() as an edit; edits of the same @key in a row within
 * one second are one undo. FALSE with the engine's error. */
gboolean         mtw_document_set_value    (MtwDocument      *self,
                                            const char       *key,
                                            const char       *value,
                                            GError          **error);
void             mtw_document_undo         (MtwDocument      *self);
void             mtw_document_redo         (MtwDocument      *self);
const char      *mtw_document_undo_name    (MtwDocument      *self);     /* NULL: nothing */
const char      *mtw_document_redo_name    (MtwDocument      *self);
/* Another design altogether: undo, selection and `edited` begin anew. */
void             mtw_document_replace      (MtwDocument      *self,
                                            MtlDesign        *design);
gboolean         mtw_document_get_edited   (MtwDocument      *self);
/* this design is on disk */
void             mtw_document_set_saved    (MtwDocument      *self);

/* Selection: ids of blocks; belongs to the view, not to the design. */
GStrv            mtw_document_dup_selection (MtwDocument     *self);
gboolean         mtw_document_is_selected  (MtwDocument      *self,
                                            const char       *id);
void             mtw_document_select       (MtwDocument      *self,
                                            const char *const *ids);     /* NULL: nothing */
void             mtw_document_reveal       (MtwDocument      *self,
                                            const char       *id);
void             mtw_document_announce     (MtwDocument      *self,
                                            const char       *words);

/* Edits that more than one widget offers; each is one undo and announced. */
/* Adds a block, or a use of a group, at a free place or with its corner at @at, in the
 * group @scope (a use; NULL: the design itself), optionally wired from output @from
 * (“block.port” in that group, nullable). Returns its path (transfer full); NULL with
 * words for people. */
char            *mtw_document_add_block    (MtwDocument      *self,
                                            const MtlChosen  *what,
                                            const char       *scope,
                                            const graphene_point_t *at,
                                            const char       *from,
                                            GError          **error);
/* Between a block beside a use and one in its group: by a port of the group, which is
 * made where there is none. */
gboolean         mtw_document_connect      (MtwDocument      *self,
                                            const char       *from,
                                            const char       *to,
                                            GError          **error);
void             mtw_document_disconnect   (MtwDocument      *self,
                                            const char       *from,
                                            const char       *to);
void             mtw_document_delete_selection (MtwDocument  *self,
                                            gboolean          heal);
gboolean         mtw_document_rename       (MtwDocument      *self,
                                            const char       *from,
                                            const char       *to,
                                            GError          **error);
/* FALSE, with words for people: there is no room for more. */
gboolean         mtw_document_duplicate_selection (MtwDocument *self,
                                            GError          **error);
/* The selected blocks and the wires among them as the text of a design; NULL:
 * nothing is selected. (transfer full) (nullable) */
GBytes          *mtw_document_copy_selection (MtwDocument    *self);
/* The same, and then deleted, healing the wire. */
GBytes          *mtw_document_cut_selection (MtwDocument     *self);
/* Adds the blocks of a design's text, selected; FALSE with words for people. */
gboolean         mtw_document_paste       (MtwDocument      *self,
                                            GBytes           *text,
                                            GError          **error);

/* Groups; each an undo, and announced. */
/* A free name for a group of the selected blocks; NULL: why they cannot be one. */
char            *mtw_document_name_group   (MtwDocument      *self,
                                            GError          **error);
char            *mtw_document_group_selection (MtwDocument   *self,
                                            const char       *name,
                                            GError          **error);
gboolean         mtw_document_ungroup      (MtwDocument      *self,
                                            const char       *id,
                                            GError          **error);
gboolean         mtw_document_title_group  (MtwDocument      *self,
                                            const char       *use,
                                            const char       *title,
                                            GError          **error);
gboolean         mtw_document_add_param    (MtwDocument      *self,
                                            const char       *block,
                                            const char       *setting,
                                            const char       *id,
                                            GError          **error);
gboolean         mtw_document_drop_param   (MtwDocument      *self,
                                            const char       *use,
                                            const char       *id,
                                            GError          **error);

/* Colour class and words for a set of tasks: “both tasks”, “left”, “left and
 * right of 3”. (transfer full) */
char            *mtw_document_tasks_words  (MtwDocument      *self,
                                            guint64           tasks);
/* “left and right” (transfer full) */
char            *mtw_document_task_names   (MtwDocument      *self,
                                            guint64           tasks);
