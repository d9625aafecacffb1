/* mtl-op.h — the descriptor of a block's arithmetic
 *
 * An op maps its inputs to its outputs, sample by sample, on one shard of the
 * batch at a time. It keeps no state: what backward needs of forward it leaves
 * in `kept`, what it needs to work in is `scratch`, what it makes of its weights
 * once for all shards is `prepared`. It asks for them in plan(). What backward()
 * alone reads of that, and is large, may be made when backward() comes: an op that
 * asks for `prepared_back` is told to prepare() twice, with `goes_back` only then,
 * and each time into the memory that forward() or backward() then reads. Neither
 * takes any in between; grad() reads none.
 *
 * Backward runs for several lanes at once. A lane is one task's seed (or one
 * weighted sum of tasks) running backward. Gradients are reached by pointer,
 * one for each port and lane, so that a block which serves tasks 0 and 2 of
 * three needs no special case.
 *
 * An op whose values depend on the whole batch asks for sums. measure() adds up
 * a shard's part, and forward() of any shard begins when the totals are there;
 * measure_back() does the same for backward(). Running statistics, which are the
 * op's `buffers`, are renewed by settle() from the totals, once a batch.
 *
 * An op with a penalty adds to the loss of every task that reads it, in passes
 * that train: a number that follows from sums over the whole batch of what its
 * forward() made. Its measure() comes behind forward(), penalty() makes the number
 * of the totals, and backward() and grad() add the gradient of the number times
 * the lane's seed. In evaluation there is none, in losses as in gradients.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"
#include "mtl-rng.h"
#include "mtl-survey.h"   /* MtlShape */

#define MTL_OP_MAX_TENSORS 16
#define MTL_OP_MAX_BUFFERS 4
#define MTL_OP_MAX_FUSES   4

typedef enum
{
  MTL_PASS_TRAIN,
  MTL_PASS_PERTURBED,  /* as TRAIN with the same random draws; running statistics frozen */
  MTL_PASS_EVALUATE,
} MtlPassMode;

typedef enum
{
  MTL_INIT_ZERO,
  MTL_INIT_ONE,
  MTL_INIT_KAIMING,  /* N(0, 2/fan_in): in front of a rectifier */
  MTL_INIT_XAVIER,   /* U(±sqrt(6/(fan_in+fan_out))) */
  MTL_INIT_UNIFORM,  /* U(±sqrt(1/fan_in)) */
  MTL_INIT_NORMAL,   /* N(0, 1): a table to look up in */
  MTL_INIT_NARROW,   /* N(0, 0.02²) cut off at ±0.04: layers of a transformer */
  MTL_INIT_CONSTANT, /* `value` */
  MTL_INIT_RANGE,    /* U(±value) */
  MTL_INIT_AUTO,     /* KAIMING where an op that rectifies reads the output, else XAVIER */
} MtlInit;

typedef struct
{
  const char *name;     /* "weight", "bias" */
  MtlShape    shape;    /* weight: output first (dense n_out×n_in, conv out×in×kh×kw) */
  MtlInit     init;
  gboolean    decay;    /* weight decay and filter normalisation apply */
  gsize       fan_in;   /* for the initialisation */
  gsize       fan_out;
  double      value;    /* of CONSTANT and RANGE */
} MtlTensorSpec;

typedef struct
{
  const MtlSetting *set;     /* of the block's method, in the order of its params */
  guint             n_in;
  guint             n_out;
  MtlShape          in[MTL_MAX_PORTS];
  MtlShape          out[4];
} MtlOpShape;

typedef struct
{
  MtlTensorSpec tensors[MTL_OP_MAX_TENSORS];  /* ends with name NULL */
  MtlTensorSpec buffers[MTL_OP_MAX_BUFFERS];  /* the same; running statistics */
  gsize         kept;      /* bytes a sample, from forward to backward */
  gsize         scratch;   /* bytes a worker, for one shard or piece */
  gsize         prepared;  /* bytes for all workers */
  gsize         prepared_back;  /* … that backward() reads in their place; 0: it reads the same */
  guint         n_pieces;  /* in which prepare() may be called side by side */
  guint         n_tiles;   /* in which grad() may; 0: grad() is called by shard */
  guint         sums;      /* doubles over the batch that forward reads, or a penalty is made of */
  guint         sums_back; /* … that backward reads, for each lane */
  guint         side_by_side;  /* samples that its kernel does at once: fewer cost as much */
  gboolean      reads_x;   /* backward or grad reads the inputs */
  gboolean      reads_y;   /* … the outputs */
  gboolean      product;   /* dw of the first tensor is dyᵀ·x, of the only output and input by rows
                            * of the last axis: by tile it may be NULL, as its factors are kept */
} MtlOpNeeds;

