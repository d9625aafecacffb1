/* basin-settings.c — what the program remembers of its windows and of taste
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "basin-settings.h"

#define SCHEMA "io.github.basin_studio.Basin"

struct _BasinSettings
{
  GSettings  *settings;   /* NULL: the schema is not installed */
  GHashTable *values;     /* key → GVariant; used without a schema */
};

/* The same initial values as in the schema, as text of a GVariant. */
static const struct
{
  const char *key;
  const char *value;
} initial[] = {
  { "window-width", "1280" },
  { "window-height", "800" },
  { "maximized", "false" },
  { "palette", "true" },
  { "inspector", "true" },
  { "observatory", "true" },
  { "observatory-height", "294" },
  { "layout", "''" },
  { "letter-keys", "true" },
  { "threads", "0" },
  { "colour-scheme", "'default'" },
};

/**
 * basin_settings_new:
 *
 * Returns: (transfer full): the settings; never NULL
 */
BasinSettings *
basin_settings_new (void)
{
  BasinSettings *self = g_new0 (BasinSettings, 1);
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  GSettingsSchema *schema = source != NULL ? g_settings_schema_source_lookup (source, SCHEMA, TRUE)
                                           : NULL;

  if (schema != NULL)
    {
      self->settings = g_settings_new_full (schema, NULL, NULL);
      g_settings_schema_unref (schema);
      return self;
    }

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                        (GDestroyNotify) g_variant_unref);
  for (guint i = 0; i < G_N_ELEMENTS (initial); i++)
    g_hash_table_insert (self->values, (char *) initial[i].key,
                         g_variant_parse (NULL, initial[i].value, NULL, NULL, NULL));

  return self;
}

void
basin_settings_free (BasinSettings *self)
{
  g_clear_object (&self->settings);
  g_clear_pointer (&self->values, g_hash_table_unref);
  g_free (self);
}

static GVariant *
get (BasinSettings *self,
     const char    *key)
{
  return self->settings != NULL ? g_settings_get_value (self->settings, key)
                                : g_variant_ref (g_hash_table_lookup (self->values, key));
}

/* Takes a floating @value. */
static void
set (BasinSettings *self,
     const char    *key,
     GVariant      *value)
{
  if (self->settings != NULL)
    g_settings_set_value (self->settings, key, value);
  else
    g_hash_table_replace (self->values, (char *) g_intern_string (key),
                          g_variant_ref_sink (value));
}

int
basin_settings_int (BasinSettings *self,
                    const char    *key)
{
  g_autoptr(GVariant) value = get (self, key);

  return g_variant_get_int32 (value);
}

gboolean
basin_settings_flag (BasinSettings *self,
                     const char    *key)
{
  g_autoptr(GVariant) value = get (self, key);

  return g_variant_get_boolean (value);
}

char *
basin_settings_text (BasinSettings *self,
                     const char    *key)
{
  g_autoptr(GVariant) value = get (self, key);

  return g_variant_dup_string (value, NULL);
}

void
basin_settings_set_int (BasinSettings *self,
                        const char    *key,
                        int            value)
{
  set (self, key, g_variant_new_int32 (value));
}

void
basin_settings_set_flag (BasinSettings *self,
                         const char    *key,
                         gboolean       value)
{
  set (self, key, g_variant_new_boolean (value));
}

void
basin_settings_set_text (BasinSettings *self,
                         const char    *key,
                         const char    *value)
{
  set (self, key, g_variant_new_string (value));
}
