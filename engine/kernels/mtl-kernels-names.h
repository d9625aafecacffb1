/* mtl-kernels-names.h — the same functions under a name for each set
 *
 * The narrow set is always there; its names need no ending.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-kernels.h"

#if defined MTL_ISA_AVX512
#define MTL_ISA_NAME "avx512"
#define MTL_ISA(name) name##_avx512
#elif defined MTL_ISA_AVX2
#define MTL_ISA_NAME "avx2"
#define MTL_ISA(name) name##_avx2
#else
#define MTL_ISA_NAME "base"
#define MTL_ISA(name) name
#endif

#define mtl_conv_pool_forward        MTL_ISA (mtl_conv_pool_forward)
#define mtl_conv_pool_grad           MTL_ISA (mtl_conv_pool_grad)
#define mtl_conv_pool_backward       MTL_ISA (mtl_conv_pool_backward)
#define mtl_conv_pool_set            MTL_ISA (mtl_conv_pool_set)
#define mtl_curve_set                MTL_ISA (mtl_curve_set)
#define mtl_gemm_set                 MTL_ISA (mtl_gemm_set)
#define mtl_norm_set                 MTL_ISA (mtl_norm_set)
#define mtl_row_set                  MTL_ISA (mtl_row_set)
#define mtl_winograd_grad            MTL_ISA (mtl_winograd_grad)
#define mtl_winograd_grad_scratch    MTL_ISA (mtl_winograd_grad_scratch)
#define mtl_winograd_set             MTL_ISA (mtl_winograd_set)
#define mtl_kernel_set               MTL_ISA (mtl_kernel_set)

/* What one set consists of; kernel-set.c puts them together. */
extern const MtlConvPoolKernels mtl_conv_pool_set;
extern const MtlCurveKernels    mtl_curve_set;
extern const MtlGemmKernels     mtl_gemm_set;
extern const MtlNormKernels     mtl_norm_set;
extern const MtlRowKernels      mtl_row_set;
extern const MtlWinogradKernels mtl_winograd_set;
extern const MtlKernels         mtl_kernel_set;

gsize mtl_winograd_grad_scratch (const MtlWinograd     *shape);
void  mtl_winograd_grad         (const MtlWinograd     *shape,
                                 const MtlWinogradGrad *grad);
