/* mtl-op-mixture-c.c — experts mixed by gates, in exported C
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-mixture.h"

static void
write_map (MtlCWriter        *to,
           const MtlOpLinear *map,
           gsize              first)
{
  g_autofree char *z = first == 0 ? g_strdup ("z[o]")
                       : g_strdup_printf ("z[%" G_GSIZE_FORMAT " + o]", first);

  mtl_c_writer_line (to, 2, "for (long o = 0; o < %" G_GSIZE_FORMAT "; o++)", map->n_out);
  mtl_c_writer_line (to, 3, "{");
  if (map->bias != MTL_OP_NO_TENSOR)
    mtl_c_writer_line (to, 4, "%s = %s[o];", z, mtl_c_writer_tensor (to, map->bias));
  else
    mtl_c_writer_line (to, 4, "%s = 0.0f;", z);
  if (map->weight != MTL_OP_NO_TENSOR)
    {
      mtl_c_writer_line (to, 4, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", map->n_in);
      mtl_c_writer_line (to, 5, "%s += %s[o * %" G_GSIZE_FORMAT " + i] * x0[p * %"
                         G_GSIZE_FORMAT " + i];", z, mtl_c_writer_tensor (to, map->weight),
                         map->n_in, map->n_in);
    }
  mtl_c_writer_line (to, 3, "}");
}

void
mtl_op_mixture_write_begin (const MtlOpMixture *self,
                            MtlCWriter         *to)
{
  gboolean looks = FALSE;
  gsize first = 0;

  for (guint m = 0; m < self->n_maps; m++)
    looks = looks || self->maps[m].weight != MTL_OP_NO_TENSOR;

  mtl_c_writer_use_math (to);
  if (!looks)
    mtl_c_writer_line (to, 0, "(void) x0;");
  mtl_c_writer_line (to, 0, "for (long p = 0; p < %" G_GSIZE_FORMAT "; p++)", self->n_places);
  mtl_c_writer_line (to, 1, "{");
  mtl_c_writer_line (to, 2, "float z[%" G_GSIZE_FORMAT "], g[%u], most, sum;\n", self->n_logits,
                     self->n_experts);
  for (guint m = 0; m < self->n_maps; m++)
    {
      write_map (to, &self->maps[m], first);
      first += self->maps[m].n_out;
    }
}

void
mtl_op_mixture_write_end (const MtlOpMixture *self,
                          MtlCWriter         *to)
{
  mtl_c_writer_line (to, 2, "for (long i = p * %" G_GSIZE_FORMAT "; i < (p + 1) * %"
                     G_GSIZE_FORMAT "; i++)", self->width, self->width);
  mtl_c_writer_line (to, 3, "{");
  mtl_c_writer_line (to, 4, "y[i] = g[0] * x1[i];");
  for (guint e = 1; e < self->n_experts; e++)
    mtl_c_writer_line (to, 4, "y[i] += g[%u] * x%u[i];", e, e + 1);
  mtl_c_writer_line (to, 3, "}");
  mtl_c_writer_line (to, 1, "}");
}

void
mtl_op_write_softmax (MtlCWriter *to,
                      gsize       n,
                      const char *z)
{
  mtl_c_writer_line (to, 2, "most = %s[0];", z);
  mtl_c_writer_line (to, 2, "for (long i = 1; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "most = %s[i] > most ? %s[i] : most;", z, z);
  mtl_c_writer_line (to, 2, "sum = 0.0f;");
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "sum += %s[i] = expf (%s[i] - most);", z, z);
  mtl_c_writer_line (to, 2, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (to, 3, "%s[i] /= sum;", z);
}
