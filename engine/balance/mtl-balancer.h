/* mtl-balancer.h — the descriptor of a gradient-balancing method
 *
 * With g_k the gradient of task k in the shared weights, a balancer answers
 * with K task weights w, and the shared step follows d = Σ_k w_k·g_k. It asks
 * for the least that it can work from: a method that needs inner products
 * only is given the K×K Gramian M and costs nothing in the number of weights.
 * One whose d is no such sum writes it itself, column by column.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"
#include "mtl-rng.h"
#include "mtl-state.h"
#include "mtl-step.h"

typedef enum
{
  MTL_NEEDS_LOSSES  = 1 << 0,
  MTL_NEEDS_GRAMIAN = 1 << 1,
  MTL_NEEDS_ROWS    = 1 << 2,  /* the gradients themselves */
  MTL_NEEDS_CROSS   = 1 << 3,  /* inner products of the gradients of two fresh batches */
} MtlNeeds;

typedef enum
{
  MTL_HEADS_PLAIN,     /* head k is stepped along its own gradient */
  MTL_HEADS_WEIGHTED,  /* … times w_k of the loss part */
} MtlHeads;

/* What a method is asked about as one. */
typedef enum
{
  MTL_SCOPE_TRUNK,
  MTL_SCOPE_BLOCK,  /* each block of the trunk that has weights, of the tasks that reach it */
  MTL_SCOPE_SPLIT,  /* ∂l_k/∂Z, Z: the values where the trunk ends and heads begin */
} MtlBalanceScope;

/* Promises, each with its check in tests/engine/test-balancers.c; see
 * the table of algorithms: nothing is claimed that is merely usual. */
typedef enum
{
  MTL_CLAIM_SIMPLEX         = 1 << 0,  /* w ≥ 0, Σ w = 1 */
  MTL_CLAIM_DESCENT         = 1 << 1,  /* ⟨d, g_k⟩ ≥ 0 for every k */
  MTL_CLAIM_PAIR_DESCENT    = 1 << 2,  /* … for K = 2 */
  MTL_CLAIM_PERMUTES        = 1 << 3,  /* same d in any task order */
  MTL_CLAIM_LINEAR_SCALING  = 1 << 4,  /* c ↦ A(diag(c)·G) is linear for c > 0 */
  MTL_CLAIM_SCALE_INVARIANT = 1 << 5,  /* d ignores positive factors of the rows */
  MTL_CLAIM_HOMOGENEOUS     = 1 << 6,  /* A(cG) = c·A(G) */
  MTL_CLAIM_SUM_IF_ALIGNED  = 1 << 7,  /* nothing conflicts: d = Σ g_k */
  MTL_CLAIM_MEAN_IF_ALIGNED = 1 << 8,  /* nothing conflicts: d = mean g_k */
  MTL_CLAIM_STOPS           = 1 << 9,  /* Pareto-stationary: d = 0 */
  MTL_CLAIM_MIN_NORM        = 1 << 10, /* ⟨d, g_k⟩ ≥ |d|² */
  MTL_CLAIM_EQUAL_COSINES   = 1 << 11, /* ⟨d, g_k⟩ / |g_k| alike where rank is full */
  MTL_CLAIM_UNIT_GAIN       = 1 << 12, /* (Mw)_k = w_k^(−1/alpha) */
  MTL_CLAIM_NEAR_MEAN       = 1 << 13, /* |d − mean| ≤ c·|mean| */
  MTL_CLAIM_POSITIVE        = 1 << 14, /* w > 0 where losses are */
  MTL_CLAIM_SUM_IS_K        = 1 << 15, /* Σ w = K */
  MTL_CLAIM_LOSS_SCALE      = 1 << 16, /* d/|d| ignores positive factors of the losses */
  MTL_CLAIM_ROTATES         = 1 << 17, /* d turns with the coordinates; all do that
                                        * know gradients by their Gramian only */
} MtlClaims;

typedef enum
{
  MTL_BALANCE_OK,
  MTL_BALANCE_STATIONARY,  /* d = 0 */
  MTL_BALANCE_FALLBACK,    /* the mean was used */
  MTL_BALANCE_REFUSED,     /* error is set */
} MtlBalanceStatus;

/* A gradient for each task of a call: floats in training, doubles where a matrix is given. */
typedef struct
{
  gsize                n_columns;
  const float *const  *floats;    /* [n_tasks], or NULL */
  const double *const *doubles;   /* [n_tasks], or NULL */
} MtlRows;

/* Columns [first, first + n) of row @i, as doubles. */
void mtl_rows_read (const MtlRows *self,
                    guint          i,
                    gsize          first,
                    gsize          n,
                    double        *to);

typedef struct
{
  guint             n_tasks;   /* of this call: a task without a valid label is left out */
  guint             n_run;     /* of the run; 0: n_tasks */
  const guint      *task;      /* [n_tasks]: index in the run, where state and settings have K */
  const char *const *ids;      /* of the tasks of the run, for messages; NULL: they are counted */
  const double     *losses;    /* [n_tasks]: clean, times the weights of the tasks, as gradients
                                * are; NULL unless needed */
  const double     *gramian;   /* [n_tasks²]; NULL unless needed */
  const double     *last;      /* [n_tasks²]: gramian of the last layer that all tasks of the call
                                * share; NULL: none, or no whole trunk is balanced */
  const double     *cross;     /* [n_tasks²]: ⟨g_i, g_j'⟩ of two fresh batches; or NULL */
  const MtlRows    *rows;      /* NULL unless needed */
  guint64           step;      /* of the run, from 0 */
  guint64           epoch;     /* from 0 */
  double            rate;      /* of learning, of the model */
  const MtlSetting *set;       /* own parameters first; PER_TASK spread to K numbers */
  MtlState         *state;     /* of this part */
  MtlRng            rng;       /* keyed by run, part and step */
  const MtlChosen  *chosen;    /* whose `set` is, for the common ones; NULL: all initial */
} MtlBalanceInput;

