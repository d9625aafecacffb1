/* mtw-survey-maker.h — a survey made on a worker thread
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib-object.h>

#include "mtl-survey.h"

/* @survey: (transfer full) */
typedef void (*MtwSurveyReady) (gpointer   owner,
                                MtlSurvey *survey);

/* Calls @ready on the thread that called this, unless @owner, a GObject to which no
 * reference is held, is gone by then. */
void mtw_survey_make (const MtlDesign *design,
                      gpointer         owner,
                      MtwSurveyReady   ready);
