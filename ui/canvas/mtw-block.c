/* mtw-block.c — a block of the canvas, a bead on the port of another, or a group
 *
 * Colours, borders and shadows are in the style sheet, by classes; markers and
 * rings are drawn. Its parts have fixed places: a design looks alike in every font.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-block.h"

#include <adwaita.h>

#include "mtw-block-parts.h"
#include "mtw-colours.h"
#include "mtw-frame.h"
#include "mtw-path.h"
#include "mtw-scene.h"

#define PADDING       9
#define ICON          15
#define BEAD_ICON     12
#define BOX_ICON      24
#define TITLE_X       29
#define TITLE_Y       6
#define TITLE_HEIGHT  20
#define SUMMARY_Y     24
#define SUMMARY_HEIGHT 19
#define BADGE         18
#define MARKER_ROOM   18
#define TITLE_PX      13.33
#define MIN_TITLE_PX  9.0

struct _MtwBlock
{
  GtkWidget      parent_instance;

  char          *id;
  char          *icon_name;
  GtkWidget     *icon;
  GtkWidget     *title;
  GtkWidget     *summary;
  GtkWidget     *badge;
  GtkWidget     *header;      /* MtwFrame, of an open group; else NULL */
  GPtrArray     *ports;       /* MtwPort, inputs first; owned by the tree */
  float         *places;      /* y of the ports; NULL: evenly spread */
  guint          n_in, n_out;
  MtwForm        form;
  int            head;
  gboolean       is_task;
  MtwBlockState  state;
  MtwDetail      detail;
  double         zoom;
};

G_DEFINE_FINAL_TYPE (MtwBlock, mtw_block, GTK_TYPE_WIDGET)

static void
place_ports (MtwBlock *self,
             int       width,
             int       height)
{
  for (guint i = 0; i < self->ports->len; i++)
    {
      MtwPort *port = self->ports->pdata[i];
      gboolean output = mtw_port_is_output (port);
      guint count = output ? self->n_out : self->n_in;
      int y = self->places != NULL ? (int) self->places[i]
                                   : height * ((int) mtw_port_number (port) + 1)
                                     / ((int) count + 1);

      mtw_part_place (GTK_WIDGET (port), (output ? width : 0) - MTW_PORT_TARGET / 2,
                      y - MTW_PORT_TARGET / 2, MTW_PORT_TARGET, MTW_PORT_TARGET);
    }
}

static void
mtw_block_size_allocate (GtkWidget *widget,
                         int        width,
                         int        height,
                         int        baseline)
{
  MtwBlock *self = MTW_BLOCK (widget);
  int room = width - TITLE_X - (self->is_task ? MARKER_ROOM : 1);

  if (self->form == MTW_FORM_FRAME)
    {
      mtw_part_place (self->header, 0, 0, width, MTW_FRAME_HEADER);
    }
  else if (self->form == MTW_FORM_BEAD || self->detail == MTW_DETAIL_BOX)
    {
      int size = self->form == MTW_FORM_BEAD ? BEAD_ICON : BOX_ICON;

      mtw_part_place (self->icon, (width - size) / 2, (height - size) / 2, size, size);
    }
  else if (self->detail == MTW_DETAIL_TITLE)
    {
      mtw_part_place (self->icon, PADDING, (height - ICON) / 2, ICON, ICON);
      mtw_part_place (self->title, TITLE_X, (height - 28) / 2, width - TITLE_X - 3, 28);
    }
  else
    {
      mtw_part_place (self->icon, PADDING, PADDING, ICON, ICON);
      mtw_part_place (self->title, TITLE_X, TITLE_Y, room, TITLE_HEIGHT);
      mtw_part_place (self->summary, PADDING, SUMMARY_Y, width - PADDING - 4, SUMMARY_HEIGHT);
    }

  mtw_part_place (self->badge, width - BADGE / 2 - 2, 2 - BADGE / 2, BADGE, BADGE);
  place_ports (self, width, height);
}

static void
mtw_block_snapshot (GtkWidget   *widget,
                    GtkSnapshot *snapshot)
{
  MtwBlock *self = MTW_BLOCK (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);

  if (self->form == MTW_FORM_STACK)
    mtw_part_draw_stack (widget, snapshot, width, height);
  if (self->state & MTW_BLOCK_TRAINING && self->form == MTW_FORM_BLOCK)
    mtw_part_draw_ring (widget, snapshot, width, height, (self->state & MTW_BLOCK_PAUSED) != 0);

  GTK_WIDGET_CLASS (mtw_block_parent_class)->snapshot (widget, snapshot);

  if (self->is_task && self->head >= 0 && self->detail == MTW_DETAIL_FULL)
    mtw_part_draw_marker (snapshot, width, self->head);
}

static void
clear_ports (MtwBlock *self)
{
  for (guint i = 0; i < self->ports->len; i++)
    gtk_widget_unparent (self->ports->pdata[i]);
  g_ptr_array_set_size (self->ports, 0);
}

