/* mtl-findings.c — figures that a probe has found
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-findings.h"

struct _MtlFindings
{
  gint          refs;     /* atomic */
  GArray       *found;    /* of MtlFinding */
  GStringChunk *names;    /* ids of blocks */
};

MtlFindings *
mtl_findings_new (void)
{
  MtlFindings *self = g_new0 (MtlFindings, 1);

  self->refs = 1;
  self->found = g_array_new (FALSE, FALSE, sizeof (MtlFinding));
  self->names = g_string_chunk_new (64);

  return self;
}

MtlFindings *
mtl_findings_copy (const MtlFindings *self)
{
  MtlFindings *copy = mtl_findings_new ();

  for (guint n = 0; n < self->found->len; n++)
    mtl_findings_add (copy, mtl_findings_get (self, n));

  return copy;
}

MtlFindings *
mtl_findings_ref (MtlFindings *self)
{
  g_atomic_int_inc (&self->refs);

  return self;
}

void
mtl_findings_unref (MtlFindings *self)
{
  if (!g_atomic_int_dec_and_test (&self->refs))
    return;

  g_array_unref (self->found);
  g_string_chunk_free (self->names);
  g_free (self);
}

void
mtl_findings_add (MtlFindings      *self,
                  const MtlFinding *finding)
{
  MtlFinding copy = *finding;

  g_return_if_fail (finding->measure != NULL);

  if (finding->block != NULL)
    copy.block = g_string_chunk_insert_const (self->names, finding->block);
  g_array_append_val (self->found, copy);
}

guint
mtl_findings_count (const MtlFindings *self)
{
  return self->found->len;
}

const MtlFinding *
mtl_findings_get (const MtlFindings *self,
                  guint              n)
{
  g_return_val_if_fail (n < self->found->len, NULL);

  return &g_array_index (self->found, MtlFinding, n);
}
