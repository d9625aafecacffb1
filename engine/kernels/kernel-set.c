/* kernel-set.c — all that one set has
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels-names.h"

const MtlKernels mtl_kernel_set = {
  .name = MTL_ISA_NAME,
  .conv_pool = &mtl_conv_pool_set,
  .curves = &mtl_curve_set,
  .gemm = &mtl_gemm_set,
  .norm = &mtl_norm_set,
  .rows = &mtl_row_set,
  .winograd = &mtl_winograd_set,
};
