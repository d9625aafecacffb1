/* test-data-files.c — multi-mnist on its files: sound, wrong, damaged
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <math.h>

#include "data-files.h"
#include "mtl-digit-pairs.h"
#include "mtl-idx.h"

#define N_DIGITS 12

static const char *const both[] = { "left", "right" };
static const char *const names[] = { "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                     "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte" };

/* Images whose every pixel is 20 times the label, which is i mod 10. */
static GByteArray *
make_idx (gboolean images)
{
  static const guint8 image_head[] = { 0, 0, 8, 3, 0, 0, 0, N_DIGITS, 0, 0, 0, 28, 0, 0, 0, 28 };
  static const guint8 label_head[] = { 0, 0, 8, 1, 0, 0, 0, N_DIGITS };
  GByteArray *bytes = g_byte_array_new ();

  if (images)
    g_byte_array_append (bytes, image_head, sizeof image_head);
  else
    g_byte_array_append (bytes, label_head, sizeof label_head);

  for (guint i = 0; i < N_DIGITS; i++)
    for (guint p = 0; p < (images ? 784 : 1); p++)
      {
        guint8 entry = (guint8) (images ? 20 * (i % 10) : i % 10);

        g_byte_array_append (bytes, &entry, 1);
      }

  return bytes;
}

/* The four files, file @n of them with its first @length bytes only. */
static void
write_mnist (const char *folder,
             gboolean    packed,
             guint       n,
             gsize       length)
{
  for (guint f = 0; f < 4; f++)
    {
      g_autoptr(GByteArray) bytes = make_idx (f % 2 == 0);
      g_autofree char *name = g_strconcat (names[f], packed ? ".gz" : "", NULL);
      gsize kept = f == n ? MIN (length, bytes->len) : bytes->len;

      g_free (packed ? write_packed (folder, name, bytes->data, kept)
                     : write_plain (folder, name, bytes->data, kept));
    }
}

static MtlChosen *
choose_folder (const char *folder)
{
  return choose ("multi-mnist", "path", folder, "train-size", "30", "test-size", "7", NULL);
}

static void
test_sound (gconstpointer packed)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlBatch) batch = NULL;
  MtlSourceInfo info;
  g_autoptr(GError) error = NULL;

  write_mnist (folder, GPOINTER_TO_INT (packed), 4, 0);
  g_assert_true (mtl_data_describe (source, &info, &error));
  g_assert_cmpuint (info.train_rows, ==, 30);
  g_assert_cmpuint (info.test_rows, ==, 7);
  g_assert_cmpstr (info.ports[0], ==, "image");
  g_assert_cmpuint (info.shapes[0].rank, ==, 3);
  g_assert_cmpuint (info.shapes[0].size[1], ==, 36);
  g_assert_cmpuint (info.n_targets, ==, 2);
  mtl_source_info_clear (&info);

  data = open_data (source, both, 2);
  batch = read_split (data, MTL_DATA_TRAIN);
  for (guint i = 0; i < 30; i++)
    {
      float left = batch->targets[0][i], right = batch->targets[1][i];
      const float *image = batch->x[0] + (gsize) i * 1296;

      /* Row and column 10 lie within both digits. */
      g_assert_cmpfloat (left, !=, right);
      g_assert_cmpfloat (image[10 * 36 + 10], ==, 20.0f * MAX (left, right) / 255.0f);
      g_assert_cmpfloat (image[0], <=, 20.0f * left / 255.0f);
    }
  remove_folder (folder);
}

/* --- files that are not what they should be --- */

static void
test_missing (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) none = choose ("multi-mnist", NULL);
  g_autoptr(MtlChosen) source = choose_folder (folder);
  g_autofree char *path = NULL;
  MtlSourceInfo info;
  g_autoptr(GError) error = NULL;

  assert_refused (none, "MNIST files are needed: choose the folder that holds "
                        "train-images-idx3-ubyte.");
  assert_refused (source, "expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz");
  g_assert_false (mtl_data_describe (source, &info, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DATA);

  /* A folder in the place of a file. */
  path = g_build_filename (folder, names[0], NULL);
  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  g_free (write_text (folder, names[1], "x"));
  assert_refused (source, "it is a folder");
  g_assert_cmpint (g_rmdir (path), ==, 0);
  remove_folder (folder);
}

