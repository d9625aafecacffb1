/* gru.c — gated recurrent unit over the tokens, forwards or both ways
 *
 *   a = Wᵢ·xₜ + bᵢ     c = Wₕ·hₜ₋₁ + bₕ        each of 3·hidden values, for r, z and n
 *   r = σ(aᵣ + cᵣ)     z = σ(a_z + c_z)     n = tanh (aₙ + r∘cₙ)
 *   hₜ = (1 − z)∘n + z∘hₜ₋₁     h₋₁ = 0     yₜ = hₜ
 *
 *   dn' = dh∘(1 − z)∘(1 − n²)     dz' = dh∘(hₜ₋₁ − n)∘z∘(1 − z)     dr' = dn'∘cₙ∘r∘(1 − r)
 *   da = [dr' dz' dn']     dc = [dr' dz' dn'∘r]     dhₜ₋₁ = dh∘z + dc·Wₕ
 *
 * as PyTorch has it, with both biases and r behind Wₕ. Both ways, a second unit
 * goes from the last token to the first, and y has its h behind that of the first.
 *
 * a is one product over all tokens of a shard; c is one for each token, over
 * the samples. r, z, n and cₙ are kept. dx and the gradients of the weights
 * all follow from da and dc, so grad() makes both and there is no backward().
 *
 * Source: Cho et al., arXiv 1406.1078 (2014), eq. 5 to 8.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-c-writer.h"
#include "mtl-kernels.h"
#include "mtl-op-affine.h"

#define ROWS  32  /* samples of a shard at most */
#define GATES 4   /* r, z, n and cₙ: what is kept of a unit */

enum { HIDDEN, BIDIRECTIONAL };
enum { WEIGHT_IN, WEIGHT_HIDDEN, BIAS_IN, BIAS_HIDDEN, TENSORS };  /* of a direction */

static const char *const names[] = {
  "weight_ih", "weight_hh", "bias_ih", "bias_hh",
  "weight_ih_reverse", "weight_hh_reverse", "bias_ih_reverse", "bias_hh_reverse",
};

typedef struct
{
  gsize tokens, width, hidden;
  guint ways;   /* 1 or 2 */
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  return (Sizes) { shape->in[0].size[0], shape->in[0].size[1], shape->set[HIDDEN].number,
                   shape->set[BIDIRECTIONAL].number != 0.0 ? 2 : 1 };
}

static MtlOpAffine
get_in (Sizes sizes)
{
  return (MtlOpAffine) { sizes.width, 3 * sizes.hidden };
}

static MtlOpAffine
get_hidden (Sizes sizes)
{
  return (MtlOpAffine) { sizes.hidden, 3 * sizes.hidden };
}

static gboolean
gru_infer (MtlOpShape  *shape,
           GError     **error)
{
  MtlShape of_in, of_hidden, out;
  Sizes sizes;

  if (!mtl_op_infer_tokens (shape, error))
    return FALSE;

  sizes = measure_sizes (shape);
  of_in = (MtlShape) { 2, { 3 * sizes.hidden, sizes.width } };
  of_hidden = (MtlShape) { 2, { 3 * sizes.hidden, sizes.hidden } };
  out = (MtlShape) { 2, { sizes.tokens, sizes.ways * sizes.hidden } };
  return mtl_op_infer_weights (&of_in, error) && mtl_op_infer_weights (&of_hidden, error)
         && mtl_op_infer_output (shape, &out, error);
}

/* Floats of the weights of one way, packed. */
static gsize
count_packed (Sizes sizes)
{
  return mtl_op_affine_packed (get_in (sizes)) + mtl_op_affine_packed (get_hidden (sizes));
}

