/* test-session.c — training as the window sees it
 *
 * A small design on drawn digits: three epochs take well under a second. The
 * session is paced by the frame clock of a window; waits are loops on the main
 * context with a deadline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <adwaita.h>
#include <math.h>
#include <stdlib.h>

#include "mtl-prober.h"

#include "mtw-session.h"

#define DEADLINE (60 * G_TIME_SPAN_SECOND)

typedef struct
{
  GtkWidget   *window;
  MtwDocument *document;
  MtwSession  *session;
  guint        n_runs;      /* run-changed */
  guint        n_ended;
  char        *message;     /* of the last ending */
  gboolean     structural;
} Fixture;

static void
run_changed_cb (Fixture *self)
{
  self->n_runs++;
}

static void
ended_cb (MtwSession *session,
          const char *message,
          Fixture    *self)
{
  self->n_ended++;
  g_free (self->message);
  self->message = g_strdup (message);
}

static void
structure_cb (MtwSession *session,
              gboolean    changed,
              Fixture    *self)
{
  self->structural = changed;
}

static void
set (Fixture    *self,
     const char *key,
     const char *value)
{
  g_autoptr(GError) error = NULL;

  mtw_document_set_value (self->document, key, value, &error);
  g_assert_no_error (error);
}

static gboolean
is_surveyed (Fixture *self)
{
  return mtw_document_is_surveyed (self->document);
}

static void
wait_for (Fixture   *self,
          gboolean (*condition) (Fixture *self),
          const char *what)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (!condition (self))
    {
      if (g_get_monotonic_time () > deadline)
        g_error ("waited in vain for %s; state %d", what, mtw_session_get_state (self->session));
      g_main_context_iteration (NULL, FALSE);
    }
}

static void
set_up (Fixture       *self,
        gconstpointer  epochs)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(MtlDesign) design = mtl_template_design ("two-digits", &error);

  g_assert_no_error (error);
  self->window = gtk_window_new ();
  gtk_window_present (GTK_WINDOW (self->window));
  self->document = mtw_document_new (design);
  self->session = mtw_session_new (self->document, NULL, self->window);
  g_signal_connect_swapped (self->session, "run-changed", G_CALLBACK (run_changed_cb), self);
  g_signal_connect (self->session, "ended", G_CALLBACK (ended_cb), self);
  g_signal_connect (self->session, "structure-changed", G_CALLBACK (structure_cb), self);
  set (self, "blocks.digits.train-size", "512");
  set (self, "blocks.digits.test-size", "64");
  set (self, "experiment.batch", "64");
  set (self, "experiment.epochs", epochs);
  wait_for (self, is_surveyed, "the survey");
}

static void
tear_down (Fixture       *self,
           gconstpointer  epochs)
{
  g_object_unref (self->session);
  g_object_unref (self->document);
  gtk_window_destroy (GTK_WINDOW (self->window));
  g_free (self->message);
}

static void
train (Fixture  *self,
       gboolean  keep)
{
  g_autoptr(GError) error = NULL;

  mtw_session_train (self->session, keep, &error);
  g_assert_no_error (error);
}

/* --- conditions --- */

static gboolean
has_ended (Fixture *self)
{
  return self->n_ended > 0;
}

static gboolean
is_idle (Fixture *self)
{
  gboolean busy;

  g_object_get (self->session, "busy", &busy, NULL);
  return !busy;
}

static gboolean
is_paused (Fixture *self)
{
  return mtw_session_get_state (self->session) == MTL_RUN_PAUSED;
}

static gboolean
is_training (Fixture *self)
{
  return mtw_session_get_state (self->session) == MTL_RUN_TRAINING;
}

static gboolean
has_conflict (Fixture *self)
{
  return mtw_session_get_conflict (self->session, NULL) != NULL;
}

static gboolean
has_second_run (Fixture *self)
{
  return self->n_runs == 2;
}

static guint64
steps_done (Fixture *self)
{
  MtlProgress progress;

  mtl_record_progress (mtw_session_get_record (self->session), &progress);
  return progress.step;
}