typedef struct
{
  MtlMethod method;
  MtlNeeds  needs;
  MtlHeads  heads;             /* initial value of the common setting `heads` */
  MtlBalanceScope scope;       /* … of `scope` */
  MtlClaims claims;
  guint     n_sets;            /* of K rows that learn() works with */
  guint     least_tasks;       /* of a run, whatever the settings; 0: one will do */
  void             (*declare) (guint                   n_tasks,
                               gsize                   n_columns, /* d */
                               const MtlSetting       *set,
                               MtlStateSpec           *spec);     /* NULL: stateless */
  MtlBalanceStatus (*weigh)   (const MtlBalanceInput  *in,
                               double                 *w,
                               GError                **error);
  /* NULL: d = Σ w_k·g_k. Else columns [first, first + n) of d, after weigh(), whose w may
   * be NaN then; @rows: n_tasks × n. May be called for several ranges at once. */
  void             (*combine) (const MtlBalanceInput  *in,
                               const double           *w,
                               gsize                   first,
                               gsize                   n,
                               const double           *rows,
                               double                 *d);
  /* NULL: nothing. Before the gradients of a step: takes gradients of its own by
   * mtl_step_probe() and changes its state. */
  gboolean         (*learn)   (MtlStep                *step,
                               const MtlBalanceInput  *in,
                               GError                **error);
  /* Passes of learn() over a whole batch, for the cost note. */
  void             (*passes)  (const MtlSetting       *set,
                               guint                   n_tasks,
                               double                 *forward,
                               double                 *backward);
  /* NULL: nothing. Once the gradients of a step are known: learns from its losses, which
   * weights of the next steps then follow from. Costs no pass of its own. */
  void             (*note)    (const MtlBalanceInput  *in);
  /* NULL: nothing. Once weights were stepped: @after, the losses of the same batch, as those
   * of @in. */
  void             (*follow)  (const MtlBalanceInput  *in,
                               const double           *after);
  /* Whether follow() is asked for under these settings; NULL: always. */
  gboolean         (*follows) (const MtlSetting       *set);
} MtlBalancer;

/* (transfer full): what a message calls task @i of a call. */
char *mtl_balancer_name_task (const MtlBalanceInput *in,
                              guint                  i);

/* Settings common to every balancer, after its own: `heads` (choice plain,
 * weighted, method), `rescale` (choice none, mean, sum, unit, match) and `scope`
 * (choice method, trunk, block, split). */
enum
{
  MTL_BALANCER_HEADS,
  MTL_BALANCER_RESCALE,
  MTL_BALANCER_SCOPE,
};

/* The one door to a balancer: drops rows that are exactly zero where the
 * method cannot take them is the method's own affair; here numbers that are
 * not finite are refused before and after (MTL_ERROR_NOT_FINITE, naming the
 * task), trace(M) = 0 answers w = 0 STATIONARY, and `rescale` is applied. */
MtlBalanceStatus mtl_balancer_weigh (const MtlBalancer      *self,
                                     const MtlBalanceInput  *in,
                                     double                 *w,
                                     GError                **error);
/* Whether heads are weighted under these settings. */
gboolean         mtl_balancer_weighs_heads (const MtlBalancer *self,
                                            const MtlChosen   *chosen);
/* What it is asked about as one under these settings. */
MtlBalanceScope  mtl_balancer_scope        (const MtlBalancer *self,
                                            const MtlChosen   *chosen);
/* What the caller must supply under these settings: `rescale` to a length
 * takes the Gramian even where the method does not. */
MtlNeeds         mtl_balancer_needs        (const MtlBalancer *self,
                                            const MtlChosen   *chosen);

/* Whether the weights follow from gradients of the step; else they are known before backward. */
gboolean         mtl_balancer_looks_at_gradients
                                           (const MtlBalancer *self,
                                            const MtlChosen   *chosen);

/* Whether losses are to be found after the step. */
gboolean         mtl_balancer_follows      (const MtlBalancer *self,
                                            const MtlChosen   *chosen);

/* d of columns [first, first + n), once weighed; @d: n values. */
void             mtl_balancer_combine      (const MtlBalancer     *self,
                                            const MtlBalanceInput *in,
                                            const double          *w,
                                            gsize                  first,
                                            gsize                  n,
                                            double                *d);

/* For methods: the PER_TASK parameter number @param for the tasks of this
 * call; @unset where it is not set (NaN). */
void             mtl_balancer_per_task     (const MtlBalanceInput *in,
                                            guint                  param,
                                            double                 unset,
                                            double                *values);
/* For methods: STATIONARY where Σ w_k·g_k cancels, else OK. */
MtlBalanceStatus mtl_balancer_judge        (const MtlBalanceInput *in,
                                            const double          *w);
