/* bench-networks.c — the networks that whole steps are measured on
 *
 * They are drawn here and not taken from the starter designs, so that figures
 * of years can be compared. torch_nets.py has the same ones: weights go from
 * here to there in the order in which blocks are added.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "bench-networks.h"

#include <glib/gstdio.h>

#include "mtl-rng.h"

#define SEED 1
#define RATE 0.0001   /* so small that the last step costs what the first did */

struct _BenchNetwork
{
  GString    *blocks, *wires;   /* of the JSON */
  guint       n_blocks;
  const char *port;             /* of the source, which is block 0 */
  const char *table;            /* path */
};

/* --- drawing --- */

static void
wire (BenchNetwork *net,
      guint         from,
      guint         to,
      const char   *port)
{
  g_string_append_printf (net->wires, "%s[\"b%u.%s\", \"b%u.%s\"]", net->wires->len > 0 ? ", " : "",
                          from, from == 0 ? net->port : "out", to, port);
}

/* A block that nothing is wired to yet; returns its number. */
static guint
put (BenchNetwork *net,
     const char   *type,
     const char   *params)
{
  g_string_append_printf (net->blocks, "%s{\"id\": \"b%u\", \"type\": \"%s\", \"params\": {%s}}",
                          net->n_blocks > 0 ? ", " : "", net->n_blocks, type, params);

  return net->n_blocks++;
}

static guint
add (BenchNetwork *net,
     guint         from,
     const char   *type)
{
  guint block = put (net, type, "");

  wire (net, from, block, "in");
  return block;
}

/* With one setting. */
static guint
add_of (BenchNetwork *net,
        guint         from,
        const char   *type,
        const char   *setting,
        guint         value)
{
  g_autofree char *params = g_strdup_printf ("\"%s\": %u", setting, value);
  guint block = put (net, type, params);

  wire (net, from, block, "in");
  return block;
}

static guint
add_conv (BenchNetwork *net,
          guint         from,
          guint         channels,
          guint         kernel,
          guint         stride,
          guint         padding)
{
  g_autofree char *params = g_strdup_printf ("\"channels\": %u, \"kernel\": %u, \"stride\": %u, "
                                             "\"padding\": %u", channels, kernel, stride, padding);
  guint block = put (net, "conv2d", params);

  wire (net, from, block, "in");
  return block;
}

static guint
join (BenchNetwork *net,
      guint         one,
      guint         other,
      const char   *type)
{
  guint block = add (net, one, type);

  wire (net, other, block, "in");
  return block;
}

static void
add_task (BenchNetwork *net,
          guint         from,
          const char   *loss,
          const char   *target)
{
  g_autofree char *params = g_strdup_printf ("\"loss\": \"%s\", \"target\": \"%s\"", loss, target);

  wire (net, from, put (net, "task", params), "in");
}

/* A table with two targets. */
static void
put_table (BenchNetwork *net,
           gboolean      classes)
{
  g_autofree char *params = g_strdup_printf ("\"path\": \"%s\", \"targets\": \"y0,y1\", "
                                             "\"classes\": \"%s\", \"test\": 0", net->table,
                                             classes ? "y0,y1" : "");

  net->port = "features";
  put (net, "csv", params);
}

static void
put_glyphs (BenchNetwork *net)
{
  net->port = "image";
  put (net, "glyph-pairs", "\"train-size\": 1024");
}

/* A dense head for each task. */
static void
add_heads (BenchNetwork *net,
           guint         from,
           guint         n_tasks,
           guint         units,
           const char   *loss,
           const char   *first,
           const char   *second)
{
  for (guint k = 0; k < n_tasks; k++)
    add_task (net, add_of (net, from, "dense", "units", units), loss, k % 2 == 0 ? first : second);
}

static guint
add_layer (BenchNetwork *net,
           guint         from,
           guint         units)
{
  return add (net, add_of (net, from, "dense", "units", units), "relu");
}

/* --- networks --- */

static void
build_toy (BenchNetwork *net,
           guint         n_tasks)
{
  put_table (net, FALSE);
  add_heads (net, add_layer (net, add_layer (net, 0, 32), 32), n_tasks, 1, "mse", "y0", "y1");
}

static void
build_mlp (BenchNetwork *net,
           guint         n_tasks)
{
  guint last;

  put_glyphs (net);
  last = add_layer (net, add_layer (net, add (net, 0, "flatten"), 256), 128);
  add_heads (net, last, n_tasks, 10, "cross-entropy", "left", "right");
}

