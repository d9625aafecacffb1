/* mtl-op-attention-c.c — attention in the exported header, in little memory
 *
 * One token and one head at a time. What matters of q·kⱼ to a softmax is
 * (Wₖᵀ·q)·xⱼ, for the bias of k adds the same to all j; and Σ pⱼ·vⱼ is
 * Wᵥ·(Σ pⱼ·xⱼ) + bᵥ, for the pⱼ add up to one. So neither k nor v is ever made:
 * three rows of values and one number for each token are enough, whatever the
 * number of tokens, and it is no slower while tokens are not many more than a
 * head's width.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-attention.h"

#include <math.h>

#define N "%" G_GSIZE_FORMAT

typedef struct
{
  MtlCWriter *to;
  gsize       tokens, width, depth;
  gboolean    causal;
  gboolean    masked;
  double      padding;
  const char *x;        /* name of the first input */
} Writer;

/* Opens a loop over the tokens that @t may read. */
static void
write_keys (const Writer *self,
            guint         depth)
{
  if (self->causal)
    mtl_c_writer_line (self->to, depth, "for (long j = 0; j <= t; j++)");
  else
    mtl_c_writer_line (self->to, depth, "for (long j = 0; j < " N "; j++)", self->tokens);
  if (self->masked)
    mtl_c_writer_line (self->to, depth + 1, "if (!(x1[j] >= %.1ff && x1[j] < %.1ff))",
                       self->padding - 0.5, self->padding + 0.5);
}

/* u = Wₖᵀ·q / √d */
static void
write_query (const Writer *self)
{
  mtl_c_writer_line (self->to, 4, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 5, "u[i] = m[i] = 0.0f;");
  mtl_c_writer_line (self->to, 4, "for (long d = h; d < h + " N "; d++)", self->depth);
  mtl_c_writer_line (self->to, 5, "{");
  mtl_c_writer_line (self->to, 6, "float q = %s[d];\n",
                     mtl_c_writer_tensor (self->to, MTL_ATTENTION_IN_BIAS));
  mtl_c_writer_line (self->to, 6, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 7, "q += w[d * " N " + i] * %s[t * " N " + i];", self->width,
                     self->x, self->width);
  mtl_c_writer_line (self->to, 6, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 7, "u[i] += q * w[(d + " N ") * " N " + i] * %#.9gf;",
                     self->width, self->width, 1.0 / sqrt ((double) self->depth));
  mtl_c_writer_line (self->to, 5, "}");
}

/* s = u·x for each token, then m = Σ p·x with p = softmax (s) before its division */
static void
write_softmax (const Writer *self)
{
  write_keys (self, 4);
  mtl_c_writer_line (self->to, 6, "{");
  mtl_c_writer_line (self->to, 7, "s[j] = 0.0f;");
  mtl_c_writer_line (self->to, 7, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 8, "s[j] += u[i] * %s[j * " N " + i];", self->x, self->width);
  mtl_c_writer_line (self->to, 7, "most = keys++ == 0 || s[j] > most ? s[j] : most;");
  mtl_c_writer_line (self->to, 6, "}");
  write_keys (self, 4);
  mtl_c_writer_line (self->to, 6, "{");
  mtl_c_writer_line (self->to, 7, "float p = expf (s[j] - most);\n");
  mtl_c_writer_line (self->to, 7, "sum += p;");
  mtl_c_writer_line (self->to, 7, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 8, "m[i] += p * %s[j * " N " + i];", self->x, self->width);
  mtl_c_writer_line (self->to, 6, "}");
}

/* o = Wᵥ·m / Σp + bᵥ */
static void
write_values (const Writer *self)
{
  mtl_c_writer_line (self->to, 4, "for (long d = h; d < h + " N "; d++)", self->depth);
  mtl_c_writer_line (self->to, 5, "{");
  mtl_c_writer_line (self->to, 6, "float v = 0.0f;\n");
  mtl_c_writer_line (self->to, 6, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 7, "v += w[(d + " N ") * " N " + i] * m[i];", 2 * self->width,
                     self->width);
  mtl_c_writer_line (self->to, 6, "o[d] = keys > 0 ? v / sum + %s[d + " N "] : 0.0f;",
                     mtl_c_writer_tensor (self->to, MTL_ATTENTION_IN_BIAS), 2 * self->width);
  mtl_c_writer_line (self->to, 5, "}");
}

/* y = Wₒ·o + bₒ, and 0 of a token that has nothing to read */
static void
write_output (const Writer *self)
{
  mtl_c_writer_line (self->to, 2, "for (long d = 0; d < " N "; d++)", self->width);
  mtl_c_writer_line (self->to, 3, "{");
  mtl_c_writer_line (self->to, 4, "float sum = %s[d];\n",
                     mtl_c_writer_tensor (self->to, MTL_ATTENTION_OUT_BIAS));
  mtl_c_writer_line (self->to, 4, "for (long i = 0; i < " N "; i++)", self->width);
  mtl_c_writer_line (self->to, 5, "sum += %s[d * " N " + i] * o[i];",
                     mtl_c_writer_tensor (self->to, MTL_ATTENTION_OUT_WEIGHT), self->width);
  mtl_c_writer_line (self->to, 4, "*y++ = keys > 0 ? sum : 0.0f;");
  mtl_c_writer_line (self->to, 3, "}");
}

gboolean
mtl_op_attention_write_c (const MtlOpShape  *shape,
                          MtlCWriter        *to,
                          GError           **error)
{
  const MtlShape *in = &shape->in[MTL_ATTENTION_TOKENS];
  gsize heads = shape->set[MTL_ATTENTION_HEADS].number;
  gboolean masked = shape->n_in > MTL_ATTENTION_NUMBERS;
  Writer self = { to, in->size[0], in->size[1], in->size[1] / heads,
                  shape->set[MTL_ATTENTION_CAUSAL].number != 0.0, masked,
                  shape->set[MTL_ATTENTION_PADDING].number, masked ? "x0" : "x" };

  mtl_c_writer_use_math (to);
  mtl_c_writer_line (to, 0, "const float *w = %s;",
                     mtl_c_writer_tensor (to, MTL_ATTENTION_IN_WEIGHT));
  mtl_c_writer_line (to, 0, "float u[" N "], m[" N "], o[" N "], s[" N "];\n", self.width,
                     self.width, self.width, self.tokens);
  mtl_c_writer_line (to, 0, "for (long t = 0; t < " N "; t++)", self.tokens);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "long keys = 0;\n");
  mtl_c_writer_line (to, 2, "for (long h = 0; h < " N "; h += " N ")", self.width, self.depth);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "float most = 0.0f, sum = 0.0f;\n");
  mtl_c_writer_line (to, 4, "keys = 0;");
  write_query (&self);
  write_softmax (&self);
  write_values (&self);
  mtl_c_writer_line (to, 3, "}");
  write_output (&self);
  mtl_c_writer_line (to, 1, "}");

  return TRUE;
}
