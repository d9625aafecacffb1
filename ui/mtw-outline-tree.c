/* mtw-outline-tree.c — headings and blocks of the outline, kept in step with the document
 *
 * A block stands under the set of tasks that its values reach, in the order
 * in which data flows: by the longest way to it from a block without inputs.
 * Under a group stand its blocks, in that order too.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-tree.h"

#include <glib/gi18n-lib.h>

#include "mtl-look.h"
#include "mtw-number.h"
#include "mtw-offer.h"
#include "mtw-outline-node.h"
#include "mtw-path.h"
#include "mtw-wires-words.h"

#define DATA "data"
#define NONE "none"

/* One block, while the tree is made. */
typedef struct
{
  const MtlBlock *block;
  char           *path;
  guint           number;   /* in its design or body */
  guint           depth;
  guint64         tasks;    /* 0: none, or a source */
} Place;

/* --- order --- */

static guint
count_bits (guint64 bits)
{
  guint n = 0;

  for (; bits != 0; bits &= bits - 1)
    n++;

  return n;
}

/* Data first, then what most tasks share, then heads, then what none uses. */
static int
rank_of (const Place *place)
{
  if (mtl_block_is_source (place->block))
    return 0;

  return place->tasks != 0 ? 1 + MTL_MAX_TASKS - (int) count_bits (place->tasks)
                           : 2 + MTL_MAX_TASKS;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  const Place *x = a, *y = b;
  int rank = rank_of (x) - rank_of (y);
  /* The set with the earlier task comes first. */
  guint64 first = x->tasks ^ y->tasks;

  if (rank != 0)
    return rank;
  if (first != 0)
    return (x->tasks & first & -first) != 0 ? -1 : 1;
  if (x->depth != y->depth)
    return x->depth < y->depth ? -1 : 1;

  return x->number < y->number ? -1 : 1;
}

/* A design has no loops, so this ends after as many rounds as there are blocks. */
static void
find_depths (const MtlDesign *design,
             Place           *places,
             guint            n)
{
  g_autoptr(GHashTable) numbers = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean moved = TRUE;

  for (guint i = 0; i < n; i++)
    g_hash_table_insert (numbers, (gpointer) mtl_block_id (places[i].block), GUINT_TO_POINTER (i));

  for (guint round = 0; moved && round <= n; round++)
    {
      moved = FALSE;
      for (guint i = 0; i < mtl_design_n_wires (design); i++)
        {
          const MtlWire *wire = mtl_design_wire (design, i);
          Place *from = &places[GPOINTER_TO_UINT (g_hash_table_lookup (numbers, wire->from))];
          Place *to = &places[GPOINTER_TO_UINT (g_hash_table_lookup (numbers, wire->to))];

          if (to->depth <= from->depth)
            {
              to->depth = from->depth + 1;
              moved = TRUE;
            }
        }
    }
}

static void
clear_place (gpointer place)
{
  g_free (((Place *) place)->path);
}

/* (element-type Place) (transfer full): the blocks of the group behind @scope, NULL: of
 * the design, in the order of the outline. */
static GArray *
list_places (MtwDocument *document,
             const char  *scope)
{
  const MtlDesign *graph = mtw_offer_graph (mtw_document_get_design (document), scope);
  MtlSurvey *survey = mtw_document_get_survey (document);
  guint n = mtl_design_n_blocks (graph);
  GArray *places = g_array_sized_new (FALSE, TRUE, sizeof (Place), n);

  g_array_set_clear_func (places, clear_place);
  for (guint i = 0; i < n; i++)
    {
      const MtlBlock *block = mtl_design_block (graph, i);
      Place place = { .block = block, .number = i };

      place.path = mtw_path_join (scope, mtl_block_id (block));
      /* Blocks of one group stand together, whatever they reach. */
      if (!mtl_block_is_source (block) && scope == NULL)
        place.tasks = mtl_survey_tasks (survey, place.path);
      g_array_append_val (places, place);
    }

  find_depths (graph, (Place *) places->data, n);
  g_array_sort (places, compare);
  return places;
}

/* --- words --- */

