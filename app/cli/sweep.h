/* sweep.h — many runs of one design: what is varied, how it is run, the table
 *
 * A plan is the product of its axes. Cells that differ by nothing but the seed
 * are one row of the table. The state of a sweep is the store itself: a run of
 * the same design that is there counts, whatever began it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "cli.h"

#define SWEEP_MOST_RUNS 10000

/* What axes beside the seed are numbered by, so that a plan can be added to in any order. */
enum
{
  SWEEP_SEEDS,      /* the outermost loop: a sweep that is stopped has the first seed of each row */
  SWEEP_GRIDS,      /* as many as there are */
  SWEEP_SHARPNESS,
  SWEEP_METHODS,    /* the innermost loop, and set first: it is what other axes may set parts of */
};

typedef struct
{
  guint      place;    /* of the above */
  char      *key;      /* experiment.balancer.type */
  char      *title;    /* balancer */
  GPtrArray *values;   /* (element-type utf8): one at least */
} SweepAxis;

typedef struct
{
  guint         row;        /* of the table */
  char         *title;      /* “cagrad · none · seed 2” */
  guint64       seed;
  MtlDesign    *design;

  char         *run;        /* id of the run in the store; NULL: none yet */
  MtlRunStatus  status;     /* of that run */
  guint64       step;       /* that it got to */
  gboolean      measured;   /* sharpness at the last epoch is in the store */
  double        seconds;    /* that it took so far */
  gboolean      running;    /* right now, here */
  double        guess;      /* of a running one: s that it will take in all; NaN: not known yet */
} SweepCell;

typedef struct
{
  MtlDesign *base;    /* what all cells have in common */
  GPtrArray *axes;    /* (element-type SweepAxis): seeds first, by place */
  GPtrArray *cells;   /* (element-type SweepCell): in the order in which they are run */
  guint      n_rows;
  MtlChosen *probe;   /* how sharpness is measured; NULL: it is not */
} SweepPlan;

/* --- sweep-plan.c --- */
/* Takes @design. */
SweepPlan *sweep_plan_new      (MtlDesign    *design,
                                MtlChosen    *probe);
void       sweep_plan_free     (SweepPlan    *self);
/* An axis over @words, values with commas between; of a key that ends in `.type` each may
 * go on with settings of that method: `fs-mtl:adaptive=true:rho-shared=2`. */
gboolean   sweep_plan_add      (SweepPlan    *self,
                                guint         place,
                                const char   *key,
                                const char   *words,
                                GError      **error);
/* KEY=VALUE: for all runs where the design takes it as it stands, else an axis. */
gboolean   sweep_plan_set      (SweepPlan    *self,
                                const char   *words,
                                GError      **error);
/* The cells, each checked as far as it can be without training. */
gboolean   sweep_plan_finish   (SweepPlan    *self,
                                GError      **error);
/* (transfer none): of @axis in the cells of @row. */
const char *sweep_plan_value   (const SweepPlan *self,
                                const SweepAxis *axis,
                                guint            row);

/* --- sweep-store.c --- */
/* Fills in what the store has of each cell. */
gboolean   sweep_find_runs     (SweepPlan    *self,
                                MtlStore     *store,
                                GError      **error);
/* (transfer full): the curve that sharpness of @task, measured by @probe, is kept in. */
char      *sweep_curve         (const MtlChosen *probe,
                                const char      *task);

/* --- sweep-run.c --- */
/* Runs what is not done; returns an exit status. */
int        sweep_run           (SweepPlan    *self,
                                MtlStore     *store,
                                guint         n_jobs,
                                guint         n_threads);

/* --- sweep-guess.c --- */
/* Whether nothing is left to do for @cell: a run that failed is not tried again. */
gboolean   sweep_is_finished   (const SweepPlan *self,
                                const SweepCell *cell);
guint      sweep_n_finished    (const SweepPlan *self);
/* (transfer full): “, 1 h 05 min left”; empty while that is not known. */
char      *sweep_time_left     (const SweepPlan *self,
                                guint            n_jobs);

/* --- sweep-figures.c --- */
typedef struct
{
  char    *title;    /* of the Markdown table */
  char    *name;     /* of the .csv file */
  GArray **values;   /* [n_rows] of double, then NULL: one for each seed that has it */
} SweepColumn;

typedef struct
{
  GPtrArray  *columns;    /* (element-type SweepColumn): in the order they were met */
  guint      *n_done;     /* [n_rows] */
  guint      *n_failed;   /* [n_rows] */
  const char *split;      /* “test”, or “train” where there are no test rows */
  gboolean    selected;   /* some run has a validation split */
} SweepFigures;

/* (transfer full): of all runs that are done; @metric (nullable): id, for all tasks. */
SweepFigures *sweep_figures_read (const SweepPlan *plan,
                                  MtlStore        *store,
                                  const char      *metric,
                                  GError         **error);
void       sweep_figures_free  (SweepFigures    *self);

/* --- sweep-table.c --- */
/* (transfer full) */
char      *sweep_markdown      (const SweepPlan    *plan,
                                const SweepFigures *figures);
char      *sweep_csv           (const SweepPlan    *plan,
                                const SweepFigures *figures);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SweepPlan, sweep_plan_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SweepFigures, sweep_figures_free)
