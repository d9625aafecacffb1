/* mtw-field-choice.c — one of several: words, methods, targets; and yes or no
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-field-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- combo --- */

/* “split-mean” as “Split mean”. (transfer full) */
static char *
title_of_word (const char *word)
{
  g_autofree char *rest = g_strdelimit (g_strdup (word), "-_", ' ');
  const char *next = g_utf8_next_char (rest);
  g_autofree char *first = g_utf8_strup (rest, next - rest);

  return g_strconcat (first, next, NULL);
}

static void
offer (GPtrArray  *words,
       GPtrArray  *titles,
       const char *word,
       const char *title)
{
  g_ptr_array_add (words, g_strdup (word));
  g_ptr_array_add (titles, title != NULL ? g_strdup (title) : title_of_word (word));
}

static void
list_methods (MtwField   *self,
              const char *current,
              GPtrArray  *words,
              GPtrArray  *titles)
{
  if (self->param->initial_text == NULL)
    offer (words, titles, "", _("Not set"));
  for (const MtlMethod *const *m = mtl_catalogue_list (self->param->kind); *m != NULL; m++)
    if (!(*m)->hidden || g_strcmp0 ((*m)->id, current) == 0)
      offer (words, titles, (*m)->id, _((*m)->title));
}

static void
list_targets (MtwField   *self,
              const char *current,
              GPtrArray  *words,
              GPtrArray  *titles)
{
  MtlSurvey *survey = mtw_document_get_survey (self->document);
  gboolean found = current == NULL;

  for (guint i = 0; i < mtl_survey_n_targets (survey); i++)
    {
      const char *target = mtl_survey_target (survey, i);

      found = found || g_str_equal (target, current);
      offer (words, titles, target, target);
    }
  if (!found)
    offer (words, titles, current, *current != '\0' ? current : _("None"));
}

static void
list_words (MtwField   *self,
            const char *current,
            GPtrArray  *words,
            GPtrArray  *titles)
{
  if (current == NULL)
    offer (words, titles, MTW_MIXED, MTW_MIXED);

  if (self->param->type == MTL_METHOD)
    list_methods (self, current, words, titles);
  else if (self->param->type == MTL_TEXT)
    list_targets (self, current, words, titles);
  else
    for (guint i = 0; self->param->choices[i] != NULL; i++)
      offer (words, titles, self->param->choices[i], NULL);
}

static void
selected_cb (MtwField *self)
{
  guint n = adw_combo_row_get_selected (ADW_COMBO_ROW (self->row));

  if (self->showing || n >= self->words->len)
    return;
  if (self->shown == NULL && n == 0)
    return;

  mtw_field_commit (self, self->words->pdata[n]);
}

/* One model for good: a choice may change what there is to choose, and a new
 * model would free the selection that is still telling of the choice. */
static void
build_combo (MtwField *self)
{
  g_autoptr(GtkStringList) model = gtk_string_list_new (NULL);

  self->row = g_object_ref_sink (adw_combo_row_new ());
  adw_combo_row_set_model (ADW_COMBO_ROW (self->row), G_LIST_MODEL (model));
  self->words = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect_swapped (self->row, "notify::selected", G_CALLBACK (selected_cb), self);
}

static gboolean
same_words (GPtrArray *a,
            GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (a->pdata[i], b->pdata[i]))
      return FALSE;

  return TRUE;
}

static void
show_combo (MtwField   *self,
            const char *text)
{
  AdwComboRow *row = ADW_COMBO_ROW (self->row);
  g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  g_autoptr(GPtrArray) titles = g_ptr_array_new_with_free_func (g_free);
  guint n = 0;

  list_words (self, text, words, titles);
  if (!same_words (words, self->words))
    {
      GListModel *model = adw_combo_row_get_model (row);

      g_ptr_array_add (titles, NULL);
      gtk_string_list_splice (GTK_STRING_LIST (model), 0, g_list_model_get_n_items (model),
                              (const char *const *) titles->pdata);
      g_ptr_array_unref (self->words);
      self->words = g_ptr_array_ref (words);
    }

  for (guint i = 0; text != NULL && i < words->len; i++)
    if (g_str_equal (words->pdata[i], text))
      n = i;
  adw_combo_row_set_selected (row, n);
}

const MtwFieldLook mtw_field_combo = { build_combo, show_combo };

/* --- flag --- */

static void
switched_cb (MtwField *self)
{
  if (!self->showing)
    mtw_field_commit (self, gtk_switch_get_active (GTK_SWITCH (self->control)) ? "true" : "false");
}

static void
build_flag (MtwField *self)
{
  mtw_field_put (self, gtk_switch_new ());
  g_signal_connect_swapped (self->control, "notify::active", G_CALLBACK (switched_cb), self);
}

static void
show_flag (MtwField   *self,
           const char *text)
{
  gtk_switch_set_active (GTK_SWITCH (self->control), g_strcmp0 (text, "true") == 0);
  mtw_field_set_note (self, text == NULL ? MTW_MIXED : NULL);
}

const MtwFieldLook mtw_field_flag = { build_flag, show_flag };
