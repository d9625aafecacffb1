/* mtw-plot-kind.h — what every plot says of itself, and what it draws from
 *
 * A plot is one file with one `const MtwPlotKind mtw_plot_WORD`, listed in
 * ui/meson.build. It draws with cairo and pango alone: in the window, on
 * paper and without a display.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <cairo.h>

#include "mtl-conflict.h"
#include "mtl-findings.h"
#include "mtl-grid.h"
#include "mtl-record.h"

#include "mtw-curves.h"
#include "mtw-table.h"

#define MTW_MAX_LEGEND 16

typedef struct _MtwPen MtwPen;
typedef struct _MtwPaths MtwPaths;   /* mtw-paths.h */

/* All that a plot may depend on. NULL fields: not there yet. */
typedef struct
{
  MtlRecord              *record;
  MtwCurves              *curves;      /* copy of the record's curves; see mtw_plot_draw() */
  const MtlConflictFrame *conflict;
  MtlGrid                *grid;        /* of a landscape */
  const MtwPaths         *paths;       /* of several runs, in place of all above */
  const MtlProbeFrame    *probe;       /* how far a probe is, when one runs */
  const MtlFindings      *findings;    /* of the curvature */
  const MtlProbeFrame    *measure;     /* how far that is */
  double                  cost;        /* s that it takes; above 0 where that is known */

  guint     task;          /* of plots that show one */
  guint64   hidden;        /* bit k: task k is hidden */
  gboolean  log_scale;
  double    smoothing;     /* 0 to 0.99 */
  double    cursor;        /* epoch; NaN: none */
  gboolean  card;          /* with a read-out at the cursor */
  gboolean  event_words;   /* events with their words; lines are always there */

  gboolean  dark;
  gboolean  high_contrast;
  gboolean  print;         /* black on white, 7 pt, with markers */
  double    text_scale;    /* 1: 100 % */
  const char *font;        /* family, or NULL */
} MtwPlotInput;

typedef enum
{
  MTW_PLOT_TIME   = 1 << 0,  /* epochs run to the right: has a cursor */
  MTW_PLOT_LOG    = 1 << 1,  /* can have a log scale */
  MTW_PLOT_SMOOTH = 1 << 2,  /* can be smoothed */
  MTW_PLOT_TASK   = 1 << 3,  /* shows one task */
} MtwPlotFlags;

/* Where things were drawn, in the units of the drawing; for the pointer. */
typedef struct
{
  double left, top, right, bottom;  /* of the axes; right ≤ left: none */
  double epochs;                    /* at the right end; it begins at 0 */
  guint  n_legend;
  struct
  {
    guint  task;
    double x, y, width, height;
  } legend[MTW_MAX_LEGEND];
} MtwPlotArea;

typedef struct
{
  const char   *id;
  const char   *title;        /* N_() */
  const char   *info;         /* N_(): what it shows and how to read it */
  MtwPlotFlags  flags;
  gboolean      log_scale;    /* to begin with */
  const char   *button;       /* N_(): offered while waiting, or NULL */
  const char   *action;       /* what it asks for: "draw-landscape" */
  const char   *probe;        /* id of the probe that finds what is shown, or NULL */
  /* Whether the choice of a task matters; NULL: it does where MTW_PLOT_TASK is set */
  gboolean    (*chooses)  (const MtwPlotInput *input);
  /* (transfer full) (nullable): unit or method */
  char       *(*subtitle) (const MtwPlotInput *input);
  /* (transfer full) (nullable): NULL when there is something to draw */
  char       *(*waiting)  (const MtwPlotInput *input);
  void        (*draw)     (MtwPen             *pen);
  /* (transfer full): a sentence for those who do not see the picture */
  char       *(*describe) (const MtwPlotInput *input);
  /* (transfer full): its figures; @every_step: not only those of epochs */
  MtwTable   *(*table)    (const MtwPlotInput *input,
                           gboolean            every_step);
} MtwPlotKind;

/* Ends with NULL. */
const MtwPlotKind *const *mtw_plot_kinds     (void);
/* (nullable) */
const MtwPlotKind        *mtw_plot_kind_find (const char         *id);

/* Nothing known, plain settings of @kind. */
void    mtw_plot_input_init (MtwPlotInput       *input,
                             const MtwPlotKind  *kind);
/* Fills width × height of @cr's units (px). Where `record` is set and
 * `curves` is not, the curves are copied for this one call. */
void    mtw_plot_draw       (const MtwPlotKind  *kind,
                             const MtwPlotInput *input,
                             cairo_t            *cr,
                             double              width,
                             double              height,
                             MtwPlotArea        *area);
char   *mtw_plot_subtitle   (const MtwPlotKind  *kind,
                             const MtwPlotInput *input);
/* Whether a task has to be chosen: there are several, and it matters. */
gboolean mtw_plot_chooses   (const MtwPlotKind  *kind,
                             const MtwPlotInput *input);
/* (transfer full) (nullable): NULL when there is something to draw */
char   *mtw_plot_waiting    (const MtwPlotKind  *kind,
                             const MtwPlotInput *input);
char   *mtw_plot_describe   (const MtwPlotKind  *kind,
                             const MtwPlotInput *input);
MtwTable *mtw_plot_table    (const MtwPlotKind  *kind,
                             const MtwPlotInput *input,
                             gboolean            every_step);