static void
mtw_block_dispose (GObject *object)
{
  MtwBlock *self = MTW_BLOCK (object);

  clear_ports (self);
  /* GtkInscription 4.8 does not let go of them. */
  if (self->title != NULL)
    gtk_inscription_set_attributes (GTK_INSCRIPTION (self->title), NULL);
  g_clear_pointer (&self->icon, gtk_widget_unparent);
  g_clear_pointer (&self->title, gtk_widget_unparent);
  g_clear_pointer (&self->summary, gtk_widget_unparent);
  g_clear_pointer (&self->badge, gtk_widget_unparent);
  g_clear_pointer (&self->header, gtk_widget_unparent);

  G_OBJECT_CLASS (mtw_block_parent_class)->dispose (object);
}

static void
mtw_block_finalize (GObject *object)
{
  g_free (MTW_BLOCK (object)->id);
  g_free (MTW_BLOCK (object)->icon_name);
  g_free (MTW_BLOCK (object)->places);
  g_ptr_array_unref (MTW_BLOCK (object)->ports);

  G_OBJECT_CLASS (mtw_block_parent_class)->finalize (object);
}

static void
mtw_block_class_init (MtwBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_block_dispose;
  G_OBJECT_CLASS (klass)->finalize = mtw_block_finalize;

  widget_class->measure = mtw_part_measure;
  widget_class->size_allocate = mtw_block_size_allocate;
  widget_class->snapshot = mtw_block_snapshot;

  gtk_widget_class_set_css_name (widget_class, "block");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_BUTTON);
}

static void
mtw_block_init (MtwBlock *self)
{
  self->head = -1;
  self->zoom = 1;
  self->detail = MTW_DETAIL_FULL;
  self->ports = g_ptr_array_new ();

  self->icon = gtk_image_new ();
  gtk_widget_set_can_target (self->icon, FALSE);
  gtk_widget_set_parent (self->icon, GTK_WIDGET (self));
  gtk_image_set_pixel_size (GTK_IMAGE (self->icon), ICON);
  self->title = mtw_part_add_text (GTK_WIDGET (self), "title");
  self->summary = mtw_part_add_text (GTK_WIDGET (self), "summary");
  self->badge = gtk_label_new ("!");
  gtk_widget_add_css_class (self->badge, "badge");
  gtk_widget_set_can_target (self->badge, FALSE);
  gtk_widget_set_visible (self->badge, FALSE);
  gtk_widget_set_parent (self->badge, GTK_WIDGET (self));

  gtk_widget_add_css_class (GTK_WIDGET (self), "basin-block");
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
}

GtkWidget *
mtw_block_new (const char *id)
{
  MtwBlock *self = g_object_new (MTW_TYPE_BLOCK, NULL);

  mtw_block_set_id (self, id);
  return GTK_WIDGET (self);
}

const char *
mtw_block_get_id (MtwBlock *self)
{
  g_return_val_if_fail (MTW_IS_BLOCK (self), NULL);

  return self->id;
}

void
mtw_block_set_id (MtwBlock   *self,
                  const char *id)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (g_strcmp0 (self->id, id) == 0)
    return;

  g_free (self->id);
  self->id = g_strdup (id);
  gtk_inscription_set_text (GTK_INSCRIPTION (self->title), mtw_path_name (id));
  if (self->header != NULL)
    mtw_frame_set_id (MTW_FRAME (self->header), id);
}

static void
load_icon (MtwBlock *self)
{
  int size = self->form == MTW_FORM_BEAD ? BEAD_ICON
             : self->detail == MTW_DETAIL_BOX ? BOX_ICON : ICON;

  mtw_part_load_icon (GTK_IMAGE (self->icon), self->icon_name, size, self->zoom);
}

void
mtw_block_set_icon (MtwBlock   *self,
                    const char *icon)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (g_strcmp0 (self->icon_name, icon) == 0)
    return;

  g_free (self->icon_name);
  self->icon_name = g_strdup (icon);
  load_icon (self);
}

void
mtw_block_set_summary (MtwBlock   *self,
                       const char *summary)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  gtk_inscription_set_text (GTK_INSCRIPTION (self->summary), summary);
  if (self->header != NULL)
    mtw_frame_set_figure (MTW_FRAME (self->header), summary);
}

static void
set_class (MtwBlock   *self,
           const char *name,
           gboolean    present)
{
  if (present)
    gtk_widget_add_css_class (GTK_WIDGET (self), name);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), name);
}

static void
update_parts (MtwBlock *self)
{
  gboolean bead = self->form == MTW_FORM_BEAD, frame = self->form == MTW_FORM_FRAME;
  gboolean box = !bead && !frame && self->detail == MTW_DETAIL_BOX;
  gboolean words = !bead && !frame && !box;

  gtk_widget_set_child_visible (self->icon, !frame);
  gtk_widget_set_child_visible (self->title, words);
  gtk_widget_set_child_visible (self->summary, words && self->detail == MTW_DETAIL_FULL);
  load_icon (self);
  set_class (self, "bead", bead);
  set_class (self, "frame", frame);
  set_class (self, "box", box);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
mtw_block_set_form (MtwBlock *self,
                    MtwForm   form)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (self->form == form)
    return;

  self->form = form;
  g_clear_pointer (&self->header, gtk_widget_unparent);
  if (form == MTW_FORM_FRAME)
    {
      self->header = mtw_frame_new ();
      mtw_frame_set_id (MTW_FRAME (self->header), self->id);
      gtk_widget_set_parent (self->header, GTK_WIDGET (self));
    }
  update_parts (self);
}

