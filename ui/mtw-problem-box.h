/* mtw-problem-box.h — one problem of a design in words, with the button that mends it
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtw-document.h"

#define MTW_TYPE_PROBLEM_BOX (mtw_problem_box_get_type ())

G_DECLARE_FINAL_TYPE (MtwProblemBox, mtw_problem_box, MTW, PROBLEM_BOX, AdwBin)

/* Copies @problem. */
GtkWidget *mtw_problem_box_new (MtwDocument      *document,
                                const MtlProblem *problem);
/* Whether it shows just this. */
gboolean   mtw_problem_box_says (MtwProblemBox   *self,
                                const MtlProblem *problem);
/* Presses the button. FALSE: it has none. */
gboolean   mtw_problem_box_fix (MtwProblemBox    *self);

/* Makes the edit that @problem advises, as one undo. FALSE: it advises none
 * that can be made without asking, or the edit was refused. */
gboolean   mtw_problem_mend    (MtwDocument      *document,
                                const MtlProblem *problem,
                                GError          **error);