static void
gru_plan (const MtlOpShape *shape,
          MtlOpNeeds       *needs)
{
  Sizes sizes = measure_sizes (shape);
  gsize n = ROWS * sizes.tokens;

  for (guint t = 0; t < sizes.ways * TENSORS; t++)
    {
      gboolean bias = t % TENSORS >= BIAS_IN;

      needs->tensors[t] = (MtlTensorSpec) {
        .name = names[t], .init = MTL_INIT_UNIFORM, .decay = !bias,
        .shape = { bias ? 1 : 2, { 3 * sizes.hidden, t % TENSORS == WEIGHT_IN ? sizes.width
                                                                              : sizes.hidden } },
        /* PyTorch draws all of them from U(±√(1/hidden)). */
        .fan_in = sizes.hidden, .fan_out = sizes.hidden,
      };
      if (bias)
        needs->tensors[t].shape.size[1] = 0;
    }
  needs->kept = sizes.ways * sizes.tokens * GATES * sizes.hidden * sizeof (float);
  needs->scratch = ((2 * n + 2 * ROWS) * 3 * sizes.hidden + mtl_op_affine_scratch ())
                   * sizeof (float);
  needs->prepared = sizes.ways * count_packed (sizes) * sizeof (float);
  needs->n_pieces = sizes.ways;
  needs->reads_x = TRUE;
  needs->reads_y = TRUE;
}

/* --- one way --- */

typedef struct
{
  Sizes        sizes;
  guint        way;
  gsize        rows;
  const float *const *weights;  /* [TENSORS] */
  float       *in, *hidden;     /* packed */
  float       *gates;           /* rows×tokens×GATES·hidden */
} Unit;

static Unit
get_unit (const MtlOpPass *pass,
          guint            way)
{
  Sizes sizes = measure_sizes (pass->shape);
  float *packed = (float *) pass->prepared + way * count_packed (sizes);
  gsize n_gates = pass->rows * sizes.tokens * GATES * sizes.hidden;

  return (Unit) { sizes, way, pass->rows, pass->weights + way * TENSORS, packed,
                  packed + mtl_op_affine_packed (get_in (sizes)),
                  pass->kept != NULL ? (float *) pass->kept + way * n_gates : NULL };
}

/* The token of step @s. */
static gsize
find_token (const Unit *unit,
            gsize       s)
{
  return unit->way == 0 ? s : unit->sizes.tokens - 1 - s;
}

/* h of the first sample at token @t, in y or beside it in dy. */
static gsize
find_state (const Unit *unit,
            gsize       t)
{
  return t * unit->sizes.ways * unit->sizes.hidden + unit->way * unit->sizes.hidden;
}

/* From one sample to the next in y. */
static gsize
get_stride (const Unit *unit)
{
  return unit->sizes.tokens * unit->sizes.ways * unit->sizes.hidden;
}

/* dc needs Wₕ even where nobody wants dx. */
static void
gru_prepare (const MtlOpPass *pass)
{
  Unit unit = get_unit (pass, pass->piece);

  mtl_op_affine_pack (get_in (unit.sizes), unit.weights[WEIGHT_IN], pass->goes_back, unit.in);
  mtl_op_affine_pack (get_hidden (unit.sizes), unit.weights[WEIGHT_HIDDEN], TRUE, unit.hidden);
}

/* --- forward --- */

/* @gates: a of one sample and token, and room for cₙ; @before: NULL at the first step */
static void
open_gates (gsize        hidden,
            float       *gates,
            const float *c,
            const float *before,
            float       *h)
{
  const MtlCurveKernels *curves = mtl_kernels ()->curves;
  float *z = gates + hidden, *n = gates + 2 * hidden;

  for (gsize i = 0; i < 2 * hidden; i++)
    gates[i] += c[i];
  curves->sigmoid (2 * hidden, gates, gates);
  for (gsize i = 0; i < hidden; i++)
    n[i] += gates[i] * c[2 * hidden + i];
  curves->tanh (hidden, n, n);

  memcpy (gates + 3 * hidden, c + 2 * hidden, hidden * sizeof *c);
  for (gsize i = 0; i < hidden; i++)
    h[i] = (1.0f - z[i]) * n[i] + (before != NULL ? z[i] * before[i] : 0.0f);
}

