/* attention.c — every token reads from all tokens, by how well they match
 *
 *   [q k v] = x·Wᵢᵀ + bᵢ        Wᵢ: 3·width×width, the rows of q, then k, then v
 *   P = softmax (q·kᵀ / √d)     for each head: d = width / heads columns of q, k and v
 *   y = [P·v of all heads]·Wₒᵀ + bₒ
 *
 *   do = dy·Wₒ    dv = Pᵀ·do    dP = do·vᵀ    dS = P∘(dP − Σⱼ dP∘P) / √d
 *   dq = dS·k     dk = dSᵀ·q    dx = [dq dk dv]·Wᵢ
 *
 * Keys that are padding, as the second input says, are not read; nor are later
 * ones where it is causal. A token that has nothing to read gives zeros.
 *
 * q, k, v, P and o are kept: O(tokens²) for each head. The projections are of
 * all tokens of a shard at once. dx and the gradients of Wᵢ both follow from
 * [dq dk dv], so grad() makes both and there is no backward().
 *
 * Source: Vaswani et al., arXiv 1706.03762 (2017), eq. 1 and sec. 3.2.2.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-attention.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "mtl-kernels.h"
#include "mtl-op-affine.h"
#include "mtl-op-infer.h"
#include "mtl-op-move.h"
#include "mtl-op-sum.h"

#define ROWS 32  /* samples of a shard at most */

typedef struct
{
  gsize    tokens, width, heads, depth;  /* depth: columns of a head */
  gboolean causal;
} Sizes;

static Sizes
measure_sizes (const MtlOpShape *shape)
{
  const gsize *in = shape->in[MTL_ATTENTION_TOKENS].size;
  gsize heads = shape->set[MTL_ATTENTION_HEADS].number;

  return (Sizes) { in[0], in[1], heads, in[1] / heads,
                   shape->set[MTL_ATTENTION_CAUSAL].number != 0.0 };
}

static MtlOpAffine
get_in (Sizes sizes)
{
  return (MtlOpAffine) { sizes.width, 3 * sizes.width };
}

static MtlOpAffine
get_out (Sizes sizes)
{
  return (MtlOpAffine) { sizes.width, sizes.width };
}

/* --- shapes --- */

static gboolean
check_numbers (const MtlOpShape  *shape,
               GError           **error)
{
  const MtlShape *numbers = &shape->in[MTL_ATTENTION_NUMBERS];
  g_autofree char *words = NULL;

  if (shape->n_in <= MTL_ATTENTION_NUMBERS
      || (numbers->rank == 1 && numbers->size[0] == shape->in[MTL_ATTENTION_TOKENS].size[0]))
    return TRUE;

  words = mtl_op_shape_words (numbers);
  g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
               "needs a number for each of %" G_GSIZE_FORMAT " tokens, but input 2 is %s",
               shape->in[MTL_ATTENTION_TOKENS].size[0], words);
  return FALSE;
}

static gboolean
attention_infer (MtlOpShape  *shape,
                 GError     **error)
{
  const gsize *in = shape->in[MTL_ATTENTION_TOKENS].size;
  gsize heads = shape->set[MTL_ATTENTION_HEADS].number;
  MtlShape weight, scores;

  if (!mtl_op_infer_tokens (shape, error) || !check_numbers (shape, error))
    return FALSE;
  if (in[1] % heads != 0)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[MTL_ATTENTION_TOKENS]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs a width that %" G_GSIZE_FORMAT " heads divide, but gets %s", heads,
                   words);
      return FALSE;
    }
  scores = (MtlShape) { 3, { heads, in[0], in[0] } };
  if (mtl_shape_size (&scores) > MTL_OP_MAX_SIZE)
    {
      g_autofree char *text = mtl_shape_to_text (&scores);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "would compare tokens %s times for each sample; at most %d are possible", text,
                   MTL_OP_MAX_SIZE);
      return FALSE;
    }

  weight = (MtlShape) { 2, { 3 * in[1], in[1] } };
  return mtl_op_infer_weights (&weight, error) && mtl_op_infer_same (shape, error);
}

