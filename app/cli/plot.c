/* plot.c — a plot of a run, or the paths of several, as a file, without a display
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <string.h>

#include "mtw-plot-write.h"
#include "paths.h"
#include "probing.h"

#define LEAST_WIDTH 30
#define MOST_WIDTH  1000

typedef struct
{
  char        *plot;
  char        *paths;   /* file for those of several runs */
  char        *output;
  char        *task;
  char        *width;
  guint64      mm;
  const MtwPlotKind *kind;
  MtwFormat    format;
} Plotting;

static char *
list_plots (void)
{
  GString *text = g_string_new (NULL);

  for (const MtwPlotKind *const *kind = mtw_plot_kinds (); *kind != NULL; kind++)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", (*kind)->id);

  return g_string_free (text, FALSE);
}

/* By its id, or the beginning of one: “loss” is enough for “losses”. */
static const MtwPlotKind *
find_plot (const char *words)
{
  for (const MtwPlotKind *const *kind = mtw_plot_kinds (); *kind != NULL; kind++)
    if (words[0] != '\0' && g_str_has_prefix ((*kind)->id, words))
      return *kind;

  return NULL;
}

static gboolean
choose_task (const Plotting  *self,
             MtlRecord       *record,
             guint           *task,
             GError         **error)
{
  char **tasks = mtl_record_info (record)->tasks;
  g_autofree char *names = g_strjoinv (", ", tasks);

  for (*task = 0; tasks[*task] != NULL; ++*task)
    if (self->task == NULL || strcmp (tasks[*task], self->task) == 0)
      return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, _("There is no task “%s”; there is %s."),
               self->task, names);
  return FALSE;
}

/* What a plot shows that no record keeps. */
static int
measure (const MtwPlotKind *kind,
         const char        *words,
         MtlProbeFrame     *frame,
         MtlGrid          **grid,
         MtlFindings      **findings)
{
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  g_autoptr(MtlStore) store = NULL;
  g_autofree char *id = NULL;
  CliProbe probe = { .run = (char *) words, .sets = sets };

  if (kind->probe == NULL || strcmp (kind->probe, "flatness") == 0)
    return CLI_DONE;

  g_ptr_array_add (sets, NULL);
  return cli_probe (&probe, kind->probe, frame, grid, findings, &store, &id);
}

static gboolean
write_plot (const Plotting  *self,
            MtlRecord       *record,
            MtlGrid         *grid,
            MtlFindings     *findings,
            GError         **error)
{
  g_autoptr(GBytes) bytes = NULL;
  g_autoptr(GFile) file = g_file_new_for_commandline_arg (self->output);
  MtwPlotInput input;

  mtw_plot_input_init (&input, self->kind);
  input.record = record;
  input.grid = grid;
  input.findings = findings;
  input.event_words = TRUE;
  if (!choose_task (self, record, &input.task, error))
    return FALSE;

  bytes = mtw_plot_write (self->kind, &input, self->format, (double) self->mm, error);

  return bytes != NULL
         && g_file_replace_contents (file, g_bytes_get_data (bytes, NULL),
                                     g_bytes_get_size (bytes), NULL, FALSE, G_FILE_CREATE_NONE,
                                     NULL, NULL, error);
}

static int
check_options (const CliVerb *verb,
               Plotting      *self)
{
  g_autofree char *plots = list_plots ();

  if (self->paths != NULL && self->plot == NULL && self->output == NULL && self->task == NULL)
    self->output = self->paths;
  else if (self->paths != NULL || self->plot == NULL || self->output == NULL)
    return cli_usage (verb, _("--plot PLOT and -o FILE are needed, or --paths FILE without them "
                              "and --task; plots: %s"), plots);

  self->kind = self->plot != NULL ? find_plot (self->plot) : NULL;
  if (self->plot != NULL && self->kind == NULL)
    return cli_usage (verb, _("there is no plot “%s”; there is %s"), self->plot, plots);
  if (!mtw_format_find (self->output, &self->format))
    return cli_usage (verb, _("%s: the name of the file is to end in .svg, .pdf, .png or .csv"),
                      self->output);
  if (!cli_whole ("width", self->width, LEAST_WIDTH, MOST_WIDTH, &self->mm))
    return CLI_USAGE;

  return CLI_DONE;
}

static int
plot (const Plotting *self,
      const char     *words)
{
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlRecord) record = NULL;
  g_autoptr(MtlGrid) grid = NULL;
  g_autoptr(MtlFindings) findings = NULL;
  g_autofree char *run = NULL;
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame;
  int status;

  if (!cli_open_run (words, &store, &run, &error))
    return cli_fail (error);
  record = mtl_store_load (store, run, &error);
  if (record == NULL)
    return cli_fail (error);
  status = measure (self->kind, words, &frame, &grid, &findings);
  if (status != CLI_DONE)
    return status;

  return write_plot (self, record, grid, findings, &error) ? CLI_DONE : cli_fail (error);
}

static int
plot_run (int    argc,
          char **argv)
{
  extern const CliVerb cli_verb_plot;
  Plotting self = { .mm = MTW_PRINT_WIDE };
  int status;
  const CliOption options[] = {
    { .name = "plot", .word = "PLOT",
      .summary = N_("losses, metrics, conflict, landscape, density …"), .value = &self.plot },
    { .name = "output", .word = "FILE", .summary = N_("an .svg, .pdf, .png or .csv (also -o)"),
      .value = &self.output },
    { .name = "paths", .word = "FILE",
      .summary = N_("draws the paths of several runs over the plane of their two shared weights "
                    "and the losses of the first, and prints where each ended"),
      .value = &self.paths },
    { .name = "task", .word = "TASK",
      .summary = N_("of plots that show one task; the first where not given"),
      .value = &self.task },
    { .name = "width", .word = "MM", .summary = N_("width in millimetres, 174 where not given"),
      .value = &self.width },
    { .name = NULL }
  };

  if (!cli_parse (&cli_verb_plot, options, &argc, &argv, 1, G_MAXINT, &status))
    return status;
  status = check_options (&cli_verb_plot, &self);
  if (status != CLI_DONE)
    return status;
  if (self.paths != NULL)
    return cli_paths (argv + 1, self.paths, self.format, (double) self.mm);
  if (argc > 2)
    return cli_usage (&cli_verb_plot, _("a plot shows one run, not %d"), argc - 1);

  return plot (&self, argv[1]);
}

const CliVerb cli_verb_plot = {
  .name = "plot",
  .usage = "RUN --plot PLOT -o FILE | --paths FILE RUN…",
  .summary = N_("Draws a plot of a run, or the paths of several, into a file."),
  .run = plot_run,
};