static void
build_lenet (BenchNetwork *net,
             guint         n_tasks)
{
  guint last;

  put_glyphs (net);
  last = add (net, add_conv (net, 0, 10, 9, 1, 0), "relu");
  last = add_of (net, last, "max-pool", "size", 2);
  last = add (net, add_conv (net, last, 20, 5, 1, 0), "relu");
  last = add_of (net, last, "max-pool", "size", 2);
  last = add_layer (net, add (net, last, "flatten"), 50);
  add_heads (net, last, n_tasks, 10, "cross-entropy", "left", "right");
}

/* The table's rows as pictures of 3×32×32. */
static guint
put_pictures (BenchNetwork *net)
{
  guint block;

  put_table (net, TRUE);
  block = put (net, "reshape", "\"shape\": \"3,32,32\"");
  wire (net, 0, block, "in");

  return block;
}

static guint
add_conv_norm (BenchNetwork *net,
               guint         from,
               guint         channels,
               guint         kernel,
               guint         stride)
{
  return add (net, add_conv (net, from, channels, kernel, stride, kernel / 2), "batch-norm");
}

static guint
add_residual (BenchNetwork *net,
              guint         from,
              guint         channels,
              guint         stride)
{
  guint last = add (net, add_conv_norm (net, from, channels, 3, stride), "relu");

  last = add_conv_norm (net, last, channels, 3, 1);
  if (stride > 1)
    from = add_conv_norm (net, from, channels, 1, stride);

  return add (net, join (net, from, last, "add"), "relu");
}

static void
build_resnet18 (BenchNetwork *net,
                guint         n_tasks)
{
  guint last = add (net, add_conv_norm (net, put_pictures (net), 64, 3, 1), "relu");

  for (guint stage = 0; stage < 4; stage++)
    for (guint n = 0; n < 2; n++)
      last = add_residual (net, last, 64 << stage, stage > 0 && n == 0 ? 2 : 1);
  last = add (net, last, "global-average-pool");
  add_heads (net, last, n_tasks, 10, "cross-entropy", "y0", "y1");
}

static guint
add_attention_layer (BenchNetwork *net,
                     guint         from,
                     guint         width,
                     guint         heads)
{
  guint last = add_of (net, add (net, from, "layer-norm"), "attention", "heads", heads);

  from = join (net, from, last, "add");
  last = add_of (net, add (net, from, "layer-norm"), "dense", "units", 4 * width);
  last = add_of (net, add (net, last, "gelu"), "dense", "units", width);

  return join (net, from, last, "add");
}

static void
build_vit (BenchNetwork *net,
           guint         n_tasks)
{
  guint pictures = put_pictures (net), last, slice;

  last = put (net, "patch-embedding", "\"patch\": 4, \"width\": 128");
  wire (net, pictures, last, "in");
  last = add (net, add (net, last, "class-token"), "positional-embedding");
  for (guint n = 0; n < 6; n++)
    last = add_attention_layer (net, last, 128, 4);
  slice = put (net, "slice", "\"axis\": 1, \"from\": 1, \"to\": 1");
  wire (net, last, slice, "in");
  last = add (net, add (net, slice, "flatten"), "layer-norm");
  add_heads (net, last, n_tasks, 10, "cross-entropy", "y0", "y1");
}

static guint
add_pair (BenchNetwork *net,
          guint         from,
          guint         channels)
{
  for (guint n = 0; n < 2; n++)
    from = add (net, add_conv_norm (net, from, channels, 3, 1), "relu");

  return from;
}

static void
build_unet (BenchNetwork *net,
            guint         n_tasks)
{
  guint fine, middle, last;

  net->port = "image";
  put (net, "dense-scenes", "\"size\": 64, \"train-size\": 32, \"test-size\": 0");
  fine = add_pair (net, 0, 32);
  middle = add_pair (net, add_of (net, fine, "max-pool", "size", 2), 64);
  last = add_pair (net, add_of (net, middle, "max-pool", "size", 2), 128);
  last = add_pair (net, join (net, middle, add (net, last, "upsample"), "concat"), 64);
  last = add_pair (net, join (net, fine, add (net, last, "upsample"), "concat"), 32);
  add_task (net, add_conv (net, last, 5, 1, 1, 0), "cross-entropy", "segmentation");
  add_task (net, add_conv (net, last, 1, 1, 1, 0), "l1", "depth");
  add_task (net, add_conv (net, last, 3, 1, 1, 0), "cosine", "normals");
}

