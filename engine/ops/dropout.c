/* dropout.c — sets values to zero at random while training
 *
 *   y = x·m / (1 − p)        m = 0 with probability p, else 1        dx = dy·m / (1 − p)
 *
 * Inverted: scaled while training, so that evaluation is the identity. m is a
 * function of the sample's number and the element, not of its row, its shard
 * or the order of calls: a perturbed pass sees the mask of the clean one, or
 * the difference of their gradients would measure the noise of the mask.
 *
 * m is a factor and not a condition: no processor foresees a random branch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>

#include "mtl-c-writer.h"
#include "mtl-op-move.h"

enum { P };

static void
dropout_plan (const MtlOpShape *shape,
              MtlOpNeeds       *needs)
{
  gsize n = mtl_shape_size (&shape->in[0]);

  needs->kept = n * sizeof (guint8);
  needs->scratch = n * sizeof (float);
}

static void
dropout_forward (const MtlOpPass *pass)
{
  float p = pass->shape->set[P].number, scale = 1.0f / (1.0f - p);
  gsize n = mtl_shape_size (&pass->shape->in[0]);
  float *drawn = pass->scratch;
  MtlRng rng = mtl_op_rng (pass);

  if (pass->mode == MTL_PASS_EVALUATE)
    {
      memcpy (pass->y[0], pass->x[0], pass->rows * n * sizeof (float));
      return;
    }

  for (gsize r = 0; r < pass->rows; r++)
    {
      const float *x = pass->x[0] + r * n;
      float *y = pass->y[0] + r * n;
      guint8 *stays = (guint8 *) pass->kept + r * n;

      mtl_rng_fill (mtl_rng_derive (rng, pass->samples[r]), 0, n, drawn);
      for (gsize i = 0; i < n; i++)
        {
          stays[i] = drawn[i] >= p;
          y[i] = x[i] * (stays[i] * scale);
        }
    }
}

static void
dropout_backward (const MtlOpPass *pass)
{
  float p = pass->shape->set[P].number, scale = 1.0f / (1.0f - p);
  gsize n = pass->rows * mtl_shape_size (&pass->shape->in[0]);
  const guint8 *stays = pass->kept;

  for (guint lane = 0; lane < pass->n_lanes; lane++)
    {
      const float *dy = mtl_op_dy (pass, 0, lane);
      float *dx = mtl_op_dx (pass, 0, lane);
      gboolean fresh = mtl_op_dx_fresh (pass, 0, lane);

      if (dx == NULL)
        continue;
      if (pass->mode == MTL_PASS_EVALUATE)
        mtl_op_move (dx, dy, n, fresh);
      else if (fresh)
        for (gsize i = 0; i < n; i++)
          dx[i] = dy[i] * (stays[i] * scale);
      else
        for (gsize i = 0; i < n; i++)
          dx[i] += dy[i] * (stays[i] * scale);
    }
}

static char *
dropout_line (const MtlSetting *set)
{
  /* Translators: second line of a dropout block, “drops 50 %” with a no-break space. */
  return g_strdup_printf (_("drops %.3g\u00a0%%"), set[P].number * 100.0);
}

static gboolean
dropout_write_c (const MtlOpShape  *shape,
                 MtlCWriter        *to,
                 GError           **error)
{
  mtl_c_writer_same (to);

  return TRUE;
}

const MtlOp mtl_op_dropout = {
  .method = {
    .id = "dropout",
    .title = N_("Dropout"),
    .summary = N_("Sets values to zero at random while training, so that none is relied upon."),
    .reference = "Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov, “Dropout: A Simple Way "
                 "to Prevent Neural Networks from Overfitting”, JMLR 15 (2014)",
    .params = (const MtlParam[]) {
      [P] = { .id = "p", .title = N_("Probability"), .summary = N_("Share of values set to zero"),
              .type = MTL_NUMBER, .minimum = 0.0, .maximum = 0.99, .initial = 0.5 },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-dropout-symbolic", .group = N_("Regularise"), .width = 76,
            .bead = TRUE, .line = dropout_line },
  .infer = mtl_op_infer_same,
  .plan = dropout_plan,
  .forward = dropout_forward,
  .backward = dropout_backward,
  .write_c = dropout_write_c,
};