static void
run_way (const MtlOpPass *pass,
         const Unit      *unit)
{
  MtlOpAffine of_hidden = get_hidden (unit->sizes);
  gsize tokens = unit->sizes.tokens, hidden = unit->sizes.hidden, stride = get_stride (unit);
  const float *before = NULL;
  float *c = pass->scratch;

  mtl_op_affine_forward (get_in (unit->sizes), unit->rows * tokens, pass->x[0], unit->sizes.width,
                         unit->in, unit->weights[BIAS_IN], unit->gates, GATES * hidden);
  for (gsize s = 0; s < tokens; s++)
    {
      gsize t = find_token (unit, s);
      float *h = pass->y[0] + find_state (unit, t);

      if (before != NULL)
        mtl_op_affine_forward (of_hidden, unit->rows, before, stride, unit->hidden,
                               unit->weights[BIAS_HIDDEN], c, 3 * hidden);
      else
        for (gsize r = 0; r < unit->rows; r++)
          memcpy (c + r * 3 * hidden, unit->weights[BIAS_HIDDEN], 3 * hidden * sizeof *c);
      for (gsize r = 0; r < unit->rows; r++)
        open_gates (hidden, unit->gates + (r * tokens + t) * GATES * hidden, c + r * 3 * hidden,
                    before != NULL ? before + r * stride : NULL, h + r * stride);
      before = h;
    }
}

static void
gru_forward (const MtlOpPass *pass)
{
  for (guint way = 0; way < measure_sizes (pass->shape).ways; way++)
    {
      Unit unit = get_unit (pass, way);

      run_way (pass, &unit);
    }
}

/* --- backward --- */

typedef struct
{
  float *da, *dc;   /* rows×tokens×3·hidden */
  float *dh;        /* rows×hidden: what comes from later steps */
  float *affine;
} Room;

static Room
find_room (const MtlOpPass *pass,
           const Unit      *unit)
{
  gsize n = unit->rows * unit->sizes.tokens * 3 * unit->sizes.hidden;
  float *da = pass->scratch, *dc = da + n, *dh = dc + n;

  return (Room) { da, dc, dh, dh + unit->rows * unit->sizes.hidden };
}

/* One sample and token; dh comes as the sum of all that h is read for, and goes as
 * the part of dhₜ₋₁ past the gates. */
static void
close_gates (gsize        hidden,
             const float *gates,
             const float *before,
             float       *dh,
             float       *da,
             float       *dc)
{
  for (gsize i = 0; i < hidden; i++)
    {
      float r = gates[i], z = gates[hidden + i], n = gates[2 * hidden + i];
      float was = before != NULL ? before[i] : 0.0f;
      float dn = dh[i] * (1.0f - z) * (1.0f - n * n);

      da[i] = dc[i] = dn * gates[3 * hidden + i] * r * (1.0f - r);
      da[hidden + i] = dc[hidden + i] = dh[i] * (was - n) * z * (1.0f - z);
      da[2 * hidden + i] = dn;
      dc[2 * hidden + i] = dn * r;
      dh[i] *= z;
    }
}

/* Fills da and dc, from the last step to the first. */
static void
run_back (const Unit  *unit,
          const Room  *room,
          const float *y,
          const float *dy)
{
  gsize tokens = unit->sizes.tokens, hidden = unit->sizes.hidden, stride = get_stride (unit);

  memset (room->dh, 0, unit->rows * hidden * sizeof *room->dh);
  for (gsize s = tokens; s > 0; s--)
    {
      gsize t = find_token (unit, s - 1);
      const float *before = s > 1 ? y + find_state (unit, find_token (unit, s - 2)) : NULL;

      for (gsize r = 0; r < unit->rows; r++)
        {
          const float *from = dy + r * stride + find_state (unit, t);
          float *dh = room->dh + r * hidden;
          gsize at = r * tokens + t;

          for (gsize i = 0; i < hidden; i++)
            dh[i] += from[i];
          close_gates (hidden, unit->gates + at * GATES * hidden,
                       before != NULL ? before + r * stride : NULL, dh,
                       room->da + at * 3 * hidden, room->dc + at * 3 * hidden);
        }
      if (s > 1)
        mtl_op_affine_backward (get_hidden (unit->sizes), unit->rows, room->dc + t * 3 * hidden,
                                tokens * 3 * hidden, unit->hidden, TRUE, room->dh, hidden);
    }
}

