/* bench-step.c — a step of training, whole
 *
 * One line for each case: workload, method, threads, ms a step. A step is
 * forward, backward, balance and update, as the trainer takes it; filling the
 * batch is left out. The figure is the fastest of many rounds, so that what
 * else the machine does counts as little as can be.
 *
 *   A  dense 32-32-32, two heads of one value, 64 rows: the cost of a step
 *      that hardly computes
 *   B  dense 1296-256-256, two heads of ten classes, 256 rows: products of
 *      matrices
 *   C  LeNet on 36×36, two heads of ten classes, 256 rows: convolutions
 *
 * torch-step.py prints the same lines of the same networks.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>

#include "mtl-setup.h"
#include "mtl-model.h"
#include "mtl-step-private.h"

#define SEED       1
#define ROWS       1024     /* of a data set */
#define RATE       1e-4     /* so small that the last step costs what the first did */
#define ROUND_TIME 2e3      /* µs at least: the clock counts whole ones */
#define CASE_TIME  6e5      /* µs of rounds for each line */
#define MIN_ROUNDS 5

typedef struct
{
  const char *name;
  gsize       batch;
  const char *blocks;   /* one input, one output; %s is the source */
} Workload;

typedef struct
{
  const char *name;
  const char *balancer;
  const char *sharpness;
} Method;

static const Method methods[] = {
  { "equal", "equal", "none" },
  { "pcgrad", "pcgrad", "none" },
  { "fs-mtl(pcgrad)", "pcgrad", "fs-mtl" },
  { "cagrad", "cagrad", "none" },
};

static const char toy[] =
  "{\"basin\": 1, \"blocks\": ["
  "{\"id\": \"data\", \"type\": \"csv\", \"params\": {\"path\": \"%s\", \"targets\": \"y0,y1\"}},"
  "{\"id\": \"d1\", \"type\": \"dense\", \"params\": {\"units\": 32}},"
  "{\"id\": \"r1\", \"type\": \"relu\"},"
  "{\"id\": \"d2\", \"type\": \"dense\", \"params\": {\"units\": 32}},"
  "{\"id\": \"r2\", \"type\": \"relu\"},"
  "{\"id\": \"h0\", \"type\": \"dense\", \"params\": {\"units\": 1}},"
  "{\"id\": \"t0\", \"type\": \"task\", \"params\": {\"loss\": \"mse\", \"target\": \"y0\"}},"
  "{\"id\": \"h1\", \"type\": \"dense\", \"params\": {\"units\": 1}},"
  "{\"id\": \"t1\", \"type\": \"task\", \"params\": {\"loss\": \"mse\", \"target\": \"y1\"}}],"
  "\"wires\": [[\"data.features\", \"d1.in\"], [\"d1.out\", \"r1.in\"], [\"r1.out\", \"d2.in\"],"
  "[\"d2.out\", \"r2.in\"], [\"r2.out\", \"h0.in\"], [\"h0.out\", \"t0.in\"],"
  "[\"r2.out\", \"h1.in\"], [\"h1.out\", \"t1.in\"]], ";
