/* sweep-plan.c — from the words of a command to the runs of a sweep
 *
 * Everything that can be wrong with a cell is found here, before the first run
 * starts: words, settings, blocks that do not fit, data that is not there.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "sweep.h"

#include <glib/gi18n.h>
#include <string.h>

#include "mtl-survey.h"
#include "mtl-trainer.h"

#define SEED "experiment.seed"
#define TYPE ".type"

static void
free_axis (gpointer data)
{
  SweepAxis *axis = data;

  g_free (axis->key);
  g_free (axis->title);
  g_ptr_array_unref (axis->values);
  g_free (axis);
}

static void
free_cell (gpointer data)
{
  SweepCell *cell = data;

  g_free (cell->title);
  g_free (cell->run);
  mtl_design_unref (cell->design);
  g_free (cell);
}

SweepPlan *
sweep_plan_new (MtlDesign *design,
                MtlChosen *probe)
{
  SweepPlan *self = g_new0 (SweepPlan, 1);

  self->base = design;
  self->axes = g_ptr_array_new_with_free_func (free_axis);
  self->cells = g_ptr_array_new_with_free_func (free_cell);
  self->probe = probe != NULL ? mtl_chosen_ref (probe) : NULL;

  return self;
}

void
sweep_plan_free (SweepPlan *self)
{
  mtl_design_unref (self->base);
  g_ptr_array_unref (self->axes);
  g_ptr_array_unref (self->cells);
  g_clear_pointer (&self->probe, mtl_chosen_unref);
  g_free (self);
}

/* --- axes --- */

/* experiment.balancer.type: balancer; blocks.digits.label-noise: digits.label-noise */
static char *
make_title (const char *key)
{
  const char *dot = strchr (key, '.');
  g_autofree char *title = g_strdup (dot != NULL ? dot + 1 : key);

  if (g_str_has_suffix (title, TYPE))
    title[strlen (title) - strlen (TYPE)] = '\0';

  return g_steal_pointer (&title);
}

static gboolean
add_value (SweepAxis   *axis,
           const char  *word,
           GError     **error)
{
  if (*word == '\0')
    g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                 _("%s: a value is missing between commas"), axis->title);
  else if (g_ptr_array_find_with_equal_func (axis->values, word, g_str_equal, NULL))
    g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, _("%s: “%s” stands there twice"),
                 axis->title, word);
  else if (axis->values->len == SWEEP_MOST_RUNS)
    g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, _("%s: more than %d values"), axis->title,
                 SWEEP_MOST_RUNS);
  else
    {
      g_ptr_array_add (axis->values, g_strdup (word));
      return TRUE;
    }

  return FALSE;
}

/* A seed, or 1..5. */
static gboolean
add_seeds (SweepAxis   *axis,
           const char  *word,
           GError     **error)
{
  g_auto(GStrv) ends = g_strsplit (word, "..", 2);
  guint64 from, to;

  if (ends[0] == NULL || ends[1] == NULL)
    return add_value (axis, word, error);

  if (!g_ascii_string_to_unsigned (ends[0], 10, 0, G_MAXUINT32, &from, NULL)
      || !g_ascii_string_to_unsigned (ends[1], 10, from, G_MAXUINT32, &to, NULL))
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("seed: expected numbers such as 1,2,3 or 1..3, not “%s”"), word);
      return FALSE;
    }

  for (guint64 seed = from; seed <= to; seed++)
    {
      g_autofree char *one = g_strdup_printf ("%" G_GUINT64_FORMAT, seed);

      if (!add_value (axis, one, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
check_new (const SweepPlan  *self,
           const char       *key,
           GError          **error)
{
  for (guint n = 0; n < self->axes->len; n++)
    if (strcmp (((SweepAxis *) self->axes->pdata[n])->key, key) == 0)
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING, _("%s is given twice"), key);
        return FALSE;
      }

  return TRUE;
}

static void
insert_axis (SweepPlan *self,
             SweepAxis *axis)
{
  guint n = 0;

  while (n < self->axes->len && ((SweepAxis *) self->axes->pdata[n])->place <= axis->place)
    n++;
  g_ptr_array_insert (self->axes, (int) n, axis);
}

gboolean
sweep_plan_add (SweepPlan   *self,
                guint        place,
                const char  *key,
                const char  *words,
                GError     **error)
{
  g_auto(GStrv) parts = g_strsplit (words, ",", -1);
  gboolean seeds = strcmp (key, SEED) == 0;
  SweepAxis *axis;

  if (!check_new (self, key, error))
    return FALSE;

  axis = g_new0 (SweepAxis, 1);
  axis->place = seeds ? SWEEP_SEEDS : place;
  axis->key = g_strdup (key);
  axis->title = make_title (key);
  axis->values = g_ptr_array_new_with_free_func (g_free);
  insert_axis (self, axis);

  if (parts[0] == NULL)
    return add_value (axis, "", error);
  for (guint n = 0; parts[n] != NULL; n++)
    if (!(seeds ? add_seeds : add_value) (axis, g_strstrip (parts[n]), error))
      return FALSE;

  return TRUE;
}

gboolean
sweep_plan_set (SweepPlan   *self,
                const char  *words,
                GError     **error)
{
  const char *equals = strchr (words, '=');
  g_autofree char *key = NULL;
  MtlDesign *next;

  if (equals == NULL)
    {
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("expected KEY=VALUE, for example experiment.batch=64,256, not “%s”"), words);
      return FALSE;
    }

  key = g_strndup (words, (gsize) (equals - words));
  next = mtl_design_with_value (self->base, key, equals + 1, NULL);
  if (next == NULL)
    return sweep_plan_add (self, SWEEP_GRIDS, key, equals + 1, error);

  mtl_design_unref (self->base);
  self->base = next;
  return TRUE;
}