/* Floats of the right factors of one head's products. */
static gsize
count_panels (Sizes sizes)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;

  return MAX (mtl_gemm_packed_size (gemm, sizes.depth, sizes.tokens),
              mtl_gemm_packed_size (gemm, sizes.tokens, sizes.depth));
}

static void
attention_plan (const MtlOpShape *shape,
                MtlOpNeeds       *needs)
{
  Sizes sizes = measure_sizes (shape);
  gsize width = sizes.width, square = sizes.tokens * sizes.tokens;

  needs->tensors[MTL_ATTENTION_IN_WEIGHT] = (MtlTensorSpec) {
    .name = "in_proj_weight", .shape = { .rank = 2, .size = { 3 * width, width } },
    .init = MTL_INIT_NARROW, .decay = TRUE, .fan_in = width, .fan_out = width,
  };
  needs->tensors[MTL_ATTENTION_IN_BIAS] = (MtlTensorSpec) {
    .name = "in_proj_bias", .shape = { .rank = 1, .size = { 3 * width } }, .init = MTL_INIT_ZERO,
    .fan_in = width, .fan_out = width,
  };
  needs->tensors[MTL_ATTENTION_OUT_WEIGHT] = (MtlTensorSpec) {
    .name = "out_proj_weight", .shape = { .rank = 2, .size = { width, width } },
    .init = MTL_INIT_NARROW, .decay = TRUE, .fan_in = width, .fan_out = width,
  };
  needs->tensors[MTL_ATTENTION_OUT_BIAS] = (MtlTensorSpec) {
    .name = "out_proj_bias", .shape = { .rank = 1, .size = { width } }, .init = MTL_INIT_ZERO,
    .fan_in = width, .fan_out = width,
  };
  needs->kept = (4 * sizes.tokens * width + sizes.heads * square) * sizeof (float);
  needs->scratch = (4 * ROWS * sizes.tokens * width + square + count_panels (sizes)
                    + mtl_op_affine_scratch ()) * sizeof (float);
  needs->prepared = (mtl_op_affine_packed (get_in (sizes))
                     + mtl_op_affine_packed (get_out (sizes))) * sizeof (float);
  needs->n_pieces = 2;
  needs->reads_x = TRUE;
}

static const float *
out_panels (const MtlOpPass *pass,
            Sizes            sizes)
{
  return (const float *) pass->prepared + mtl_op_affine_packed (get_in (sizes));
}

/* do is made of Wₒ even where nobody wants dx. */
static void
attention_prepare (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);

  if (pass->piece == 0)
    mtl_op_affine_pack (get_in (sizes), pass->weights[MTL_ATTENTION_IN_WEIGHT], pass->goes_back,
                        pass->prepared);
  else
    mtl_op_affine_pack (get_out (sizes), pass->weights[MTL_ATTENTION_OUT_WEIGHT], TRUE,
                        (float *) pass->prepared + mtl_op_affine_packed (get_in (sizes)));
}

/* --- what is kept, and what one head of one sample sees of it --- */

typedef struct
{
  float *qkv;    /* all tokens×3·width */
  float *p;      /* samples×heads×tokens×tokens */
  float *o;      /* all tokens×width */
} Kept;

static Kept
find_kept (const MtlOpPass *pass,
           Sizes            sizes)
{
  gsize n = pass->rows * sizes.tokens;
  float *qkv = pass->kept, *o = qkv + n * 3 * sizes.width;

  return (Kept) { qkv, o + n * sizes.width, o };
}

typedef struct
{
  const float *q, *k, *v;   /* rows 3·width apart */
  float       *p;
  gsize        at;          /* of o: rows width apart */
} Head;

static Head
find_head (Kept  kept,
           Sizes sizes,
           gsize sample,
           gsize head)
{
  gsize first = sample * sizes.tokens, column = head * sizes.depth;
  const float *q = kept.qkv + first * 3 * sizes.width + column;

  return (Head) { q, q + sizes.width, q + 2 * sizes.width,
                  kept.p + (sample * sizes.heads + head) * sizes.tokens * sizes.tokens,
                  first * sizes.width + column };
}

