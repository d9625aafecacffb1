/* mtl-c-blocks.c — weights and functions of the blocks, and what ops write with
 *
 * Weights are constant arrays beside the function that reads them; every
 * function is static inline, so that what is not called takes no room and
 * brings no warning.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>
#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

/* --- for the ops --- */

void
mtl_c_writer_line (MtlCWriter *self,
                   guint       depth,
                   const char *format,
                   ...)
{
  va_list args;

  g_string_append_printf (self->body, "%*s", (int) (2 + 2 * depth), "");
  va_start (args, format);
  g_string_append_vprintf (self->body, format, args);
  va_end (args);
  g_string_append_c (self->body, '\n');
}

const char *
mtl_c_writer_tensor (MtlCWriter *self,
                     guint       n)
{
  g_assert (n < MTL_OP_MAX_TENSORS && self->tensors[n] != NULL);

  return self->tensors[n];
}

const char *
mtl_c_writer_buffer (MtlCWriter *self,
                     guint       n)
{
  g_assert (n < MTL_OP_MAX_BUFFERS && self->buffers[n] != NULL);

  return self->buffers[n];
}

void
mtl_c_writer_use_math (MtlCWriter *self)
{
  self->math = TRUE;
}

void
mtl_c_writer_elementwise (MtlCWriter *self,
                          gsize       n,
                          const char *expression)
{
  self->kind = MTL_C_ELEMENTWISE;
  mtl_c_writer_line (self, 0, "for (long i = 0; i < %" G_GSIZE_FORMAT "; i++)", n);
  mtl_c_writer_line (self, 1, "y[i] = %s;", expression);
}

void
mtl_c_writer_same (MtlCWriter *self)
{
  self->kind = MTL_C_SAME;
}

/* --- bodies --- */

/* The name of an array, if all its values are numbers. */
static char *
name_tensor (MtlCFile         *file,
             const MtlTensor  *tensor,
             GError          **error)
{
  g_autofree char *wish = g_strdup_printf ("%s_%s", tensor->block, tensor->name);
  g_autofree char *word = mtl_c_claim (file->taken, wish);

  for (gsize i = 0; i < tensor->size; i++)
    if (!isfinite (file->in->theta[tensor->offset + i]))
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_EXPORT,
                     "%s: number %" G_GSIZE_FORMAT " of its %s is %g, which C cannot write: "
                     "export a checkpoint from before the training diverged",
                     tensor->block, i, tensor->name,
                     (double) file->in->theta[tensor->offset + i]);
        return NULL;
      }

  return g_strdup_printf ("%s_%s", file->prefix, word);
}

static gboolean
name_tensors (MtlCFile  *file,
              guint      s,
              GError   **error)
{
  const MtlPlanStep *step = &file->plan->steps[s];
  MtlCWriter *writer = &file->steps[s];
  gboolean fine = TRUE;

  for (guint n = 0; fine && n < step->n_tensors; n++)
    {
      writer->tensors[n] = name_tensor (file, mtl_plan_tensor (file->plan, step->tensors[n]),
                                        error);
      fine = writer->tensors[n] != NULL;
    }
  for (guint n = 0; fine && n < step->n_buffers; n++)
    {
      writer->buffers[n] = name_tensor (file, mtl_plan_tensor (file->plan, step->buffers[n]),
                                        error);
      fine = writer->buffers[n] != NULL;
    }

  return fine;
}

static gboolean
prepare_block (MtlCFile  *file,
               guint      s,
               GError   **error)
{
  const MtlPlanStep *step = &file->plan->steps[s];
  MtlCWriter *writer = &file->steps[s];
  g_autofree char *word = mtl_c_claim (file->taken, step->block);

  if (step->op->write_c == NULL || step->n_out != 1)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_EXPORT,
                   "%s: a block of type %s cannot be written in C", step->block,
                   step->op->method.id);
      return FALSE;
    }

  writer->wanted = TRUE;
  writer->name = g_strdup_printf ("%s_%s", file->prefix, word);
  writer->body = g_string_new (NULL);
  if (!name_tensors (file, s, error))
    return FALSE;
  if (!step->op->write_c (&step->shape, writer, error))
    {
      g_prefix_error (error, "%s: ", step->block);
      return FALSE;
    }

  return TRUE;
}

gboolean
mtl_c_prepare_blocks (MtlCFile  *file,
                      GError   **error)
{
  for (guint s = 0; s < file->plan->n_steps; s++)
    {
      const MtlPlanStep *step = &file->plan->steps[s];

      if (step->op != NULL && step->task < 0 && (step->tasks & file->tasks) != 0
          && !prepare_block (file, s, error))
        return FALSE;
    }

  return TRUE;
}

/* --- text --- */

static void
write_tensor (MtlCFile        *file,
              const MtlTensor *tensor,
              const char      *name)
{
  g_autofree char *shape = mtl_c_shape (&tensor->shape);

  g_string_append_printf (file->text, "\n/* %s of %s: %s */\n"
                          "static const float %s[%" G_GSIZE_FORMAT "] = {\n",
                          tensor->name, tensor->block, shape, name, tensor->size);
  mtl_c_append_floats (file->text, file->in->theta + tensor->offset, tensor->size);
  g_string_append (file->text, "};\n");
}

static void
write_signature (MtlCFile          *file,
                 const MtlPlanStep *step,
                 const char        *name)
{
  g_string_append_printf (file->text, "static inline void\n%s (", name);
  for (guint n = 0; n < step->n_in; n++)
    if (step->op->ports.last_repeats || step->n_in > 1)
      g_string_append_printf (file->text, "const float *x%u, ", n);
    else
      g_string_append (file->text, "const float *x, ");
  g_string_append (file->text, "float *y)\n{\n");
}

static void
write_block (MtlCFile *file,
             guint     s)
{
  const MtlPlanStep *step = &file->plan->steps[s];
  const MtlCWriter *writer = &file->steps[s];
  g_autofree char *out = mtl_c_shape (&step->shape.out[0]);

  for (guint n = 0; n < step->n_tensors; n++)
    write_tensor (file, mtl_plan_tensor (file->plan, step->tensors[n]), writer->tensors[n]);
  for (guint n = 0; n < step->n_buffers; n++)
    write_tensor (file, mtl_plan_tensor (file->plan, step->buffers[n]), writer->buffers[n]);

  g_string_append_printf (file->text, "\n/* %s", step->block);
  if (strcmp (step->block, step->last) != 0)
    g_string_append_printf (file->text, " to %s", step->last);
  g_string_append_printf (file->text, ": %s, ", step->op->method.title);
  for (guint n = 0; n < step->n_in; n++)
    {
      g_autofree char *in = mtl_c_shape (&step->shape.in[n]);

      g_string_append_printf (file->text, "%s%s", n > 0 ? ", " : "", in);
    }
  g_string_append_printf (file->text, " to %s%s */\n", out,
                          writer->kind == MTL_C_ELEMENTWISE ? "; y may be an input" : "");

  write_signature (file, step, writer->name);
  g_string_append_len (file->text, writer->body->str, (gssize) writer->body->len);
  g_string_append (file->text, "}\n");
}

void
mtl_c_write_blocks (MtlCFile *file)
{
  for (guint s = 0; s < file->plan->n_steps; s++)
    if (file->steps[s].wanted && file->steps[s].kind != MTL_C_SAME)
      write_block (file, s);
}
