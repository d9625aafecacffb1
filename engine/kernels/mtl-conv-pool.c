/* mtl-conv-pool.c — which set of kernels this processor runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-conv-pool.h"

extern const MtlConvPoolKernels mtl_conv_pool_base;

#if defined __x86_64__
extern const MtlConvPoolKernels mtl_conv_pool_avx2;
extern const MtlConvPoolKernels mtl_conv_pool_avx512;
#endif

const MtlConvPoolKernels *
mtl_conv_pool_kernels (guint n)
{
  const MtlConvPoolKernels *usable[4] = { &mtl_conv_pool_base };

#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      usable[1] = &mtl_conv_pool_avx2;
      if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq"))
        usable[2] = &mtl_conv_pool_avx512;
    }
#endif

  return n < G_N_ELEMENTS (usable) ? usable[n] : NULL;
}

const MtlConvPoolKernels *
mtl_conv_pool_best (void)
{
  guint n = 0;

  while (mtl_conv_pool_kernels (n + 1) != NULL)
    n++;

  return mtl_conv_pool_kernels (n);
}
