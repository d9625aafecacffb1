/* mtw-problem-page.h — what is wrong with a design, with what would help
 *
 * Signals: `jump` (string: id of a block), `fix` (int: number of the problem
 * in its survey).
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <adwaita.h>

#include "mtl-survey.h"

#define MTW_TYPE_PROBLEM_PAGE (mtw_problem_page_get_type ())

G_DECLARE_FINAL_TYPE (MtwProblemPage, mtw_problem_page, MTW, PROBLEM_PAGE, AdwBin)

/* @survey: (nullable): kept by reference */
void mtw_problem_page_set_survey (MtwProblemPage  *self,
                                  const MtlSurvey *survey);