/* dWₕ: each token but the first one to come with the state before it. */
static void
grad_hidden (const Unit  *unit,
             const Room  *room,
             const float *y,
             float       *dw)
{
  gsize tokens = unit->sizes.tokens, hidden = unit->sizes.hidden;
  gsize first = unit->way == 0 ? 1 : 0, before = unit->way == 0 ? 0 : 1;

  for (gsize r = 0; r < unit->rows; r++)
    mtl_op_affine_grad (get_hidden (unit->sizes), tokens - 1,
                        y + r * get_stride (unit) + find_state (unit, before),
                        unit->sizes.ways * hidden, room->dc + (r * tokens + first) * 3 * hidden,
                        3 * hidden, dw, room->affine);
}

static void
grad_way (const MtlOpPass *pass,
          const Unit      *unit,
          guint            lane)
{
  Room room = find_room (pass, unit);
  MtlOpAffine of_in = get_in (unit->sizes);
  gsize n = unit->rows * unit->sizes.tokens, width = 3 * unit->sizes.hidden;
  guint first = unit->way * TENSORS;
  float *dx = mtl_op_dx (pass, 0, lane);

  run_back (unit, &room, pass->y[0], mtl_op_dy (pass, 0, lane));
  mtl_op_affine_grad (of_in, n, pass->x[0], unit->sizes.width, room.da, width,
                      mtl_op_dw (pass, first + WEIGHT_IN, lane), room.affine);
  mtl_op_affine_grad_bias (width, n, room.da, width, mtl_op_dw (pass, first + BIAS_IN, lane));
  grad_hidden (unit, &room, pass->y[0], mtl_op_dw (pass, first + WEIGHT_HIDDEN, lane));
  mtl_op_affine_grad_bias (width, n, room.dc, width, mtl_op_dw (pass, first + BIAS_HIDDEN, lane));
  if (dx != NULL)
    mtl_op_affine_backward (of_in, n, room.da, width, unit->in,
                            unit->way > 0 || !mtl_op_dx_fresh (pass, 0, lane), dx,
                            unit->sizes.width);
}

static void
gru_grad (const MtlOpPass *pass)
{
  for (guint way = 0; way < measure_sizes (pass->shape).ways; way++)
    {
      Unit unit = get_unit (pass, way);

      for (guint lane = 0; lane < pass->n_lanes; lane++)
        grad_way (pass, &unit, lane);
    }
}

/* --- in C --- */

#define N "%" G_GSIZE_FORMAT

