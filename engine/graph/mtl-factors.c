/* mtl-factors.c — the K gradients of one dense weight, kept as their factors
 *
 * X and every dZ_k lie in panels, as mtl-gemm.h has it, since each of them is the
 * right factor of a product. dZ_k is the left one of another, in which a panel is
 * a matrix of its own.
 *
 * Of G = X·Xᵀ one half is enough: with T the blocks above the diagonal and half of
 * those on it, G = T + Tᵀ and
 *
 *   ⟨dZ_i, G·dZ_j⟩ = A_ij + A_ji,    A_ij = ⟨dZ_i, T·dZ_j⟩.
 *
 * Work is cut by panels: of columns of T, and of outputs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-factors.h"

#include <math.h>
#include <string.h>

#include "mtl-grads.h"   /* mtl_add_rows, mtl_first_not_finite */
#include "mtl-kernels.h"

#define MARGIN 16  /* floats between two rows of T: those that are a power of two apart push each
                    * other out of the cache */
#define CHUNK  256 /* values of a row of X that are multiplied at once */

#define WORTH  0.9 /* products of those for gradients written out, up to which factors pay: at
                    * 0.85 (1296-256-128, 256 rows, 2 tasks) a step is a tenth shorter */

struct _MtlFactors
{
  guint   n_tasks;
  gsize   n_in, n_out;
  gsize   panel;
  gsize   n_x_panels, n_z_panels;
  gsize   rows;       /* in use; 0: all gradients are zero */
  float  *x;          /* [panel of inputs]: rows × panel */
  float  *z;          /* [panel of outputs][K]: rows × panel, zero behind the last output */
  float  *t;          /* rows × (rows + MARGIN); nothing below the diagonal's blocks */
  double *parts;      /* [panel of outputs][K×K] */
  gsize   scratch_size;
  float  *scratch;    /* [worker] */
};

/* --- whether and how much --- */

/* Products, for each row of the batch:
 *
 *   written out   K·n_in·n_out
 *   factors       rows·n_in/2 for T, K·rows·n_out/2 for all T·dZ_k, n_in·n_out for a direction
 */
gboolean
mtl_factors_pay (guint n_tasks,
                 gsize rows,
                 gsize n_in,
                 gsize n_out)
{
  double written = (double) n_tasks * n_in * n_out;
  double products = (double) rows * (n_in + n_tasks * n_out) / 2 + (double) n_in * n_out;
  double floats = (double) rows * (n_in + n_tasks * n_out + rows);

  return products <= WORTH * written && floats <= written;
}

MtlFactors *
mtl_factors_new (guint n_tasks,
                 gsize rows,
                 gsize n_in,
                 gsize n_out,
                 guint n_workers)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  MtlFactors *self = g_new0 (MtlFactors, 1);

  self->n_tasks = n_tasks;
  self->n_in = n_in;
  self->n_out = n_out;
  self->panel = gemm->panel;
  self->n_x_panels = mtl_gemm_panels (gemm, n_in);
  self->n_z_panels = mtl_gemm_panels (gemm, n_out);
  self->x = g_new0 (float, mtl_gemm_packed_size (gemm, rows, n_in));
  self->z = g_new0 (float, n_tasks * mtl_gemm_packed_size (gemm, rows, n_out));
  self->t = g_new0 (float, rows * (rows + MARGIN));
  self->parts = g_new0 (double, self->n_z_panels * n_tasks * n_tasks);
  self->scratch_size = self->panel * MAX (CHUNK, n_tasks * rows);
  self->scratch = g_new0 (float, n_workers * self->scratch_size);

  return self;
}

void
mtl_factors_free (MtlFactors *self)
{
  g_free (self->x);
  g_free (self->z);
  g_free (self->t);
  g_free (self->parts);
  g_free (self->scratch);
  g_free (self);
}

void
mtl_factors_clear (MtlFactors *self)
{
  self->rows = 0;
}

/* dZ of the first task in a panel of outputs; those of the others follow. */
static float *
z_panel (const MtlFactors *self,
         gsize             panel)
{
  return self->z + panel * self->n_tasks * self->rows * self->panel;
}

static gsize
panel_width (const MtlFactors *self,
             gsize             panel,
             gsize             n)
{
  return MIN (self->panel, n - panel * self->panel);
}

static float *
scratch_of (const MtlFactors *self,
            guint             worker)
{
  return self->scratch + worker * self->scratch_size;
}

