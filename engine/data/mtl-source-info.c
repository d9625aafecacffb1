/* mtl-source-info.c — what a source says of its data, copied, compared and saved
 *
 * Saved are, for each port, its name, its sizes and its raw values; for each
 * target its name, kind, number of classes, size and at most one raw value;
 * then the rows of both splits and the note.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-source.h"

#include <string.h>

#define PORT   "(sat" MTL_RAWS_TYPE ")"
#define TARGET "(suut" MTL_RAWS_TYPE ")"

/* A product of sizes beyond this could wrap. */
#define MOST_VALUES (G_GUINT64_CONSTANT (1) << 32)

void
mtl_source_info_clear (MtlSourceInfo *self)
{
  for (guint p = 0; p < self->n_ports; p++)
    {
      g_free (self->ports[p]);
      mtl_raws_free (self->raws[p], self->n_raws[p]);
    }
  for (guint t = 0; t < self->n_targets; t++)
    {
      g_free (self->targets[t].name);
      mtl_raws_free (self->targets[t].raw, self->targets[t].raw != NULL);
    }
  g_free (self->targets);
  g_free (self->note);
  *self = (MtlSourceInfo) { 0 };
}

void
mtl_source_info_copy (MtlSourceInfo       *to,
                      const MtlSourceInfo *from)
{
  *to = *from;
  for (guint p = 0; p < from->n_ports; p++)
    {
      to->ports[p] = g_strdup (from->ports[p]);
      to->raws[p] = mtl_raws_copy (from->raws[p], from->n_raws[p]);
    }
  to->targets = g_memdup2 (from->targets, from->n_targets * sizeof *from->targets);
  for (guint t = 0; t < from->n_targets; t++)
    {
      to->targets[t].name = g_strdup (from->targets[t].name);
      to->targets[t].raw = mtl_raws_copy (from->targets[t].raw, from->targets[t].raw != NULL);
    }
  to->note = g_strdup (from->note);
}

/* --- compared --- */

static gboolean
same_port (const MtlSourceInfo *a,
           const MtlSourceInfo *b,
           guint                port)
{
  const MtlShape *x = &a->shapes[port], *y = &b->shapes[port];

  return strcmp (a->ports[port], b->ports[port]) == 0
         && x->rank == y->rank && memcmp (x->size, y->size, x->rank * sizeof *x->size) == 0
         && a->n_raws[port] == b->n_raws[port]
         && mtl_raws_equal (a->raws[port], b->raws[port], a->n_raws[port]);
}

static gboolean
same_target (const MtlTarget *a,
             const MtlTarget *b)
{
  return strcmp (a->name, b->name) == 0
         && a->type.kind == b->type.kind && a->type.size == b->type.size
         && a->type.n_classes == b->type.n_classes
         && (a->raw != NULL) == (b->raw != NULL)
         && mtl_raws_equal (a->raw, b->raw, a->raw != NULL);
}

gboolean
mtl_source_info_matches (const MtlSourceInfo *a,
                         const MtlSourceInfo *b)
{
  gboolean same = a->n_ports == b->n_ports && a->n_targets == b->n_targets;

  for (guint p = 0; same && p < a->n_ports; p++)
    same = same_port (a, b, p);
  for (guint t = 0; same && t < a->n_targets; t++)
    same = same_target (&a->targets[t], &b->targets[t]);

  return same;
}

/* --- saved --- */

GVariant *
mtl_source_info_save (const MtlSourceInfo *self)
{
  GVariantBuilder ports, targets;

  g_variant_builder_init (&ports, G_VARIANT_TYPE ("a" PORT));
  for (guint p = 0; p < self->n_ports; p++)
    {
      const MtlShape *shape = &self->shapes[p];
      guint64 sizes[G_N_ELEMENTS (shape->size)];

      for (guint d = 0; d < shape->rank; d++)
        sizes[d] = shape->size[d];
      g_variant_builder_add (&ports, "(s@at@" MTL_RAWS_TYPE ")", self->ports[p],
                             g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, sizes, shape->rank,
                                                        sizeof *sizes),
                             mtl_raws_save (self->raws[p], self->n_raws[p]));
    }

  g_variant_builder_init (&targets, G_VARIANT_TYPE ("a" TARGET));
  for (guint t = 0; t < self->n_targets; t++)
    {
      const MtlTarget *target = &self->targets[t];

      g_variant_builder_add (&targets, "(suut@" MTL_RAWS_TYPE ")", target->name,
                             (guint32) target->type.kind, (guint32) target->type.n_classes,
                             (guint64) target->type.size,
                             mtl_raws_save (target->raw, target->raw != NULL));
    }

  return g_variant_new ("(a" PORT "a" TARGET "ttms)", &ports, &targets,
                        (guint64) self->train_rows, (guint64) self->test_rows, self->note);
}

