/* mtl-checkpoint.c — the bytes of a checkpoint
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-checkpoint.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAGIC_SIZE 8
#define HASH_SIZE  32
#define MODEL      "(stauaau)"
#define SUMS       "(aad(adadad))"
#define STATES     "a(sa(sv))"
#define CONTENT    "s(tttddd)" MODEL "mvmvmv" SUMS

enum
{
  DESIGN,
  MARK,
  THE_MODEL,
  LOSS_STATE,
  FLAT_STATE,
  SHARP_STATE,
  THE_SUMS,
  THE_INFO,
  THE_AVERAGE,
};

/* What a file may be; the last is what is written. */
static const struct
{
  char        magic[MAGIC_SIZE + 1];
  const char *type;
} forms[] = {
  { "BASINCK1", "(" CONTENT ")" },
  { "BASINCK2", "(" CONTENT MTL_SOURCE_INFO_TYPE ")" },
  { "BASINCK3", "(" CONTENT MTL_SOURCE_INFO_TYPE MTL_AVERAGE_TYPE ")" },
};

static const guint newest = G_N_ELEMENTS (forms) - 1;

static void
hash_bytes (gconstpointer data,
            gsize         size,
            guint8       *hash)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize length = HASH_SIZE;

  g_checksum_update (checksum, data, (gssize) size);
  g_checksum_get_digest (checksum, hash, &length);
}

static GVariant *
save_state (const MtlState *state)
{
  g_autoptr(GVariant) saved = state != NULL ? mtl_state_save (state) : NULL;

  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT,
                              saved != NULL ? g_variant_new_variant (saved) : NULL);
}

/* Of a part: that of the trunk, or `a(sa(sv))`, those of its blocks with their ids. */
static GVariant *
save_part (MtlStep *step,
           MtlPart  part)
{
  GVariantBuilder builder;
  const char *block;
  MtlState *state = mtl_step_state_of (step, part, 0, &block);

  if (state == NULL || block == NULL)
    return save_state (state);

  g_variant_builder_init (&builder, G_VARIANT_TYPE (STATES));
  for (guint n = 0; n < mtl_step_n_states (step, part); n++)
    {
      g_autoptr(GVariant) saved = NULL;

      state = mtl_step_state_of (step, part, n, &block);
      saved = mtl_state_save (state);
      g_variant_builder_add (&builder, "(s@a(sv))", block, saved);
    }

  return g_variant_new_maybe (G_VARIANT_TYPE_VARIANT,
                              g_variant_new_variant (g_variant_builder_end (&builder)));
}

GBytes *
mtl_checkpoint_write (const MtlDesign       *design,
                      const MtlSourceInfo   *info,
                      const MtlProgressMark *mark,
                      const MtlModel        *model,
                      MtlStep               *step,
                      MtlRecorder           *recorder)
{
  g_autoptr(GBytes) text = mtl_design_print (design);
  g_autofree char *words = g_strndup (g_bytes_get_data (text, NULL), g_bytes_get_size (text));
  g_autoptr(GVariant) all = g_variant_ref_sink (g_variant_new (
    "(s(tttddd)@" MODEL "@mv@mv@mv@" SUMS "@" MTL_SOURCE_INFO_TYPE
    "@" MTL_AVERAGE_TYPE ")", words,
    mark->step, mark->epoch, mark->batch, mark->seconds, mark->total, mark->best,
    mtl_model_save (model),
    save_part (step, MTL_PART_LOSS), save_part (step, MTL_PART_FLAT),
    save_state (mtl_step_sharp_state (step)),
    mtl_recorder_save (recorder), mtl_source_info_save (info),
    mtl_average_save (&model->average)));
  gsize size = g_variant_get_size (all);
  g_autofree guint8 *bytes = g_malloc (MAGIC_SIZE + HASH_SIZE + size);

  memcpy (bytes, forms[newest].magic, MAGIC_SIZE);
  g_variant_store (all, bytes + MAGIC_SIZE + HASH_SIZE);
  hash_bytes (bytes + MAGIC_SIZE + HASH_SIZE, size, bytes + MAGIC_SIZE);

  return g_bytes_new_take (g_steal_pointer (&bytes), MAGIC_SIZE + HASH_SIZE + size);
}

/* The type of what follows the hash; NULL: no form that we know. */
static const char *
find_form (const guint8 *data,
           gsize         size)
{
  for (guint n = 0; n < G_N_ELEMENTS (forms); n++)
    if (size >= MAGIC_SIZE + HASH_SIZE && memcmp (data, forms[n].magic, MAGIC_SIZE) == 0)
      return forms[n].type;

  return NULL;
}