/* --- tests --- */

static void
test_trains (Fixture       *self,
             gconstpointer  epochs)
{
  double left, right;

  g_assert_cmpint (mtw_session_get_state (self->session), ==, -1);
  train (self, FALSE);
  g_assert_true (mtw_session_is_live (self->session));
  wait_for (self, has_ended, "the end");
  g_assert_cmpstr (self->message, ==, NULL);
  g_assert_cmpint (mtw_session_get_state (self->session), ==, MTL_RUN_DONE);
  g_assert_cmpuint (self->n_runs, ==, 1);
  g_assert_true (has_conflict (self));

  /* Flatness of the last epoch comes after the end. */
  wait_for (self, is_idle, "the probe");
  left = mtl_record_value (mtw_session_get_record (self->session), "flatness/left", 3);
  right = mtl_record_value (mtw_session_get_record (self->session), "flatness/right", 3);
  g_test_message ("flatness after epoch 3: left %g, right %g", left, right);
  g_assert_true (isfinite (left) && isfinite (right));
}

static void
test_pauses (Fixture       *self,
             gconstpointer  epochs)
{
  guint64 step;

  train (self, FALSE);
  wait_for (self, is_training, "training");
  mtw_session_pause (self->session);
  wait_for (self, is_paused, "the pause");
  wait_for (self, is_idle, "rest");
  g_assert_true (mtw_session_is_live (self->session));

  step = steps_done (self);
  mtw_session_step (self->session);
  while (steps_done (self) == step)
    g_main_context_iteration (NULL, FALSE);
  wait_for (self, is_paused, "the pause after one step");
  g_assert_cmpuint (steps_done (self), ==, step + 1);

  train (self, FALSE);
  wait_for (self, is_training, "training again");
  mtw_session_stop (self->session);
  wait_for (self, has_ended, "the end");
  g_assert_cmpint (mtw_session_get_state (self->session), ==, MTL_RUN_STOPPED);
  g_assert_false (mtw_session_is_live (self->session));
}

static void
test_changes (Fixture       *self,
              gconstpointer  epochs)
{
  train (self, FALSE);
  wait_for (self, is_training, "training");
  set (self, "experiment.balancer.type", "pcgrad");
  g_assert_false (mtw_session_is_structural (self->session));
  set (self, "blocks.dense1.units", "40");
  g_assert_true (mtw_session_is_structural (self->session));
  g_assert_true (self->structural);
  mtw_document_undo (self->document);
  g_assert_false (self->structural);

  /* Another network, with the weights of the blocks that stay. */
  set (self, "blocks.dense1.units", "40");
  wait_for (self, is_surveyed, "the survey");
  train (self, TRUE);
  wait_for (self, has_second_run, "the second run");
  g_assert_false (self->structural);
  g_assert_cmpuint (self->n_ended, ==, 0);
  mtw_session_stop (self->session);
  wait_for (self, has_ended, "the end");
}