typedef struct
{
  const MtlOpShape   *shape;
  MtlPassMode         mode;
  gsize               rows;       /* samples in this shard, ≤ 32; by tile: of the batch */
  const guint32      *samples;    /* index of each row in the data set: draw by it */
  const float *const *x;          /* [n_in]: rows × size; NULL where reads_x is FALSE in backward */
  float *const       *y;          /* [n_out] */
  const float *const *weights;    /* [n_tensors] */
  const float *const *buffers;    /* [n_buffers] */
  float *const       *renewed;    /* beside buffers, for settle() */
  gpointer            kept;       /* rows × needs.kept */
  gpointer            scratch;
  gpointer            prepared;
  guint               piece;      /* of n_pieces, or of n_tiles */
  gboolean            goes_back;  /* for prepare(): backward() comes, and wants dx; with
                                   * prepared_back: it is what is prepared for */
  double             *sums;       /* measure: add the shard's part; measure_back: lane by lane */
  const double       *totals;     /* of measure(); NULL in passes that do not train */
  const double       *totals_back;  /* of measure_back(), for grad() and backward() */
  gsize               n_samples;  /* of the batch */

  /* backward and grad */
  guint               n_lanes;
  const float *const *dy;         /* [port · n_lanes + lane]: rows × size */
  float *const       *dx;         /* [port · n_lanes + lane]; NULL: not wanted */
  const gboolean     *dx_fresh;   /* beside dx: TRUE overwrite, FALSE add */
  float *const       *dw;         /* [tensor · n_lanes + lane]; by shard add, by tile write over */
  const double       *seeds;      /* [n_lanes] weight of the losses in a lane, thus of a penalty;
                                   * NULL where there is none */

  /* for mtl_op_rng() */
  MtlRng              pass_rng;   /* keyed by run and step */
  guint64             word;       /* of the block */
} MtlOpPass;

typedef struct
{
  const char *const *inputs;         /* names, NULL-terminated */
  const char *const *outputs;
  gboolean           last_repeats;   /* the last input takes any number of wires */
  gboolean           last_optional;  /* … may be left open: n_in says whether it is there */
  guint              wholes;         /* bits of the inputs that hold whole numbers, such as those
                                      * of tokens, through which no gradient goes */
} MtlPorts;

/* One line for the canvas (“10 of 9×9”) and its icon. */
typedef struct
{
  const char *icon;                                  /* "basin-conv-symbolic" */
  const char *group;                                 /* N_(): heading in the palette */
  int         width;                                 /* px on the canvas */
  gboolean    bead;                                  /* rides on the port of its producer */
  char     *(*line) (const MtlSetting *set);         /* (transfer full); NULL: the title */
} MtlLook;

typedef struct _MtlCWriter MtlCWriter;   /* export/mtl-c-writer.h */

typedef struct
{
  MtlMethod          method;
  MtlPorts           ports;
  MtlLook            look;
  const char *const *fuses;    /* ids it stands for, in order; of a hidden op */
  gboolean           rectifies;  /* of x ~ N(0, 1), E y² is about a half, as ReLU's: weights
                                  * before it, which know of no other rule, begin with twice
                                  * the variance */

  /* Fills shape->out from shape->in; an error says what was expected and found,
   * without the block's name, which the caller puts in front. */
  gboolean (*infer)    (MtlOpShape        *shape,
                        GError           **error);
  /* NULL: no weights, nothing kept, and backward() reads neither x nor y. @needs
   * is all zero. */
  void     (*plan)     (const MtlOpShape  *shape,
                        MtlOpNeeds        *needs);
  /* One piece of what is made of the weights before a pass. NULL: nothing. */
  void     (*prepare)  (const MtlOpPass   *pass);
  /* With sums, in passes that train; forward() then has the totals. With a penalty
   * it may read what forward() kept, and backward() and grad() have the totals. */
  void     (*measure)  (const MtlOpPass   *pass);
  /* With sums: of the totals, what is added to the loss of each task that reads
   * the block. NULL: nothing. */
  double   (*penalty)  (const MtlOpPass   *pass);
  void     (*settle)   (const MtlOpPass   *pass);
  void     (*forward)  (const MtlOpPass   *pass);
  /* With sums_back. */
  void     (*measure_back) (const MtlOpPass *pass);
  /* dx of all lanes. NULL for a task, and where grad() by shard makes dx as well,
   * since both follow from what costs most. */
  void     (*backward) (const MtlOpPass   *pass);
  /* dw of all lanes: by shard, before backward of the same block and shard, or by
   * tile, when all shards have been backward. NULL without weights. */
  void     (*grad)     (const MtlOpPass   *pass);
  /* One C function for the exported header; NULL: the exporter refuses and names the block. */
  gboolean (*write_c)  (const MtlOpShape  *shape,
                        MtlCWriter        *to,
                        GError           **error);
  /* Hidden op: whether it can stand for these, one shape for each of `fuses`. */
  gboolean (*accepts)  (const MtlOpShape  *parts,
                        guint              n_parts);
} MtlOp;

static inline const float *
mtl_op_dy (const MtlOpPass *pass, guint port, guint lane)
{
  return pass->dy[port * pass->n_lanes + lane];
}

static inline float *
mtl_op_dx (const MtlOpPass *pass, guint port, guint lane)
{
  return pass->dx[port * pass->n_lanes + lane];
}

static inline gboolean
mtl_op_dx_fresh (const MtlOpPass *pass, guint port, guint lane)
{
  return pass->dx_fresh[port * pass->n_lanes + lane];
}

static inline float *
mtl_op_dw (const MtlOpPass *pass, guint tensor, guint lane)
{
  return pass->dw[tensor * pass->n_lanes + lane];
}

/* What the block draws from in this step; with the same draws where weights are perturbed. */
static inline MtlRng
mtl_op_rng (const MtlOpPass *pass)
{
  return mtl_rng_derive (pass->pass_rng, pass->word);
}

/* The op that ends a head. Its `loss` setting is a method of MTL_KIND_LOSS; the
 * work calls the loss itself, so the op has no forward. */
#define MTL_TASK_ID "task"
enum { MTL_TASK_LOSS, MTL_TASK_TARGET, MTL_TASK_WEIGHT };
