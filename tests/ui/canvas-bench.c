/* canvas-bench.c — a canvas in a window, and hands for it: for tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "canvas-bench.h"

#include <adwaita.h>
#include <string.h>

#include "let-go.h"

#define PATIENCE (10 * G_TIME_SPAN_SECOND)

static const char lenet[]
  = "{'basin': 1, 'name': 'Test', 'blocks': ["
    "{'id': 'digits', 'type': 'glyph-pairs', 'at': [0, 0]},"
    "{'id': 'conv1', 'type': 'conv2d', 'at': [120, 0], 'params': {'channels': 10, 'kernel': 9}},"
    "{'id': 'relu1', 'type': 'relu', 'at': [192, 16]},"
    "{'id': 'pool1', 'type': 'max-pool', 'at': [240, 0], 'params': {'size': 2}},"
    "{'id': 'flatten1', 'type': 'flatten', 'at': [320, 16]},"
    "{'id': 'dense1', 'type': 'dense', 'at': [400, 0], 'params': {'units': 50}},"
    "{'id': 'relu2', 'type': 'relu', 'at': [480, 16]},"
    "{'id': 'fc_left', 'type': 'dense', 'at': [560, -64], 'params': {'units': 10}},"
    "{'id': 'left', 'type': 'task', 'at': [680, -64],"
    " 'params': {'loss': 'cross-entropy', 'target': 'left'}},"
    "{'id': 'fc_right', 'type': 'dense', 'at': [560, 64], 'params': {'units': 10}},"
    "{'id': 'right', 'type': 'task', 'at': [680, 64],"
    " 'params': {'loss': 'cross-entropy', 'target': 'right'}}],"
    "'wires': [['digits.image', 'conv1.in'], ['conv1.out', 'relu1.in'], ['relu1.out', 'pool1.in'],"
    "['pool1.out', 'flatten1.in'], ['flatten1.out', 'dense1.in'], ['dense1.out', 'relu2.in'],"
    "['relu2.out', 'fc_left.in'], ['fc_left.out', 'left.in'], ['relu2.out', 'fc_right.in'],"
    "['fc_right.out', 'right.in']]}";

static void
announced_cb (MtwDocument *document,
              const char  *words,
              Bench       *self)
{
  g_free (self->announced);
  self->announced = g_strdup (words);
}

static void
activated_cb (MtwCanvas  *canvas,
              const char *id,
              Bench      *self)
{
  g_free (self->activated);
  self->activated = g_strdup (id);
}

void
bench_settle (Bench *self)
{
  gint64 deadline = g_get_monotonic_time () + PATIENCE;

  while (!mtw_document_is_surveyed (self->document)
         || gtk_widget_get_width (GTK_WIDGET (self->canvas)) < 100)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_main_context_iteration (NULL, FALSE);
    }
  gtk_test_widget_wait_for_draw (self->window);
}

void
bench_open (Bench *self)
{
  g_autofree char *json = g_strdelimit (g_strdup (lenet), "'", '"');
  g_autoptr(GBytes) bytes = g_bytes_new (json, strlen (json));
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_design_parse (bytes, "test", NULL, &error);

  g_assert_no_error (error);
  *self = (Bench) { .document = mtw_document_new (design) };
  self->canvas = MTW_CANVAS (mtw_canvas_new (self->document));
  g_signal_connect (self->document, "announce", G_CALLBACK (announced_cb), self);
  g_signal_connect (self->canvas, "activate-block", G_CALLBACK (activated_cb), self);

  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), 1000, 400);
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->canvas));
  gtk_window_present (GTK_WINDOW (self->window));
  bench_settle (self);
}

void
bench_close (Bench *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  /* A survey that is being made is handed over, or it would leak. */
  while (g_main_context_iteration (NULL, FALSE) || !mtw_document_is_surveyed (self->document))
    ;
  let_go (self->document);
  g_free (self->announced);
  g_free (self->activated);
}

graphene_point_t
bench_middle (Bench      *self,
              const char *id)
{
  const MtwScene *scene = mtw_canvas_get_scene (self->canvas);
  int item = mtw_scene_find (scene, id);
  graphene_point_t at;

  g_assert_cmpint (item, >=, 0);
  graphene_rect_get_center (&mtw_scene_item (scene, item)->box, &at);
  return mtw_canvas_to_widget (self->canvas, at.x, at.y);
}

/* The port of a bead is at its edge, as a person finds it. */
graphene_point_t
bench_port (Bench      *self,
            const char *id,
            gboolean    output,
            guint       port)
{
  const MtwScene *scene = mtw_canvas_get_scene (self->canvas);
  int item = mtw_scene_find (scene, id);
  graphene_point_t at;

  g_assert_cmpint (item, >=, 0);
  at = mtw_scene_port (scene, item, output, port);
  if (mtw_scene_item (scene, item)->host >= 0)
    at.x += MTW_BEAD_SIZE / 2;
  return mtw_canvas_to_widget (self->canvas, at.x, at.y);
}

