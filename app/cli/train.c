/* train.c — trains a design without a display
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "mtl-trainer.h"
#include "report.h"

#define POLL_MS 50

typedef struct
{
  GMainLoop  *loop;
  MtlTrainer *trainer;
  MtlRecord  *record;     /* NULL while data is being opened */
  gboolean    json;
  gboolean    terminal;   /* a progress line makes sense */
  gboolean    interrupted;
  guint64     told;       /* epochs printed so far, or of before */
  guint64     resumed;    /* step at which a resumed run goes on */
  int         status;
} Training;

static void
print_progress (Training *self)
{
  const MtlRecordInfo *info = mtl_record_info (self->record);
  MtlProgress progress;

  mtl_record_progress (self->record, &progress);
  fprintf (stderr, "\r\033[K");
  fprintf (stderr, _("Epoch %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " · step %"
                     G_GUINT64_FORMAT " · %.1f ms"),
           progress.epoch, info->n_epochs, progress.step, 1e3 * progress.step_time);
  if (isfinite (progress.time_left))
    fprintf (stderr, _(" · %.0f min %02.0f s left"), floor (progress.time_left / 60.0),
             floor (fmod (progress.time_left, 60.0)));
  fflush (stderr);
}

/* Prints epochs that came to their end since. */
static void
tell (Training *self)
{
  MtlSeries *steps = mtl_record_series (self->record, "epoch/steps");
  MtlPoint point;

  while (mtl_series_read (steps, self->told, &point, 1) == 1)
    {
      g_autofree char *words = NULL;

      self->told++;
      if ((guint64) point.y <= self->resumed)
        continue;
      if (self->json)
        {
          cli_report_epoch (self->record, (guint64) point.x);
          continue;
        }
      words = cli_report_words (self->record, (guint64) point.x);
      if (self->terminal)
        fprintf (stderr, "\r\033[K");
      g_print ("%s\n", words);
    }
  fflush (stdout);
}

/* The step of the last “resume”; 0 for a new run. */
static guint64
find_resumed (MtlRecord *record)
{
  guint64 step = 0;

  for (guint n = 0; n < mtl_record_n_events (record); n++)
    {
      MtlEvent event = { 0 };

      mtl_record_event (record, n, &event);
      if (strcmp (event.kind, "resume") == 0)
        step = event.step;
      mtl_event_clear (&event);
    }

  return step;
}

static void
meet_record (Training *self)
{
  self->record = mtl_trainer_record (self->trainer);
  if (self->record == NULL)
    return;

  self->resumed = find_resumed (self->record);
  if (self->json)
    cli_report_start (self->record);
  else
    g_print (_("Run %s: %" G_GUINT64_FORMAT " parameters\n"),
             mtl_record_info (self->record)->run, mtl_record_info (self->record)->n_weights);
  fflush (stdout);
}

static gboolean
poll_cb (gpointer data)
{
  Training *self = data;

  if (self->record == NULL)
    meet_record (self);
  if (self->record == NULL)
    return G_SOURCE_CONTINUE;

  tell (self);
  if (self->terminal)
    print_progress (self);

  return G_SOURCE_CONTINUE;
}

static gboolean
interrupt_cb (gpointer data)
{
  Training *self = data;

  self->interrupted = TRUE;
  mtl_trainer_order (self->trainer, MTL_ORDER_STOP);

  return G_SOURCE_CONTINUE;
}

static void
ended_cb (MtlTrainer   *trainer,
          const GError *error,
          GObject      *listener)
{
  Training *self = g_object_get_data (listener, "training");

  poll_cb (self);
  if (self->terminal)
    fprintf (stderr, "\r\033[K");
  if (self->record != NULL && self->json)
    cli_report_end (self->record);
  if (error != NULL)
    self->status = cli_fail (error);
  else if (self->interrupted)
    self->status = CLI_INTERRUPTED;
  g_main_loop_quit (self->loop);
}

