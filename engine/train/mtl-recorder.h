/* mtl-recorder.h — what a step and an epoch leave in the record
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-evaluate.h"
#include "mtl-record.h"
#include "mtl-step-private.h"
#include "mtl-trainer.h"

typedef struct _MtlRecorder MtlRecorder;

MtlRecorder *mtl_recorder_new       (MtlRecord      *record,
                                     const MtlPlan  *plan);
void         mtl_recorder_free      (MtlRecorder    *self);
/* After a step: its curves, and the sums of the epoch. */
void         mtl_recorder_add_step  (MtlRecorder    *self,
                                     MtlStep        *step,
                                     guint64         n,
                                     double          rate);
/* Weights of a trunk that is small enough to be drawn, as they are after @n steps. */
void         mtl_recorder_add_trunk (MtlRecorder    *self,
                                     const float    *theta,
                                     guint64         n);
/* The newest matrix of cosines, for the mailbox. */
void         mtl_recorder_fill_frame (MtlRecorder   *self,
                                      MtlStep       *step,
                                      guint64        n,
                                      MtlConflictFrame *frame);
/* At the end of an epoch; tallies nullable. Clears the sums. */
void         mtl_recorder_end_epoch (MtlRecorder    *self,
                                     guint64         epoch,
                                     double          seconds,
                                     guint64         steps,
                                     const MtlTally *validation,
                                     const MtlTally *test);
/* Mean training loss of the epoch so far over all tasks; NaN: none. */
double       mtl_recorder_mean_loss (MtlRecorder    *self);
GVariant    *mtl_recorder_save      (MtlRecorder    *self);
gboolean     mtl_recorder_load      (MtlRecorder    *self,
                                     GVariant       *saved);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlRecorder, mtl_recorder_free)
