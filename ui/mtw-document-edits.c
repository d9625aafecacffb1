/* mtw-document-edits.c — edits that more than one widget offers
 *
 * Each is one undo and is announced.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-look.h"
#include "mtw-offer.h"
#include "mtw-path.h"
#include "mtw-ports.h"

#define BLOCK_HEIGHT 48
#define GRID         8
#define GAP_X        40   /* between a block and one added after it */
#define GAP_Y        24

static int
width_of (const MtlBlock *block)
{
  const MtlChosen *what = mtl_block_what (block);

  return mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what));
}

static gboolean
is_free (const MtlDesign *design,
         double           x,
         double           y,
         int              width)
{
  for (guint i = 0; i < mtl_design_n_blocks (design); i++)
    {
      const MtlBlock *block = mtl_design_block (design, i);

      if (fabs (mtl_block_y (block) - y) < BLOCK_HEIGHT + GAP_Y / 2.0
          && x < mtl_block_x (block) + width_of (block) + GRID
          && mtl_block_x (block) < x + width + GRID)
        return FALSE;
    }

  return TRUE;
}

/* After @beside where there is one, else after the block furthest right. */
static void
find_place (const MtlDesign *design,
            const MtlBlock  *beside,
            int              width,
            double          *x,
            double          *y)
{
  const MtlBlock *after = beside;

  for (guint i = 0; beside == NULL && i < mtl_design_n_blocks (design); i++)
    {
      const MtlBlock *block = mtl_design_block (design, i);

      if (after == NULL || mtl_block_x (block) > mtl_block_x (after))
        after = block;
    }

  *x = after != NULL ? mtl_block_x (after) + width_of (after) + GAP_X : 0;
  *y = after != NULL ? mtl_block_y (after) : 0;
  *x = ceil (*x / GRID) * GRID;
  while (!is_free (design, *x, *y, width))
    *y += BLOCK_HEIGHT + GAP_Y;
}

static char *
block_of_end (const char *end)
{
  const char *dot = strchr (end, '.');

  return dot != NULL ? g_strndup (end, dot - end) : g_strdup (end);
}

/* With a wire from @from to the first input of @id, as far as that is allowed. */
static MtlDesign *
join (MtlDesign  *design,
      const char *from,
      const char *id)
{
  const MtlBlock *block = mtl_design_find (design, id);
  g_autofree char *to = NULL;
  MtlDesign *joined;

  if (from == NULL || mtl_block_n_inputs (block) == 0)
    return design;

  to = g_strconcat (id, ".", mtl_block_input (block, 0), NULL);
  joined = mtl_design_with_wire (design, from, to, NULL);
  if (joined == NULL)
    return design;

  mtl_design_unref (design);
  return joined;
}

/* On the grid at @at, or after what @from is an output of. */
static void
choose_place (MtlDesign              *design,
              const MtlChosen        *what,
              const char             *scope,
              const graphene_point_t *at,
              const char             *from,
              double                 *x,
              double                 *y)
{
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  g_autofree char *producer = from != NULL ? block_of_end (mtw_path_name (from)) : NULL;

  if (at != NULL)
    *x = round (at->x / GRID) * GRID, *y = round (at->y / GRID) * GRID;
  else
    find_place (graph, producer != NULL ? mtl_design_find (graph, producer) : NULL,
                mtl_look_width (mtl_chosen_kind (what), mtl_chosen_method (what)), x, y);
}

/**
 * mtw_document_add_block:
 * @scope: (nullable): a use, in whose group it is to be; NULL for the design itself
 * @at: (nullable): upper left corner; NULL for a free place
 * @from: (nullable): `block.port` to be wired to its first input, in the same group
 *
 * Returns: (transfer full): path of the new block, which is selected; NULL with words
 *   for people, where a group would come to be within itself
 */
