/* mtw-document-copies.c — copies of blocks: duplicated, carried off as text, pasted
 *
 * What is carried is the text of a design with those blocks and wires, so it
 * can be pasted into another window, another Basin, or an editor of text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-document-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtw-offer.h"
#include "mtw-path.h"

#define COPY_OFFSET 24      /* from what is copied, or from the last copy of it */
#define CLOSE       8       /* nearer than that, one block hides another */
#define MAX_SHIFTS  256

/* The least number of offsets, from @first on, by which the blocks @ids of
 * @from (NULL: all) lie over none of @design. */
static guint
find_shift (const MtlDesign   *design,
            const MtlDesign   *from,
            const char *const *ids,
            guint              first)
{
  gboolean taken[MAX_SHIFTS] = { FALSE };
  guint shift = first;

  for (guint i = 0; i < mtl_design_n_blocks (from); i++)
    {
      const MtlBlock *block = mtl_design_block (from, i);

      if (ids != NULL && !g_strv_contains (ids, mtl_block_id (block)))
        continue;
      for (guint j = 0; j < mtl_design_n_blocks (design); j++)
        {
          const MtlBlock *there = mtl_design_block (design, j);
          double dx = mtl_block_x (there) - mtl_block_x (block);
          double dy = mtl_block_y (there) - mtl_block_y (block);
          double n = round (dx / COPY_OFFSET);

          if (n >= 0 && n < MAX_SHIFTS && fabs (dx - n * COPY_OFFSET) < CLOSE
              && fabs (dy - n * COPY_OFFSET) < CLOSE)
            taken[(guint) n] = TRUE;
        }
    }

  while (shift < MAX_SHIFTS - 1 && taken[shift])
    shift++;
  return shift;
}

/* The body, or the design itself, in which the first of @ids is: a use, or NULL, and the
 * names in it of those that are there too. (transfer full) */
static GStrv
list_beside (GStrv   ids,
             char  **scope)
{
  g_autoptr(GStrvBuilder) names = g_strv_builder_new ();

  *scope = ids[0] != NULL ? mtw_path_scope (ids[0]) : NULL;
  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *other = mtw_path_scope (ids[i]);

      if (g_strcmp0 (other, *scope) == 0)
        g_strv_builder_add (names, mtw_path_name (ids[i]));
    }

  return g_strv_builder_end (names);
}

/* The design of @self with copies of the blocks @ids of @from (NULL: all) in the group
 * behind @scope (NULL: in itself), at least @first offsets from where they were. */
static MtlDesign *
with_copies (MtwDocument        *self,
             const char         *scope,
             const MtlDesign    *from,
             const char *const  *ids,
             guint               first,
             GStrv              *made,
             GError            **error)
{
  MtlDesign *design = mtw_document_get_design (self);
  const MtlDesign *graph = mtw_offer_graph (design, scope);
  double offset = find_shift (graph, from, ids, first) * COPY_OFFSET;
  g_autoptr(MtlDesign) copied = mtl_design_with_copies (graph, from, ids, offset, offset, made,
                                                        error);

  if (copied == NULL || scope == NULL)
    return g_steal_pointer (&copied);

  for (guint i = 0; (*made)[i] != NULL; i++)
    {
      g_autofree char *name = (*made)[i];

      (*made)[i] = mtw_path_join (scope, name);
    }
  return mtl_design_with_body (design, scope, copied, error);
}

gboolean
mtw_document_duplicate_selection (MtwDocument  *self,
                                  GError      **error)
{
  g_auto(GStrv) ids = NULL;
  g_auto(GStrv) names = NULL;
  g_auto(GStrv) made = NULL;
  g_autofree char *scope = NULL;
  g_autofree char *what = NULL;
  g_autofree char *name = NULL;
  MtlDesign *design;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  ids = mtw_document_dup_selection (self);
  if (ids[0] == NULL)
    return TRUE;

  names = list_beside (ids, &scope);
  design = with_copies (self, scope, mtw_offer_graph (mtw_document_get_design (self), scope),
                        (const char *const *) names, 1, &made, error);
  if (design == NULL)
    {
      /* Translators: the reason follows. */
      g_prefix_error (error, "%s ", _("Cannot duplicate:"));
      return FALSE;
    }

  what = mtw_document_name_blocks (names);
  /* Translators: name of an edit, e.g. “Duplicate conv1” or “Duplicate 3 blocks”. */
  name = g_strdup_printf (_("Duplicate %s"), what);
  mtw_document_edit (self, design, name);
  mtw_document_select (self, (const char *const *) made);
  mtw_document_announce (self, name);
  return TRUE;
}