/* --- cells --- */

static MtlDesign *
set_value (MtlDesign   *design,   /* taken */
           const char  *key,
           const char  *value,
           GError     **error)
{
  g_autoptr(MtlDesign) before = design;

  return mtl_design_with_value (before, key, value, error);
}

/* id:key=value:key=value; a part without = belongs to the value before it. */
static MtlDesign *
set_method (MtlDesign   *design,   /* taken */
            const char  *key,
            const char  *words,
            GError     **error)
{
  g_auto(GStrv) parts = g_strsplit (words, ":", -1);
  g_autofree char *stem = g_strndup (key, strlen (key) - strlen (TYPE));

  design = set_value (design, key, parts[0], error);
  for (guint n = 1; design != NULL && parts[n] != NULL; n++)
    {
      g_auto(GStrv) pair = g_strsplit (parts[n], "=", 2);
      g_autofree char *inner = g_strdup_printf ("%s.%s", stem, pair[0] != NULL ? pair[0] : "");
      g_autoptr(GString) value = g_string_new (pair[0] != NULL ? pair[1] : NULL);

      while (parts[n + 1] != NULL && strchr (parts[n + 1], '=') == NULL)
        g_string_append_printf (value, ":%s", parts[++n]);
      design = set_value (design, inner, value->str, error);
    }

  return design;
}

/* Which value of axis @n a cell has: the last axis runs fastest. */
static guint
find_index (const SweepPlan *self,
            guint            n,
            guint            cell)
{
  for (guint later = self->axes->len - 1; later > n; later--)
    cell /= ((SweepAxis *) self->axes->pdata[later])->values->len;

  return cell % ((SweepAxis *) self->axes->pdata[n])->values->len;
}

const char *
sweep_plan_value (const SweepPlan *self,
                  const SweepAxis *axis,
                  guint            row)
{
  for (guint n = 0; n < self->axes->len; n++)
    if (self->axes->pdata[n] == axis)
      return axis->values->pdata[find_index (self, n, row)];

  g_assert_not_reached ();
}

/* “none · pcgrad · seed 2”: the values of axes that have several. */
static char *
make_name (const SweepPlan *self,
           guint            number)
{
  GString *title = g_string_new (NULL);

  for (guint n = 1; n < self->axes->len; n++)
    {
      const SweepAxis *axis = self->axes->pdata[n];

      if (axis->values->len > 1)
        g_string_append_printf (title, "%s · ",
                                (char *) axis->values->pdata[find_index (self, n, number)]);
    }
  /* Translators: one run of many that differ by the seed of their random numbers */
  g_string_append_printf (title, _("seed %s"),
                          (char *) ((SweepAxis *) self->axes->pdata[0])
                            ->values->pdata[find_index (self, 0, number)]);

  return g_string_free (title, FALSE);
}

