/* mtl-pool.h — workers that share out numbered pieces of work
 *
 * mtl_pool_run() calls @work for each piece 0 … n-1 and returns when all are
 * done. Pieces are taken in order by whichever worker is free; what a piece
 * computes may depend on its number, never on its worker, so results do not
 * depend on the number of threads. The caller is worker 0 and works too.
 *
 * Workers spin for a moment before they sleep: a step of a small network is
 * shorter than a wake-up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct _MtlPool MtlPool;

typedef void (*MtlPoolWork) (guint    piece,
                             guint    worker,   /* 0 … n_workers-1: whose scratch to use */
                             gpointer data);

/* @n_workers: 0 for the number of processors. */
MtlPool *mtl_pool_new       (guint        n_workers);
void     mtl_pool_free      (MtlPool     *self);
guint    mtl_pool_n_workers (MtlPool     *self);
/* One caller at a time. */
void     mtl_pool_run       (MtlPool     *self,
                             guint        n_pieces,
                             MtlPoolWork  work,
                             gpointer     data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlPool, mtl_pool_free)