char *
mtw_document_add_block (MtwDocument             *self,
                        const MtlChosen         *what,
                        const char              *scope,
                        const graphene_point_t  *at,
                        const char              *from,
                        GError                 **error)
{
  MtlDesign *design;
  g_autofree char *id = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;
  double x, y;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  choose_place (mtw_document_get_design (self), what, scope, at, from, &x, &y);
  design = mtw_offer_add (mtw_document_get_design (self), what, scope, x, y, &id, error);
  if (design == NULL)
    return NULL;

  design = join (design, from, id);
  /* Translators: name of an edit, e.g. “Add conv2”. */
  name = g_strdup_printf (_("Add %s"), id);
  mtw_document_edit (self, design, name);
  mtw_document_select (self, (const char *const[]) { id, NULL });
  /* Translators: said to those who do not see it, e.g. “Added conv2”. */
  words = g_strdup_printf (_("Added %s"), id);
  mtw_document_announce (self, words);

  return g_steal_pointer (&id);
}

gboolean
mtw_document_connect (MtwDocument  *self,
                      const char   *from,
                      const char   *to,
                      GError      **error)
{
  MtlDesign *design;
  g_autofree char *producer = NULL;
  g_autofree char *consumer = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  design = mtw_ports_wire (mtw_document_get_design (self), from, to, error);
  if (design == NULL)
    return FALSE;

  producer = block_of_end (from);
  consumer = block_of_end (to);
  /* Translators: name of an edit, e.g. “Connect conv1 to pool1”. */
  name = g_strdup_printf (_("Connect %s to %s"), producer, consumer);
  mtw_document_edit (self, design, name);
  /* Translators: said to those who do not see it, e.g. “Connected conv1 to pool1”. */
  words = g_strdup_printf (_("Connected %s to %s"), producer, consumer);
  mtw_document_announce (self, words);
  return TRUE;
}

void
mtw_document_disconnect (MtwDocument *self,
                         const char  *from,
                         const char  *to)
{
  g_autofree char *producer = NULL;
  g_autofree char *consumer = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;

  g_return_if_fail (MTW_IS_DOCUMENT (self));

  producer = block_of_end (from);
  consumer = block_of_end (to);
  /* Translators: name of an edit, e.g. “Disconnect conv1 from pool1”. */
  name = g_strdup_printf (_("Disconnect %s from %s"), producer, consumer);
  mtw_document_edit (self,
                     mtl_design_without_wire (mtw_document_get_design (self), from, to), name);
  /* Translators: said to those who do not see it, e.g. “Disconnected conv1 from pool1”. */
  words = g_strdup_printf (_("Disconnected %s from %s"), producer, consumer);
  mtw_document_announce (self, words);
}

/* The nearest block upstream of @id that stays, or the group around; (transfer full)
 * (nullable). */
static char *
find_survivor (MtwDocument *self,
               const char  *id)
{
  g_autofree char *scope = mtw_path_scope (id);
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (self), scope);
  const char *name = mtw_path_name (id);

  for (guint hop = 0; hop < mtl_design_n_blocks (graph); hop++)
    {
      const char *producer = NULL;
      g_autofree char *path = NULL;

      for (guint i = 0; producer == NULL && i < mtl_design_n_wires (graph); i++)
        if (g_str_equal (mtl_design_wire (graph, i)->to, name))
          producer = mtl_design_wire (graph, i)->from;
      if (producer == NULL)
        break;
      path = mtw_path_join (scope, producer);
      if (!mtw_document_is_selected (self, path))
        return g_steal_pointer (&path);
      name = producer;
    }

  return g_steal_pointer (&scope);
}

char *
mtw_document_name_blocks (GStrv ids)
{
  guint n = g_strv_length (ids);

  if (n == 1)
    return g_strdup (ids[0]);
  return g_strdup_printf (ngettext ("%u block", "%u blocks", n), n);
}

/* Focus goes to what fed them. */
static void
take_out (MtwDocument *self,
          GStrv        ids,
          gboolean     heal,
          const char  *name,
          const char  *words)
{
  g_autofree char *survivor = find_survivor (self, ids[0]);

  mtw_document_edit (self, mtl_design_without (mtw_document_get_design (self),
                                               (const char *const *) ids, heal), name);
  mtw_document_announce (self, words);
  if (survivor != NULL)
    mtw_document_reveal (self, survivor);
}

