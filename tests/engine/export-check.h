/* export-check.h — an exported header compiled, run and compared with the engine, for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <float.h>

#include "export-program.h"

#define STRICT "-Wall -Wextra -pedantic -Werror -Wshadow -I. -o program main.c again.c -lm"

static inline char *
export (const Subject      *subject,
        const char *const  *heads,
        char              **prefix,
        GError            **error)
{
  const MtlMethod *method = mtl_catalogue_find (MTL_KIND_EXPORTER, "c", NULL);
  g_autoptr(MtlChosen) exporter = mtl_chosen_new (MTL_KIND_EXPORTER, method);
  g_autofree char *name = NULL;
  g_autoptr(GBytes) bytes = mtl_export (exporter, subject->snapshot, heads,
                                        "nobody's ?\?/ */ run\n#error /* seed 1", &name, error);

  if (bytes == NULL)
    return NULL;

  g_assert_true (g_str_has_suffix (name, ".h"));
  put_file (subject, name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  *prefix = g_strndup (name, strlen (name) - 2);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Of a value in its target's own unit the mean is rounded as well. */
static inline void
check_close (const Subject *subject,
             const char    *what,
             guint          k,
             gsize          sample,
             const float   *found)
{
  gsize size = mtl_plan_task (subject->plan, k)->size;
  const float *expected = subject->outputs[k] + sample * size;

  for (gsize i = 0; i < size; i++)
    if (!(fabs ((double) found[i] - (double) expected[i])
          <= TOLERANCE * subject->scales[k] + 2.0 * FLT_EPSILON * fabs ((double) expected[i])))
      g_error ("%s: seed 7: sample %" G_GSIZE_FORMAT " of %s: output %" G_GSIZE_FORMAT " is %.9g, "
               "expected %.9g, largest %g", what, sample, mtl_plan_task (subject->plan, k)->id, i,
               (double) found[i], (double) expected[i], subject->scales[k]);
}

/* What prepares raw values gives the bits of the engine's own, and nearly what
 * the engine reads of the table. Returns how many floats it printed. */
static inline gsize
check_prepared (const Subject *subject,
                const char    *what,
                gsize          sample,
                const float   *found)
{
  const MtlSourceInfo *info = mtl_data_info (subject->data);
  gsize size = mtl_shape_size (&info->shapes[0]);
  const float *expected = subject->batch->x[0] + sample * size;
  g_autofree float *x = g_new (float, size);

  if (subject->raw == NULL)
    return 0;

  mtl_raws_prepare (info->raws[0], info->n_raws[0], subject->raw + sample * info->n_raws[0], x);
  for (gsize i = 0; i < size; i++)
    if (memcmp (&found[i], &x[i], sizeof *x) != 0 || !(fabsf (found[i] - expected[i]) <= 2e-5f))
      g_error ("%s: seed 7: input %" G_GSIZE_FORMAT " of sample %" G_GSIZE_FORMAT " is %.9g, the "
               "engine makes %.9g of what is measured, and %.9g of the table", what, i, sample,
               (double) found[i], (double) x[i], (double) expected[i]);

  return size;
}

/* Weights, then means and scales. Returns how many floats they are. */
static inline gsize
check_constants (const Subject *subject,
                 const char    *what,
                 guint64        tasks,
                 const float   *found)
{
  const float *theta = mtl_snapshot_theta (subject->snapshot, NULL);
  const MtlSourceInfo *info = mtl_data_info (subject->data);
  guint n = info->n_raws[0];
  gsize at = 0;

  for (guint t = 0; t < mtl_plan_n_tensors (subject->plan); t++)
    {
      const MtlTensor *tensor = mtl_plan_tensor (subject->plan, t);

      if ((tensor->tasks & tasks) == 0)
        continue;
      if (memcmp (found + at, theta + tensor->offset, tensor->size * sizeof *theta) != 0)
        g_error ("%s: seed 7: %s of %s is not the same bits", what, tensor->name, tensor->block);
      at += tensor->size;
    }

  for (guint i = 0; i < n; i++)
    if (info->raws[0][i].classes == NULL
        && (memcmp (&found[at + i], &info->raws[0][i].mean, sizeof *found) != 0
            || memcmp (&found[at + n + i], &info->raws[0][i].spread, sizeof *found) != 0))
      g_error ("%s: seed 7: mean or scale of %s is not the same bits", what, info->raws[0][i].name);

  return at + 2 * n;
}

/* Outputs of the function of all, then of each head, and at the end weights. */
static inline void
check_outputs (const Subject *subject,
               const char    *what,
               guint64        tasks)
{
  gsize n, at = 0;
  g_autofree float *found = get_floats (subject, "out", &n);

  for (gsize sample = 0; sample < SAMPLES; sample++)
    {
      at += check_prepared (subject, what, sample, found + at);
      for (guint round = 0; round < (mtl_count_tasks (tasks) > 1 ? 2 : 1); round++)
        for (guint k = 0; k < subject->k; k++)
          if (has_task (tasks, k))
            {
              check_close (subject, what, k, sample, found + at);
              at += mtl_plan_task (subject->plan, k)->size;
            }
    }

  at += check_constants (subject, what, tasks, found + at);
  g_assert_cmpuint (at, ==, n);
}

/* (transfer full): the text of the header */
static inline char *
check_export (const Subject *subject,
              const char    *head)
{
  const char *heads[] = { head, NULL };
  g_autofree char *found = g_find_program_in_path ("c++");
  g_autofree char *prefix = NULL;
  g_autoptr(GError) error = NULL;
  char *text = export (subject, head != NULL ? heads : NULL, &prefix, &error);
  guint64 tasks = all_of (subject->k);

  g_assert_no_error (error);
  for (guint k = 0; head != NULL && k < subject->k; k++)
    if (g_str_equal (mtl_plan_task (subject->plan, k)->id, head))
      tasks = G_GUINT64_CONSTANT (1) << k;
  g_assert_true (g_str_is_ascii (text));
  write_program (subject, tasks, prefix);

  run_command (subject, "cc -std=c99 -DEXTRA=0 -O1 -fsanitize=address,undefined "
               "-fno-sanitize-recover=all " STRICT);
  run_command (subject, "./program");
  check_outputs (subject, "C99", tasks);
  if (found != NULL)
    {
      run_command (subject, "c++ -x c++ -std=c++11 -DEXTRA=16 -O1 " STRICT);
      run_command (subject, "./program");
      check_outputs (subject, "C++11", tasks);
    }
  else
    g_test_message ("No c++ here: not compiled as C++11");

  return text;
}

static inline void
assert_says (const char *text,
             const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("The header does not say “%s”", part);
}

static inline void
assert_refused (const Subject     *subject,
                const char *const *heads,
                const char        *part)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *prefix = NULL;

  g_assert_null (export (subject, heads, &prefix, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_EXPORT);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not say “%s”", error->message, part);
}
