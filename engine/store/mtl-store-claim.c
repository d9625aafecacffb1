/* mtl-store-claim.c — which runs are being trained right now
 *
 * A process that trains a run holds a lock on the file `claim` in its folder.
 * The kernel lets go of it when the process ends in whatever way, and sees
 * through the walls between containers, where process numbers mean nothing;
 * so a run that claims to train and is not held is lost.
 *
 * The lock belongs to the open file, not to the process: two trainers of one
 * process exclude each other as well, and to ask does not let go of it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE  /* F_OFD_SETLK */

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "mtl-store-private.h"

#define CLAIM "claim"

static int
open_claim (MtlStore   *self,
            const char *run,
            int         flags)
{
  g_autofree char *folder = mtl_store_folder (self, run);
  g_autofree char *path = g_build_filename (folder, CLAIM, NULL);

  return g_open (path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

/* A file system without locks holds nobody back; there a run that trains in
 * another process is shown as lost. */
int
mtl_store_claim (MtlStore    *self,
                 const char  *run,
                 GError     **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int claim = open_claim (self, run, O_RDWR | O_CREAT);

  if (claim < 0)
    {
      int code = errno;
      g_autofree char *folder = mtl_store_folder (self, run);
      g_autofree char *shown = g_filename_display_name (folder);

      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("Cannot write in %s: %s. Check that the folder exists and that you may "
                     "write to it."), shown, g_strerror (code));
      return -1;
    }

  if (fcntl (claim, F_OFD_SETLK, &lock) != 0 && (errno == EAGAIN || errno == EACCES))
    {
      close (claim);
      g_set_error (error, MTL_ERROR, MTL_ERROR_RUN,
                   _("Run %s is being trained already, here or in another process. "
                     "Stop it there first."), run);
      return -1;
    }

  return claim;
}

gboolean
mtl_store_is_held (MtlStore   *self,
                   const char *run)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
  int claim = open_claim (self, run, O_RDWR);
  gboolean is_held;

  if (claim < 0)
    return FALSE;

  is_held = fcntl (claim, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close (claim);

  return is_held;
}
