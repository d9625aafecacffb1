/* mtl-sharp-moves.h — what sharpness methods have in common: how weights are moved
 *
 * The methods of SAM's family move all weights along one direction v, which is
 * made of the gradient of the mean of all losses,
 *
 *   ε = ρ·T²v / |T v|,
 *
 * T = 1, or T = |θ| + η elementwise where adaptive, and 0 for what is not to be
 * moved; by the largest element instead of the length, ε = ρ·T·sign v. No
 * direction, no move: ε = 0 where |T v| = 0.
 *
 * A task with a radius ρ_k of its own is looked at from a point of its own on the
 * same line: one pass for all tasks of the same radius.
 *
 * What such a method adds to the balanced gradient (`correct`) belongs to the mean
 * loss too. A head follows its own task's loss, of which the mean has 1/n: there
 * n times as much is added, so that a head is corrected as if alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-sharp.h"

typedef enum
{
  MTL_MOVE_ALL,
  MTL_MOVE_NO_NORM_NO_BIAS,
  MTL_MOVE_TRUNK,
  MTL_MOVE_HEADS,
} MtlMoveWhat;

typedef struct
{
  MtlMoveWhat what;
  gboolean    largest;       /* measured by the largest element */
  gboolean    adaptive;
  gboolean    weights_only;  /* T = |θ| + η in tensors named weight, 1 in others */
  double      eta;
} MtlMove;

extern const char *const mtl_move_whats[];   /* in the order of MtlMoveWhat */
extern const char *const mtl_move_norms[];   /* 2, inf */

/* Of a table of parameters: an entry without its initial value, and entries. */
#define MTL_MOVE_RHO \
  .id = "rho", .title = N_("Radius ρ"), \
  .summary = N_("How far the weights are moved uphill; a task with a radius of its own takes " \
                "one more pass"), \
  .type = MTL_PER_TASK, .minimum = 0.0, .maximum = 100.0
#define MTL_MOVE_PLAIN_PARAMS \
  { .id = "perturb", .title = N_("Moved"), \
    .summary = N_("All weights, all but those of one dimension (norms and biases), or those of " \
                  "trunk or heads alone"), \
    .type = MTL_CHOICE, .choices = mtl_move_whats, .maximum = 3.0, .rare = TRUE }, \
  { .id = "norm", .title = N_("Radius measured by"), \
    .summary = N_("Length of the move, or its largest element: each weight then goes by ρ"), \
    .type = MTL_CHOICE, .choices = mtl_move_norms, .maximum = 1.0, .rare = TRUE }
#define MTL_MOVE_ADAPTIVE_PARAMS \
  { .id = "adaptive", .title = N_("Adaptive"), \
    .summary = N_("Scale the move by weight size; the radius is then about 2"), \
    .type = MTL_FLAG, .maximum = 1.0, .rare = TRUE }, \
  { .id = "eta", .title = N_("Adaptive floor η"), \
    .summary = N_("Added to the size of each weight"), \
    .type = MTL_NUMBER, .maximum = 10.0, .rare = TRUE }

/* By the two entries at @set, and where @adaptive by the two behind them. */
MtlMove  mtl_move_read      (const MtlSetting *set,
                             gboolean          adaptive);
/* How many tensors begin before @end in θ; behind its weights are running statistics. */
guint    mtl_move_n_tensors (MtlStep          *step,
                             gsize             end);
/* T, P floats, into @scale. FALSE: it is 1 throughout, and nothing was written. */
gboolean mtl_move_scale     (MtlStep          *step,
                             const MtlMove    *how,
                             float            *scale);
/* ε / ρ along @v, P floats, in its place. */
void     mtl_move_direct    (MtlStep          *step,
                             const MtlMove    *how,
                             float            *v);
/* Those of @tasks whose radius is that of the first of them. */
guint64  mtl_move_alike     (guint64           tasks,
                             const double     *rho);
/* How many passes tasks of these radii take. */
guint    mtl_move_n_radii   (const MtlSetting *rho,
                             guint             n_tasks);
/* For MtlSharp: of two points, the second for each of the radii in the first setting. */
void     mtl_move_passes    (const MtlSetting *set,
                             guint             n_tasks,
                             double           *forward,
                             double           *backward);
/* θ + ρ·v into the moved vector. */
void     mtl_move_by        (MtlStep          *step,
                             const float      *v,
                             double            rho);
/* Gradients of the step's tasks into @out, each at θ + ρ_k·v; @rho: [K]. */
gboolean mtl_move_gradients (MtlStep          *step,
                             const float      *v,
                             const double     *rho,
                             MtlGrads         *out,
                             GError          **error);
/* Gradients at θ into @g, and of their mean into @mean. */
gboolean mtl_move_clean     (MtlStep          *step,
                             MtlGrads         *g,
                             float            *mean,
                             GError          **error);
/* Balances @rows, and has the heads follow them. */
gboolean mtl_move_balance   (MtlStep          *step,
                             MtlGrads         *rows,
                             GError          **error);
/* Adds factor·v, P floats of the mean loss, to trunk direction and to the heads of @rows:
 * before mtl_step_heads(). */
void     mtl_move_correct   (MtlStep          *step,
                             const float      *v,
                             double            factor,
                             MtlGrads         *rows);
double   mtl_move_dot       (MtlStep          *step,
                             const float      *a,
                             const float      *b);
/* v ← v − (⟨v, u⟩ / |u|²)·u; as it was where u = 0. */
void     mtl_move_reject    (MtlStep          *step,
                             float            *v,
                             const float      *u);
