/* mtl-c-private.h — a C header while it is written
 *
 * c.c opens the file and writes every block's body first, since a body says
 * whether its output may take the place of an input. Then the layouts settle
 * where every value lives, and then the text is written from top to bottom.
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

typedef struct
{
  const MtlExportInput *in;
  const MtlPlan        *plan;
  guint64               tasks;
  guint                 n_heads;   /* of tasks */
  char                 *prefix;    /* two_digits */
  char                 *upper;     /* TWO_DIGITS */
  GHashTable           *taken;     /* what follows prefix_ in the names of the file */
  MtlCWriter           *steps;     /* [n_steps] of the plan */
  MtlCHead             *heads;     /* [n_tasks] of the plan */
  char                 *inputs[MTL_SOURCE_MAX_PORTS];  /* parameters: input, or left_input … */
  char                 *sizes[MTL_SOURCE_MAX_PORTS];   /* constants: TWO_DIGITS_INPUT_SIZE */
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
