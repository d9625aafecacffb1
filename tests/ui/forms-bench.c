/* forms-bench.c — a widget in a window, and the document that it edits: for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "forms-bench.h"

#include "let-go.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static void
announced_cb (MtwDocument *document,
              const char  *words,
              FormsBench       *self)
{
  g_free (self->announced);
  self->announced = g_strdup (words);
}

void
bench_settle (FormsBench *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (!mtw_document_is_surveyed (self->document) || g_main_context_pending (NULL))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
}

void
bench_open (FormsBench *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("two-digits", &error);

  g_assert_no_error (error);
  *self = (FormsBench) { .document = mtw_document_new (design) };
  g_signal_connect (self->document, "announce", G_CALLBACK (announced_cb), self);
}

/* Takes @widget, which floats. */
void
bench_show (FormsBench     *self,
            GtkWidget *widget)
{
  self->widget = widget;
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 400, 700);
  gtk_window_set_child (GTK_WINDOW (self->window), widget);
  gtk_window_present (GTK_WINDOW (self->window));
  bench_settle (self);
}

void
bench_close (FormsBench *self)
{
  GtkWidget *widget = self->widget;

  g_object_add_weak_pointer (G_OBJECT (widget), (gpointer *) &widget);
  gtk_window_destroy (GTK_WINDOW (self->window));
  bench_settle (self);
  g_assert_null (widget);
  /* A survey that is being made is handed over, or it would leak. */
  while (g_main_context_iteration (NULL, FALSE) || !mtw_document_is_surveyed (self->document))
    ;
  let_go (self->document);
  g_free (self->announced);
}

GtkWidget *
bench_find (GtkWidget *widget,
            GType      type)
{
  if (g_type_is_a (G_OBJECT_TYPE (widget), type))
    return widget;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = bench_find (child, type);

      if (found != NULL)
        return found;
    }

  return NULL;
}

gboolean
bench_is_wired (FormsBench      *self,
          const char *from,
          const char *to)
{
  MtlDesign *design = mtw_document_get_design (self->document);

  for (guint i = 0; i < mtl_design_n_wires (design); i++)
    if (g_str_equal (mtl_design_wire (design, i)->from, from)
        && g_str_equal (mtl_design_wire (design, i)->to, to))
      return TRUE;

  return FALSE;
}

void
bench_select (FormsBench      *self,
            const char *id)
{
  mtw_document_select (self->document, (const char *const[]) { id, NULL });
}
