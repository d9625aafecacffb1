/* fs-mtl.c — task-based flat regions
 *
 * Every task k has its own perturbation, along its own gradient over the
 * trunk (g_k) and its own head (a_k), with T = 1, or T = |θ| + η where
 * adaptive:
 *
 *   separate   ε_k = ρ_sh·T²g_k / |T g_k|   ε_k' = ρ_ns·T²a_k / |T a_k|
 *   joint      both divided by N_k = sqrt(|T g_k|² + |T a_k|²) instead
 *
 * The trunk or the heads may be left where they are (`perturb`), and then count
 * in no norm.
 *
 * s_k and b_k are the gradients of l_k alone at θ + ε_k. What the perturbation
 * adds, h_k = s_k − g_k, is the flatness part. Loss part and flatness part are
 * balanced separately, each with its own state:
 *
 *   d = A_g({g_k}) + flat-scale · A_h({h_k}),   head k follows b_k.
 *
 * Cost: K+1 forward, 2K backward. ρ = 0 gives h_k = 0 and plain training.
 *
 * Source: Phan et al., “Improving Multi-task Learning via Seeking Task-based
 * Flat Regions”, arXiv 2211.13723 (2022), Algorithm 1.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-sharp-moves.h"

#include <glib/gi18n-lib.h>
#include <math.h>

enum
{
  RHO_SHARED,
  RHO_TASK,
  NORM,
  ADAPTIVE,
  ETA,
  MODE,
  FLAT_BALANCER,
  FLAT_SCALE,
  PERTURB,
};

enum { NORM_SEPARATE, NORM_JOINT };
enum { MODE_SPLIT, MODE_DIRECT, MODE_SPLIT_MEAN, MODE_FLAT_ONLY };

enum { PERTURB_BOTH, PERTURB_TRUNK, PERTURB_HEADS };

static const char *const norms[] = { "separate", "joint", NULL };
static const char *const modes[] = { "split", "direct", "split-mean", "flat-only", NULL };

static const char *const perturbs[] = { "both", "trunk", "heads", NULL };

static const MtlParam fs_mtl_params[] = {
  { .id = "rho-shared", .title = N_("Trunk radius ρ"),
    .summary = N_("How far each task moves the trunk uphill; 2 in the authors’ code, which is "
                  "adaptive"),
    .type = MTL_PER_TASK, .minimum = 0.0, .maximum = 100.0, .initial = 0.05 },
  { .id = "rho-task", .title = N_("Head radius ρ"),
    .summary = N_("How far each task moves its head; as for the trunk where not set, and in the "
                  "authors’ code"),
    .type = MTL_PER_TASK, .minimum = 0.0, .maximum = 100.0, .initial = NAN },
  { .id = "norm", .title = N_("Norm"),
    .summary = N_("Trunk and head each scaled to their radius, as in the authors’ code on NYUv2, "
                  "CityScapes and CelebA, or both together, as in that on Multi-MNIST"),
    .type = MTL_CHOICE, .choices = norms, .maximum = 1.0 },
  { .id = "adaptive", .title = N_("Adaptive"),
    .summary = N_("Scale the move by weight size, as the authors’ runs do"),
    .type = MTL_FLAG, .maximum = 1.0 },
  { .id = "eta", .title = N_("Adaptive floor η"),
    .summary = N_("Added to the size of each weight; 0 in the authors’ code, 0.01 in that of ASAM"),
    .type = MTL_NUMBER, .maximum = 10.0, .rare = TRUE },
  { .id = "mode", .title = N_("Parts"),
    .summary = N_("Balance loss and flatness apart, as the paper does, or the perturbed gradients "
                  "as they are (its direct variant); split-mean takes the mean of the loss part, "
                  "flat-only leaves it out: both are for comparison"),
    .type = MTL_CHOICE, .choices = modes, .maximum = 3.0, .rare = TRUE },
  { .id = "flat-balancer", .title = N_("Balancer of the flatness part"),
    .summary = N_("As for the loss part where not set, and in the paper"),
    .type = MTL_METHOD, .kind = MTL_KIND_BALANCER, .rare = TRUE },
  { .id = "flat-scale", .title = N_("Flatness factor"),
    .summary = N_("Multiplies the balanced flatness part: 1 in the paper; Nash-MTL cuts both parts "
                  "to length 1, so that less may be wanted"),
    .type = MTL_NUMBER, .maximum = 1000.0, .initial = 1.0, .rare = TRUE },
  { .id = "perturb", .title = N_("Moved"),
    .summary = N_("What each task moves: trunk and head, as in the paper, or one of them alone"),
    .type = MTL_CHOICE, .choices = perturbs, .maximum = 2.0, .rare = TRUE },
  { .id = NULL }
};

/* θ + ε_k into the moved vector. T, where there is one, is there before. */
static void
perturb (MtlStep          *step,
         const MtlSetting *set,
         const MtlGrads   *g,
         guint             task)
{
  MtlMove how = { .adaptive = set[ADAPTIVE].number != 0.0, .eta = set[ETA].number };
  float *moved = mtl_step_moved (step);
  const float *scale = mtl_move_scale (step, &how, moved) ? moved : NULL;
  double rho_trunk = set[RHO_SHARED].numbers[task];
  double rho_head = set[RHO_TASK].numbers[task];
  double trunk2 = 0.0, head2 = 0.0;

  if (isnan (rho_head))
    rho_head = rho_trunk;
  if (set[PERTURB].number != PERTURB_HEADS)
    trunk2 = mtl_grads_norm2 (g, task, FALSE, scale);
  if (set[PERTURB].number != PERTURB_TRUNK)
    head2 = mtl_grads_norm2 (g, task, TRUE, scale);
  if (set[NORM].number == NORM_JOINT)
    {
      double sum2 = trunk2 + head2;

      trunk2 = set[PERTURB].number != PERTURB_HEADS ? sum2 : 0.0;
      head2 = set[PERTURB].number != PERTURB_TRUNK ? sum2 : 0.0;
    }

  mtl_perturb (mtl_step_theta (step), g, task,
               trunk2 > 0.0 ? rho_trunk / sqrt (trunk2) : 0.0,
               head2 > 0.0 ? rho_head / sqrt (head2) : 0.0, scale, moved);
}

