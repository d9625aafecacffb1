/* mtw-probes.c — the settings of every probe, kept while the window is open
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-probes.h"

struct _MtwProbes
{
  GObject     parent_instance;

  GHashTable *chosen;   /* id → MtlChosen */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MtwProbes, mtw_probes, G_TYPE_OBJECT)

static void
unref_chosen (gpointer chosen)
{
  mtl_chosen_unref (chosen);
}

static void
mtw_probes_finalize (GObject *object)
{
  g_hash_table_unref (MTW_PROBES (object)->chosen);

  G_OBJECT_CLASS (mtw_probes_parent_class)->finalize (object);
}

static void
mtw_probes_class_init (MtwProbesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_probes_finalize;

  changed_signal = g_signal_new ("changed", MTW_TYPE_PROBES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
mtw_probes_init (MtwProbes *self)
{
  self->chosen = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, unref_chosen);
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    g_hash_table_insert (self->chosen, (gpointer) (*m)->id, mtl_chosen_new (MTL_KIND_PROBE, *m));
}

MtwProbes *
mtw_probes_new (void)
{
  return g_object_new (MTW_TYPE_PROBES, NULL);
}

const MtlChosen *
mtw_probes_get (MtwProbes  *self,
                const char *id)
{
  g_return_val_if_fail (MTW_IS_PROBES (self), NULL);

  return g_hash_table_lookup (self->chosen, id);
}

gboolean
mtw_probes_set_value (MtwProbes   *self,
                      const char  *key,
                      const char  *value,
                      GError     **error)
{
  g_auto(GStrv) parts = g_strsplit (key, ".", 3);
  const MtlChosen *chosen;
  MtlChosen *next;

  g_return_val_if_fail (MTW_IS_PROBES (self), FALSE);
  g_return_val_if_fail (g_strv_length (parts) == 3, FALSE);

  chosen = mtw_probes_get (self, parts[1]);
  g_return_val_if_fail (chosen != NULL, FALSE);

  next = mtl_chosen_with (chosen, parts[2], value, error);
  if (next == NULL)
    return FALSE;

  g_hash_table_insert (self->chosen, (gpointer) mtl_chosen_method (next)->id, next);
  g_signal_emit (self, changed_signal, 0);
  return TRUE;
}