/* --- forward --- */

static gboolean
is_padding (const MtlOpShape *shape,
            float             number)
{
  float padding = (float) shape->set[MTL_ATTENTION_PADDING].number;

  return number >= padding - 0.5f && number < padding + 0.5f;
}

/* The numbers of a sample's tokens, or NULL. */
static const float *
find_numbers (const MtlOpPass *pass,
              Sizes            sizes,
              gsize            sample)
{
  if (pass->shape->n_in <= MTL_ATTENTION_NUMBERS)
    return NULL;

  return pass->x[MTL_ATTENTION_NUMBERS] + sample * sizes.tokens;
}

/* How many tokens of a sample, from the first on, have nothing to read. */
static gsize
count_idle (const MtlOpPass *pass,
            Sizes            sizes,
            gsize            sample)
{
  const float *numbers = find_numbers (pass, sizes, sample);
  gsize first = 0;

  while (numbers != NULL && first < sizes.tokens && is_padding (pass->shape, numbers[first]))
    first++;

  return sizes.causal || first == sizes.tokens ? first : 0;
}

/* Row @t of P from scores; a row with no key is zero. */
static void
soften (const MtlOpPass *pass,
        Sizes            sizes,
        const float     *numbers,
        gsize            t,
        float           *p)
{
  gsize end = sizes.causal ? t + 1 : sizes.tokens, n_keys = 0;
  float scale = 1.0f / sqrtf ((float) sizes.depth), most = -INFINITY, share;

  for (gsize j = 0; j < end; j++)
    if (numbers != NULL && is_padding (pass->shape, numbers[j]))
      p[j] = -INFINITY;
    else
      {
        most = p[j] > most ? p[j] : most;
        n_keys++;
      }
  if (n_keys == 0)
    end = 0;
  memset (p + end, 0, (sizes.tokens - end) * sizeof *p);
  if (end == 0)
    return;

  for (gsize j = 0; j < end; j++)
    p[j] = (p[j] - most) * scale;
  mtl_kernels ()->curves->exp (end, p, p);
  share = (float) (1.0 / mtl_op_sum (p, end));
  for (gsize j = 0; j < end; j++)
    p[j] *= share;
}

static void
attend (const MtlOpPass *pass,
        Sizes            sizes,
        const float     *numbers,
        Head             head,
        float           *o)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n = sizes.tokens, d = sizes.depth, ld = 3 * sizes.width;

  gemm->pack (d, n, head.k, ld, TRUE, 0, mtl_gemm_panels (gemm, n), pass->scratch);
  gemm->multiply (n, n, d, head.q, ld, pass->scratch, 0, mtl_gemm_panels (gemm, n), NULL, FALSE,
                  head.p, n);
  for (gsize t = 0; t < n; t++)
    soften (pass, sizes, numbers, t, head.p + t * n);
  gemm->pack (n, d, head.v, ld, FALSE, 0, mtl_gemm_panels (gemm, d), pass->scratch);
  gemm->multiply (n, d, n, head.p, n, pass->scratch, 0, mtl_gemm_panels (gemm, d), NULL, FALSE,
                  o + head.at, sizes.width);
}

static void
attention_forward (const MtlOpPass *pass)
{
  Sizes sizes = measure_sizes (pass->shape);
  Kept kept = find_kept (pass, sizes);
  gsize n = pass->rows * sizes.tokens, size = sizes.tokens * sizes.width;

  mtl_op_affine_forward (get_in (sizes), n, pass->x[MTL_ATTENTION_TOKENS], sizes.width,
                         pass->prepared, pass->weights[MTL_ATTENTION_IN_BIAS], kept.qkv,
                         3 * sizes.width);
  for (gsize r = 0; r < pass->rows; r++)
    for (gsize h = 0; h < sizes.heads; h++)
      attend (pass, sizes, find_numbers (pass, sizes, r), find_head (kept, sizes, r, h), kept.o);
  mtl_op_affine_forward (get_out (sizes), n, kept.o, sizes.width, out_panels (pass, sizes),
                         pass->weights[MTL_ATTENTION_OUT_BIAS], pass->y[0], sizes.width);
  for (gsize r = 0; r < pass->rows; r++)
    memset (pass->y[0] + r * size, 0,
            count_idle (pass, sizes, r) * sizes.width * sizeof (float));
}

