/* balance.c — one aggregation of a given Jacobian
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <errno.h>
#include <glib/gi18n.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "mtl-balance.h"

#define MAX_BYTES    (256 * 1024 * 1024)
#define LONGEST_WORD 20  /* bytes shown of what is no number */
#define SEPARATORS   ", \t\r;"
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"

typedef struct
{
  GArray *values;    /* of double, row by row */
  guint   n_rows;
  gsize   n_columns;
} Matrix;

/* What stands at @at is no number, or none that is finite. */
static gboolean
refuse_word (const char  *name,
             guint        number,
             gsize        column,
             const char  *at,
             GError     **error)
{
  g_autofree char *raw = g_strndup (at, MIN (strcspn (at, SEPARATORS "#"), LONGEST_WORD));
  g_autofree char *found = g_utf8_make_valid (raw, -1);
  g_autofree char *line = number > 0 ? g_strdup_printf (_(", line %u"), number) : g_strdup ("");

  /* Translators: a file, “, line 2” or nothing, a number, and the word found. */
  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               _("%s%s, column %" G_GSIZE_FORMAT ": a finite number is expected, but “%s” stands "
                 "there; put a number in its place"), name, line, column, found);
  return FALSE;
}

/* Numbers of line @number (0: of no file), separated by commas or blanks; FALSE
 * with an error. */
static gboolean
parse_line (const char  *line,
            const char  *name,
            guint        number,
            GArray      *values,
            gsize       *n,
            GError     **error)
{
  const char *at = line;

  for (*n = 0;; ++*n)
    {
      char *end;
      double value;

      at += strspn (at, SEPARATORS);
      if (*at == '\0' || *at == '#')
        return TRUE;

      value = g_ascii_strtod (at, &end);
      if (end == at || (*end != '\0' && strchr (SEPARATORS "#", *end) == NULL)
          || !isfinite (value))
        return refuse_word (name, number, *n + 1, at, error);
      g_array_append_val (values, value);
      at = end;
    }
}

static gboolean
check_columns (const Matrix  *matrix,
               const char    *name,
               guint          number,
               gsize          columns,
               GError       **error)
{
  if (matrix->n_rows == 0 || columns == matrix->n_columns)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               _("%s, line %u: %" G_GSIZE_FORMAT " numbers are expected as in the first row, but "
                 "there are %" G_GSIZE_FORMAT), name, number, matrix->n_columns, columns);
  return FALSE;
}

/* Ends each line of @text in place. A mark of UTF-8 before the first is passed over. */
static gboolean
parse_matrix (GString     *text,
              const char  *name,
              Matrix      *matrix,
              GError     **error)
{
  char *first = text->str + (g_str_has_prefix (text->str, BYTE_ORDER_MARK) ? 3 : 0);
  char *last = text->str + text->len, *stop;
  guint number = 1;

  for (char *line = first; line < last; line = stop + 1, number++)
    {
      gsize columns;

      stop = memchr (line, '\n', (gsize) (last - line));
      stop = stop != NULL ? stop : last;
      *stop = '\0';
      if (!parse_line (line, name, number, matrix->values, &columns, error))
        return FALSE;
      if (line + strlen (line) != stop)
        return refuse_word (name, number, columns + 1, "\\0", error);
      if (columns == 0)
        continue;
      if (!check_columns (matrix, name, number, columns, error))
        return FALSE;
      matrix->n_columns = columns;
      matrix->n_rows++;
    }

  if (matrix->n_rows >= 1 && matrix->n_rows <= MTL_MAX_TASKS)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               _("%s: 1 to %d rows are expected, one for each task, but there are %u"), name,
               MTL_MAX_TASKS, matrix->n_rows);
  return FALSE;
}

/* (transfer full): all of @file, which may be a pipe; NULL with an error. */
static GString *
read_text (FILE        *file,
           const char  *name,
           GError     **error)
{
  g_autoptr(GString) text = g_string_new (NULL);
  char buffer[65536];
  gsize n;

  while (file != NULL && text->len <= MAX_BYTES
         && (n = fread (buffer, 1, sizeof buffer, file)) > 0)
    g_string_append_len (text, buffer, (gssize) n);

  if (file == NULL || ferror (file))
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA, _("%s cannot be read: %s"), name,
                 g_strerror (errno));
  else if (text->len > MAX_BYTES)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 _("%s: a Jacobian has at most %d MiB of text, and this is more; write fewer "
                   "digits or fewer columns"), name, MAX_BYTES / (1024 * 1024));
  else
    return g_steal_pointer (&text);

  return NULL;
}

static const char *
name_input (const char *path)
{
  return strcmp (path, "-") == 0 ? _("standard input") : path;
}

static gboolean
read_matrix (const char  *path,
             Matrix      *matrix,
             GError     **error)
{
  FILE *file = strcmp (path, "-") == 0 ? stdin : fopen (path, "rb");
  g_autoptr(GString) text = read_text (file, name_input (path), error);

  if (file != NULL && file != stdin)
    fclose (file);

  return text != NULL && parse_matrix (text, name_input (path), matrix, error);
}