static void
test_refuses (Fixture       *self,
              gconstpointer  epochs)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (mtw_session_draw_landscape (self->session, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);
  g_assert_false (mtw_session_measure_flatness (self->session, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  g_clear_error (&error);

  mtw_document_disconnect (self->document, "fc_left.out", "left.in");
  wait_for (self, is_surveyed, "the survey");
  g_assert_false (mtw_session_train (self->session, FALSE, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_DESIGN);
  g_test_message ("%s", error->message);
  g_assert_false (mtw_session_is_live (self->session));
}

static void
test_landscape (Fixture       *self,
                gconstpointer  epochs)
{
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame;

  train (self, FALSE);
  wait_for (self, has_ended, "the end");
  /* Over a probe of flatness that runs, or after it: in both cases it comes. */
  g_assert_true (mtw_session_draw_landscape (self->session, &error));
  g_assert_no_error (error);
  do
    {
      g_main_context_iteration (NULL, FALSE);
      mtw_session_get_grid (self->session, &frame);
    }
  while (mtw_session_get_grid (self->session, NULL) == NULL);
  g_assert_cmpstr (frame.probe, ==, "landscape");

  mtw_session_cancel_probe (self->session);
  wait_for (self, is_idle, "the probe's end");
  mtw_session_get_grid (self->session, &frame);
  g_assert_true (frame.finished);
}

static gboolean
is_measured (Fixture *self)
{
  MtlProbeFrame frame;

  mtw_session_get_findings (self->session, &frame);
  return frame.finished;
}

/* Any probe that finds figures, in place of the one that runs. */
static void
test_measures (Fixture       *self,
               gconstpointer  epochs)
{
  guint n = 0;

  train (self, FALSE);
  wait_for (self, has_ended, "the end");
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_PROBE); *m != NULL; m++)
    {
      g_autoptr(MtlChosen) plain = mtl_chosen_new (MTL_KIND_PROBE, *m);
      g_autoptr(GError) error = NULL;
      g_autoptr(MtlChosen) few = mtl_chosen_with (plain, "samples", "32", &error);
      MtlProbeFrame frame;

      if (mtl_probe_measures (*m) == NULL || g_str_equal ((*m)->id, "hessian"))
        continue;
      g_assert_no_error (error);
      mtw_session_draw_landscape (self->session, NULL);
      g_assert_true (mtw_session_measure (self->session, few, &error));
      wait_for (self, is_measured, (*m)->id);
      g_assert_cmpuint (mtl_findings_count (mtw_session_get_findings (self->session, &frame)), >,
                        0);
      g_assert_cmpstr (frame.probe, ==, (*m)->id);
      g_assert_cmpfloat (frame.passes, >, 0.0);
      wait_for (self, is_idle, "rest");
      n++;
    }
  g_assert_cmpuint (n, >, 3);
}

/* What is cancelled is over, and does not become the next one's figures. */
static void
test_measure_cancelled (Fixture       *self,
                        gconstpointer  epochs)
{
  const MtlMethod *hessian = mtl_catalogue_find (MTL_KIND_PROBE, "hessian", NULL);
  g_autoptr(MtlChosen) probe = mtl_chosen_new (MTL_KIND_PROBE, hessian);
  g_autoptr(GError) error = NULL;
  MtlProbeFrame frame;

  g_assert_false (mtw_session_measure (self->session, probe, &error));
  g_assert_error (error, MTL_ERROR, MTL_ERROR_RUN);
  train (self, FALSE);
  wait_for (self, has_ended, "the end");
  g_assert_true (mtw_session_measure (self->session, probe, NULL));
  do
    {
      g_main_context_iteration (NULL, FALSE);
      mtw_session_get_findings (self->session, &frame);
    }
  while (!g_str_equal (frame.probe, "hessian"));
  mtw_session_cancel_probe (self->session);
  wait_for (self, is_measured, "the probe's end");
  mtw_session_get_findings (self->session, &frame);
  g_assert_cmpfloat (frame.done, <, 1.0);
  wait_for (self, is_idle, "rest");
}

/* A measurement at work holds the session when its window is gone: the clock has let go then. */
static void
test_outlives (Fixture       *self,
               gconstpointer  data)
{
  train (self, FALSE);
  wait_for (self, has_ended, "the end");
  gtk_window_destroy (GTK_WINDOW (self->window));
  self->window = gtk_window_new ();
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  g_test_add ("/session/trains", Fixture, "3", set_up, test_trains, tear_down);
  g_test_add ("/session/pauses", Fixture, "1000", set_up, test_pauses, tear_down);
  g_test_add ("/session/changes", Fixture, "1000", set_up, test_changes, tear_down);
  g_test_add ("/session/refuses", Fixture, "1", set_up, test_refuses, tear_down);
  g_test_add ("/session/landscape", Fixture, "1", set_up, test_landscape, tear_down);

  g_test_add ("/session/measures", Fixture, "1", set_up, test_measures, tear_down);
  g_test_add ("/session/measure-cancelled", Fixture, "1", set_up, test_measure_cancelled,
              tear_down);
  g_test_add ("/session/outlives", Fixture, "1", set_up, test_outlives, tear_down);

  return g_test_run ();
}