/* --- backward --- */

typedef struct
{
  float *dout;    /* all tokens×width */
  float *dqkv;    /* all tokens×3·width */
  float *ds;      /* tokens×tokens */
  float *panels;
  float *affine;
} Room;

static Room
find_room (const MtlOpPass *pass,
           Sizes            sizes)
{
  gsize n = pass->rows * sizes.tokens * sizes.width;
  float *dout = pass->scratch, *dqkv = dout + n, *ds = dqkv + 3 * n;
  float *panels = ds + sizes.tokens * sizes.tokens;

  return (Room) { dout, dqkv, ds, panels, panels + count_panels (sizes) };
}

/* dS of dP in place. */
static void
harden (Sizes        sizes,
        const float *p,
        float       *ds)
{
  float scale = 1.0f / sqrtf ((float) sizes.depth);

  for (gsize t = 0; t < sizes.tokens; t++, p += sizes.tokens, ds += sizes.tokens)
    {
      float mean = (float) mtl_op_dot (p, ds, sizes.tokens);

      for (gsize j = 0; j < sizes.tokens; j++)
        ds[j] = p[j] * (ds[j] - mean) * scale;
    }
}

static void
attend_back (Sizes       sizes,
             const Room *room,
             Head        head,
             float      *dq)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n = sizes.tokens, d = sizes.depth, width = sizes.width, ld = 3 * width;
  gsize wide = mtl_gemm_panels (gemm, n), narrow = mtl_gemm_panels (gemm, d);

  gemm->pack (n, d, room->dout + head.at, width, FALSE, 0, narrow, room->panels);
  gemm->multiply_transposed (n, d, n, head.p, n, room->panels, 0, narrow, FALSE, dq + 2 * width,
                             ld);
  gemm->pack (d, n, head.v, ld, TRUE, 0, wide, room->panels);
  gemm->multiply (n, n, d, room->dout + head.at, width, room->panels, 0, wide, NULL, FALSE,
                  room->ds, n);
  harden (sizes, head.p, room->ds);
  gemm->pack (n, d, head.k, ld, FALSE, 0, narrow, room->panels);
  gemm->multiply (n, d, n, room->ds, n, room->panels, 0, narrow, NULL, FALSE, dq, ld);
  gemm->pack (n, d, head.q, ld, FALSE, 0, narrow, room->panels);
  gemm->multiply_transposed (n, d, n, room->ds, n, room->panels, 0, narrow, FALSE, dq + width, ld);
}

/* Rows of o that have nothing to read are zero, and so are those of P: only the
 * bias has to be told. */
static void
grad_out (const MtlOpPass *pass,
          Sizes            sizes,
          const Room      *room,
          const float     *o,
          guint            lane)
{
  const float *dy = mtl_op_dy (pass, 0, lane);
  gsize width = sizes.width;

  mtl_op_affine_grad (get_out (sizes), pass->rows * sizes.tokens, o, width, dy, width,
                      mtl_op_dw (pass, MTL_ATTENTION_OUT_WEIGHT, lane), room->affine);
  for (gsize r = 0; r < pass->rows; r++)
    {
      gsize idle = count_idle (pass, sizes, r);

      mtl_op_affine_grad_bias (width, sizes.tokens - idle, dy + (r * sizes.tokens + idle) * width,
                               width, mtl_op_dw (pass, MTL_ATTENTION_OUT_BIAS, lane));
    }
}

