/* export.c — a trained network as a file for elsewhere
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "cli.h"
#include "mtl-export.h"

static char *
provenance_of (MtlRecord   *record,
               MtlSnapshot *snapshot)
{
  const MtlRecordInfo *info = mtl_record_info (record);
  guint64 seed = (guint64) mtl_chosen_get (mtl_design_experiment (info->design), "seed")->number;

  return g_strdup_printf ("%s, run %s, seed %" G_GUINT64_FORMAT ", step %" G_GUINT64_FORMAT,
                          mtl_design_name (info->design), info->run, seed,
                          mtl_snapshot_step (snapshot));
}

static gboolean
write_file (GBytes      *bytes,
            const char  *name,
            const char  *folder,
            GError     **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, _("%s cannot be made"), folder);
      return FALSE;
    }
  if (!g_file_set_contents (path, g_bytes_get_data (bytes, NULL),
                            (gssize) g_bytes_get_size (bytes), error))
    return FALSE;

  g_print ("%s\n", path);
  return TRUE;
}

static gboolean
export (const MtlChosen    *exporter,
        const char         *words,
        const char         *heads,
        gboolean            best,
        const char         *folder,
        GError            **error)
{
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlSnapshot) snapshot = NULL;
  g_autoptr(GBytes) bytes = NULL;
  g_autofree char *run = NULL;
  g_autofree char *name = NULL;
  g_autofree char *provenance = NULL;
  g_auto(GStrv) list = heads != NULL ? g_strsplit (heads, ",", -1) : NULL;

  if (!cli_open_run (words, &store, &run, error))
    return FALSE;
  record = mtl_store_load (store, run, error);
  snapshot = record != NULL ? mtl_store_snapshot (store, run, best, error) : NULL;
  if (snapshot == NULL)
    return FALSE;

  provenance = provenance_of (record, snapshot);
  bytes = mtl_export (exporter, snapshot, (const char *const *) list, provenance, &name, error);

  return bytes != NULL && write_file (bytes, name, folder, error);
}

static int
export_run (int    argc,
            char **argv)
{
  extern const CliVerb cli_verb_export;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  char *format = NULL, *heads = NULL, *output = NULL;
  gboolean best = FALSE;
  const CliOption options[] = {
    { .name = "format", .word = "FORMAT", .summary = N_("c: a header for embedded use"),
      .value = &format },
    { .name = "heads", .word = "A,B", .summary = N_("these heads only"), .value = &heads },
    { .name = "output", .word = "DIR",
      .summary = N_("folder to write to (also -o); here where not given"), .value = &output },
    { .name = "set", .word = "KEY=VALUE", .summary = N_("a setting of the format"),
      .values = sets },
    { .name = "best", .summary = N_("the best checkpoint, not the newest"), .flag = &best },
    { .name = NULL }
  };
  g_autoptr(MtlChosen) exporter = NULL;
  g_autoptr(GError) error = NULL;
  int status;

  if (!cli_parse (&cli_verb_export, options, &argc, &argv, 1, 1, &status))
    return status;
  if (format == NULL)
    return cli_usage (&cli_verb_export, _("--format is missing"));

  g_ptr_array_add (sets, NULL);
  exporter = cli_method (MTL_KIND_EXPORTER, format, (const char *const *) sets->pdata, &error);
  if (exporter == NULL || !export (exporter, argv[1], heads, best, output != NULL ? output : ".",
                                   &error))
    return cli_fail (error);

  return CLI_DONE;
}

const CliVerb cli_verb_export = {
  .name = "export",
  .usage = "RUN --format c [-o DIR]",
  .summary = N_("Writes a trained network as a file for elsewhere and prints its path."),
  .run = export_run,
};
