/* mtl-kernels.h — the sets of kernels, and the one that this processor runs
 *
 * A set is the same sources built for one width of vectors: mtl-vector.h. Which
 * one runs follows from what the processor says that it can do, not from its
 * name: one that is newer than this program is no slower for it.
 *
 * To add a kernel: its functions in a header of their own, a file that
 * meson.build lists with the others, and a member here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-conv-pool.h"
#include "mtl-curves.h"
#include "mtl-gemm.h"
#include "mtl-norm.h"
#include "mtl-rows.h"
#include "mtl-winograd.h"

typedef struct
{
  const char               *name;       /* "base", "avx2", "avx512" */
  const MtlConvPoolKernels *conv_pool;
  const MtlCurveKernels    *curves;
  const MtlGemmKernels     *gemm;
  const MtlNormKernels     *norm;
  const MtlRowKernels      *rows;
  const MtlWinogradKernels *winograd;
} MtlKernels;

/* The sets that this processor can run, from narrow to wide; NULL beyond the last. */
const MtlKernels *mtl_kernels_usable (guint n);
/* The widest one, or that which the environment variable BASIN_KERNELS names. */
const MtlKernels *mtl_kernels        (void);
