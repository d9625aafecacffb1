/* multi-mnist.c — pairs of MNIST digits, composed as batches ask for them
 *
 * The digits stay bytes in memory (55 MB for all of MNIST); how two of them
 * become one sample stands in mtl-digit-pairs.h. Training pairs are made of
 * training digits alone and test pairs of test digits.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <glib/gi18n-lib.h>

#include "mtl-digit-pairs.h"
#include "mtl-idx.h"

enum
{
  PATH,
  TRAIN_SIZE,
  TEST_SIZE,
  N_OWN,   /* the settings common to all sources follow */
};

static const MtlParam params[] = {
  { .id = "path", .title = N_("Folder"),
    .summary = N_("The folder with the four MNIST files, plain or packed (.gz)"),
    .type = MTL_PATH, .folder = TRUE },
  { .id = "train-size", .title = N_("Training Pairs"),
    .summary = N_("Number of pairs to train on; each training digit is first equally often"),
    .type = MTL_WHOLE, .minimum = 1.0, .maximum = 1e7, .initial = 120000.0 },
  { .id = "test-size", .title = N_("Test Pairs"),
    .summary = N_("Number of pairs to test on; each test digit is first equally often"),
    .type = MTL_WHOLE, .minimum = 0.0, .maximum = 1e7, .initial = 20000.0 },
  { .id = NULL },
};

static const struct
{
  const char *images, *labels;
} files[2] = {
  [MTL_SPLIT_TRAIN] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte" },
  [MTL_SPLIT_TEST] = { "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" },
};

typedef struct
{
  MtlPairs splits[2];   /* by MtlRawSplit */
} MultiMnist;

static gboolean
check_sizes (const char    *images_path,
             const MtlIdx  *images,
             const char    *labels_path,
             const MtlIdx  *labels,
             GError       **error)
{
  if (images->size[1] != MTL_DIGIT_SIDE || images->size[2] != MTL_DIGIT_SIDE)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "“%s”: expected images of 28×28, found %u×%u",
                   images_path, images->size[1], images->size[2]);
      return FALSE;
    }

  if (images->size[0] != labels->size[0])
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                   "“%s”: expected %u labels, one for each image of “%s”, found %u",
                   labels_path, images->size[0], images_path, labels->size[0]);
      return FALSE;
    }

  return TRUE;
}

/* Labels are 0 … 9, and not all the same: else no pair could be made. */
static gboolean
check_labels (const char    *path,
              const MtlIdx  *labels,
              GError       **error)
{
  gboolean differ = FALSE;

  for (guint32 i = 0; i < labels->size[0]; i++)
    {
      if (labels->bytes[i] > 9)
        {
          g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                       "“%s”, byte %u: expected a label from 0 to 9, found %u",
                       path, 8 + i, labels->bytes[i]);
          return FALSE;
        }
      differ = differ || labels->bytes[i] != labels->bytes[0];
    }

  if (!differ)
    g_set_error (error, MTL_ERROR, MTL_ERROR_DATA,
                 "“%s”: expected digits of two kinds or more, found %u labels that are all %u",
                 path, labels->size[0], labels->bytes[0]);
  return differ;
}

/* @digits: NULL when the headers are all that is wanted. */
static gboolean
read_digits (const char    *folder,
             MtlRawSplit    split,
             MtlDigits     *digits,
             GCancellable  *cancel,
             GError       **error)
{
  g_autofree char *images_path = mtl_idx_find (folder, files[split].images, error);
  g_autofree char *labels_path = images_path != NULL
                                 ? mtl_idx_find (folder, files[split].labels, error) : NULL;
  MtlIdx images = { 0 }, labels = { 0 };
  gboolean fine;

  if (labels_path == NULL)
    return FALSE;

  fine = mtl_idx_read (images_path, 3, TRUE, &images, cancel, error)
         && mtl_idx_read (labels_path, 1, TRUE, &labels, cancel, error)
         && check_sizes (images_path, &images, labels_path, &labels, error);
  if (!fine || digits == NULL)
    return fine;

  /* The files may have changed since their headers were read. */
  fine = mtl_idx_read (images_path, 3, FALSE, &images, cancel, error)
         && mtl_idx_read (labels_path, 1, FALSE, &labels, cancel, error)
         && check_sizes (images_path, &images, labels_path, &labels, error)
         && check_labels (labels_path, &labels, error);
  if (fine)
    *digits = (MtlDigits) { images.size[0], g_steal_pointer (&images.bytes),
                            g_steal_pointer (&labels.bytes) };

  mtl_idx_clear (&images);
  mtl_idx_clear (&labels);
  return fine;
}

