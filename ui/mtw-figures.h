/* mtw-figures.h — findings as words: cells of a table, text to paste, a file
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-findings.h"

typedef enum
{
  MTW_FIGURE_MEASURE,
  MTW_FIGURE_TASK,
  MTW_FIGURE_VALUE,   /* “12.8 ± 0.3” */
  MTW_FIGURE_AT,      /* “eigenvalue 2.3” */
  MTW_FIGURE_BLOCK,
  MTW_N_FIGURES
} MtwFigure;

/* Translated. */
const char *mtw_figure_title   (MtwFigure          column);
/* @tasks: ids of the run. (transfer full) */
char       *mtw_figure_words   (MtwFigure          column,
                                const MtlFinding  *finding,
                                char             **tasks);
/* What is shown, with tabs between columns and a head. (transfer full) */
char       *mtw_figures_to_text (const MtlFindings *findings,
                                char             **tasks);
/* RFC 4180, one head line, ids, numbers with a point and all their digits; what is not
 * known is empty. (transfer full) */
char       *mtw_figures_to_csv (const MtlFindings *findings,
                                char             **tasks);