static gboolean
load_shape (GVariant *saved,
            MtlShape *shape)
{
  gsize rank;
  const guint64 *sizes = g_variant_get_fixed_array (saved, &rank, sizeof *sizes);
  guint64 product = 1;

  if (rank == 0 || rank > G_N_ELEMENTS (shape->size))
    return FALSE;

  shape->rank = (guint) rank;
  for (guint d = 0; d < rank; d++)
    {
      if (sizes[d] == 0 || sizes[d] > MOST_VALUES / product)
        return FALSE;
      product *= sizes[d];
      shape->size[d] = (gsize) sizes[d];
    }

  return TRUE;
}

static gboolean
load_port (MtlSourceInfo *self,
           GVariant      *saved,
           guint          port)
{
  g_autoptr(GVariant) sizes = NULL;
  g_autoptr(GVariant) raws = NULL;
  guint n;

  g_variant_get (saved, "(s@at@" MTL_RAWS_TYPE ")", &self->ports[port], &sizes, &raws);
  self->raws[port] = mtl_raws_load (raws, &n);
  self->n_raws[port] = self->raws[port] != NULL ? n : 0;
  if (!load_shape (sizes, &self->shapes[port]) || self->n_raws[port] != n)
    return FALSE;

  return n == 0 || mtl_raws_width (self->raws[port], n) == mtl_shape_size (&self->shapes[port]);
}

static gboolean
load_target (MtlTarget *target,
             GVariant  *saved)
{
  g_autoptr(GVariant) raws = NULL;
  guint32 kind, n_classes;
  guint64 size;
  guint n;

  g_variant_get (saved, "(suut@" MTL_RAWS_TYPE ")", &target->name, &kind, &n_classes, &size, &raws);
  if (kind > MTL_TARGET_VALUES || size == 0 || size > MOST_VALUES
      || (kind == MTL_TARGET_CLASS && n_classes > MOST_VALUES / size)
      || g_variant_n_children (raws) > 1)
    return FALSE;

  target->type = (MtlTargetType) { (MtlTargetKind) kind, n_classes, (gsize) size };
  target->raw = mtl_raws_load (raws, &n);
  if (target->raw == NULL)
    return n == 0;

  return kind == MTL_TARGET_CLASS ? target->raw->classes != NULL
                                    && mtl_raw_width (target->raw) == n_classes
                                  : target->raw->classes == NULL;
}

static gboolean
load_children (MtlSourceInfo *self,
               GVariant      *ports,
               GVariant      *targets)
{
  gsize n_ports = g_variant_n_children (ports);
  gsize n_targets = g_variant_n_children (targets);
  gboolean fine = n_ports <= MTL_SOURCE_MAX_PORTS && n_targets <= MTL_SOURCE_MAX_TARGETS;

  for (gsize p = 0; fine && p < n_ports; p++)
    {
      g_autoptr(GVariant) saved = g_variant_get_child_value (ports, p);

      self->n_ports++;
      fine = load_port (self, saved, (guint) p);
    }
  if (fine)
    self->targets = g_new0 (MtlTarget, n_targets);
  for (gsize t = 0; fine && t < n_targets; t++)
    {
      g_autoptr(GVariant) saved = g_variant_get_child_value (targets, t);

      self->n_targets++;
      fine = load_target (&self->targets[t], saved);
    }

  return fine;
}

gboolean
mtl_source_info_load (MtlSourceInfo *self,
                      GVariant      *saved)
{
  g_autoptr(GVariant) ports = NULL;
  g_autoptr(GVariant) targets = NULL;
  guint64 train, test;

  *self = (MtlSourceInfo) { 0 };
  g_variant_get (saved, "(@a" PORT "@a" TARGET "ttms)", &ports, &targets, &train, &test,
                 &self->note);
  self->train_rows = (gsize) train;
  self->test_rows = (gsize) test;
  if (load_children (self, ports, targets))
    return TRUE;

  mtl_source_info_clear (self);
  return FALSE;
}
