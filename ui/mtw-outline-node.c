/* mtw-outline-node.c — a row of the outline: a block, a group, or a heading
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-outline-node.h"

struct _MtwOutlineNode
{
  GObject          parent_instance;

  char            *key;
  MtwRow           row;
  gboolean         open;
  GListStore      *children;   /* NULL: a block */
  MtwOutlineWords  words;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MtwOutlineNode, mtw_outline_node, G_TYPE_OBJECT)

static void
clear_words (MtwOutlineWords *words)
{
  g_free (words->title);
  g_free (words->detail);
  g_free (words->end);
  g_free (words->spoken);
  g_free (words->icon);
  g_free (words->problems);
  *words = (MtwOutlineWords) { 0 };
}

static void
mtw_outline_node_finalize (GObject *object)
{
  MtwOutlineNode *self = MTW_OUTLINE_NODE (object);

  g_free (self->key);
  g_clear_object (&self->children);
  clear_words (&self->words);

  G_OBJECT_CLASS (mtw_outline_node_parent_class)->finalize (object);
}

static void
mtw_outline_node_class_init (MtwOutlineNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mtw_outline_node_finalize;

  changed_signal = g_signal_new ("changed", MTW_TYPE_OUTLINE_NODE, G_SIGNAL_RUN_LAST,
                                 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mtw_outline_node_init (MtwOutlineNode *self)
{
}

MtwOutlineNode *
mtw_outline_node_new (const char *key,
                      MtwRow      row)
{
  MtwOutlineNode *self = g_object_new (MTW_TYPE_OUTLINE_NODE, NULL);

  self->key = g_strdup (key);
  self->row = row;
  self->open = row == MTW_ROW_HEADING;
  if (row != MTW_ROW_BLOCK)
    self->children = g_list_store_new (MTW_TYPE_OUTLINE_NODE);
  return self;
}

const char *
mtw_outline_node_get_key (MtwOutlineNode *self)
{
  return self->key;
}

MtwRow
mtw_outline_node_get_row (MtwOutlineNode *self)
{
  return self->row;
}

gboolean
mtw_outline_node_get_open (MtwOutlineNode *self)
{
  return self->open;
}

void
mtw_outline_node_set_open (MtwOutlineNode *self,
                           gboolean        open)
{
  self->open = open;
}

GListStore *
mtw_outline_node_get_children (MtwOutlineNode *self)
{
  return self->children;
}

const MtwOutlineWords *
mtw_outline_node_get_words (MtwOutlineNode *self)
{
  return &self->words;
}

static gboolean
same_words (const MtwOutlineWords *a,
            const MtwOutlineWords *b)
{
  return g_strcmp0 (a->title, b->title) == 0 && g_strcmp0 (a->detail, b->detail) == 0
         && g_strcmp0 (a->end, b->end) == 0 && g_strcmp0 (a->spoken, b->spoken) == 0
         && g_strcmp0 (a->icon, b->icon) == 0 && g_strcmp0 (a->problems, b->problems) == 0
         && a->error == b->error && a->task == b->task;
}

void
mtw_outline_node_set_words (MtwOutlineNode  *self,
                            MtwOutlineWords *words)
{
  if (same_words (&self->words, words))
    {
      clear_words (words);
      return;
    }

  clear_words (&self->words);
  self->words = *words;
  *words = (MtwOutlineWords) { 0 };
  g_signal_emit (self, changed_signal, 0);
}