/* @problems: NULL where all is well. (transfer full) */
static char *
speak (const MtlBlock *block,
       const char     *input,
       const char     *output,
       const char     *serves,
       const char     *problems)
{
  const char *title = mtl_chosen_method (mtl_block_what (block))->title;
  g_autofree char *kind = g_utf8_strdown (_(title), -1);
  g_autofree char *line = mtl_look_line (mtl_block_what (block));
  g_autoptr(GString) words = g_string_new (NULL);

  /* Translators: a block in words: its name and kind. */
  g_string_append_printf (words, _("%s, %s"), mtl_block_id (block), kind);
  if (g_strcmp0 (line, title) != 0)
    g_string_append_printf (words, "; %s", line);
  if (!mtl_block_is_source (block))
    /* Translators: what a block reads. */
    g_string_append_printf (words, _("; in: %s"), input);
  if (!mtl_block_is_task (block))
    /* Translators: what a block gives, and to which blocks. */
    g_string_append_printf (words, _("; out: %s"), output);
  /* Translators: the tasks of a block, and what is wrong with it. */
  g_string_append_printf (words, _("; for %s; %s"), serves,
                          problems != NULL ? problems : _("no problems"));

  return g_string_free (g_steal_pointer (&words), FALSE);
}

static void
say_block (MtwOutlineNode *node,
           MtwDocument    *document,
           const Place    *place)
{
  const MtlChosen *what = mtl_block_what (place->block);
  const MtlMethod *method = mtl_chosen_method (what);
  const char *id = place->path;
  guint64 tasks = mtl_survey_tasks (mtw_document_get_survey (document), id);
  MtwOutlineWords words = { .title = g_strdup (mtw_path_name (id)), .task = -1 };
  g_autofree char *line = mtl_look_line (what);
  g_autofree char *input = mtw_words_of_inputs (document, id);
  g_autofree char *output = mtw_words_of_outputs (document, id);
  g_autofree char *serves = mtw_document_tasks_words (document, tasks);
  g_autofree char *problems = mtw_words_of_problems (document, id, &words.error);

  words.end = mtw_words_of_shape (document, id, 0);
  words.detail = g_strcmp0 (line, method->title) == 0
                 ? g_strdup (_(method->title))
                 : g_strconcat (_(method->title), " · ", line, NULL);
  words.icon = g_strdup (mtl_look_icon (mtl_chosen_kind (what), method));
  words.spoken = speak (place->block, input, output, serves, *problems != '\0' ? problems : NULL);
  if (*problems != '\0')
    words.problems = g_steal_pointer (&problems);
  mtw_outline_node_set_words (node, &words);
}

static char *
title_of (MtwDocument *document,
          const Place *place)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  guint n_tasks = mtl_survey_n_tasks (survey), n = count_bits (place->tasks);
  g_autofree char *words = NULL;

  if (mtl_block_is_source (place->block))
    return g_strdup (_("Data"));
  if (n == 0)
    return g_strdup (_("Used by No Task"));

  words = mtw_document_tasks_words (document, place->tasks);
  if (n == 1)
    /* Translators: the blocks of one task. */
    return g_strdup_printf (_("Head %s"), words);
  if (n == n_tasks)
    return g_strdup (_("Trunk"));
  /* Translators: blocks of some tasks: “Shared by left and right of 3”. */
  return g_strdup_printf (_("Shared by %s"), words);
}

static void
say_heading (MtwOutlineNode *node,
             MtwDocument    *document,
             const Place    *place)
{
  MtlSurvey *survey = mtw_document_get_survey (document);
  MtwOutlineWords words = { .title = title_of (document, place), .task = -1 };
  guint n_blocks = g_list_model_get_n_items (G_LIST_MODEL (mtw_outline_node_get_children (node)));
  g_autofree char *blocks = g_strdup_printf (ngettext ("%u block", "%u blocks", n_blocks),
                                             n_blocks);

  if (place->tasks != 0)
    {
      gsize n = mtl_survey_n_reached (survey, place->tasks);
      g_autofree char *number = mtw_number_fixed ((double) n, 0);

      /* Translators: how many weights, with thin spaces between thousands. */
      words.end = g_strdup_printf (ngettext ("%s parameter", "%s parameters", n), number);
    }
  if (count_bits (place->tasks) == 1)
    for (guint k = 0; k < mtl_survey_n_tasks (survey); k++)
      if (place->tasks >> k & 1)
        words.task = k;

  words.spoken = words.end != NULL ? g_strdup_printf ("%s, %s, %s", words.title, blocks, words.end)
                                   : g_strdup_printf ("%s, %s", words.title, blocks);
  mtw_outline_node_set_words (node, &words);
}

