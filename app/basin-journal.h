/* basin-journal.h — unsaved edits on disk, for when Basin is killed
 *
 * A second after an edit the design is written beside others of its kind in
 * mtl_home_state(); when everything is saved the journal goes away. A journal
 * whose owner is gone is an orphan, and is offered at the next start.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtw-document.h"

typedef struct
{
  char      *path;     /* of the journal */
  int        lock;     /* held while this lives */
  MtlDesign *design;
  GFile     *file;     /* where the design was saved before, or NULL */
} BasinOrphan;

void         basin_orphan_free     (BasinOrphan *self);
/* (transfer full) (element-type BasinOrphan): newest first. Reads files: not
 * for the main thread. */
GPtrArray   *basin_orphan_find     (void);
/* Removes the journal; frees @self. */
void         basin_orphan_discard  (BasinOrphan *self);

#define BASIN_TYPE_JOURNAL (basin_journal_get_type ())

G_DECLARE_FINAL_TYPE (BasinJournal, basin_journal, BASIN, JOURNAL, GObject)

BasinJournal *basin_journal_new      (MtwDocument  *document);
/* Where the document is saved, or NULL; written into the journal. */
void          basin_journal_set_file (BasinJournal *self,
                                      GFile        *file);
/* Goes on with a journal that was found (transfer full). */
void          basin_journal_adopt    (BasinJournal *self,
                                      BasinOrphan  *orphan);
/* The edits are not wanted any more. */
void          basin_journal_drop     (BasinJournal *self);
