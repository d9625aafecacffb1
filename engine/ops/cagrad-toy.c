/* cagrad-toy.c — the two losses of a plane on which methods are told apart
 *
 *   first:   l = u·A + v·P        A = log max (|a|, 5e-6) + 6   a = (−x_1 − 7)/2 + tanh x_2
 *   second:  l = u·B + v·Q        B = log max (|b|, 5e-6) + 6   b = (3 − x_1)/2 − tanh x_2 + 2
 *   u = max (tanh (x_2/2), 0)     P = ((x_1 − 7)² + 0.1·(x_2 + 8)²)/10 − 20
 *   v = max (tanh (−x_2/2), 0)    Q = ((x_1 + 7)² + 0.1·(x_2 + 8)²)/10 − 20
 *
 * times `factor`. With c the centre 7 of P or −7 of Q, and z for a or b:
 *
 *   dl/dx_1 = −u/(2·z) + v·(x_1 − c)/5
 *   dl/dx_2 = u'·A + u·(±(1 − tanh² x_2)/z) + v'·P + v·0.02·(x_2 + 8)
 *   u' = (1 − tanh² (x_2/2))/2 where x_2 ≥ 0, v' the negative of it where x_2 ≤ 0, else 0
 *
 * so that at x_2 = 0 both have the slope of the side on which they grow, as
 * PyTorch's clamp gives it, of which the published code is made. Where |z| is below
 * the floor, A does not move. All is worked out in double precision.
 *
 * Above the line x_2 = 0 lie two narrow valleys in which plain descent of the mean is
 * caught; below it, two bowls, between whose bottoms is the Pareto front.
 *
 * Source: Liu et al., arXiv 2110.14048 (2021), appendix. Navon et al., arXiv
 * 2202.01017 (2022), and Liu et al., arXiv 2306.03792 (2023), take 0.1 of the first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-error.h"

enum { LOSS, FACTOR };
enum { FIRST, SECOND };

#define FLOOR 5e-6

typedef struct
{
  double value;
  double slope[2];   /* in x_1 and x_2 */
} Toy;

/* u·A or u·B. */
static void
add_valley (guint         which,
            const double  x[2],
            Toy          *toy)
{
  double bend = which == FIRST ? tanh (x[1]) : -tanh (x[1]);
  double z = (which == FIRST ? (-x[0] - 7.0) / 2.0 : (3.0 - x[0]) / 2.0 + 2.0) + bend;
  double log_z = log (MAX (fabs (z), FLOOR)) + 6.0;
  double half = tanh (x[1] / 2.0), u = MAX (half, 0.0);

  toy->value += u * log_z;
  if (x[1] >= 0.0)
    toy->slope[1] += (1.0 - half * half) / 2.0 * log_z;
  if (fabs (z) < FLOOR)
    return;
  toy->slope[0] -= u / (2.0 * z);
  toy->slope[1] += u * (which == FIRST ? 1.0 : -1.0) * (1.0 - bend * bend) / z;
}

/* v·P or v·Q. */
static void
add_bowl (guint         which,
          const double  x[2],
          Toy          *toy)
{
  double across = x[0] - (which == FIRST ? 7.0 : -7.0), along = x[1] + 8.0;
  double bowl = (across * across + 0.1 * along * along) / 10.0 - 20.0;
  double half = tanh (-x[1] / 2.0), v = MAX (half, 0.0);

  toy->value += v * bowl;
  toy->slope[0] += v * across / 5.0;
  toy->slope[1] += v * 0.02 * along;
  if (x[1] <= 0.0)
    toy->slope[1] -= (1.0 - half * half) / 2.0 * bowl;
}

static Toy
work_out (const MtlOpShape *shape,
          const float      *point)
{
  guint which = (guint) shape->set[LOSS].number;
  double factor = shape->set[FACTOR].number;
  double x[2] = { (double) point[0], (double) point[1] };
  Toy toy = { 0.0, { 0.0, 0.0 } };

  add_valley (which, x, &toy);
  add_bowl (which, x, &toy);

  return (Toy) { factor * toy.value, { factor * toy.slope[0], factor * toy.slope[1] } };
}

static gboolean
cagrad_toy_infer (MtlOpShape  *shape,
                  GError     **error)
{
  g_autofree char *found = mtl_op_shape_words (&shape->in[0]);

  if (shape->in[0].rank == 1 && shape->in[0].size[0] == 2)
    return mtl_op_infer_output (shape, &(MtlShape) { .rank = 1, .size = { 1 } }, error);

  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE, "needs 2 values, a point of the plane, but "
               "gets %s", found);
  return FALSE;
}

static void
cagrad_toy_plan (const MtlOpShape *shape,
                 MtlOpNeeds       *needs)
{
  needs->reads_x = TRUE;
}

static void
cagrad_toy_forward (const MtlOpPass *pass)
{
  for (gsize r = 0; r < pass->rows; r++)
    pass->y[0][r] = (float) work_out (pass->shape, pass->x[0] + 2 * r).value;
}

static void
cagrad_toy_backward (const MtlOpPass *pass)
{
  for (gsize r = 0; r < pass->rows; r++)
    {
      Toy toy = work_out (pass->shape, pass->x[0] + 2 * r);

      for (guint lane = 0; lane < pass->n_lanes; lane++)
        for (guint i = 0; mtl_op_dx (pass, 0, lane) != NULL && i < 2; i++)
          {
            float *dx = mtl_op_dx (pass, 0, lane) + 2 * r + i;
            float part = (float) (toy.slope[i] * (double) mtl_op_dy (pass, 0, lane)[r]);

            *dx = mtl_op_dx_fresh (pass, 0, lane) ? part : *dx + part;
          }
    }
}

static char *
cagrad_toy_line (const MtlSetting *set)
{
  return g_strdup (set[LOSS].number == FIRST ? _("first loss") : _("second loss"));
}

const MtlOp mtl_op_cagrad_toy = {
  .method = {
    .id = "cagrad-toy",
    .title = N_("CAGrad Toy"),
    .summary = N_("One of two losses of a point of the plane, with valleys in which plain descent "
                  "is caught; what methods are tried on."),
    .reference = "Liu, Liu, Jin, Stone, Liu, “Conflict-Averse Gradient Descent for Multi-task "
                 "Learning”, NeurIPS 2021, arXiv 2110.14048, appendix: toy optimization problem",
    .params = (const MtlParam[]) {
      [LOSS] = { .id = "loss", .title = N_("Loss"), .summary = N_("Which of the two"),
                 .type = MTL_CHOICE, .choices = (const char *const[]) { "first", "second", NULL },
                 .initial = FIRST },
      [FACTOR] = { .id = "factor", .title = N_("Factor"),
                   .summary = N_("What the loss is multiplied by: 1 in the CAGrad paper; the "
                                 "Nash-MTL and FAMO papers take 0.1 for the first loss"),
                   .type = MTL_NUMBER, .minimum = 1e-6, .maximum = 1e6, .initial = 1.0 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-multiply-symbolic", .group = N_("Toy Problem"), .width = 108,
            .line = cagrad_toy_line },
  .infer = cagrad_toy_infer,
  .plan = cagrad_toy_plan,
  .forward = cagrad_toy_forward,
  .backward = cagrad_toy_backward,
};