static void
grad_lane (const MtlOpPass *pass,
           guint            lane)
{
  Sizes sizes = measure_sizes (pass->shape);
  Kept kept = find_kept (pass, sizes);
  Room room = find_room (pass, sizes);
  gsize n = pass->rows * sizes.tokens, width = sizes.width;

  grad_out (pass, sizes, &room, kept.o, lane);
  mtl_op_affine_backward (get_out (sizes), n, mtl_op_dy (pass, 0, lane), width,
                          out_panels (pass, sizes), FALSE, room.dout, width);
  for (gsize r = 0; r < pass->rows; r++)
    for (gsize h = 0; h < sizes.heads; h++)
      attend_back (sizes, &room, find_head (kept, sizes, r, h),
                   room.dqkv + r * sizes.tokens * 3 * width + h * sizes.depth);
  mtl_op_affine_grad (get_in (sizes), n, pass->x[MTL_ATTENTION_TOKENS], width, room.dqkv, 3 * width,
                      mtl_op_dw (pass, MTL_ATTENTION_IN_WEIGHT, lane), room.affine);
  mtl_op_affine_grad_bias (3 * width, n, room.dqkv, 3 * width,
                           mtl_op_dw (pass, MTL_ATTENTION_IN_BIAS, lane));
  if (mtl_op_dx (pass, MTL_ATTENTION_TOKENS, lane) != NULL)
    mtl_op_affine_backward (get_in (sizes), n, room.dqkv, 3 * width, pass->prepared,
                            !mtl_op_dx_fresh (pass, MTL_ATTENTION_TOKENS, lane),
                            mtl_op_dx (pass, MTL_ATTENTION_TOKENS, lane), width);
}

static void
attention_grad (const MtlOpPass *pass)
{
  for (guint lane = 0; lane < pass->n_lanes; lane++)
    grad_lane (pass, lane);
  if (pass->shape->n_in > MTL_ATTENTION_NUMBERS)
    mtl_op_move_none (pass, MTL_ATTENTION_NUMBERS);
}

static char *
attention_line (const MtlSetting *set)
{
  guint heads = set[MTL_ATTENTION_HEADS].number;

  /* Translators: second line of an attention block on the canvas, e.g. “4 heads”. */
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%u head", "%u heads", heads), heads);
}

const MtlOp mtl_op_attention = {
  .method = {
    .id = "attention",
    .title = N_("Attention"),
    .summary = N_("Every token reads from all tokens, by how well they match."),
    .reference = "Vaswani et al., “Attention Is All You Need”, NeurIPS 2017, arXiv 1706.03762, "
                 "sec. 3.2.2",
    .params = (const MtlParam[]) {
      [MTL_ATTENTION_HEADS] = { .id = "heads", .title = N_("Heads"),
                  .summary = N_("Parts of the width that attend each for itself"),
                  .type = MTL_WHOLE, .minimum = 1, .maximum = 1024, .initial = 4 },
      [MTL_ATTENTION_PADDING] = { .id = "padding", .title = N_("Padding"),
                    .summary = N_("Token that is not read, where numbers are connected; -1 is "
                                  "none"),
                    .type = MTL_WHOLE, .minimum = -1, .maximum = 1 << 24, .rare = TRUE },
      [MTL_ATTENTION_CAUSAL] = { .id = "causal", .title = N_("Causal"),
                   .summary = N_("Whether a token reads no later ones"), .type = MTL_FLAG },
      { NULL }
    },
  },
  .ports = {
    .inputs = (const char *const[]) { "in", "numbers", NULL },
    .outputs = (const char *const[]) { "out", NULL },
    .last_optional = TRUE,
    .wholes = 1 << MTL_ATTENTION_NUMBERS,
  },
  .look = { .icon = "basin-attention-symbolic", .group = N_("Sequences"), .width = 92,
            .line = attention_line },
  .infer = attention_infer,
  .plan = attention_plan,
  .prepare = attention_prepare,
  .forward = attention_forward,
  .grad = attention_grad,
  .write_c = mtl_op_attention_write_c,
};