/* The content, checked to be whole and of our form; NULL when it is not. */
static GVariant *
open_checkpoint (GBytes  *bytes,
                 GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  const char *type = find_form (data, size);
  g_autoptr(GBytes) body = NULL;
  g_autoptr(GVariant) all = NULL;
  guint8 hash[HASH_SIZE];

  if (type == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("This is not a checkpoint: it does not begin with %s"), forms[newest].magic);
      return NULL;
    }

  hash_bytes (data + MAGIC_SIZE + HASH_SIZE, size - MAGIC_SIZE - HASH_SIZE, hash);
  if (memcmp (hash, data + MAGIC_SIZE, HASH_SIZE) == 0)
    {
      body = g_bytes_new_from_bytes (bytes, MAGIC_SIZE + HASH_SIZE,
                                     size - MAGIC_SIZE - HASH_SIZE);
      all = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), body, FALSE));
    }
  if (all == NULL || !g_variant_is_normal_form (all))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("The checkpoint of %" G_GSIZE_FORMAT " bytes is damaged: "
                     "its checksum does not match"), size);
      return NULL;
    }

  return g_steal_pointer (&all);
}

static void
read_mark (GVariant        *all,
           MtlProgressMark *mark)
{
  g_variant_get_child (all, MARK, "(tttddd)", &mark->step, &mark->epoch, &mark->batch,
                       &mark->seconds, &mark->total, &mark->best);
}

static MtlDesign *
read_design (GVariant  *all,
             GError   **error)
{
  const char *text;
  g_autoptr(GBytes) json = NULL;

  g_variant_get_child (all, DESIGN, "&s", &text);
  json = g_bytes_new (text, strlen (text));

  return mtl_design_parse (json, "checkpoint", NULL, error);
}

MtlDesign *
mtl_checkpoint_design (GBytes  *bytes,
                       GError **error)
{
  g_autoptr(GVariant) all = open_checkpoint (bytes, error);

  return all != NULL ? read_design (all, error) : NULL;
}

gboolean
mtl_checkpoint_mark (GBytes           *bytes,
                     MtlProgressMark  *mark,
                     GError          **error)
{
  g_autoptr(GVariant) all = open_checkpoint (bytes, error);

  if (all == NULL)
    return FALSE;

  read_mark (all, mark);
  return TRUE;
}

/* (transfer full) (nullable): what was saved as @child; NULL: nothing. */
static GVariant *
find_saved (GVariant *all,
            guint     child)
{
  g_autoptr(GVariant) maybe = g_variant_get_child_value (all, child);
  g_autoptr(GVariant) boxed = g_variant_get_maybe (maybe);

  return boxed != NULL ? g_variant_get_variant (boxed) : NULL;
}

static gboolean
read_state (GVariant  *all,
            guint      child,
            MtlState  *state,
            GError   **error)
{
  g_autoptr(GVariant) saved = find_saved (all, child);

  return saved == NULL || state == NULL || mtl_state_load (state, saved, error);
}

/* Block number @n of @saved into the state of the step's. */
static gboolean
read_block (GVariant  *saved,
            MtlStep   *step,
            MtlPart    part,
            guint      n,
            GError   **error)
{
  g_autoptr(GVariant) values = NULL;
  const char *block, *name;
  MtlState *state = mtl_step_state_of (step, part, n, &block);

  g_variant_get_child (saved, n, "(&s@a(sv))", &name, &values);
  if (strcmp (name, block) == 0)
    return mtl_state_load (state, values, error);

  g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
               _("The checkpoint has the balancer’s state of block %s where the design has %s"),
               name, block);
  return FALSE;
}

static gboolean
read_part (GVariant  *all,
           guint      child,
           MtlStep   *step,
           MtlPart    part,
           GError   **error)
{
  g_autoptr(GVariant) saved = find_saved (all, child);
  const char *block;
  MtlState *state = mtl_step_state_of (step, part, 0, &block);
  guint n_blocks = mtl_step_n_states (step, part);

  if (saved == NULL || state == NULL || block == NULL)
    return read_state (all, child, state, error);

  if (!g_variant_is_of_type (saved, G_VARIANT_TYPE (STATES))
      || g_variant_n_children (saved) != n_blocks)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_STORE,
                   _("The checkpoint has no state of the balancer for each of the %u blocks of "
                     "the trunk"), n_blocks);
      return FALSE;
    }
  for (guint n = 0; n < n_blocks; n++)
    if (!read_block (saved, step, part, n, error))
      return FALSE;

  return TRUE;
}