static void
multi_mnist_close (gpointer data)
{
  MultiMnist *self = data;

  mtl_pairs_clear (&self->splits[MTL_SPLIT_TRAIN]);
  mtl_pairs_clear (&self->splits[MTL_SPLIT_TEST]);
  g_free (self);
}

static gboolean
load_pairs (MultiMnist        *self,
            const MtlSetting  *set,
            const gsize        rows[2],
            GCancellable      *cancel,
            GError           **error)
{
  MtlRng rng = mtl_rng_new ((guint64) set[N_OWN + MTL_SOURCE_SEED].number, MTL_STREAM_DATA);

  for (guint split = 0; split < 2; split++)
    {
      MtlDigits digits = { 0 };

      if (!read_digits (set[PATH].text, split, &digits, cancel, error))
        return FALSE;
      mtl_pairs_init (&self->splits[split], &digits, rows[split], mtl_rng_derive (rng, split));
    }

  return TRUE;
}

static gboolean
multi_mnist_open (const MtlSetting  *set,
                  MtlSourceInfo     *info,
                  gpointer          *data,
                  GCancellable      *cancel,
                  GError           **error)
{
  const gsize rows[2] = { (gsize) set[TRAIN_SIZE].number, (gsize) set[TEST_SIZE].number };

  if (set[PATH].text[0] == '\0')
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DATA,
                           _("MNIST files are needed: choose the folder that holds "
                             "train-images-idx3-ubyte."));
      return FALSE;
    }

  if (data == NULL)
    {
      if (!read_digits (set[PATH].text, MTL_SPLIT_TRAIN, NULL, cancel, error)
          || !read_digits (set[PATH].text, MTL_SPLIT_TEST, NULL, cancel, error))
        return FALSE;
    }
  else
    {
      MultiMnist *self = g_new0 (MultiMnist, 1);

      if (!load_pairs (self, set, rows, cancel, error))
        {
          multi_mnist_close (self);
          return FALSE;
        }
      *data = self;
    }

  mtl_pairs_describe (info, rows[MTL_SPLIT_TRAIN], rows[MTL_SPLIT_TEST]);
  return TRUE;
}

static void
multi_mnist_fill (gconstpointer   data,
                  MtlRawSplit     split,
                  const guint32  *index,
                  gsize           n,
                  float *const   *x,
                  float *const   *targets)
{
  const MultiMnist *self = data;

  mtl_pairs_fill (&self->splits[split], index, n, x, targets);
}

static char *
multi_mnist_line (const MtlSetting *set)
{
  return g_strdup (set[PATH].text[0] != '\0' ? _("36×36 pair") : _("no folder yet"));
}

const MtlSource mtl_source_multi_mnist = {
  .method = {
    .id = "multi-mnist",
    .title = N_("Multi-MNIST"),
    .summary = N_("Two MNIST digits over each other, a task for each."),
    .reference = "Sabour, Frosst, Hinton, “Dynamic Routing Between Capsules”, NeurIPS 2017, "
                 "arXiv 1710.09829, section 6; one digit in the top left, one in the bottom right "
                 "as in Sener, Koltun, “Multi-Task Learning as Multi-Objective Optimization”, "
                 "NeurIPS 2018, arXiv 1810.04650",
    .params = params,
  },
  .icon = "basin-digits-symbolic",
  .width = 84,
  .line = multi_mnist_line,
  .open = multi_mnist_open,
  .fill = multi_mnist_fill,
  .close = multi_mnist_close,
};
