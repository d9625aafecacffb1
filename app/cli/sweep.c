/* sweep.c — trains a design many times over and tells it in one table
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

typedef struct
{
  char      *path, *data, *epochs, *methods, *sharpness, *seeds, *jobs, *threads;
  char      *metric, *csv, *markdown;
  GPtrArray *sets, *grids, *flatness;
  gboolean   no_flatness, table;
} Wishes;

/* --- before anything runs --- */

static gboolean
add_grids (SweepPlan    *plan,
           GPtrArray    *grids,
           GError      **error)
{
  for (guint n = 0; n < grids->len; n++)
    {
      const char *words = grids->pdata[n];
      const char *equals = strchr (words, '=');
      g_autofree char *key = equals != NULL ? g_strndup (words, (gsize) (equals - words)) : NULL;

      if (key == NULL)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                       _("--grid takes KEY=VALUE,VALUE…, for example experiment.batch=64,256, "
                         "not “%s”"), words);
          return FALSE;
        }
      if (!sweep_plan_add (plan, SWEEP_GRIDS, key, equals + 1, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
add_axes (SweepPlan     *plan,
          const Wishes  *wishes,
          GError       **error)
{
  for (guint n = 0; n < wishes->sets->len; n++)
    if (!sweep_plan_set (plan, wishes->sets->pdata[n], error))
      {
        g_prefix_error (error, "--set: ");
        return FALSE;
      }

  return add_grids (plan, wishes->grids, error)
         && (wishes->sharpness == NULL
             || sweep_plan_add (plan, SWEEP_SHARPNESS, "experiment.sharpness.type",
                                wishes->sharpness, error))
         && (wishes->methods == NULL
             || sweep_plan_add (plan, SWEEP_METHODS, "experiment.balancer.type", wishes->methods,
                                error))
         && (wishes->seeds == NULL
             || sweep_plan_add (plan, SWEEP_SEEDS, "experiment.seed", wishes->seeds, error));
}

static SweepPlan *
make_plan (const Wishes  *wishes,
           GError       **error)
{
  g_autofree char *epochs = wishes->epochs != NULL
                            ? g_strdup_printf ("experiment.epochs=%s", wishes->epochs) : NULL;
  const char *sets[] = { epochs, NULL };
  g_autoptr(MtlChosen) probe = NULL;
  g_autoptr(SweepPlan) plan = NULL;
  MtlDesign *design;

  if (!wishes->no_flatness)
    {
      probe = cli_method (MTL_KIND_PROBE, "flatness",
                          (const char *const *) wishes->flatness->pdata, error);
      if (probe == NULL)
        {
          g_prefix_error (error, "--flatness: ");
          return NULL;
        }
    }
  if (wishes->metric != NULL && mtl_catalogue_find (MTL_KIND_METRIC, wishes->metric, error) == NULL)
    return NULL;

  design = cli_load_design (wishes->path, sets, wishes->data, error);
  if (design == NULL)
    return NULL;

  plan = sweep_plan_new (design, probe);
  return add_axes (plan, wishes, error) && sweep_plan_finish (plan, error)
         ? g_steal_pointer (&plan) : NULL;
}

/* A table that cannot be written is better found out now than after hours. */
static gboolean
check_writable (const char  *path,
                GError     **error)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (path == NULL || (g_access (folder, W_OK) == 0 && !g_file_test (path, G_FILE_TEST_IS_DIR)))
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
               _("“%s” cannot be written. Name a file in a folder that is there and yours."), path);
  return FALSE;
}

/* --- jobs and threads --- */

/* As many runs at a time as there are processors, each on one thread: that is the most
 * work done. With fewer runs than processors the threads are shared out. */
static void
share_out (const SweepPlan *plan,
           guint64         *n_jobs,
           guint64         *n_threads)
{
  guint64 processors = g_get_num_processors ();

  if (*n_jobs == 0)
    *n_jobs = MIN (plan->cells->len, MAX (1, processors / MAX (1, *n_threads)));
  if (*n_threads == 0)
    *n_threads = MAX (1, processors / *n_jobs);
}

/* --- the verb --- */

static gboolean
write_file (const char  *path,
            const char  *text,
            GError     **error)
{
  return path == NULL || g_file_set_contents (path, text, -1, error);
}

