/* mtl-c-head.c — the comment at the head of a C header, and its constants
 *
 * All that somebody asks who did not train the network: what goes in, what
 * comes out, how much memory it takes, and where it comes from.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <string.h>

#include "mtl-c-names.h"
#include "mtl-c-private.h"

char *
mtl_c_shape (const MtlShape *shape)
{
  GString *text = g_string_new (NULL);

  for (guint n = 0; n < shape->rank; n++)
    g_string_append_printf (text, "%s%" G_GSIZE_FORMAT, n > 0 ? "x" : "", shape->size[n]);

  return g_string_free (text, FALSE);
}

static gsize
count_weights (const MtlCFile *file,
               guint           s)
{
  gsize count = 0;

  for (guint n = 0; n < file->plan->steps[s].n_tensors; n++)
    count += mtl_c_tensor (file, s, n)->size;

  return count;
}

static void
write_ports (MtlCFile *file)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  for (guint p = 0; p < info->n_ports; p++)
    if ((file->all->ports >> p & 1) != 0)
      {
        g_autofree char *shape = mtl_c_shape (&info->shapes[p]);
        g_autofree char *port = mtl_c_comment (info->ports[p]);

        g_string_append_printf (file->text, " *   %s: %s floats, the %s of a sample",
                                file->inputs[p], shape, port);
        if (file->raws[p].prepare != NULL)
          g_string_append_printf (file->text, ", which %s() makes of raw values",
                                  file->raws[p].prepare);
        g_string_append_c (file->text, '\n');
      }
}

/* What becomes of a head's values, and the classes of its target. */
static void
write_target (MtlCFile *file,
              guint     task)
{
  const MtlRaw *raw = mtl_data_target_raw (file->plan->data, task);
  const MtlRaw *scale = mtl_c_scale (file, task);
  g_autofree char *name = mtl_c_comment (raw != NULL ? raw->name : "");

  if (scale != NULL)
    g_string_append_printf (file->text, " *     in the unit of %s: what the network gives, times "
                            "scale %.6g, plus mean %.6g\n", name, (double) scale->spread,
                            (double) scale->mean);
  else if (raw != NULL && raw->classes == NULL)
    g_string_append_printf (file->text, " *     of %s less %.6g, divided by %.6g\n", name,
                            (double) raw->mean, (double) raw->spread);
  else if (raw != NULL)
    mtl_c_append_classes (file->text, (const char *const *) raw->classes);
}

static const char *
describe_items (const MtlTask *task)
{
  const MtlItems *items = &task->items;

  if (task->target.kind != MTL_TARGET_CLASS || items->n_channels != task->target.n_classes)
    return "";
  if (items->n_items == 1)
    return ", one for each class";

  return items->item_stride == 1 ? ", classes x height x width" : ", tokens x classes";
}

static void
write_tasks (MtlCFile *file)
{
  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (file->heads[k].layout != NULL)
      {
        const MtlTask *task = &file->plan->tasks[k];

        g_string_append_printf (file->text, " *   %s: %" G_GSIZE_FORMAT " floats%s, trained with "
                                "%s\n", task->id, task->size, describe_items (task),
                                task->loss->method.title);
        write_target (file, k);
      }
}

static void
write_steps (MtlCFile *file)
{
  for (guint s = 0; s < file->plan->n_steps; s++)
    if (file->steps[s].wanted)
      {
        const MtlPlanStep *step = &file->plan->steps[s];
        g_autofree char *shape = mtl_c_shape (&step->shape.out[0]);
        gsize weights = count_weights (file, s);

        g_string_append_printf (file->text, " *   %-16s %-12s %s", step->block, shape,
                                step->op->method.title);
        if (weights > 0)
          g_string_append_printf (file->text, ", %" G_GSIZE_FORMAT " weights", weights);
        g_string_append_c (file->text, '\n');
      }
}

/* What the source says of its values, such as how targets are scaled. */
static void
write_note (MtlCFile *file)
{
  const char *note = mtl_data_info (file->plan->data)->note;
  g_auto(GStrv) lines = g_strsplit (note != NULL ? note : "", "\n", -1);

  for (guint n = 0; lines[n] != NULL; n++)
    {
      g_autofree char *line = mtl_c_comment (lines[n]);

      if (n == 0)
        g_string_append_printf (file->text, " * %s:\n", file->measured ? "Training data" : "Data");
      g_string_append_printf (file->text, " *   %s\n", line);
    }
}