typedef struct
{
  guint       file;
  gsize       at;
  guint8      byte;
  const char *words;
} Change;

static const Change changes[] = {
  { 0, 2, 9, "byte 0: expected the IDX magic number 0x00000803, found 0x00000903" },
  { 1, 3, 3, "expected the IDX magic number 0x00000801, found 0x00000803" },
  { 0, 7, 13, "expected 13 labels" },
  { 0, 7, 0, "byte 4: expected a size of at least 1" },
  { 0, 4, 255, "at most 2³⁰ entries" },
  { 0, 8, 255, "at most 2³⁰ entries" },
  { 0, 11, 14, "expected images of 28×28, found 14×28" },
  { 3, 7, 11, "expected 12 labels" },
  { 1, 8 + 5, 10, "byte 13: expected a label from 0 to 9, found 10" },
};

static void
test_changed (void)
{
  for (guint c = 0; c < G_N_ELEMENTS (changes); c++)
    {
      const Change *change = &changes[c];
      char *folder = make_folder ();
      g_autoptr(MtlChosen) source = choose_folder (folder);
      g_autoptr(GByteArray) bytes = make_idx (change->file % 2 == 0);

      write_mnist (folder, FALSE, 4, 0);
      bytes->data[change->at] = change->byte;
      g_free (write_plain (folder, names[change->file], bytes->data, bytes->len));
      assert_refused (source, change->words);
      remove_folder (folder);
    }
}

/* All labels the same: no pair can be made, and looking for one must end. */
static void
test_one_kind (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);
  g_autoptr(GByteArray) bytes = make_idx (FALSE);

  write_mnist (folder, FALSE, 4, 0);
  memset (bytes->data + 8, 4, N_DIGITS);
  g_free (write_plain (folder, names[1], bytes->data, bytes->len));
  assert_refused (source, "12 labels that are all 4");
  remove_folder (folder);
}

/* Both counts say 2²⁰ digits; nothing may be allocated on their word. */
static void
test_promises (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);

  write_mnist (folder, FALSE, 4, 0);
  for (guint f = 0; f < 2; f++)
    {
      g_autoptr(GByteArray) bytes = make_idx (f == 0);

      bytes->data[5] = 16;
      bytes->data[7] = 0;
      g_free (write_plain (folder, names[f], bytes->data, bytes->len));
    }
  assert_refused (source, "expected 822083600 bytes, as its header says, found 9424");
  remove_folder (folder);
}

static void
test_truncated (void)
{
  for (guint n = 0; n < 4; n++)
    for (gsize length = 0; length < (n % 2 == 0 ? 16 + N_DIGITS * 784 : 8 + N_DIGITS);
         length += n % 2 == 0 ? 1 + length / 3 : 1)
      {
        char *folder = make_folder ();
        g_autoptr(MtlChosen) source = choose_folder (folder);

        write_mnist (folder, length % 2 == 0, n, length);
        assert_refused (source, length < 8 ? "header" : "expected");
        remove_folder (folder);
      }
}

/* Cut within the packing itself. */
static void
test_packed_truncated (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);
  g_autofree char *name = g_strconcat (names[0], ".gz", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *bytes = NULL;
  gsize length;

  write_mnist (folder, TRUE, 4, 0);
  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  for (gsize cut = 1; cut <= length; cut++)
    {
      g_free (write_plain (folder, name, bytes, length - cut));
      assert_refused (source, names[0]);
    }
  remove_folder (folder);
}

/* More bytes than the header says; a sum that is not that of the bytes. */
static void
test_end (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);
  g_autoptr(GByteArray) bytes = make_idx (TRUE);
  g_autofree char *name = g_strconcat (names[0], ".gz", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *packed = NULL;
  gsize length;

  write_mnist (folder, TRUE, 4, 0);
  g_assert_true (g_file_get_contents (path, &packed, &length, NULL));
  packed[length - 6] ^= 1;
  g_free (write_plain (folder, name, packed, length));
  assert_refused (source, "the packed file is damaged");

  g_byte_array_append (bytes, bytes->data, 1);
  g_free (write_plain (folder, names[0], bytes->data, bytes->len));
  assert_refused (source, "expected 9424 bytes, as its header says, found more than 9424");
  remove_folder (folder);
}