static int
train_design (const MtlDesign     *design,
              const MtlRunOptions *run,
              gboolean             json)
{
  g_autoptr(GObject) listener = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr(GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr(GError) error = NULL;
  Training self = { .loop = loop, .json = json, .terminal = !json && isatty (STDERR_FILENO) };
  guint poll;

  g_object_set_data (listener, "training", &self);
  self.trainer = mtl_trainer_start (design, run, listener, ended_cb, &error);
  if (self.trainer == NULL)
    return cli_fail (error);

  cli_on_interrupt (interrupt_cb, &self);
  poll = g_timeout_add (POLL_MS, poll_cb, &self);
  g_main_loop_run (loop);
  g_source_remove (poll);
  mtl_trainer_free (self.trainer);
  g_clear_pointer (&self.record, mtl_record_unref);

  return self.status;
}

typedef struct
{
  char      *path, *data, *epochs, *threads, *resume, *every;
  GPtrArray *sets, *measures;
  gboolean   json;
} Wishes;

/* The design to start with; of a resumed run, the one it began with. */
static MtlDesign *
choose_design (const Wishes   *wishes,
               MtlRunOptions  *run,
               char          **id,
               GError        **error)
{
  g_autoptr(MtlRecord) record = NULL;

  if (wishes->resume == NULL)
    return cli_load_design (wishes->path, (const char *const *) wishes->sets->pdata,
                            wishes->data, error);

  *id = mtl_store_resolve (run->store, wishes->resume, error);
  record = *id != NULL ? mtl_store_load (run->store, *id, error) : NULL;
  run->resume = *id;

  return record != NULL ? mtl_design_ref (mtl_record_info (record)->design) : NULL;
}

static void
unref_chosen_cb (gpointer chosen)
{
  mtl_chosen_unref (chosen);
}

/* (element-type MtlChosen) (transfer full): of PROBE:KEY=VALUE:KEY=VALUE …; NULL on an error. */
static GPtrArray *
choose_measures (const Wishes  *wishes,
                 GError       **error)
{
  g_autoptr(GPtrArray) measures = g_ptr_array_new_with_free_func (unref_chosen_cb);

  for (guint n = 0; n < wishes->measures->len; n++)
    {
      g_auto(GStrv) words = g_strsplit (wishes->measures->pdata[n], ":", -1);
      MtlChosen *probe = cli_method (MTL_KIND_PROBE, words[0] != NULL ? words[0] : "",
                                     words[0] != NULL ? (const char *const *) words + 1 : NULL,
                                     error);

      if (probe == NULL)
        {
          g_prefix_error (error, "--measure: ");
          return NULL;
        }
      g_ptr_array_add (measures, probe);
      if (mtl_probe_measures (mtl_chosen_method (probe)) != NULL)
        continue;
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("--measure: what %s finds is not a list of figures; take another probe, such "
                     "as sharpness"), words[0]);
      return NULL;
    }

  return g_steal_pointer (&measures);
}

static int
train (const Wishes *wishes)
{
  g_autoptr(GPtrArray) measures = NULL;
  guint64 every = 1;
  guint64 n_epochs = 0, n_threads = 0;
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(MtlDesign) design = NULL;
  g_autofree char *id = NULL;
  g_autoptr(GError) error = NULL;
  MtlRunOptions run = { 0 };

  if (!cli_whole ("epochs", wishes->epochs, 1, 100000, &n_epochs)
      || !cli_whole ("every", wishes->every, 1, 100000, &every)
      || !cli_whole ("threads", wishes->threads, 1, 1024, &n_threads))
    return CLI_USAGE;

  measures = choose_measures (wishes, &error);
  store = measures != NULL ? mtl_store_open (NULL, &error) : NULL;
  if (store == NULL)
    return cli_fail (error);

  run.measures = measures->len > 0 ? measures : NULL;
  run.measure_every = every;
  run.store = store;
  run.n_threads = (guint) n_threads;
  run.n_epochs = n_epochs;
  design = choose_design (wishes, &run, &id, &error);
  if (design == NULL)
    return cli_fail (error);

  return train_design (design, &run, wishes->json);
}

static int
train_run (int    argc,
           char **argv)
{
  extern const CliVerb cli_verb_train;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  g_autoptr(GPtrArray) measures = g_ptr_array_new ();
  Wishes wishes = { .sets = sets, .measures = measures };
  const CliOption options[] = {
    { .name = "set", .word = "KEY=VALUE",
      .summary = N_("change a value of the design; may be repeated"), .values = sets },
    { .name = "data", .word = "DIR", .summary = N_("folder or file of the data"),
      .value = &wishes.data },
    { .name = "epochs", .word = "N", .summary = N_("epochs in all"), .value = &wishes.epochs },
    { .name = "threads", .word = "N", .summary = N_("threads; does not change the result"),
      .value = &wishes.threads },
    { .name = "resume", .word = "RUN",
      .summary = N_("go on with a run that stopped; takes no FILE"), .value = &wishes.resume },
    { .name = "measure", .word = "PROBE[:KEY=VALUE…]",
      .summary = N_("run a probe after epochs, and keep what it finds; may be repeated"),
      .values = measures },
    { .name = "every", .word = "N", .summary = N_("epochs between two measurements"),
      .value = &wishes.every },
    { .name = "json", .summary = N_("print one JSON object a line"), .flag = &wishes.json },
    { .name = NULL }
  };
  int status;

  if (!cli_parse (&cli_verb_train, options, &argc, &argv, 0, 1, &status))
    return status;
  if ((argc == 2) == (wishes.resume != NULL))
    return cli_usage (&cli_verb_train, _("give either a design file or --resume RUN"));

  g_ptr_array_add (sets, NULL);
  wishes.path = argv[1];
  return train (&wishes);
}

const CliVerb cli_verb_train = {
  .name = "train",
  .usage = "FILE | --resume RUN",
  .summary = N_("Trains a design. Ctrl-C stops after the step that runs, saves, exits with 130."),
  .run = train_run,
};
