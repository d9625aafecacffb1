/* mtw-canvas-words.c — what the canvas and its blocks are, in words
 *
 * For those who do not see the picture, and for tooltips and region labels.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "mtl-look.h"

#define THIN_SPACE "\342\200\211"

char *
mtw_canvas_thousands (guint64 figure)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, figure);
  GString *grouped = g_string_new (NULL);
  gsize n = strlen (digits);

  for (gsize i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0)
        g_string_append (grouped, THIN_SPACE);
      g_string_append_c (grouped, digits[i]);
    }

  return g_string_free (grouped, FALSE);
}

static char *
label_region (MtwCanvas       *self,
              const MtwRegion *region)
{
  MtlSurvey *survey = self->scene->survey;
  gboolean known = mtl_survey_trains (survey);
  g_autofree char *tasks = mtw_document_tasks_words (self->document, region->tasks);
  g_autofree char *figure = NULL;

  if (region->head >= 0)
    {
      figure = known ? mtw_canvas_thousands (mtl_survey_n_reached (survey,
                                             G_GUINT64_CONSTANT (1) << region->head))
                     : g_strdup ("?");
      return g_strdup_printf ("%s · %s", tasks, figure);
    }

  if (!known)
    /* Translators: the shared part of a network; %s: “both tasks”. */
    return g_strdup_printf (_("Trunk · %s"), tasks);
  figure = mtw_canvas_thousands (mtl_survey_n_reached (survey, G_MAXUINT64));
  /* Translators: the shared part of a network, “30 890”, “both tasks”. */
  return g_strdup_printf (_("Trunk · %s parameters · %s"), figure, tasks);
}

static void
label_regions (MtwCanvas *self)
{
  guint n = self->scene->regions->len;

  g_strfreev (self->region_labels);
  self->region_labels = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    self->region_labels[i] = label_region (self, &g_array_index (self->scene->regions,
                                                                 MtwRegion, i));
}

static char *
shape_words (MtwCanvas *self,
             guint      item,
             guint      port)
{
  const char *id = mtw_scene_item (self->scene, item)->id;
  MtlShape shape = { 0 };

  if (mtl_design_find (mtl_survey_design (self->scene->survey), id) != NULL)
    shape = mtl_survey_shape (self->scene->survey, id, port);
  return shape.rank > 0 ? mtl_shape_to_text (&shape) : g_strdup (_("unknown shape"));
}

/* “in 1×36×36 from digits, out 10×28×28 to relu1” */
static char *
wire_words (MtwCanvas *self,
            guint      n)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < self->scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (self->scene, i);
      g_autofree char *shape = NULL;

      if (link->rim != MTW_RIM_NONE || (link->from != n && link->to != n))
        continue;
      shape = shape_words (self, link->from, link->from_port);
      if (words->len > 0)
        g_string_append (words, ", ");
      if (link->to == n)
        /* Translators: a wire that ends in a block: its shape, its other end. */
        g_string_append_printf (words, _("in %s from %s"), shape,
                                mtw_scene_item (self->scene, link->from)->id);
      else
        /* Translators: a wire that leaves a block: its shape, its other end. */
        g_string_append_printf (words, _("out %s to %s"), shape,
                                mtw_scene_item (self->scene, link->to)->id);
    }

  return words->len > 0 ? g_string_free (words, FALSE)
                        : (g_string_free (words, TRUE), g_strdup (_("not connected")));
}

static char *
problem_words (MtwCanvas  *self,
               const char *id,
               const char *none)
{
  GString *words = g_string_new (NULL);

  for (guint i = 0; i < mtl_survey_n_problems (self->scene->survey); i++)
    {
      const MtlProblem *problem = mtl_survey_problem (self->scene->survey, i);

      if (g_strcmp0 (problem->block, id) != 0)
        continue;
      if (words->len > 0)
        g_string_append_c (words, '\n');
      g_string_append (words, problem->message);
    }

  if (words->len == 0 && none != NULL)
    g_string_append (words, none);
  return g_string_free (words, FALSE);
}

static void
say_ports (MtwCanvas *self,
           guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);

  for (guint i = 0; i < item->n_in + item->n_out; i++)
    {
      gboolean output = i >= item->n_in;
      guint number = output ? i - item->n_in : i;
      MtwPort *port = mtw_block_get_port (self->blocks->pdata[n], output, number);
      g_autofree char *shape = output ? shape_words (self, n, number) : NULL;
      /* Translators: the port of a block: its block, its shape. */
      g_autofree char *label = output ? g_strdup_printf (_("Output of %s, %s"), item->id, shape)
                                      : g_strdup_printf (_("Input of %s"), item->id);

      gtk_accessible_update_property (GTK_ACCESSIBLE (port), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      label, -1);
    }
}

