/* mtl-data-describe.c — what a source offers, remembered for surveys
 *
 * The studio surveys a design after each edit, and a table must be read whole
 * to know its columns. So the last few answers are kept, errors too: each with
 * the settings of its source and the stamps (size and time) of the files they
 * name. A source that names a folder is asked anew each time; it reads no more
 * than headers then. The kept answers are a cache and the only state of the
 * engine that belongs to no object: a survey has none to hang it on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-data.h"

#include <pthread.h>
#include <string.h>
#include <sys/stat.h>

#define MOST_KEPT 8

typedef struct
{
  char          *key;
  MtlSourceInfo  info;    /* when error is NULL */
  GError        *error;
} Answer;

/* Guarded by the lock; the newest answer first. */
static Answer answers[MOST_KEPT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Size and time of a regular file; FALSE when @path is something else. */
static gboolean
append_stamp (GString    *key,
              const char *path)
{
  struct stat about;

  if (stat (path, &about) != 0 || !S_ISREG (about.st_mode))
    return FALSE;

  g_string_append_printf (key, "\n%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                          ".%09ld", path, (guint64) about.st_ino, (gint64) about.st_size,
                          (gint64) about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
  return TRUE;
}

/* (transfer full) (nullable): NULL when the answer is not to be kept. */
static char *
make_key (const MtlChosen *source)
{
  const MtlMethod *method = mtl_chosen_method (source);
  const MtlSetting *set = mtl_chosen_settings (source);
  g_autoptr(GString) key = g_string_new (method->id);
  gboolean has_file = FALSE;

  for (guint i = 0; i < mtl_method_n_params (method, MTL_KIND_SOURCE); i++)
    {
      const MtlParam *param = mtl_method_param (method, MTL_KIND_SOURCE, i);
      g_autofree char *text = mtl_setting_to_text (&set[i], param);

      g_string_append_printf (key, "\n%s=%s", param->id, text);
      if (param->type != MTL_PATH || *set[i].text == '\0')
        continue;
      if (!append_stamp (key, set[i].text))
        return NULL;
      has_file = TRUE;
    }

  return has_file ? g_string_free (g_steal_pointer (&key), FALSE) : NULL;
}

static gboolean
recall (const char     *key,
        gboolean       *fine,
        MtlSourceInfo  *info,
        GError        **error)
{
  gboolean known = FALSE;

  pthread_mutex_lock (&lock);
  for (guint i = 0; i < MOST_KEPT && !known; i++)
    if (g_strcmp0 (answers[i].key, key) == 0)
      {
        known = TRUE;
        *fine = answers[i].error == NULL;
        if (*fine)
          mtl_source_info_copy (info, &answers[i].info);
        else
          g_propagate_error (error, g_error_copy (answers[i].error));
      }
  pthread_mutex_unlock (&lock);

  return known;
}

static void
keep (char                *key,
      const MtlSourceInfo *info,
      const GError        *wrong)
{
  Answer fresh = { .key = key, .error = wrong != NULL ? g_error_copy (wrong) : NULL };
  Answer old;

  if (wrong == NULL)
    mtl_source_info_copy (&fresh.info, info);

  pthread_mutex_lock (&lock);
  old = answers[MOST_KEPT - 1];
  memmove (answers + 1, answers, (MOST_KEPT - 1) * sizeof *answers);
  answers[0] = fresh;
  pthread_mutex_unlock (&lock);

  g_free (old.key);
  g_clear_error (&old.error);
  mtl_source_info_clear (&old.info);
}

/**
 * mtl_data_describe:
 * @source: of kind SOURCE
 * @info: (out): what it offers; clear with mtl_source_info_clear()
 *
 * Returns: FALSE with MTL_ERROR_DATA
 */
gboolean
mtl_data_describe (const MtlChosen  *source,
                   MtlSourceInfo    *info,
                   GError          **error)
{
  const MtlSource *method = (const MtlSource *) mtl_chosen_method (source);
  g_autofree char *key = make_key (source);
  g_autoptr(GError) wrong = NULL;
  gboolean fine;

  *info = (MtlSourceInfo) { 0 };
  if (key != NULL && recall (key, &fine, info, error))
    return fine;

  fine = method->open (mtl_chosen_settings (source), info, NULL, NULL, &wrong);
  if (!fine)
    *info = (MtlSourceInfo) { 0 };
  if (key != NULL)
    keep (g_steal_pointer (&key), info, wrong);
  if (!fine)
    g_propagate_error (error, g_steal_pointer (&wrong));

  return fine;
}