static gboolean
read_losses (const char  *text,
             guint        n_tasks,
             GArray      *losses,
             GError     **error)
{
  gsize n = 0;

  if (text == NULL)
    return TRUE;
  if (!parse_line (text, "--losses", 0, losses, &n, error))
    return FALSE;
  if (n == n_tasks)
    return TRUE;

  g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
               _("--losses: %u numbers are expected, one for each row, but there are %"
                 G_GSIZE_FORMAT), n_tasks, n);
  return FALSE;
}

static void
print_json (const double *weights,
            guint         n_tasks,
            const double *direction,
            gsize         n_columns,
            const char   *status)
{
  g_autoptr(JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "weights");
  if (isnan (weights[0]))
    {
      json_builder_add_null_value (builder);
    }
  else
    {
      json_builder_begin_array (builder);
      for (guint k = 0; k < n_tasks; k++)
        cli_json_number (builder, weights[k]);
      json_builder_end_array (builder);
    }
  json_builder_set_member_name (builder, "direction");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < n_columns; i++)
    cli_json_number (builder, direction[i]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "status");
  json_builder_add_string_value (builder, status);
  json_builder_end_object (builder);
  cli_json_print (builder);
}

static void
print_row (const char   *name,
           const double *values,
           gsize         n)
{
  g_print ("%s", name);
  for (gsize i = 0; i < n; i++)
    printf (" %.9f", values[i]);  /* g_print() would write each number out at once */
  g_print ("\n");
}

static int
balance (const MtlChosen *balancer,
         const Matrix    *matrix,
         const char      *name,
         const GArray    *losses,
         guint64          seed,
         gboolean         json)
{
  g_autofree double *weights = g_new0 (double, matrix->n_rows);
  g_autofree double *direction = g_new0 (double, matrix->n_columns);
  g_autoptr(GError) error = NULL;
  const char *status = NULL;

  if (!mtl_balance_matrix (balancer, (const double *) (gpointer) matrix->values->data,
                           matrix->n_rows, matrix->n_columns,
                           losses->len > 0 ? (const double *) (gpointer) losses->data : NULL,
                           seed, weights, direction, &status, &error))
    {
      if (g_error_matches (error, MTL_ERROR, MTL_ERROR_NOT_FINITE))
        g_prefix_error (&error, "%s: ", name);
      cli_fail (error);
      return CLI_INPUT;
    }

  if (json)
    {
      print_json (weights, matrix->n_rows, direction, matrix->n_columns, status);
      return CLI_DONE;
    }

  if (isnan (weights[0]))
    g_print (_("weights   none: the direction of %s is not a weighted sum of the rows\n"),
             mtl_chosen_method (balancer)->id);
  else
    print_row (_("weights  "), weights, matrix->n_rows);
  print_row (_("direction"), direction, matrix->n_columns);
  if (strcmp (status, "ok") != 0)
    g_print (_("status    %s\n"), status);

  return CLI_DONE;
}

static int
balance_run (int    argc,
             char **argv)
{
  extern const CliVerb cli_verb_balance;
  g_autoptr(GPtrArray) sets = g_ptr_array_new ();
  char *jacobian = NULL, *losses_text = NULL, *seed_text = NULL;
  guint64 seed = 1;
  gboolean json = FALSE;
  const CliOption options[] = {
    { .name = "jacobian", .word = "FILE",
      .summary = N_("one row a task, commas or blanks; - for standard input; the tasks are "
                    "task1, task2 …"), .value = &jacobian },
    { .name = "losses", .word = "A,B,…",
      .summary = N_("the tasks' losses, for methods that read them"), .value = &losses_text },
    { .name = "set", .word = "KEY=VALUE", .summary = N_("a setting of the method; may be repeated"),
      .values = sets },
    { .name = "seed", .word = "N", .summary = N_("of random choices"), .value = &seed_text },
    { .name = "json", .summary = N_("print one JSON object"), .flag = &json },
    { .name = NULL }
  };
  g_autoptr(GArray) losses = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(GArray) values = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr(MtlChosen) balancer = NULL;
  g_autoptr(GError) error = NULL;
  Matrix matrix = { .values = values };
  int status;

  if (!cli_parse (&cli_verb_balance, options, &argc, &argv, 1, 1, &status))
    return status;
  if (jacobian == NULL)
    return cli_usage (&cli_verb_balance, _("--jacobian FILE is missing"));
  if (!cli_whole ("seed", seed_text, 0, G_MAXUINT32, &seed))
    return CLI_USAGE;

  g_ptr_array_add (sets, NULL);
  balancer = cli_method (MTL_KIND_BALANCER, argv[1], (const char *const *) sets->pdata, &error);
  if (balancer == NULL || !read_matrix (jacobian, &matrix, &error)
      || !read_losses (losses_text, matrix.n_rows, losses, &error))
    return cli_fail (error);

  return balance (balancer, &matrix, name_input (jacobian), losses, seed, json);
}

const CliVerb cli_verb_balance = {
  .name = "balance",
  .usage = "METHOD --jacobian FILE",
  .summary = N_("Balances the gradients in a file once, in double precision."),
  .run = balance_run,
};
