/* mtl-warmup.h — the slow start that every schedule offers
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

/**
 * mtl_warmup_factor:
 * @epoch: how far training is, from 0
 * @warmup: length of the slow start in epochs; 0 for none
 *
 * Returns: min (1, epoch / warmup), what (t + 1) / W over W steps tends to
 *   when steps are short; the very first step of a warm-up has rate 0
 */
double mtl_warmup_factor (double epoch,
                          double warmup);