#define N_EXPERTS 8

static void
build_mmoe (BenchNetwork *net,
            guint         n_tasks)
{
  guint experts[N_EXPERTS];

  put_table (net, FALSE);
  for (guint e = 0; e < N_EXPERTS; e++)
    experts[e] = add_layer (net, 0, 16);
  for (guint k = 0; k < n_tasks; k++)
    {
      guint gate = add (net, 0, "gate");

      for (guint e = 0; e < N_EXPERTS; e++)
        wire (net, experts[e], gate, "experts");
      add_task (net, add_of (net, add_layer (net, gate, 8), "dense", "units", 1), "mse",
                k % 2 == 0 ? "y0" : "y1");
    }
}

const BenchWorkload bench_workloads[] = {
  { "toy", 64, { 2 }, 2, 1024, 0, build_toy },
  { "mlp", 256, { 2, 8 }, 0, 0, 0, build_mlp },
  { "lenet", 256, { 2 }, 0, 0, 0, build_lenet },
  { "resnet18", 64, { 2 }, 3 * 32 * 32, 128, 10, build_resnet18 },
  { "vit", 64, { 2 }, 3 * 32 * 32, 128, 10, build_vit },
  { "unet", 16, { 3 }, 0, 0, 0, build_unet },
  { "mmoe", 1024, { 2 }, 100, 1024, 0, build_mmoe },
  { NULL }
};

const BenchWorkload *
bench_find_workload (const char *name)
{
  for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
    if (g_str_equal (workload->name, name))
      return workload;

  return NULL;
}

/* --- tables and designs --- */

static char *
write_target (const BenchWorkload *workload,
              MtlRng               rng,
              guint                row,
              guint                n)
{
  if (workload->n_classes > 0)
    return g_strdup_printf ("%u", (n == 0 ? row : row / workload->n_classes) % workload->n_classes);

  return g_strdup_printf ("%.5f", mtl_rng_normal (rng, row * 2 + n));
}

char *
bench_write_table (const BenchWorkload *workload)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;
  MtlRng inputs = mtl_rng_new (SEED, MTL_STREAM_DATA);
  MtlRng targets = mtl_rng_new (SEED, MTL_STREAM_ORDER);
  char *path;
  int file;

  if (workload->n_columns == 0)
    return NULL;

  for (guint i = 0; i < workload->n_columns; i++)
    g_string_append_printf (text, "x%u,", i);
  g_string_append (text, "y0,y1\n");
  for (guint r = 0; r < workload->n_rows; r++)
    {
      g_autofree char *first = write_target (workload, targets, r, 0);
      g_autofree char *second = write_target (workload, targets, r, 1);

      for (guint i = 0; i < workload->n_columns; i++)
        g_string_append_printf (text, "%.5f,",
                                mtl_rng_normal (inputs, r * workload->n_columns + i));
      g_string_append_printf (text, "%s,%s\n", first, second);
    }

  file = g_file_open_tmp ("basin-bench-XXXXXX.csv", &path, &error);
  if (file < 0 || !g_close (file, &error) || !g_file_set_contents (path, text->str, -1, &error))
    g_error ("%s", error->message);

  return path;
}

MtlDesign *
bench_design (const BenchWorkload *workload,
              guint                n_tasks,
              const char          *table,
              const char          *members)
{
  g_autoptr(GString) blocks = g_string_new ("{\"basin\": 1, \"blocks\": [");
  g_autoptr(GString) wires = g_string_new (NULL);
  g_autoptr(GBytes) json = NULL;
  g_autoptr(GError) error = NULL;
  BenchNetwork net = { .blocks = blocks, .wires = wires, .table = table };
  MtlDesign *design;

  workload->build (&net, n_tasks);
  g_string_append_printf (blocks, "], \"wires\": [%s], \"experiment\": {\"batch\": %u, "
                          "\"optimizer\": {\"type\": \"sgd\", \"lr\": %g, \"momentum\": 0.9}, %s}}",
                          wires->str, workload->batch, RATE, members);
  json = g_bytes_new (blocks->str, blocks->len);
  design = mtl_design_parse (json, workload->name, NULL, &error);
  if (design == NULL)
    g_error ("%s", error->message);

  return design;
}
