/* fma-peak.h — see fma-peak.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

/* GF/s of one core in multiplications with addition, two operations each. */
double fma_peak    (void);
/* Seconds that this thread has been on a processor. */
double thread_time (void);
