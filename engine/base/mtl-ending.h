/* mtl-ending.h — word from a thread that is done, to the thread that started it
 *
 * The fourth road. The thread posts once; the call happens in the main context
 * of the thread that made the ending, holds the listener while it runs, and
 * does not happen at all when the listener or the ending is gone by then.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib-object.h>

typedef struct _MtlEnding MtlEnding;

/* @error: NULL where all went well. May free the ending. */
typedef void (*MtlEndingCall) (gpointer      owner,
                               const GError *error,
                               GObject      *listener);

MtlEnding *mtl_ending_new  (gpointer       owner,
                            GObject       *listener,
                            MtlEndingCall  call);
/* By the other thread, once; takes @error. */
void       mtl_ending_post (MtlEnding     *self,
                            GError        *error);
/* By the thread that made it, after the other one was joined; drops a call
 * that is still to come. */
void       mtl_ending_free (MtlEnding     *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlEnding, mtl_ending_free)
