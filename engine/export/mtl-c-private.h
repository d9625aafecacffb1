/* mtl-c-private.h — a C header while it is written
 *
 * c.c opens the file and writes every block's body first, since a body says
 * whether its output may take the place of an input. Then the layouts settle
 * where every value lives, and then the text is written from top to bottom.
 *
 * What stands in it of raw values depends on what the source says of them alone:
 * a file of images has none of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-c-writer.h"
#include "mtl-exporter.h"
#include "mtl-plan-private.h"

typedef enum
{
  MTL_C_FRESH,        /* writes where no input is */
  MTL_C_ELEMENTWISE,  /* may write over an input */
  MTL_C_SAME,         /* the output is the input */
} MtlCKind;

/* One step of the plan. */
struct _MtlCWriter
{
  gboolean  wanted;   /* an op that an exported head needs */
  MtlCKind  kind;
  char     *name;     /* of its function; NULL: a source, or not wanted */
  char     *tensors[MTL_OP_MAX_TENSORS];  /* names of its arrays */
  char     *buffers[MTL_OP_MAX_BUFFERS];
  GString  *body;
  gboolean  math;
};

typedef enum
{
  MTL_C_INPUT,
  MTL_C_SCRATCH,
  MTL_C_OUTPUT,
} MtlCWhere;

typedef struct
{
  MtlCWhere where;
  guint     task;     /* of an OUTPUT */
  gsize     offset;   /* in scratch, floats */
} MtlCPlace;

/* Where the values of one function live. */
typedef struct
{
  guint64    tasks;   /* heads that the function computes */
  guint      ports;   /* bits of the source's ports that it reads */
  MtlCPlace *places;  /* [step]: of its output */
  gsize      floats;  /* of scratch */
} MtlCLayout;

typedef struct
{
  char       *word;   /* left */
  char       *name;   /* of its function: two_digits_left */
  char       *output; /* parameter in the function of all heads: left_output */
  MtlCLayout *layout; /* of the head alone; NULL: not exported */
} MtlCHead;

/* The raw values of one port. */
typedef struct
{
  guint     n;
  gboolean  mixed;    /* there are classes among them */
  char     *prepare;  /* of the function; NULL: the port is not read, or takes what is measured */
  char     *mean, *scale, *first, *classes;  /* of the arrays; the last two where mixed */
  char     *size;     /* constants: how many, and the place of each in a row */
  char    **columns;
} MtlCRaw;

#define MTL_C_WORD_BYTES 32   /* of a column or a class within a name */

typedef struct
{
  const MtlExportInput *in;
  const MtlPlan        *plan;
  guint64               tasks;
  guint                 n_heads;   /* of tasks */
  char                 *prefix;    /* two_digits */
  char                 *upper;     /* TWO_DIGITS */
  GHashTable           *taken;     /* what follows prefix_ in the names of the file */
  GHashTable           *macros;    /* whole names, in lower case */
  MtlCWriter           *steps;     /* [n_steps] of the plan */
  MtlCHead             *heads;     /* [n_tasks] of the plan */
  char                 *inputs[MTL_SOURCE_MAX_PORTS];  /* parameters: input, or left_input … */
  char                 *sizes[MTL_SOURCE_MAX_PORTS];   /* constants: TWO_DIGITS_INPUT_SIZE */
  MtlCRaw               raws[MTL_SOURCE_MAX_PORTS];
  gboolean              measured;  /* inputs are prepared, or outputs taken to their own units */
  MtlCLayout           *all;
  gsize                 samples;   /* of the self test; 0: none */
  GString              *text;
} MtlCFile;

/* --- mtl-c-layout.c --- */
MtlCLayout *mtl_c_layout_new   (const MtlCFile   *file,
                                guint64           tasks);
void        mtl_c_layout_free  (MtlCLayout       *self);
/* Past blocks whose output is their input. */
MtlInput    mtl_c_resolve      (const MtlCFile   *file,
                                MtlInput          input);

/* --- mtl-c-head.c --- */
void        mtl_c_write_head      (MtlCFile      *file);
/* “10x28x28” */
char       *mtl_c_shape           (const MtlShape *shape);

/* --- mtl-c-blocks.c --- */
/* Names every step and lets its op write the body. */
gboolean    mtl_c_prepare_blocks  (MtlCFile      *file,
                                   GError       **error);
void        mtl_c_write_blocks    (MtlCFile      *file);

/* --- mtl-c-raw.c --- */
/* Before blocks are named, and after the layouts. */
void        mtl_c_take_prepare   (MtlCFile       *file);
void        mtl_c_name_raws      (MtlCFile       *file);
void        mtl_c_raw_clear      (MtlCRaw        *self);
/* (transfer full): the macro STEM_WORD, or one with a number where it is taken. */
char       *mtl_c_claim_macro    (MtlCFile       *file,
                                  const char     *stem,
                                  const char     *word);
/* (transfer full): a column within a name: short and never empty. */
char       *mtl_c_column_word    (const char     *column);
/* (nullable): mean and spread that a head takes back; NULL: its outputs are as
 * they leave the network. */
const MtlRaw *mtl_c_scale        (const MtlCFile *file,
                                  guint           task);
void        mtl_c_write_raws     (MtlCFile       *file);

/* --- mtl-c-raw-head.c --- */
void        mtl_c_comment_raws   (MtlCFile       *file);
/* “0: low, 1: high”, in lines of the comment. */
void        mtl_c_append_classes (GString        *text,
                                  const char *const *classes);
void        mtl_c_define_raws    (MtlCFile       *file);

/* --- mtl-c-run.c --- */
void        mtl_c_write_functions (MtlCFile      *file);

/* --- mtl-c-test.c --- */
gboolean    mtl_c_write_self_test (MtlCFile      *file,
                                   GError       **error);

static inline gboolean
mtl_c_has_task (guint64 tasks, guint task)
{
  return (tasks >> task & 1) != 0;
}

static inline const MtlTensor *
mtl_c_tensor (const MtlCFile *file, guint step, guint n)
{
  return mtl_plan_tensor (file->plan, file->plan->steps[step].tensors[n]);
}