void
mtw_document_delete_selection (MtwDocument *self,
                               gboolean     heal)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *what = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;

  g_return_if_fail (MTW_IS_DOCUMENT (self));

  ids = mtw_document_dup_selection (self);
  if (ids[0] == NULL)
    return;

  what = mtw_document_name_blocks (ids);
  /* Translators: name of an edit, e.g. “Delete conv1” or “Delete 3 blocks”. */
  name = g_strdup_printf (_("Delete %s"), what);
  /* Translators: said to those who do not see it, e.g. “Deleted conv1”. */
  words = g_strdup_printf (_("Deleted %s"), what);
  take_out (self, ids, heal, name, words);
}

/**
 * mtw_document_cut_selection:
 *
 * Returns: (transfer full) (nullable): as mtw_document_copy_selection()
 */
GBytes *
mtw_document_cut_selection (MtwDocument *self)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *what = NULL;
  g_autofree char *name = NULL;
  GBytes *text;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  ids = mtw_document_dup_selection (self);
  if (ids[0] == NULL)
    return NULL;

  text = mtw_document_print_blocks (self, ids);
  what = mtw_document_name_blocks (ids);
  /* Translators: name of an edit, and said once it is done: “Cut conv1” or “Cut 3 blocks”. */
  name = g_strdup_printf (_("Cut %s"), what);
  take_out (self, ids, TRUE, name, name);
  return text;
}

gboolean
mtw_document_rename (MtwDocument  *self,
                     const char   *from,
                     const char   *to,
                     GError      **error)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *name = NULL;
  g_autofree char *scope = mtw_path_scope (from);
  g_autofree char *path = mtw_path_join (scope, to);
  MtlDesign *design;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  if (g_str_equal (from, path))
    return TRUE;
  design = mtl_design_with_id (mtw_document_get_design (self), from, to, error);
  if (design == NULL)
    return FALSE;

  ids = mtw_document_dup_selection (self);
  for (guint i = 0; ids[i] != NULL; i++)
    if (g_str_equal (ids[i], from))
      {
        g_free (ids[i]);
        ids[i] = g_strdup (path);
      }
  /* Translators: name of an edit, e.g. “Rename conv1 to stem”. */
  name = g_strdup_printf (_("Rename %s to %s"), mtw_path_name (from), to);
  mtw_document_edit (self, design, name);
  mtw_document_select (self, (const char *const *) ids);
  /* Translators: said to those who do not see it, e.g. “conv1 is now stem”. */
  g_free (name);
  name = g_strdup_printf (_("%s is now %s"), mtw_path_name (from), to);
  mtw_document_announce (self, name);
  return TRUE;
}

/**
 * mtw_document_task_names:
 * @tasks: bit k for task k
 *
 * Returns: (transfer full): “left and right”
 */
char *
mtw_document_task_names (MtwDocument *self,
                         guint64      tasks)
{
  GString *names = g_string_new (NULL);
  MtlSurvey *survey = mtw_document_get_survey (self);

  for (guint task = 0; task < mtl_survey_n_tasks (survey); task++)
    if (tasks >> task & 1)
      {
        if (names->len > 0)
          g_string_append (names, tasks >> task == 1 ? _(" and ") : _(", "));
        g_string_append (names, mtl_survey_task (survey, task));
      }

  return g_string_free (names, FALSE);
}

/**
 * mtw_document_tasks_words:
 * @tasks: bit k for task k
 *
 * Returns: (transfer full): “both tasks”, “left”, “left and right of 3”
 */
char *
mtw_document_tasks_words (MtwDocument *self,
                          guint64      tasks)
{
  guint n, n_set = 0;
  g_autofree char *names = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  names = mtw_document_task_names (self, tasks);
  n = mtl_survey_n_tasks (mtw_document_get_survey (self));
  for (guint task = 0; task < n; task++)
    n_set += tasks >> task & 1;

  if (n_set == 0)
    return g_strdup (_("no task"));
  if (n_set == 1)
    return g_steal_pointer (&names);
  if (n_set == 2 && n == 2)
    return g_strdup (_("both tasks"));
  if (n_set == n)
    /* Translators: shared by all tasks, three or more. */
    return g_strdup_printf (ngettext ("all %u tasks", "all %u tasks", n), n);
  /* Translators: tasks that share a block, and how many there are, e.g. “left and right of 3”. */
  return g_strdup_printf (_("%s of %u"), names, n);
}