/* “conv1, convolution”; “features, group, open, 3 blocks” */
static char *
name_block (MtwCanvas     *self,
            const MtwItem *item)
{
  const char *title = _(mtl_chosen_method (mtl_block_what (item->block))->title);
  const MtlGroup *group = mtl_block_group (item->block);
  g_autofree char *kind = g_utf8_strdown (title, -1);
  g_autofree char *blocks = NULL;
  guint n;

  if (group == NULL)
    return g_strdup_printf ("%s, %s", item->id, kind);

  n = mtl_design_n_blocks (mtl_group_body (group));
  blocks = g_strdup_printf (ngettext ("%u block", "%u blocks", n), n);
  if (mtw_canvas_is_open (self, item->id))
    /* Translators: a use of a group in words: its name, “3 blocks”. */
    return g_strdup_printf (_("%s, group, open, %s"), item->id, blocks);
  /* Translators: a use of a group in words: its name, “3 blocks”. */
  return g_strdup_printf (_("%s, group, closed, %s"), item->id, blocks);
}

/* “; cosine −0.31, in conflict”; “” while unknown */
static char *
cosine_words (MtwCanvas *self,
              guint      n)
{
  double cosine = self->cosines[n];
  g_autofree char *figure = g_strdup_printf ("%s%.2f", cosine <= -0.005 ? "−" : "", fabs (cosine));

  if (isnan (cosine))
    return g_strdup ("");
  if (cosine <= -0.005)
    /* Translators: goes on a description of a block of the trunk; %s: e.g. “−0.31”. */
    return g_strdup_printf (_("; cosine %s, in conflict"), figure);
  if (cosine >= 0.005)
    /* Translators: goes on a description of a block of the trunk; %s: e.g. “0.31”. */
    return g_strdup_printf (_("; cosine %s, in agreement"), figure);

  /* Translators: goes on a description of a block of the trunk; %s: “0.00”. */
  return g_strdup_printf (_("; cosine %s"), figure);
}

void
mtw_canvas_say_block (MtwCanvas *self,
                      guint      n)
{
  const MtwItem *item = mtw_scene_item (self->scene, n);
  const MtlChosen *what = mtl_block_what (item->block);
  GtkWidget *block = self->blocks->pdata[n];
  g_autofree char *line = mtl_block_group (item->block) != NULL
                          ? mtw_canvas_group_line (self, item) : mtl_look_line (what);
  g_autofree char *wires = wire_words (self, n);
  g_autofree char *tasks = mtw_document_tasks_words (self->document, item->tasks);
  g_autofree char *problems = problem_words (self, item->id, _("no problems"));
  g_autofree char *tip = problem_words (self, item->id, NULL);
  gboolean trunk = item->tasks != 0 && item->head < 0;
  g_autofree char *serves = trunk ? g_strdup_printf (_("trunk, %s"), tasks) : g_strdup (tasks);
  g_autofree char *name = name_block (self, item);
  g_autofree char *cosine = cosine_words (self, n);
  g_autofree char *description = g_strdup_printf ("%s; %s; %s%s; %s", line, wires, serves, cosine,
                                                  problems);

  if (*tip != '\0')
    gtk_widget_set_tooltip_text (block, tip);
  else if (item->host >= 0)
    gtk_widget_set_tooltip_text (block, name);
  else
    gtk_widget_set_tooltip_text (block, NULL);
  /* After the tooltip, which overwrites the description. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (block),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, description, -1);
  say_ports (self, n);
}

void
mtw_canvas_say (MtwCanvas *self)
{
  guint n_blocks = self->blocks->len, n_tasks = mtl_survey_n_tasks (self->scene->survey);
  g_autofree char *blocks = g_strdup_printf (ngettext ("%u block", "%u blocks", n_blocks),
                                             n_blocks);
  g_autofree char *tasks = g_strdup_printf (ngettext ("%u task", "%u tasks", n_tasks), n_tasks);
  /* Translators: “12 blocks”, “2 tasks”. */
  g_autofree char *label = g_strdup_printf (_("Canvas, %s, %s"), blocks, tasks);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  for (guint i = 0; i < n_blocks; i++)
    mtw_canvas_say_block (self, i);
  label_regions (self);
}
