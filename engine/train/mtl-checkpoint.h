/* mtl-checkpoint.h — the bytes of a checkpoint
 *
 * θ, its mean, optimiser, states of both parts and of the sharpness method, step and
 * the epoch's sums; no generator is stored, because every random number is a
 * function of seed, stream and step. A resumed run gives the bits of one that
 * never stopped.
 *
 * What the source said of its data is kept as well, above all how raw values
 * were standardised: weights are of use with these numbers alone, and a table
 * may have changed when they leave Basin.
 *
 * The file: the magic “BASINCK3”, a SHA-256 of what follows, the text of the
 * design as it trained, and a GVariant in its native byte order. Read still
 * are “BASINCK2”, which ends before the mean of θ, and “BASINCK1”, which ends
 * before the data.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-model.h"
#include "mtl-recorder.h"
#include "mtl-snapshot-private.h"

typedef struct
{
  guint64  step;       /* done since the run began */
  guint64  epoch;      /* that runs, from 1 */
  guint64  batch;      /* done in the epoch */
  double   seconds;    /* of training in the epoch so far */
  double   total;      /* of training in the run so far */
  double   best;       /* lowest figure so far that `best` is chosen by; INFINITY: none */
} MtlProgressMark;

GBytes      *mtl_checkpoint_write    (const MtlDesign        *design,
                                      const MtlSourceInfo    *info,
                                      const MtlProgressMark  *mark,
                                      const MtlModel         *model,
                                      MtlStep                *step,
                                      MtlRecorder            *recorder);
/* The design it was written for. MTL_ERROR_STORE when damaged. */
MtlDesign   *mtl_checkpoint_design   (GBytes                 *bytes,
                                      GError                **error);
/* Everything, into objects made for that design. */
gboolean     mtl_checkpoint_read     (GBytes                 *bytes,
                                      MtlProgressMark        *mark,
                                      MtlModel               *model,
                                      MtlStep                *step,
                                      MtlRecorder            *recorder,
                                      GError                **error);
/* The weights to be evaluated, and what was said of the data, alone. */
MtlSnapshot *mtl_checkpoint_snapshot (GBytes                 *bytes,
                                      GError                **error);
/* Whether the source says the same of its data as when it was written; TRUE too
 * where nothing of it was kept. */
gboolean     mtl_checkpoint_matches  (GBytes                 *bytes,
                                      const MtlSourceInfo    *info);
/* Step and epoch alone: where the curves are to be cut. */
gboolean     mtl_checkpoint_mark     (GBytes                 *bytes,
                                      MtlProgressMark        *mark,
                                      GError                **error);