/* TRUE too for an older file, which has none: the mean then begins anew. */
static gboolean
read_average (GVariant    *all,
              MtlAverage  *average,
              GError     **error)
{
  g_autoptr(GVariant) saved = NULL;

  if (g_variant_n_children (all) <= THE_AVERAGE)
    return TRUE;

  saved = g_variant_get_child_value (all, THE_AVERAGE);
  if (mtl_average_load (average, saved))
    return TRUE;

  g_set_error_literal (error, MTL_ERROR, MTL_ERROR_STORE,
                       _("The checkpoint holds a mean of another number of weights"));
  return FALSE;
}

gboolean
mtl_checkpoint_read (GBytes           *bytes,
                     MtlProgressMark  *mark,
                     MtlModel         *model,
                     MtlStep          *step,
                     MtlRecorder      *recorder,
                     GError          **error)
{
  g_autoptr(GVariant) all = open_checkpoint (bytes, error);
  g_autoptr(GVariant) saved = NULL;
  g_autoptr(GVariant) sums = NULL;

  if (all == NULL)
    return FALSE;

  read_mark (all, mark);
  saved = g_variant_get_child_value (all, THE_MODEL);
  sums = g_variant_get_child_value (all, THE_SUMS);
  if (!mtl_model_load (model, saved, error)
      || !read_average (all, &model->average, error)
      || !read_part (all, LOSS_STATE, step, MTL_PART_LOSS, error)
      || !read_part (all, FLAT_STATE, step, MTL_PART_FLAT, error)
      || !read_state (all, SHARP_STATE, mtl_step_sharp_state (step), error))
    return FALSE;

  if (!mtl_recorder_load (recorder, sums))
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_STORE,
                           _("The checkpoint is of a design with another number of tasks"));
      return FALSE;
    }

  return TRUE;
}

/* FALSE without an error: an older file, which has none. */
static gboolean
read_info (GVariant       *all,
           MtlSourceInfo  *info,
           GError        **error)
{
  g_autoptr(GVariant) saved = NULL;

  if (g_variant_n_children (all) <= THE_INFO)
    return FALSE;

  saved = g_variant_get_child_value (all, THE_INFO);
  if (mtl_source_info_load (info, saved))
    return TRUE;

  g_set_error_literal (error, MTL_ERROR, MTL_ERROR_STORE,
                       _("The checkpoint is damaged: what it says of the data makes no sense"));
  return FALSE;
}

/* (transfer full): the array of the weights that are evaluated: the mean, where there is one. */
static GVariant *
find_weights (GVariant *all)
{
  g_autoptr(GVariant) model = g_variant_get_child_value (all, THE_MODEL);

  if (g_variant_n_children (all) > THE_AVERAGE)
    {
      g_autoptr(GVariant) average = g_variant_get_child_value (all, THE_AVERAGE);
      g_autoptr(GVariant) mean = g_variant_get_child_value (average, 1);

      if (g_variant_n_children (mean) > 0)
        return g_steal_pointer (&mean);
    }

  return g_variant_get_child_value (model, 2);
}

MtlSnapshot *
mtl_checkpoint_snapshot (GBytes  *bytes,
                         GError **error)
{
  g_autoptr(GVariant) all = open_checkpoint (bytes, error);
  g_autoptr(GVariant) weights = NULL;
  g_autoptr(MtlDesign) design = NULL;
  g_autoptr(GError) damage = NULL;
  MtlSourceInfo info = { 0 };
  MtlSnapshot *snapshot = NULL;
  MtlProgressMark mark;
  gconstpointer values;
  gboolean has_info;
  gsize n;

  if (all == NULL)
    return NULL;

  design = read_design (all, error);
  if (design == NULL)
    return NULL;

  read_mark (all, &mark);
  weights = find_weights (all);
  values = g_variant_get_fixed_array (weights, &n, sizeof (float));
  has_info = read_info (all, &info, &damage);

  /* Between two epochs the one that just ended counts. */
  if (damage == NULL)
    snapshot = mtl_snapshot_new_on (design, has_info ? &info : NULL, values, n, mark.step,
                                    mark.batch > 0 ? mark.epoch : mark.epoch - 1);
  else
    g_propagate_error (error, g_steal_pointer (&damage));
  mtl_source_info_clear (&info);

  return snapshot;
}

gboolean
mtl_checkpoint_matches (GBytes              *bytes,
                        const MtlSourceInfo *info)
{
  g_autoptr(GVariant) all = open_checkpoint (bytes, NULL);
  MtlSourceInfo kept = { 0 };
  gboolean matches = TRUE;

  if (all != NULL && read_info (all, &kept, NULL))
    matches = mtl_source_info_matches (&kept, info);
  mtl_source_info_clear (&kept);

  return matches;
}