/* One byte of the file changed by the seed: opened or refused, never worse. */
static void
test_flipped (void)
{
  char *folder = make_folder ();
  g_autoptr(MtlChosen) source = choose_folder (folder);
  MtlRng rng = mtl_rng_new (1, MTL_STREAM_DATA);
  guint opened = 0;

  for (guint trial = 0; trial < 400; trial++)
    {
      guint f = trial % 4;
      gboolean packed = trial / 4 % 2;
      g_autofree char *name = g_strconcat (names[f], packed ? ".gz" : "", NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *bytes = NULL;
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlData) data = NULL;
      gsize length, at;

      write_mnist (folder, packed, 4, 0);
      g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
      at = mtl_rng_below (rng, trial, trial % 3 == 0 ? length : MIN (length, 20));
      bytes[at] ^= (char) (1 + mtl_rng_below (rng, 1000 + trial, 255));
      g_free (write_plain (folder, name, bytes, length));
      data = mtl_data_open (source, both, NULL, 2, NULL, &error);
      g_assert_true ((data == NULL) == (error != NULL));
      opened += data != NULL;
      for (guint n = 0; n < 4; n++)
        {
          g_autofree char *other = g_strconcat (names[n], packed ? ".gz" : "", NULL);
          g_autofree char *gone = g_build_filename (folder, other, NULL);

          g_unlink (gone);
        }
    }

  g_test_message ("seed 1: %u of 400 changed files opened", opened);
  g_assert_cmpuint (opened, >, 0);
  g_assert_cmpuint (opened, <, 400);
  remove_folder (folder);
}

/* --- the true files --- */

/* 60000 digits, each first twice; figures of the data's README. */
static void
test_true_mnist (void)
{
  static const guint kinds[] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
  g_autofree char *folder = find_shared ("mnist");
  g_autoptr(MtlChosen) source = NULL;
  g_autoptr(MtlData) data = NULL;
  g_autoptr(MtlBatch) batch = NULL;
  guint counts[10] = { 0 };
  const MtlPairs *pairs;
  double sum = 0.0;
  guint32 *order;

  if (folder == NULL)
    return;

  source = choose ("multi-mnist", "path", folder, NULL);
  data = open_data (source, both, 2);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TRAIN), ==, 120000);
  g_assert_cmpuint (mtl_data_rows (data, MTL_DATA_TEST), ==, 20000);

  order = g_new (guint32, 120000);
  mtl_data_order (1, 1, order, 120000);
  batch = mtl_batch_new (data, 1000);
  for (guint first = 0; first < 120000; first += 1000)
    {
      mtl_batch_fill (batch, data, MTL_DATA_TRAIN, order + first, 1000, NULL);
      for (guint i = 0; i < 1000; i++)
        counts[(guint) batch->targets[0][i]]++;
    }
  g_free (order);
  for (guint c = 0; c < 10; c++)
    g_assert_cmpuint (counts[c], ==, 2 * kinds[c]);

  pairs = data->raw;
  for (gsize p = 0; p < (gsize) 60000 * 784; p++)
    sum += pairs->digits.pixels[p] / 255.0;
  g_assert_cmpfloat (fabs (sum / 60000 / 784 - 0.13066), <, 5e-6);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/data-files/plain", GINT_TO_POINTER (FALSE), test_sound);
  g_test_add_data_func ("/data-files/packed", GINT_TO_POINTER (TRUE), test_sound);
  g_test_add_func ("/data-files/missing", test_missing);
  g_test_add_func ("/data-files/changed", test_changed);
  g_test_add_func ("/data-files/one-kind", test_one_kind);
  g_test_add_func ("/data-files/promises", test_promises);
  g_test_add_func ("/data-files/truncated", test_truncated);
  g_test_add_func ("/data-files/packed-truncated", test_packed_truncated);
  g_test_add_func ("/data-files/end", test_end);
  g_test_add_func ("/data-files/flipped", test_flipped);
  g_test_add_func ("/data-files/true-mnist", test_true_mnist);

  return g_test_run ();
}
