/* mtl-op-infer.c — the checks of shapes that ops have in common
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-op-infer.h"

#include <string.h>

gboolean
mtl_op_same_shape (const MtlShape *a,
                   const MtlShape *b)
{
  return a->rank == b->rank && memcmp (a->size, b->size, a->rank * sizeof *a->size) == 0;
}

char *
mtl_op_shape_words (const MtlShape *shape)
{
  if (shape->rank == 0)
    return g_strdup ("nothing");
  if (shape->rank > 1)
    return mtl_shape_to_text (shape);

  return g_strdup_printf ("%" G_GSIZE_FORMAT " value%s",
                          shape->size[0], shape->size[0] == 1 ? "" : "s");
}

gboolean
mtl_op_infer_output (MtlOpShape      *shape,
                     const MtlShape  *out,
                     GError         **error)
{
  gsize size = mtl_shape_size (out);

  if (size == 0 || size > MTL_OP_MAX_SIZE)
    {
      g_autofree char *words = mtl_op_shape_words (out);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "would give %s for each sample; at least 1 and at most %d values are possible",
                   words, MTL_OP_MAX_SIZE);
      return FALSE;
    }

  shape->n_out = 1;
  shape->out[0] = *out;
  return TRUE;
}

gboolean
mtl_op_infer_same (MtlOpShape  *shape,
                   GError     **error)
{
  return mtl_op_infer_output (shape, &shape->in[0], error);
}

gboolean
mtl_op_infer_image (const MtlOpShape  *shape,
                    GError           **error)
{
  if (shape->in[0].rank != 3)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs channels × height × width, but gets %s", words);
      return FALSE;
    }

  return TRUE;
}

gboolean
mtl_op_infer_tokens (const MtlOpShape  *shape,
                     GError           **error)
{
  if (shape->in[0].rank != 2)
    {
      g_autofree char *words = mtl_op_shape_words (&shape->in[0]);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "needs tokens × width, but gets %s", words);
      return FALSE;
    }

  return TRUE;
}

gboolean
mtl_op_infer_weights (const MtlShape  *weight,
                      GError         **error)
{
  gsize size = mtl_shape_size (weight);

  if (size == 0 || size > MTL_OP_MAX_SIZE)
    {
      g_autofree char *text = mtl_shape_to_text (weight);

      g_set_error (error, MTL_ERROR, MTL_ERROR_SHAPE,
                   "would need %s weights; at least 1 and at most %d are possible",
                   text, MTL_OP_MAX_SIZE);
      return FALSE;
    }

  return TRUE;
}