GBytes *
mtw_document_print_blocks (MtwDocument *self,
                           GStrv        ids)
{
  MtlDesign *design = mtw_document_get_design (self);
  g_autofree char *scope = NULL;
  g_auto(GStrv) names = list_beside (ids, &scope);
  g_autoptr(MtlDesign) empty = mtl_design_new (mtl_design_name (design));
  /* An empty design has room for all that another one holds, definitions included. */
  g_autoptr(MtlDesign) copies = mtl_design_with_copies (empty, mtw_offer_graph (design, scope),
                                                        (const char *const *) names, 0, 0, NULL,
                                                        NULL);

  return mtl_design_print (copies);
}

/**
 * mtw_document_copy_selection:
 *
 * Returns: (transfer full) (nullable): the text of a design with the selected
 *   blocks and the wires among them; NULL where nothing is selected
 */
GBytes *
mtw_document_copy_selection (MtwDocument *self)
{
  g_auto(GStrv) ids = NULL;
  g_autofree char *what = NULL;
  g_autofree char *words = NULL;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), NULL);

  ids = mtw_document_dup_selection (self);
  if (ids[0] == NULL)
    return NULL;

  what = mtw_document_name_blocks (ids);
  /* Translators: said to those who do not see it, e.g. “Copied conv1”. */
  words = g_strdup_printf (_("Copied %s"), what);
  mtw_document_announce (self, words);
  return mtw_document_print_blocks (self, ids);
}

static MtlDesign *
read_blocks (GBytes  *text,
             GError **error)
{
  g_autoptr(MtlDesign) design = mtl_design_parse (text, _("clipboard"), NULL, error);

  if (design == NULL)
    g_prefix_error (error, "%s ", _("Cannot paste: expected the text of a design."));
  else if (mtl_design_n_blocks (design) == 0)
    g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN,
                         _("Cannot paste: the design in the clipboard has no blocks."));
  else
    return g_steal_pointer (&design);

  return NULL;
}

/**
 * mtw_document_paste:
 * @text: of a design, or of anything else: it comes from outside
 *
 * Adds its blocks and wires, in the group of what is selected, and selects them. Ids
 * that are free are kept; a group that the design has of the same id is its own.
 *
 * Returns: TRUE; FALSE with an error for people where @text is no design, has
 *   no blocks, or has more than there is room for
 */
gboolean
mtw_document_paste (MtwDocument  *self,
                    GBytes       *text,
                    GError      **error)
{
  g_autoptr(MtlDesign) from = NULL;
  g_auto(GStrv) ids = NULL;
  g_auto(GStrv) made = NULL;
  g_autofree char *scope = NULL;
  g_autofree char *what = NULL;
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;
  MtlDesign *design;

  g_return_val_if_fail (MTW_IS_DOCUMENT (self), FALSE);

  from = read_blocks (text, error);
  if (from == NULL)
    return FALSE;

  ids = mtw_document_dup_selection (self);
  scope = ids[0] != NULL ? mtw_path_scope (ids[0]) : NULL;
  design = with_copies (self, scope, from, NULL, 0, &made, error);
  if (design == NULL)
    {
      /* Translators: the reason follows. */
      g_prefix_error (error, "%s ", _("Cannot paste:"));
      return FALSE;
    }

  what = mtw_document_name_blocks (made);
  /* Translators: name of an edit, e.g. “Paste conv1” or “Paste 3 blocks”. */
  name = g_strdup_printf (_("Paste %s"), what);
  mtw_document_edit (self, design, name);
  mtw_document_select (self, (const char *const *) made);
  mtw_document_reveal (self, made[0]);
  /* Translators: said to those who do not see it, e.g. “Pasted conv1”. */
  words = g_strdup_printf (_("Pasted %s"), what);
  mtw_document_announce (self, words);
  return TRUE;
}
