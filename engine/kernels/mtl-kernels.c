/* mtl-kernels.c — which set of kernels this processor runs
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-kernels.h"

#include <pthread.h>
#include <string.h>

extern const MtlKernels mtl_kernel_set;

#if defined __x86_64__
extern const MtlKernels mtl_kernel_set_avx2;
extern const MtlKernels mtl_kernel_set_avx512;
#endif

/* Chosen once, and constant from then on. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static const MtlKernels *chosen;

const MtlKernels *
mtl_kernels_usable (guint n)
{
  const MtlKernels *usable[3] = { &mtl_kernel_set };

#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      usable[1] = &mtl_kernel_set_avx2;
      if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq"))
        usable[2] = &mtl_kernel_set_avx512;
    }
#endif

  return n < G_N_ELEMENTS (usable) ? usable[n] : NULL;
}

static void
choose (void)
{
  const char *wish = g_getenv ("BASIN_KERNELS");
  const MtlKernels *set;

  for (guint n = 0; (set = mtl_kernels_usable (n)) != NULL; n++)
    {
      chosen = set;
      if (wish != NULL && strcmp (wish, set->name) == 0)
        break;
    }
}

const MtlKernels *
mtl_kernels (void)
{
  pthread_once (&once, choose);

  return chosen;
}
