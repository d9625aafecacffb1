/* mtl-state.h — what a method remembers from step to step
 *
 * A method declares named arrays; the engine allocates them at their initial
 * value, resets them when the method is swapped, plots those that say so and
 * keeps all of them in checkpoints. Methods hold nothing else.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

typedef struct _MtlState MtlState;

typedef struct
{
  const char *name;     /* static; unique in the method */
  gsize       length;   /* of a double array, or of a float array where .floats */
  gboolean    floats;   /* d- or P-sized arrays */
  double      initial;
  gboolean    plotted;  /* length K: a curve for each task */
} MtlStateArray;

typedef struct
{
  MtlStateArray arrays[8];
  guint         n;
} MtlStateSpec;

void      mtl_state_declare (MtlStateSpec       *spec,
                             const char         *name,
                             gsize               length,
                             gboolean            floats,
                             double              initial,
                             gboolean            plotted);
MtlState *mtl_state_new     (const MtlStateSpec *spec);
MtlState *mtl_state_copy    (const MtlState     *self);
/* The values of @from, which has the same arrays. */
void      mtl_state_set     (MtlState           *self,
                             const MtlState     *from);
void      mtl_state_free    (MtlState           *self);
/* By the order of declaration. */
double   *mtl_state_doubles (MtlState           *self,
                             guint               n);
float    *mtl_state_floats  (MtlState           *self,
                             guint               n);
const MtlStateSpec *mtl_state_spec (const MtlState *self);
/* For checkpoints: `a(sv)`, a name and its `ad`, or `au` for the bits of floats. */
GVariant *mtl_state_save    (const MtlState     *self);
gboolean  mtl_state_load    (MtlState           *self,
                             GVariant           *saved,
                             GError            **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlState, mtl_state_free)
