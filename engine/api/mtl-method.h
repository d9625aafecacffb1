/* mtl-method.h — what every method of the catalogue says of itself
 *
 * An op, source, balancer, sharpness method … is one const descriptor that
 * starts with an MtlMethod. The catalogue lists the descriptors that
 * engine/meson.build names. This one description draws the inspector, checks
 * the JSON, serves --set, prints `basin-cli methods` and tells the property
 * tests what to try.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#include "mtl-error.h"

typedef enum
{
  MTL_KIND_OP,          /* MtlOp: blocks other than sources, tasks included */
  MTL_KIND_SOURCE,      /* MtlSource: where samples come from */
  MTL_KIND_LOSS,        /* MtlLoss: what a task minimises */
  MTL_KIND_METRIC,      /* MtlMetric: what is reported of a task */
  MTL_KIND_BALANCER,    /* MtlBalancer */
  MTL_KIND_SHARP,       /* MtlSharp */
  MTL_KIND_OPTIMIZER,   /* MtlOptimizer */
  MTL_KIND_SCHEDULE,    /* MtlSchedule */
  MTL_KIND_PROBE,       /* MtlProbe */
  MTL_KIND_EXPORTER,    /* MtlExporter */
  MTL_KIND_EXPERIMENT,  /* one method: the settings of a design as a whole */
  MTL_N_KINDS
} MtlKind;

typedef enum
{
  MTL_NUMBER,
  MTL_WHOLE,
  MTL_FLAG,      /* number is 0 or 1 */
  MTL_CHOICE,    /* number is the index in choices, text the word */
  MTL_TEXT,
  MTL_PATH,
  MTL_NUMBERS,   /* list of numbers */
  MTL_PER_TASK,  /* {"task block id": number}; one number stands for all */
  MTL_METHOD,    /* {"type": id, …}: another method of .kind */
} MtlParamType;

typedef struct
{
  const char        *id;       /* stable, stored in files; lower case and dashes */
  const char        *title;    /* N_(): header of a row in the inspector */
  const char        *summary;  /* N_(): one line of what it does; may be NULL */
  const char        *unit;     /* N_() or NULL */
  MtlParamType       type;
  MtlKind            kind;     /* of a MTL_METHOD */
  const char *const *choices;  /* of a MTL_CHOICE; ends with NULL */
  double             minimum;  /* property tests try it, and what is near the initial value */
  double             maximum;
  double             initial;  /* NAN: required (texts: may be empty), or as summary says */
  const char        *initial_text;  /* of MTL_TEXT, MTL_PATH and MTL_METHOD (an id); may be NULL */
  gboolean           rare;     /* belongs behind “More” in the inspector */
  gboolean           folder;   /* of a MTL_PATH: a folder and not a file */
} MtlParam;

typedef struct _MtlGroup MtlGroup;   /* mtl-group.h */

typedef struct
{
  const char     *id;         /* stable, stored in files; unique in its kind */
  const char     *title;      /* N_(): for people */
  const char     *summary;    /* N_(): one sentence */
  const char     *reference;  /* authors, title, venue, arXiv id; equation or algorithm */
  const MtlParam *params;     /* ends with an entry whose id is NULL; or NULL */
  gboolean        hidden;     /* not offered to people: a fused kernel */
  const MtlGroup *group;      /* what it is the method of, and lives in; NULL: of the catalogue */
} MtlMethod;

const char             *mtl_kind_name           (MtlKind          kind);
gboolean                mtl_kind_from_name      (const char      *name,
                                                 MtlKind         *kind);
const MtlMethod *const *mtl_catalogue_list      (MtlKind          kind);
const MtlMethod        *mtl_catalogue_find      (MtlKind          kind,
                                                 const char      *id,
                                                 GError         **error);

/* Parameters of a method: its own, then those common to its kind. */
guint                   mtl_method_n_params     (const MtlMethod *method,
                                                 MtlKind          kind);
const MtlParam         *mtl_method_param        (const MtlMethod *method,
                                                 MtlKind          kind,
                                                 guint            n);
