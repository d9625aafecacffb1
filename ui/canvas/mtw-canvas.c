/* mtw-canvas.c — the widget of the graph editor and its view
 *
 * The view is the canvas point at the upper left corner, and a zoom. Blocks
 * are children in that transform; the adjustments repeat the place in px for
 * a scrolled window around it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-canvas-private.h"

#include <math.h>

#include "mtw-fork.h"

#define FLY_TIME 250      /* ms */

enum { PROP_ZOOM = 1, PROP_HADJUSTMENT, PROP_VADJUSTMENT, PROP_HPOLICY, PROP_VPOLICY };
enum { ACTIVATE_BLOCK, SHOW_CONFLICT, VIEW_CHANGED, REFUSED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (MtwCanvas, mtw_canvas, GTK_TYPE_WIDGET,
                               G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

MtlDesign *
mtw_canvas_design (MtwCanvas *self)
{
  return self->preview != NULL ? self->preview : mtw_document_get_design (self->document);
}

static void
set_adjustment (MtwCanvas     *self,
                guint          axis,
                GtkAdjustment *adjustment)
{
  if (self->adjustments[axis] == adjustment)
    return;

  if (self->adjustments[axis] != NULL)
    g_signal_handlers_disconnect_by_func (self->adjustments[axis], mtw_canvas_follow_adjustments,
                                          self);
  g_set_object (&self->adjustments[axis], adjustment);
  if (adjustment == NULL)
    return;

  if (self->scene != NULL)
    mtw_canvas_update_adjustments (self);
  g_signal_connect_swapped (adjustment, "value-changed",
                            G_CALLBACK (mtw_canvas_follow_adjustments), self);
}

static void
mtw_canvas_measure (GtkWidget      *widget,
                    GtkOrientation  orientation,
                    int             for_size,
                    int            *minimum,
                    int            *natural,
                    int            *minimum_baseline,
                    int            *natural_baseline)
{
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_measure (child, orientation, -1, NULL, NULL, NULL, NULL);

  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : 160;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 840 : 420;
}

static void
allocate_at (MtwCanvas *self,
             GtkWidget *child,
             double     x,
             double     y,
             int        width,
             int        height)
{
  graphene_point_t at = mtw_canvas_to_widget (self, x, y);
  GskTransform *transform = gsk_transform_translate (NULL, &at);

  gtk_widget_allocate (child, width, height, -1,
                       gsk_transform_scale (transform, self->zoom, self->zoom));
}

static void
allocate_reason (MtwCanvas *self,
                 int        width,
                 int        height)
{
  graphene_point_t at = mtw_canvas_to_widget (self, self->drag.pointer.x, self->drag.pointer.y);
  GtkRequisition size;

  if (!gtk_widget_should_layout (self->reason))
    return;

  gtk_widget_get_preferred_size (self->reason, NULL, &size);
  at.x = CLAMP (at.x + 14, 0, MAX (0, width - size.width));
  at.y = CLAMP (at.y + 10, 0, MAX (0, height - size.height));
  gtk_widget_allocate (self->reason, size.width, size.height, -1,
                       gsk_transform_translate (NULL, &at));
}

static void
mtw_canvas_size_allocate (GtkWidget *widget,
                          int        width,
                          int        height,
                          int        baseline)
{
  MtwCanvas *self = MTW_CANVAS (widget);

  if (!self->placed && width > 1 && height > 1 && self->blocks->len > 0)
    mtw_canvas_zoom_to_fit (self);

  for (guint i = 0; i < self->blocks->len; i++)
    {
      const graphene_rect_t *box = &mtw_scene_item (self->scene, i)->box;

      allocate_at (self, self->blocks->pdata[i], box->origin.x, box->origin.y,
                   box->size.width, box->size.height);
    }
  for (guint i = 0; i < self->forks->len; i++)
    {
      const graphene_point_t *place = &mtw_scene_fork (self->scene, i)->place;

      allocate_at (self, self->forks->pdata[i], place->x - MTW_FORK_TARGET / 2.0,
                   place->y - MTW_FORK_TARGET / 2.0, MTW_FORK_TARGET, MTW_FORK_TARGET);
    }

  mtw_canvas_allocate_card (self, width, height);
  allocate_reason (self, width, height);
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  mtw_canvas_update_adjustments (self);
}

/* Tab leaves the canvas: within it the arrows go along the wires. */
static gboolean
mtw_canvas_focus (GtkWidget        *widget,
                  GtkDirectionType  direction)
{
  MtwCanvas *self = MTW_CANVAS (widget);
  const char *current;

  if (gtk_widget_get_focus_child (widget) != NULL
      || gtk_widget_is_focus (widget))
    return FALSE;

  current = mtw_canvas_current (self);
  if (current != NULL)
    return gtk_widget_grab_focus (mtw_canvas_get_block (self, current));
  if (self->blocks->len > 0)
    return gtk_widget_grab_focus (self->blocks->pdata[0]);
  return gtk_widget_grab_focus (widget);
}

static void
mtw_canvas_get_property (GObject    *object,
                         guint       id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  MtwCanvas *self = MTW_CANVAS (object);

  switch (id)
    {
    case PROP_ZOOM:
      g_value_set_double (value, self->zoom);
      break;
    case PROP_HADJUSTMENT:
    case PROP_VADJUSTMENT:
      g_value_set_object (value, self->adjustments[id - PROP_HADJUSTMENT]);
      break;
    case PROP_HPOLICY:
    case PROP_VPOLICY:
      g_value_set_enum (value, self->policies[id - PROP_HPOLICY]);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mtw_canvas_set_property (GObject      *object,
                         guint         id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  MtwCanvas *self = MTW_CANVAS (object);

  switch (id)
    {
    case PROP_HADJUSTMENT:
    case PROP_VADJUSTMENT:
      set_adjustment (self, id - PROP_HADJUSTMENT, g_value_get_object (value));
      break;
    case PROP_HPOLICY:
    case PROP_VPOLICY:
      self->policies[id - PROP_HPOLICY] = g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mtw_canvas_dispose (GObject *object)
{
  MtwCanvas *self = MTW_CANVAS (object);
  GtkWidget *child;

  g_cancellable_cancel (self->closed);
  mtw_canvas_drop_tidying (self);
  mtw_canvas_clear_drag (self);
  g_clear_object (&self->animation);
  g_clear_object (&self->glide);
  g_clear_pointer (&self->unfolding, g_free);
  g_clear_object (&self->unfold);
  set_adjustment (self, 0, NULL);
  set_adjustment (self, 1, NULL);
  /* A menu that has just closed may still be among them. */
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->popover = self->reason = self->card = NULL;
  g_ptr_array_set_size (self->blocks, 0);
  g_ptr_array_set_size (self->forks, 0);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (mtw_canvas_parent_class)->dispose (object);
}

static void
mtw_canvas_finalize (GObject *object)
{
  MtwCanvas *self = MTW_CANVAS (object);

  g_clear_pointer (&self->scene, mtw_scene_free);
  g_clear_pointer (&self->preview, mtl_design_unref);
  g_object_unref (self->closed);
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->forks);
  g_hash_table_unref (self->task_words);
  g_hash_table_unref (self->block_cosines);
  g_hash_table_unref (self->refusals);
  g_hash_table_unref (self->open);
  g_strfreev (self->region_labels);
  g_free (self->costs);
  g_free (self->cosines);
  g_free (self->conflict);

  G_OBJECT_CLASS (mtw_canvas_parent_class)->finalize (object);
}

static void
mtw_canvas_class_init (MtwCanvasClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = mtw_canvas_get_property;
  object_class->set_property = mtw_canvas_set_property;
  object_class->dispose = mtw_canvas_dispose;
  object_class->finalize = mtw_canvas_finalize;
  widget_class->measure = mtw_canvas_measure;
  widget_class->size_allocate = mtw_canvas_size_allocate;
  widget_class->snapshot = mtw_canvas_snapshot;
  widget_class->focus = mtw_canvas_focus;

  g_object_class_install_property (object_class, PROP_ZOOM,
    g_param_spec_double ("zoom", NULL, NULL, MTW_MIN_ZOOM, MTW_MAX_ZOOM, 1,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HPOLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VPOLICY, "vscroll-policy");

  signals[ACTIVATE_BLOCK] = g_signal_new ("activate-block", MTW_TYPE_CANVAS, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SHOW_CONFLICT] = g_signal_new ("show-conflict", MTW_TYPE_CANVAS, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[VIEW_CHANGED] = g_signal_new ("view-changed", MTW_TYPE_CANVAS, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REFUSED] = g_signal_new ("refused", MTW_TYPE_CANVAS, G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_css_name (widget_class, "canvas");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  mtw_canvas_class_add_actions (widget_class);
  mtw_canvas_class_add_keys (widget_class);
}

static void
mtw_canvas_init (MtwCanvas *self)
{
  AdwAnimationTarget *target = adw_callback_animation_target_new (mtw_canvas_fly_cb, self, NULL);

  self->zoom = 1;
  self->selected_link = -1;
  self->blocks = g_ptr_array_new ();
  self->forks = g_ptr_array_new ();
  self->task_words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->block_cosines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->refusals = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->animation = adw_timed_animation_new (GTK_WIDGET (self), 0, 1, FLY_TIME, target);
  adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (self->animation), ADW_EASE_IN_OUT_CUBIC);
  mtw_canvas_add_glide (self);
  mtw_canvas_add_unfold (self);
  self->closed = g_cancellable_new ();

  self->reason = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->reason), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->reason), 36);
  gtk_widget_add_css_class (self->reason, "basin-reason");
  gtk_widget_set_can_target (self->reason, FALSE);
  gtk_widget_set_visible (self->reason, FALSE);
  gtk_widget_set_parent (self->reason, GTK_WIDGET (self));

  self->share = NAN;
  self->card = mtw_canvas_make_card ();
  gtk_widget_insert_before (self->card, GTK_WIDGET (self), self->reason);

  gtk_widget_add_css_class (GTK_WIDGET (self), "basin-canvas");
  gtk_widget_add_css_class (GTK_WIDGET (self), "view");
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  /* Data flows and time runs to the right in every language. */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  mtw_canvas_add_gestures (self);
}

static void
changed_cb (MtwDocument *document,
            MtwCanvas   *self)
{
  mtw_canvas_drop_tidying (self);
  mtw_canvas_stop_unfold (self);
  /* Without a history it is another design. */
  if (mtw_document_undo_name (document) == NULL && mtw_document_redo_name (document) == NULL)
    g_hash_table_remove_all (self->open);
  mtw_canvas_sync (self);
}

static void
say_cb (MtwDocument *document,
        MtwCanvas   *self)
{
  mtw_canvas_sync (self);
}

/**
 * mtw_canvas_new:
 * @document: what to edit; kept by reference
 *
 * Fits the design into view when it is first given a size.
 *
 * Returns: (transfer floating): the canvas, to be put in a GtkScrolledWindow
 */
GtkWidget *
mtw_canvas_new (MtwDocument *document)
{
  MtwCanvas *self = g_object_new (MTW_TYPE_CANVAS, NULL);

  self->document = g_object_ref (document);
  g_signal_connect (document, "changed", G_CALLBACK (changed_cb), self);
  g_signal_connect (document, "survey-changed", G_CALLBACK (say_cb), self);
  g_signal_connect_swapped (document, "selection-changed",
                            G_CALLBACK (mtw_canvas_sync_states), self);
  g_signal_connect_swapped (document, "reveal", G_CALLBACK (mtw_canvas_reveal), self);
  mtw_canvas_sync (self);

  return GTK_WIDGET (self);
}

MtwDocument *
mtw_canvas_get_document (MtwCanvas *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS (self), NULL);

  return self->document;
}

const MtwScene *
mtw_canvas_get_scene (MtwCanvas *self)
{
  g_return_val_if_fail (MTW_IS_CANVAS (self), NULL);

  return self->scene;
}

GtkWidget *
mtw_canvas_get_block (MtwCanvas  *self,
                      const char *id)
{
  int item;

  g_return_val_if_fail (MTW_IS_CANVAS (self), NULL);

  item = mtw_scene_find (self->scene, id);
  return item >= 0 ? self->blocks->pdata[item] : NULL;
}