static void
write_memory (MtlCFile *file)
{
  gsize weights = 0;

  for (guint s = 0; s < file->plan->n_steps; s++)
    if (file->steps[s].wanted)
      weights += count_weights (file, s);

  g_string_append_printf (file->text,
                          " * Memory:\n"
                          " *   weights: %" G_GSIZE_FORMAT " floats, %" G_GSIZE_FORMAT
                          " bytes, constant\n"
                          " *   scratch: %" G_GSIZE_FORMAT " floats, %" G_GSIZE_FORMAT
                          " bytes, the caller's; nothing else is written to but outputs\n",
                          weights, 4 * weights, file->all->floats, 4 * file->all->floats);
}

static void
write_comment (MtlCFile *file)
{
  const char *given = file->in->provenance != NULL ? file->in->provenance : "";
  g_autofree char *design = mtl_c_comment (mtl_design_name (file->plan->design));
  g_autofree char *provenance = mtl_c_comment (given);

  g_string_append_printf (file->text,
                          "/* %s.h: the network \"%s\" in C99 and C++11, float32\n"
                          " *\n"
                          " * From: %s\n"
                          " *\n"
                          " * Inputs, only read:\n", file->prefix, design, provenance);
  write_ports (file);
  mtl_c_comment_raws (file);
  g_string_append (file->text, " * Outputs, before any softmax or sigmoid:\n");
  write_tasks (file);
  g_string_append (file->text, " * Blocks, with the shapes of their outputs:\n");
  write_steps (file);
  write_note (file);
  write_memory (file);
  g_string_append_printf (file->text,
                          " *\n"
                          " * Needs no library but math.h, allocates nothing and keeps no state: "
                          "threads may call\n"
                          " * it at once, each with its own scratch, which holds nothing between "
                          "calls. Input,\n"
                          " * outputs and scratch do not overlap.");
  if (file->samples > 0)
    g_string_append_printf (file->text, " Define %s_SELF_TEST before including\n"
                            " * this for %s_self_test().", file->upper, file->prefix);
  g_string_append (file->text, "\n *\n * SPDX-License-Identifier: 0BSD\n */\n");
}

static void
write_constants (MtlCFile *file)
{
  const MtlSourceInfo *info = mtl_data_info (file->plan->data);

  g_string_append (file->text, "\n/* Floats of each array. */\n");
  for (guint p = 0; p < info->n_ports; p++)
    if ((file->all->ports >> p & 1) != 0)
      g_string_append_printf (file->text, "#define %s %" G_GSIZE_FORMAT "\n", file->sizes[p],
                              mtl_shape_size (&info->shapes[p]));

  for (guint k = 0; k < file->plan->n_tasks; k++)
    if (file->heads[k].layout != NULL)
      {
        g_autofree char *upper = g_ascii_strup (file->heads[k].name, -1);

        g_string_append_printf (file->text, "#define %s_OUTPUTS %" G_GSIZE_FORMAT "\n", upper,
                                file->plan->tasks[k].size);
        if (file->n_heads > 1)
          g_string_append_printf (file->text, "#define %s_SCRATCH_FLOATS %" G_GSIZE_FORMAT
                                  "  /* for %s() alone */\n", upper,
                                  MAX (file->heads[k].layout->floats, 1), file->heads[k].name);
      }

  g_string_append_printf (file->text, "#define %s_SCRATCH_FLOATS %" G_GSIZE_FORMAT "%s\n",
                          file->upper, MAX (file->all->floats, 1),
                          file->n_heads > 1 ? "  /* for every function */" : "");
}

void
mtl_c_write_head (MtlCFile *file)
{
  gboolean math = FALSE;

  for (guint s = 0; s < file->plan->n_steps; s++)
    math = math || file->steps[s].math;

  write_comment (file);
  g_string_append_printf (file->text, "\n#ifndef %s_H\n#define %s_H\n", file->upper, file->upper);
  if (math)
    g_string_append (file->text, "\n#include <math.h>\n");
  write_constants (file);
  mtl_c_define_raws (file);
}
