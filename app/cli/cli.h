/* cli.h — what the verbs of basin-cli share
 *
 * Results go to standard output, the rest to standard error. Exit status: 0
 * done, 1 the input was wrong, 2 usage, 3 a failure that is not the user's,
 * 130 interrupted after saving.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <json-glib/json-glib.h>

#include "mtl-design.h"
#include "mtl-record.h"
#include "mtl-store.h"

enum
{
  CLI_DONE = 0,
  CLI_INPUT = 1,
  CLI_USAGE = 2,
  CLI_FAILURE = 3,
  CLI_INTERRUPTED = 130,
};

typedef struct
{
  const char *name;
  const char *usage;    /* arguments after the name */
  const char *summary;  /* N_() */
  int       (*run) (int    argc,
                    char **argv);   /* argv[0] is the verb's name */
} CliVerb;

/* Options of a verb: --NAME VALUE, --NAME=VALUE, or a flag. */
typedef struct
{
  const char  *name;
  const char  *word;     /* of the value, for the help; NULL: a flag */
  const char  *summary;  /* N_() */
  char       **value;    /* (out): the last one given */
  GPtrArray   *values;   /* all that were given, where it may repeat; else NULL */
  gboolean    *flag;
} CliOption;

/* Takes options out of @argv; what is left are the verb's arguments, of which
 * there are @least to @most. FALSE: usage or help was printed, return @status. */
gboolean     cli_parse        (const CliVerb    *verb,
                               const CliOption  *options,
                               int              *argc,
                               char           ***argv,
                               int               least,
                               int               most,
                               int              *status);
void         cli_print_usage  (const CliVerb    *verb,
                               const CliOption  *options,
                               gboolean          to_error);
/* Prints “basin-cli: …” and returns the exit status that @error stands for. */
int          cli_fail         (const GError     *error);
int          cli_usage        (const CliVerb    *verb,
                               const char       *format,
                               ...) G_GNUC_PRINTF (2, 3);
/* A whole number of an option; FALSE after a message. */
gboolean     cli_whole        (const char       *option,
                               const char       *text,
                               guint64           least,
                               guint64           most,
                               guint64          *value);

/* --- what several verbs do --- */
MtlDesign   *cli_load_design  (const char       *path,
                               const char *const *sets,   /* KEY=VALUE */
                               const char       *data,    /* folder; NULL: as the design says */
                               GError          **error);
gboolean     cli_open_run     (const char       *words,
                               MtlStore        **store,
                               char            **run,
                               GError          **error);
/* A method of @kind with settings KEY=VALUE. */
MtlChosen   *cli_method       (MtlKind           kind,
                               const char       *id,
                               const char *const *sets,
                               GError          **error);

/* --- JSON, one object a line --- */
void         cli_json_number  (JsonBuilder      *builder,
                               double            value);   /* null where not finite */
void         cli_json_member  (JsonBuilder      *builder,
                               const char       *name,
                               double            value);
void         cli_json_word    (JsonBuilder      *builder,
                               const char       *name,
                               const char       *word);   /* NULL: null */
void         cli_json_strings (JsonBuilder      *builder,
                               const char       *name,
                               char            **strings);
void         cli_json_print   (JsonBuilder      *builder);

/* --- interruption --- */
/* Ctrl-C and SIGTERM call @handler in the main context. */
void         cli_on_interrupt (GSourceFunc       handler,
                               gpointer          data);
/* (transfer full): cancelled by them, when the main context next runs. */
GCancellable *cli_cancel_on_interrupt (void);
