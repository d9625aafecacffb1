/* mtl-op-affine.h — y = x·Wᵀ + b inside an op that does more than that
 *
 *   W: n_out×n_in, x: rows×n_in, y: rows×n_out; `ld…` is the distance of two
 *   rows in floats, where they stand among others
 *
 * prepare() packs W for all shards, and grad() by shard adds to its gradients.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct
{
  gsize n_in, n_out;
} MtlOpAffine;

/* Floats of W packed: for y, and behind it for dx. */
gsize mtl_op_affine_packed    (MtlOpAffine  self);
void  mtl_op_affine_pack      (MtlOpAffine  self,
                               const float *w,
                               gboolean     goes_back,
                               float       *to);
/* @bias (nullable): n_out values */
void  mtl_op_affine_forward   (MtlOpAffine  self,
                               gsize        rows,
                               const float *x,
                               gsize        ldx,
                               const float *packed,
                               const float *bias,
                               float       *y,
                               gsize        ldy);
/* dx ← dy·W, or dx + dy·W where @add */
void  mtl_op_affine_backward  (MtlOpAffine  self,
                               gsize        rows,
                               const float *dy,
                               gsize        ldy,
                               const float *packed,
                               gboolean     add,
                               float       *dx,
                               gsize        ldx);
/* Floats that mtl_op_affine_grad() works in. */
gsize mtl_op_affine_scratch   (void);
/* dw ← dw + dyᵀ·x */
void  mtl_op_affine_grad      (MtlOpAffine  self,
                               gsize        rows,
                               const float *x,
                               gsize        ldx,
                               const float *dy,
                               gsize        ldy,
                               float       *dw,
                               float       *scratch);
/* db ← db + Σ dy over the rows */
void  mtl_op_affine_grad_bias (gsize        n_out,
                               gsize        rows,
                               const float *dy,
                               gsize        ldy,
                               float       *db);