/* --- pieces --- */

/* What they work on. */
typedef struct
{
  MtlFactors          *self;
  const float         *x;
  const float *const  *dz;
  const double        *w;
  float               *direction;
} Job;

/* --- setting --- */

/* A panel of columns of T. */
static void
multiply_inputs (const Job *job,
                 gsize      panel,
                 float     *scratch)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const MtlFactors *self = job->self;
  gsize first = panel * self->panel, width = panel_width (self, panel, self->rows);
  gsize ld = self->rows + MARGIN;

  for (gsize c = 0; c < self->n_in; c += CHUNK)
    {
      gsize n = MIN (CHUNK, self->n_in - c);

      gemm->pack (n, width, job->x + first * self->n_in + c, self->n_in, TRUE, 0, 1, scratch);
      gemm->multiply (first + width, width, n, job->x + c, self->n_in, scratch, 0, 1, NULL, c > 0,
                      self->t + first, ld);
    }
  for (gsize i = first; i < first + width; i++)
    for (gsize j = first; j < first + width; j++)
      self->t[i * ld + j] *= 0.5f;
}

static void
take_gradients (const Job *job,
                gsize      panel)
{
  const MtlFactors *self = job->self;
  gsize size = self->rows * self->panel;

  for (guint k = 0; k < self->n_tasks; k++)
    {
      float *to = z_panel (self, panel) + k * size;

      if (job->dz[k] == NULL)
        memset (to, 0, size * sizeof *to);
      else
        mtl_kernels ()->gemm->pack (self->rows, panel_width (self, panel, self->n_out),
                                    job->dz[k] + panel * self->panel, self->n_out, FALSE, 0, 1,
                                    to);
    }
}

/* The longest first. */
static void
set_piece (guint    piece,
           guint    worker,
           gpointer data)
{
  const Job *job = data;
  const MtlFactors *self = job->self;
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  gsize n_g = mtl_gemm_panels (gemm, self->rows);

  if (piece < n_g)
    multiply_inputs (job, n_g - 1 - piece, scratch_of (self, worker));
  else if (piece < n_g + self->n_z_panels)
    take_gradients (job, piece - n_g);
  else
    gemm->pack (self->rows, self->n_in, job->x, self->n_in, FALSE, piece - n_g - self->n_z_panels,
                piece - n_g - self->n_z_panels + 1, self->x);
}

void
mtl_factors_set (MtlFactors         *self,
                 MtlPool            *pool,
                 gsize               rows,
                 const float        *x,
                 const float *const *dz)
{
  Job job = { .self = self, .x = x, .dz = dz };
  gsize n_pieces = mtl_gemm_panels (mtl_kernels ()->gemm, rows) + self->n_z_panels
                   + self->n_x_panels;

  self->rows = rows;
  mtl_pool_run (pool, (guint) n_pieces, set_piece, &job);
}

/* --- answers --- */

/* T·@z, by the blocks of T. */
static void
multiply_half (const MtlFactors *self,
               const float      *z,
               float            *product)
{
  gsize ld = self->rows + MARGIN;

  for (gsize r = 0; r < self->rows; r += self->panel)
    mtl_kernels ()->gemm->multiply (MIN (self->panel, self->rows - r), self->panel,
                                    self->rows - r, self->t + r * ld + r, ld, z + r * self->panel,
                                    0, 1, NULL, FALSE, product + r * self->panel, self->panel);
}

/* A over the outputs of a panel, whose T·dZ_k are made and used while they are in cache. */
static void
gram_piece (guint    piece,
            guint    worker,
            gpointer data)
{
  const Job *job = data;
  const MtlFactors *self = job->self;
  const float *z = z_panel (self, piece);
  float *tz = scratch_of (self, worker);
  guint k = self->n_tasks;
  gsize size = self->rows * self->panel;
  double *part = self->parts + (gsize) piece * k * k;

  memset (part, 0, sizeof *part * k * k);
  for (guint i = 0; i < k; i++)
    multiply_half (self, z + i * size, tz + i * size);
  mtl_kernels ()->rows->gram (k, z, tz, size, size, FALSE, part);
}