static gboolean
balance_parts (MtlStep           *step,
               const MtlSetting  *set,
               const MtlGrads    *g,
               MtlGrads          *s,
               GError           **error)
{
  guint mode = (guint) set[MODE].number;

  if (mode == MODE_DIRECT)
    {
      if (!mtl_step_balance (step, MTL_PART_LOSS, s, 1.0, error))
        return FALSE;
      mtl_step_heads (step, s);
      return TRUE;
    }

  /* flat-only balances the loss part too, for its weights and its report. */
  if (!mtl_step_balance (step, MTL_PART_LOSS, g, mode == MODE_SPLIT ? 1.0 : 0.0, error))
    return FALSE;
  if (mode == MODE_SPLIT_MEAN)
    mtl_step_add_mean (step, g);
  mtl_step_heads (step, s);
  mtl_grads_subtract (s, g, mtl_step_tasks (step));

  return mtl_step_balance (step, MTL_PART_FLAT, s, set[FLAT_SCALE].number, error);
}

static gboolean
fs_mtl_step (MtlStep           *step,
             const MtlSetting  *set,
             MtlState          *state,
             GError           **error)
{
  MtlGrads *g = mtl_step_rows (step, 0);
  MtlGrads *s = mtl_step_rows (step, 1);
  guint64 tasks = mtl_step_tasks (step);

  if (!mtl_step_gradients (step, mtl_step_theta (step), tasks, g, error))
    return FALSE;

  for (guint k = 0; k < mtl_grads_n_tasks (g); k++)
    {
      if ((tasks >> k & 1) == 0)
        continue;
      perturb (step, set, g, k);
      if (!mtl_step_gradients (step, mtl_step_moved (step), G_GUINT64_CONSTANT (1) << k, s, error))
        return FALSE;
    }

  return balance_parts (step, set, g, s, error);
}

/* What a balancer learns, or sees of other batches, is of the gradients at θ. What it learns
 * of losses alone it learns in the loss part, whose weights the same one has in both. */
static const char *
fs_mtl_refuses (const MtlSetting  *set,
                guint              n_batches,
                const MtlBalancer *flat,
                gboolean           same)
{
  gboolean reads = (flat->needs & (MTL_NEEDS_GRAMIAN | MTL_NEEDS_ROWS)) != 0;
  gboolean learns = flat->learn != NULL || flat->note != NULL || flat->follow != NULL;

  if (set[MODE].number == MODE_DIRECT)
    return NULL;
  if ((flat->needs & MTL_NEEDS_CROSS) != 0 || (flat->learn != NULL && reads))
    return N_("This balancer learns of other gradients than those of the flatness part: choose "
              "another for that part, or set its parts to direct");
  if (learns && !same)
    return N_("This balancer learns from losses, and does so in the loss part alone: choose "
              "another for the flatness part, or the same with the same settings for both");

  return NULL;
}

const MtlSharp mtl_sharp_fs_mtl = {
  .method = {
    .id = "fs-mtl",
    .title = N_("Task-based"),
    .summary = N_("Every task seeks its own flat region; loss and flatness are balanced apart."),
    .reference = "Phan et al., “Improving Multi-task Learning via Seeking Task-based Flat "
                 "Regions”, arXiv 2211.13723 (2022), Algorithm 1",
    .params = fs_mtl_params,
  },
  .n_rows = 2,
  .parts = TRUE,
  .forward = { 1, 1 },
  .backward = { 0, 2 },
  .refuses = fs_mtl_refuses,
  .step = fs_mtl_step,
};