/* One way, which reads the state before from y. */
static void
write_way (Sizes       sizes,
           guint       way,
           MtlCWriter *to)
{
  gsize h = sizes.hidden, ld = sizes.ways * h;
  const char *of_in = mtl_c_writer_tensor (to, way * TENSORS + WEIGHT_IN);
  const char *of_hidden = mtl_c_writer_tensor (to, way * TENSORS + WEIGHT_HIDDEN);

  mtl_c_writer_line (to, 0, "for (long k = 0; k < " N "; k++)", sizes.tokens);
  mtl_c_writer_line (to, 1, "{");
  if (way == 0)
    mtl_c_writer_line (to, 2, "long t = k;");
  else
    mtl_c_writer_line (to, 2, "long t = " N " - k;", sizes.tokens - 1);
  mtl_c_writer_line (to, 2, "const float *xt = x + t * " N ";", sizes.width);
  mtl_c_writer_line (to, 2, "float *h = y + t * " N " + " N ";", ld, way * h);
  mtl_c_writer_line (to, 2, "const float *before = k > 0 ? h %s " N " : 0;\n",
                     way == 0 ? "-" : "+", ld);
  mtl_c_writer_line (to, 2, "for (long o = 0; o < " N "; o++)", 3 * h);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "a[o] = %s[o];", mtl_c_writer_tensor (to, way * TENSORS + BIAS_IN));
  mtl_c_writer_line (to, 4, "c[o] = %s[o];",
                     mtl_c_writer_tensor (to, way * TENSORS + BIAS_HIDDEN));
  mtl_c_writer_line (to, 4, "for (long i = 0; i < " N "; i++)", sizes.width);
  mtl_c_writer_line (to, 5, "a[o] += %s[o * " N " + i] * xt[i];", of_in, sizes.width);
  mtl_c_writer_line (to, 4, "for (long i = 0; before && i < " N "; i++)", h);
  mtl_c_writer_line (to, 5, "c[o] += %s[o * " N " + i] * before[i];", of_hidden, h);
  mtl_c_writer_line (to, 3, "}");
  mtl_c_writer_line (to, 2, "for (long i = 0; i < " N "; i++)", h);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "float r = 1.0f / (1.0f + expf (-a[i] - c[i]));");
  mtl_c_writer_line (to, 4, "float z = 1.0f / (1.0f + expf (-a[i + " N "] - c[i + " N "]));", h, h);
  mtl_c_writer_line (to, 4, "float n = tanhf (a[i + " N "] + r * c[i + " N "]);\n", 2 * h, 2 * h);
  mtl_c_writer_line (to, 4, "h[i] = (1.0f - z) * n + (before ? z * before[i] : 0.0f);");
  mtl_c_writer_line (to, 3, "}");
  mtl_c_writer_line (to, 1, "}");
}

static gboolean
gru_write_c (const MtlOpShape  *shape,
             MtlCWriter        *to,
             GError           **error)
{
  Sizes sizes = measure_sizes (shape);

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "float a[" N "], c[" N "];\n", 3 * sizes.hidden, 3 * sizes.hidden);
  for (guint way = 0; way < sizes.ways; way++)
    write_way (sizes, way, to);

  return TRUE;
}

static char *
gru_line (const MtlSetting *set)
{
  guint hidden = set[HIDDEN].number;

  if (set[BIDIRECTIONAL].number != 0.0)
    /* Translators: second line of a GRU that goes both ways, e.g. “2 × 50 units”. */
    return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "2 × %u unit", "2 × %u units", hidden),
                            hidden);

  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u unit", "%u units", hidden), hidden);
}

const MtlOp mtl_op_gru = {
  .method = {
    .id = "gru",
    .title = N_("GRU"),
    .summary = N_("Goes through the tokens with a memory that it opens and closes itself."),
    .reference = "Cho et al., “Learning Phrase Representations using RNN Encoder–Decoder for "
                 "Statistical Machine Translation”, EMNLP 2014, arXiv 1406.1078, eq. 5 to 8",
    .params = (const MtlParam[]) {
      [HIDDEN] = { .id = "hidden", .title = N_("Hidden units"),
                   .summary = N_("Values that it remembers and gives for each token"),
                   .type = MTL_WHOLE, .minimum = 1, .maximum = 1 << 20, .initial = 32 },
      [BIDIRECTIONAL] = { .id = "bidirectional", .title = N_("Bidirectional"),
                          .summary = N_("Whether a second unit goes from the last token to the "
                                        "first, and doubles the width"),
                          .type = MTL_FLAG },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", NULL },
    .outputs = (const char *const[]) { "out", NULL },
  },
  .look = { .icon = "basin-recurrent-symbolic", .group = N_("Sequences"), .width = 84,
            .line = gru_line },
  .infer = gru_infer,
  .plan = gru_plan,
  .prepare = gru_prepare,
  .forward = gru_forward,
  .grad = gru_grad,
  .write_c = gru_write_c,
};