static gboolean
make_cell (SweepPlan  *self,
           guint       number,
           GError    **error)
{
  SweepCell *cell = g_new0 (SweepCell, 1);
  MtlDesign *design = mtl_design_ref (self->base);
  const SweepAxis *seeds = self->axes->pdata[0];

  cell->title = make_name (self, number);
  cell->row = number % self->n_rows;
  cell->seed = g_ascii_strtoull (seeds->values->pdata[number / self->n_rows], NULL, 10);
  for (guint n = self->axes->len; n-- > 0 && design != NULL;)
    {
      const SweepAxis *axis = self->axes->pdata[n];
      const char *value = axis->values->pdata[find_index (self, n, number)];

      design = g_str_has_suffix (axis->key, TYPE) ? set_method (design, axis->key, value, error)
                                                  : set_value (design, axis->key, value, error);
    }
  cell->design = design != NULL ? design : mtl_design_ref (self->base);
  g_ptr_array_add (self->cells, cell);
  if (design == NULL)
    g_prefix_error (error, "%s: ", cell->title);

  return design != NULL;
}

/* Rows that are one and the same would be one run that is trained twice. */
static gboolean
check_different (const SweepPlan  *self,
                 guint             number,
                 GError          **error)
{
  const SweepCell *cell = self->cells->pdata[number];

  for (guint n = number - number % self->n_rows; n < number; n++)
    {
      const SweepCell *other = self->cells->pdata[n];

      if (!mtl_design_equal (cell->design, other->design))
        continue;
      g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                   _("“%s” and “%s” are one and the same run. Leave one of them out."),
                   other->title, cell->title);
      return FALSE;
    }

  return TRUE;
}

/* Whether only the method and the flat regions set a row apart from one before. */
static gboolean
has_same_blocks (const SweepPlan *self,
                 guint            row)
{
  gboolean same = FALSE;

  for (guint n = 1; n < self->axes->len; n++)
    {
      const SweepAxis *axis = self->axes->pdata[n];

      same = same || (axis->place >= SWEEP_SHARPNESS && find_index (self, n, row) > 0);
    }

  return same;
}

/* Blocks fit; and where they differ the data is there. */
static gboolean
check_cell (const SweepPlan  *self,
            guint             row,
            GError          **error)
{
  const SweepCell *cell = self->cells->pdata[row];
  g_autoptr(MtlSurvey) survey = mtl_survey_new (cell->design);
  gsize bytes;

  if (mtl_survey_check (survey, error)
      && (has_same_blocks (self, row) || mtl_trainer_estimate (cell->design, 1, &bytes, error)))
    return TRUE;

  g_prefix_error (error, "%s: ", cell->title);
  return FALSE;
}

/* Seeds there are always: the one of the design, where none is given. */
static gboolean
add_seed (SweepPlan  *self,
          GError    **error)
{
  const MtlSetting *seed = mtl_chosen_get (mtl_design_experiment (self->base), "seed");
  g_autofree char *word = g_strdup_printf ("%.0f", seed->number);

  if (self->axes->len > 0 && ((SweepAxis *) self->axes->pdata[0])->place == SWEEP_SEEDS)
    return TRUE;

  return sweep_plan_add (self, SWEEP_SEEDS, SEED, word, error);
}

gboolean
sweep_plan_finish (SweepPlan  *self,
                   GError    **error)
{
  guint64 n_cells = 1;
  guint n_seeds;

  if (!add_seed (self, error))
    return FALSE;

  for (guint n = 0; n < self->axes->len; n++)
    if ((n_cells *= ((SweepAxis *) self->axes->pdata[n])->values->len) > SWEEP_MOST_RUNS)
      {
        g_set_error (error, MTL_ERROR, MTL_ERROR_SETTING,
                     _("These are more than %d runs. Vary less at a time."), SWEEP_MOST_RUNS);
        return FALSE;
      }

  n_seeds = ((SweepAxis *) self->axes->pdata[0])->values->len;
  self->n_rows = (guint) n_cells / n_seeds;
  for (guint n = 0; n < n_cells; n++)
    if (!make_cell (self, n, error) || !check_different (self, n, error))
      return FALSE;
  for (guint row = 0; row < self->n_rows; row++)
    if (!check_cell (self, row, error))
      return FALSE;

  return TRUE;
}