void
mtl_factors_gram (MtlFactors *self,
                  MtlPool    *pool,
                  double     *m)
{
  guint k = self->n_tasks;
  Job job = { .self = self };

  if (self->rows == 0)
    return;

  mtl_pool_run (pool, (guint) self->n_z_panels, gram_piece, &job);
  for (gsize p = 0; p < self->n_z_panels; p++)
    for (guint i = 0; i < k; i++)
      for (guint j = 0; j < k; j++)
        m[i * k + j] += self->parts[(p * k + i) * k + j] + self->parts[(p * k + j) * k + i];
}

static void
combine_piece (guint    piece,
               guint    worker,
               gpointer data)
{
  const Job *job = data;
  const MtlFactors *self = job->self;
  float *sum = scratch_of (self, worker);
  gsize size = self->rows * self->panel;

  memset (sum, 0, size * sizeof *sum);
  mtl_add_rows (self->n_tasks, job->w, z_panel (self, piece), size, size, sum);
  mtl_kernels ()->gemm->multiply_transposed (panel_width (self, piece, self->n_out), self->n_in,
                                             self->rows, sum, self->panel, self->x, 0,
                                             self->n_x_panels, TRUE,
                                             job->direction + piece * self->panel * self->n_in,
                                             self->n_in);
}

void
mtl_factors_combine (MtlFactors   *self,
                     MtlPool      *pool,
                     const double *w,
                     float        *direction)
{
  Job job = { .self = self, .w = w, .direction = direction };

  if (self->rows > 0)
    mtl_pool_run (pool, (guint) self->n_z_panels, combine_piece, &job);
}

/* X·@dᵀ of a panel of outputs, by panels of inputs. */
static void
multiply_outputs (const MtlFactors *self,
                  gsize             panel,
                  const float      *d,
                  float            *packed,
                  float            *product)
{
  const MtlGemmKernels *gemm = mtl_kernels ()->gemm;
  const float *from = d + panel * self->panel * self->n_in;
  gsize width = panel_width (self, panel, self->n_out);

  for (gsize p = 0; p < self->n_x_panels; p++)
    {
      gsize n = panel_width (self, p, self->n_in);

      gemm->pack (n, width, from + p * self->panel, self->n_in, TRUE, 0, 1, packed);
      gemm->multiply (self->rows, self->panel, n, self->x + p * self->rows * self->panel,
                      self->panel, packed, 0, 1, NULL, p > 0, product, self->panel);
    }
}

void
mtl_factors_along (MtlFactors  *self,
                   const float *d,
                   double      *m)
{
  gsize size = self->rows * self->panel;
  g_autofree float *packed = g_new (float, self->panel * self->panel);
  g_autofree float *product = g_new (float, MAX (size, 1));

  for (gsize p = 0; self->rows > 0 && p < self->n_z_panels; p++)
    {
      multiply_outputs (self, p, d, packed, product);
      for (guint k = 0; k < self->n_tasks; k++)
        m[k] += mtl_kernels ()->rows->dot (product, z_panel (self, p) + k * size, size);
    }
}

/* The smallest column of a panel in which something is not finite; panel: none. */
static gsize
first_bad_column (const MtlFactors *self,
                  const float      *values)
{
  gsize size = self->rows * self->panel;
  gsize first = self->panel;

  for (gsize i = mtl_first_not_finite (values, size); i < size;
       i += 1 + mtl_first_not_finite (values + i + 1, size - i - 1))
    first = MIN (first, i % self->panel);

  return first;
}

/* The first column of X in which something is not finite; n_in: none. The diagonal of T, which
 * has the squared lengths of the rows, tells at once that all of X is finite. */
static gsize
first_bad_input (const MtlFactors *self)
{
  float lengths = 0.0f;

  for (gsize r = 0; r < self->rows; r++)
    lengths += self->t[r * (self->rows + MARGIN) + r];
  for (gsize p = 0; !isfinite (lengths) && p < self->n_x_panels; p++)
    {
      gsize column = first_bad_column (self, self->x + p * self->rows * self->panel);

      if (column < self->panel)
        return p * self->panel + column;
    }

  return self->n_in;
}

gsize
mtl_factors_first_not_finite (const MtlFactors *self,
                              guint             task)
{
  gsize size = self->rows * self->panel;
  gsize input = first_bad_input (self);

  if (input < self->n_in)
    return input;
  for (gsize p = 0; p < self->n_z_panels; p++)
    {
      gsize column = first_bad_column (self, z_panel (self, p) + task * size);

      if (column < self->panel)
        return (p * self->panel + column) * self->n_in;
    }

  return self->n_in * self->n_out;
}