MtwForm
mtw_block_get_form (MtwBlock *self)
{
  g_return_val_if_fail (MTW_IS_BLOCK (self), MTW_FORM_BLOCK);

  return self->form;
}

static void
set_task_class (MtwBlock *self,
                gboolean  present)
{
  g_autofree char *name = g_strdup_printf ("task-%d", self->head % MTW_N_TASK_COLOURS + 1);

  if (self->head >= 0)
    set_class (self, name, present);
}

void
mtw_block_set_head (MtwBlock *self,
                    int       head,
                    gboolean  is_task)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  set_task_class (self, FALSE);
  self->head = head;
  set_task_class (self, TRUE);

  set_class (self, "head", head >= 0);
  self->is_task = is_task;
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

static void
add_ports (MtwBlock *self,
           gboolean  output,
           guint     count)
{
  for (guint i = 0; i < count; i++)
    {
      GtkWidget *port = mtw_port_new (output, i);

      gtk_widget_set_parent (port, GTK_WIDGET (self));
      g_ptr_array_add (self->ports, port);
    }
}

void
mtw_block_set_ports (MtwBlock *self,
                     guint     n_in,
                     guint     n_out,
                     gboolean  under_bead)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (n_in != self->n_in || n_out != self->n_out)
    {
      clear_ports (self);
      g_clear_pointer (&self->places, g_free);
      self->n_in = n_in;
      self->n_out = n_out;
      add_ports (self, FALSE, n_in);
      add_ports (self, TRUE, n_out);
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }

  for (guint i = 0; i < self->ports->len; i++)
    {
      MtwPort *port = self->ports->pdata[i];

      mtw_port_set_shown (port, self->form != MTW_FORM_BEAD && self->detail != MTW_DETAIL_BOX);
      /* Under a bead its own target would take the pointer. A bead is only as
       * large as one target, so nothing of it would be left to move it by. */
      gtk_widget_set_child_visible (GTK_WIDGET (port),
                                    !(under_bead && mtw_port_is_output (port))
                                    && !(self->form == MTW_FORM_BEAD
                                         && !mtw_port_is_output (port)));
    }
}

void
mtw_block_place_ports (MtwBlock    *self,
                       const float *places)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (places == NULL && self->places == NULL)
    return;

  g_free (self->places);
  self->places = g_memdup2 (places, sizeof *places * self->ports->len);
  gtk_widget_queue_allocate (GTK_WIDGET (self));
}

MtwPort *
mtw_block_get_port (MtwBlock *self,
                    gboolean  output,
                    guint     number)
{
  guint n = (output ? self->n_in : 0) + number;

  g_return_val_if_fail (MTW_IS_BLOCK (self), NULL);

  return number < (output ? self->n_out : self->n_in) ? self->ports->pdata[n] : NULL;
}

void
mtw_block_set_state (MtwBlock      *self,
                     MtwBlockState  state)
{
  g_return_if_fail (MTW_IS_BLOCK (self));

  if (self->state == state)
    return;

  self->state = state;
  set_class (self, "selected", state & MTW_BLOCK_SELECTED);
  set_class (self, "problem", state & MTW_BLOCK_PROBLEM);
  set_class (self, "warning", state & MTW_BLOCK_WARNING && !(state & MTW_BLOCK_PROBLEM));
  set_class (self, "training", state & MTW_BLOCK_TRAINING);
  set_class (self, "dim", state & MTW_BLOCK_DIM);
  set_class (self, "dragged", state & MTW_BLOCK_DRAGGED);
  gtk_widget_set_visible (self->badge, (state & (MTW_BLOCK_PROBLEM | MTW_BLOCK_WARNING)) != 0);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

MtwBlockState
mtw_block_get_state (MtwBlock *self)
{
  g_return_val_if_fail (MTW_IS_BLOCK (self), 0);

  return self->state;
}

void
mtw_block_set_detail (MtwBlock  *self,
                      MtwDetail  detail,
                      double     zoom)
{
  double scale = MAX (1, MIN_TITLE_PX / (TITLE_PX * zoom));
  g_autoptr(PangoAttrList) attrs = NULL;

  g_return_if_fail (MTW_IS_BLOCK (self));

  if (self->header != NULL)
    mtw_frame_set_scale (MTW_FRAME (self->header), scale);
  if (self->detail == detail && self->zoom == zoom)
    return;

  self->zoom = zoom;
  attrs = pango_attr_list_new ();
  pango_attr_list_insert (attrs, pango_attr_scale_new (scale));
  gtk_inscription_set_attributes (GTK_INSCRIPTION (self->title), attrs);
  if (self->detail != detail)
    {
      self->detail = detail;
      update_parts (self);
    }
  else
    {
      load_icon (self);
    }
}