/* --- the tree --- */

static char *
key_of (const Place *place)
{
  if (mtl_block_is_source (place->block))
    return g_strdup (DATA);
  if (place->tasks == 0)
    return g_strdup (NONE);

  return g_strdup_printf ("%" G_GINT64_MODIFIER "x", place->tasks);
}

/* Key → node of all that are in @list. */
static void
collect (GListModel *list,
         GHashTable *nodes)
{
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      MtwOutlineNode *node = g_list_model_get_item (list, i);

      g_hash_table_insert (nodes, g_strdup (mtw_outline_node_get_key (node)), node);
    }
}

static void
replace (GListStore *list,
         GPtrArray  *nodes)
{
  GListModel *old = G_LIST_MODEL (list);
  guint n_old = g_list_model_get_n_items (old), first = 0, last = 0;

  for (; first < MIN (n_old, nodes->len); first++)
    {
      g_autoptr(GObject) node = g_list_model_get_item (old, first);

      if (node != nodes->pdata[first])
        break;
    }
  for (; last < MIN (n_old, nodes->len) - first; last++)
    {
      g_autoptr(GObject) node = g_list_model_get_item (old, n_old - 1 - last);

      if (node != nodes->pdata[nodes->len - 1 - last])
        break;
    }

  if (first + last < n_old || first + last < nodes->len)
    g_list_store_splice (list, first, n_old - first - last, nodes->pdata + first,
                         nodes->len - first - last);
}

static MtwOutlineNode *
keep_or_make (GHashTable *nodes,
              const char *key,
              MtwRow      row)
{
  MtwOutlineNode *node = g_hash_table_lookup (nodes, key);

  return node != NULL && mtw_outline_node_get_row (node) == row ? g_object_ref (node)
                                                                : mtw_outline_node_new (key, row);
}

/* The blocks of @places from @first to @end, under @parent. */
static void
fill (MtwOutlineNode *parent,
      MtwDocument    *document,
      const GArray   *places,
      guint           first,
      guint           end)
{
  GListStore *children = mtw_outline_node_get_children (parent);
  g_autoptr(GHashTable) old = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                     g_object_unref);
  g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);

  collect (G_LIST_MODEL (children), old);
  for (guint i = first; i < end; i++)
    {
      const Place *place = &g_array_index (places, Place, i);
      gboolean use = mtl_block_group (place->block) != NULL;
      MtwOutlineNode *node = keep_or_make (old, place->path, use ? MTW_ROW_GROUP : MTW_ROW_BLOCK);

      say_block (node, document, place);
      if (use)
        {
          g_autoptr(GArray) inner = list_places (document, place->path);

          fill (node, document, inner, 0, inner->len);
        }
      g_ptr_array_add (nodes, node);
    }

  replace (children, nodes);
}

/* Past the last of @places from @first on that share a heading. */
static guint
find_end (const GArray *places,
          guint         first)
{
  g_autofree char *key = key_of (&g_array_index (places, Place, first));
  guint i = first + 1;

  for (; i < places->len; i++)
    {
      g_autofree char *other = key_of (&g_array_index (places, Place, i));

      if (!g_str_equal (other, key))
        break;
    }

  return i;
}

void
mtw_outline_tree_update (GListStore  *headings,
                         MtwDocument *document)
{
  g_autoptr(GHashTable) old = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                     g_object_unref);
  g_autoptr(GPtrArray) nodes = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr(GArray) places = list_places (document, NULL);

  collect (G_LIST_MODEL (headings), old);
  for (guint i = 0; i < places->len;)
    {
      const Place *first = &g_array_index (places, Place, i);
      g_autofree char *key = key_of (first);
      MtwOutlineNode *heading = keep_or_make (old, key, MTW_ROW_HEADING);
      guint end = find_end (places, i);

      fill (heading, document, places, i, end);
      say_heading (heading, document, first);
      g_ptr_array_add (nodes, heading);
      i = end;
    }

  replace (headings, nodes);
}