static int
tell_table (SweepPlan    *plan,
            MtlStore     *store,
            const Wishes *wishes)
{
  g_autofree char *markdown = NULL;
  g_autofree char *csv = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(SweepFigures) figures = sweep_figures_read (plan, store, wishes->metric, &error);

  if (figures == NULL)
    return cli_fail (error);

  markdown = sweep_markdown (plan, figures);
  csv = sweep_csv (plan, figures);
  g_print ("%s", markdown);
  if (!write_file (wishes->markdown, markdown, &error) || !write_file (wishes->csv, csv, &error))
    return cli_fail (error);

  return CLI_DONE;
}

static int
sweep (const Wishes *wishes)
{
  guint64 n_jobs = 0, n_threads = 0, n_epochs = 0;
  g_autoptr(SweepPlan) plan = NULL;
  g_autoptr(MtlStore) store = NULL;
  g_autoptr(GError) error = NULL;
  int status = CLI_DONE;
  int told;

  if (!cli_whole ("jobs", wishes->jobs, 1, 1024, &n_jobs)
      || !cli_whole ("threads", wishes->threads, 1, 1024, &n_threads)
      || !cli_whole ("epochs", wishes->epochs, 1, 100000, &n_epochs))
    return CLI_USAGE;
  if (!check_writable (wishes->csv, &error) || !check_writable (wishes->markdown, &error))
    return cli_fail (error);

  plan = make_plan (wishes, &error);
  store = plan != NULL ? mtl_store_open (NULL, &error) : NULL;
  if (store == NULL || !sweep_find_runs (plan, store, &error))
    return cli_fail (error);

  share_out (plan, &n_jobs, &n_threads);
  if (!wishes->table)
    status = sweep_run (plan, store, (guint) n_jobs, (guint) n_threads);
  if (status == CLI_INTERRUPTED)
    return status;

  told = tell_table (plan, store, wishes);
  return told != CLI_DONE ? told : status;
}

static int
sweep_verb_run (int    argc,
                char **argv)
{
  extern const CliVerb cli_verb_sweep;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  g_autoptr(GPtrArray) grids = g_ptr_array_new ();
  g_autoptr(GPtrArray) flatness = g_ptr_array_new ();
  Wishes wishes = { .sets = sets, .grids = grids, .flatness = flatness };
  const CliOption options[] = {
    { "methods", "A,B", N_("balancers, such as mgda,cagrad:c=0.2"), .value = &wishes.methods },
    { "sharpness", "A,B", N_("such as none,sam:rho=0.1"), .value = &wishes.sharpness },
    { "seeds", "1,2,3", N_("or 1..3: what is averaged over"), .value = &wishes.seeds },
    { "set", "KEY=VALUE", N_("change a value, or vary it: KEY=A,B; repeats"), .values = sets },
    { "grid", "KEY=A,B", N_("vary a value that may have commas itself; repeats"), .values = grids },
    { "data", "DIR", N_("folder or file of the data"), .value = &wishes.data },
    { "epochs", "N", N_("epochs of each run"), .value = &wishes.epochs },
    { "jobs", "N", N_("runs at a time; else one a processor"), .value = &wishes.jobs },
    { "threads", "N", N_("threads of each run"), .value = &wishes.threads },
    { "flatness", "KEY=VALUE", N_("settings of the sharpness probe; repeats"), .values = flatness },
    { "no-flatness", .summary = N_("do not measure sharpness"), .flag = &wishes.no_flatness },
    { "metric", "NAME", N_("figure to tell, if not each task's first"), .value = &wishes.metric },
    { "csv", "FILE", N_("write the table there as well, as CSV"), .value = &wishes.csv },
    { "markdown", "FILE", N_("write the table there as well"), .value = &wishes.markdown },
    { "table", .summary = N_("train nothing, tell what is done"), .flag = &wishes.table },
    { .name = NULL }
  };
  int status;

  if (!cli_parse (&cli_verb_sweep, options, &argc, &argv, 1, 1, &status))
    return status;

  g_ptr_array_add (flatness, NULL);
  wishes.path = argv[1];
  return sweep (&wishes);
}

const CliVerb cli_verb_sweep = {
  .name = "sweep",
  .usage = "FILE",
  .summary = N_("Trains a design by many methods and seeds, and prints one table."),
  .run = sweep_verb_run,
};