static gpointer
find_controller (Bench *self,
                 GType  type,
                 guint  button)
{
  g_autoptr(GListModel) all = gtk_widget_observe_controllers (GTK_WIDGET (self->canvas));

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr(GObject) one = g_list_model_get_item (all, i);

      if (g_type_is_a (G_OBJECT_TYPE (one), type)
          && (button == 0
              || gtk_gesture_single_get_button (GTK_GESTURE_SINGLE (one)) == button))
        return one;
    }

  g_assert_not_reached ();
}

static graphene_point_t pressed, reached;

void
bench_press (Bench            *self,
             graphene_point_t  at)
{
  pressed = reached = at;
  g_signal_emit_by_name (find_controller (self, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY),
                         "drag-begin", (double) at.x, (double) at.y);
}

void
bench_drag_to (Bench            *self,
               graphene_point_t  to)
{
  reached = to;
  g_signal_emit_by_name (find_controller (self, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY),
                         "drag-update", (double) to.x - pressed.x, (double) to.y - pressed.y);
}

void
bench_release (Bench *self)
{
  g_signal_emit_by_name (find_controller (self, GTK_TYPE_GESTURE_DRAG, GDK_BUTTON_PRIMARY),
                         "drag-end", (double) reached.x - pressed.x,
                         (double) reached.y - pressed.y);
}

void
bench_drag (Bench            *self,
            graphene_point_t  from,
            graphene_point_t  to)
{
  bench_press (self, from);
  bench_drag_to (self, GRAPHENE_POINT_INIT ((from.x + to.x) / 2, (from.y + to.y) / 2));
  bench_drag_to (self, to);
  bench_release (self);
  bench_settle (self);
}

static gboolean
run_shortcut (Bench              *self,
              GListModel         *shortcuts,
              GtkShortcutTrigger *trigger)
{
  for (guint i = 0; i < g_list_model_get_n_items (shortcuts); i++)
    {
      g_autoptr(GtkShortcut) one = g_list_model_get_item (shortcuts, i);

      if (gtk_shortcut_trigger_equal (gtk_shortcut_get_trigger (one), trigger))
        return gtk_shortcut_action_activate (gtk_shortcut_get_action (one), 0,
                                             GTK_WIDGET (self->canvas),
                                             gtk_shortcut_get_arguments (one));
    }

  return FALSE;
}

gboolean
bench_key (Bench      *self,
           const char *key)
{
  g_autoptr(GListModel) all = gtk_widget_observe_controllers (GTK_WIDGET (self->canvas));
  g_autoptr(GtkShortcutTrigger) trigger = gtk_shortcut_trigger_parse_string (key);
  gboolean ran = FALSE;

  for (guint i = 0; !ran && i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr(GObject) one = g_list_model_get_item (all, i);

      ran = GTK_IS_SHORTCUT_CONTROLLER (one)
            && run_shortcut (self, G_LIST_MODEL (one), trigger);
    }

  bench_settle (self);
  return ran;
}

gboolean
bench_escape (Bench *self)
{
  gboolean handled = FALSE;

  g_signal_emit_by_name (find_controller (self, GTK_TYPE_EVENT_CONTROLLER_KEY, 0), "key-pressed",
                         GDK_KEY_Escape, 0u, 0, &handled);
  return handled;
}

gboolean
bench_drop (Bench            *self,
            const char       *text,
            graphene_point_t  at)
{
  GValue value = G_VALUE_INIT;
  gboolean taken = FALSE;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  g_signal_emit_by_name (find_controller (self, GTK_TYPE_DROP_TARGET, 0), "drop", &value,
                         (double) at.x, (double) at.y, &taken);
  g_value_unset (&value);
  bench_settle (self);
  return taken;
}

MtlDesign *
bench_design (Bench *self)
{
  return mtw_document_get_design (self->document);
}

gboolean
bench_wired (Bench      *self,
             const char *from,
             const char *to)
{
  for (guint i = 0; i < mtl_design_n_wires (bench_design (self)); i++)
    {
      const MtlWire *wire = mtl_design_wire (bench_design (self), i);

      if (g_str_equal (wire->from, from) && g_str_equal (wire->to, to))
        return TRUE;
    }

  return FALSE;
}

static int
compare (gconstpointer a,
         gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
bench_selected (Bench *self)
{
  g_auto(GStrv) ids = mtw_document_dup_selection (self->document);

  qsort (ids, g_strv_length (ids), sizeof (char *), compare);
  return g_strjoinv (" ", ids);
}
