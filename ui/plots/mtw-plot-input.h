/* mtw-plot-input.h — questions that several plots ask of their input
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-plot-kind.h"

guint       mtw_input_n_tasks      (const MtwPlotInput *input);
const char *mtw_input_task         (const MtwPlotInput *input,
                                    guint               task);
/* The chosen task, or the last one when there are not so many. */
guint       mtw_input_chosen       (const MtwPlotInput *input);
/* (nullable): how far the probe @id is, while it runs */
const MtlProbeFrame *mtw_input_running (const MtwPlotInput *input,
                                    const char         *id);
/* At least 1. */
double      mtw_input_per_epoch    (const MtwPlotInput *input);
/* The end of what is known, in epochs. */
double      mtw_input_epochs       (const MtwPlotInput *input);
/* (nullable): NULL while there is no such curve, or no point in it */
MtwCurve   *mtw_input_curve        (const MtwPlotInput *input,
                                    const char         *family,
                                    guint               task);
/* The same of a pair of tasks, @i before @j. */
MtwCurve   *mtw_input_pair         (const MtwPlotInput *input,
                                    const char         *family,
                                    guint               i,
                                    guint               j);
/* (nullable): the method of a setting of the experiment, "balancer" */
const MtlMethod *mtw_input_method  (const MtwPlotInput *input,
                                    const char         *setting);
/* Grows @low … @high to hold the finite values of @curve (nullable); only
 * those above zero when @positive. */
void        mtw_input_grow         (const MtwCurve     *curve,
                                    gboolean            positive,
                                    double             *low,
                                    double             *high);
/* (transfer none): “falling”, “rising” or “steady” over the last epoch. */
const char *mtw_input_trend        (const MtwPlotInput *input,
                                    MtwCurve           *curve);
/* Columns of a table: @title and one for each task, from @family/TASK. */
void        mtw_input_add_columns  (const MtwPlotInput *input,
                                    MtwTable           *table,
                                    const char         *title);
/* One row for each x of @lead: x · @scale, then each of @curves (nullable) at
 * the same x. */
void        mtw_input_add_rows     (MtwTable           *table,
                                    MtwCurve           *lead,
                                    double              scale,
                                    MtwCurve          **curves,
                                    guint               n_curves);
