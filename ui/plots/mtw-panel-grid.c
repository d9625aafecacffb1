/* mtw-panel-grid.c — panels in rows of equal shares
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-panel-grid.h"

#define COLUMN       300
#define LEAST_HEIGHT 170
#define GAP          10

struct _MtwPanelGrid
{
  GtkWidget  parent_instance;

  GtkWidget *single;     /* a child that takes it all, or NULL */
  guint      n_columns;  /* of the last allocation */
};

G_DEFINE_FINAL_TYPE (MtwPanelGrid, mtw_panel_grid, GTK_TYPE_WIDGET)

static guint
count_shown (MtwPanelGrid *self)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += gtk_widget_should_layout (child);

  return n;
}

/* The widest and the highest of the panels. */
static int
measure_children (MtwPanelGrid   *self,
                  GtkOrientation  orientation)
{
  int most = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int minimum = 0;

      if (gtk_widget_should_layout (child))
        gtk_widget_measure (child, orientation, -1, &minimum, NULL, NULL, NULL);
      most = MAX (most, minimum);
    }

  return most;
}

/* Large text may make a panel wider than its share would be. */
static guint
columns_in (MtwPanelGrid *self,
            int           width)
{
  int least = MAX (measure_children (self, GTK_ORIENTATION_HORIZONTAL), COLUMN);

  return (guint) CLAMP ((width + GAP) / (least + GAP), 1, (int) MAX (count_shown (self), 1));
}

static GtkSizeRequestMode
mtw_panel_grid_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
mtw_panel_grid_measure (GtkWidget      *widget,
                        GtkOrientation  orientation,
                        int             for_size,
                        int            *minimum,
                        int            *natural,
                        int            *minimum_baseline,
                        int            *natural_baseline)
{
  MtwPanelGrid *self = MTW_PANEL_GRID (widget);
  int least = measure_children (self, orientation);
  guint n = MAX (count_shown (self), 1);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = least;
      *natural = (int) n * (COLUMN + GAP) - GAP;
      *natural = MAX (*natural, least);
      return;
    }

  least = MAX (least, LEAST_HEIGHT);
  if (for_size >= 0)
    n = (n + columns_in (self, for_size) - 1) / columns_in (self, for_size);
  *minimum = *natural = (int) n * (least + GAP) - GAP;
}

static void
mtw_panel_grid_size_allocate (GtkWidget *widget,
                              int        width,
                              int        height,
                              int        baseline)
{
  MtwPanelGrid *self = MTW_PANEL_GRID (widget);
  guint n = count_shown (self);
  int columns = (int) columns_in (self, width);
  int rows = MAX (((int) n + columns - 1) / columns, 1);
  int place = 0;

  self->n_columns = (guint) columns;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int column = place % columns;
      int row = place / columns;
      GtkAllocation box;

      if (!gtk_widget_should_layout (child))
        continue;
      box.x = column * (width + GAP) / columns;
      box.y = row * (height + GAP) / rows;
      box.width = (column + 1) * (width + GAP) / columns - GAP - box.x;
      box.height = (row + 1) * (height + GAP) / rows - GAP - box.y;
      gtk_widget_size_allocate (child, &box, -1);
      place++;
    }
}

static void
mtw_panel_grid_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);

  G_OBJECT_CLASS (mtw_panel_grid_parent_class)->dispose (object);
}

static void
mtw_panel_grid_class_init (MtwPanelGridClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = mtw_panel_grid_dispose;
  widget_class->get_request_mode = mtw_panel_grid_get_request_mode;
  widget_class->measure = mtw_panel_grid_measure;
  widget_class->size_allocate = mtw_panel_grid_size_allocate;
}

static void
mtw_panel_grid_init (MtwPanelGrid *self)
{
  self->n_columns = 1;
}

GtkWidget *
mtw_panel_grid_new (void)
{
  return g_object_new (MTW_TYPE_PANEL_GRID, NULL);
}

void
mtw_panel_grid_append (MtwPanelGrid *self,
                       GtkWidget    *panel)
{
  gtk_widget_set_parent (panel, GTK_WIDGET (self));
  gtk_widget_set_child_visible (panel, TRUE);
  gtk_widget_set_visible (panel, self->single == NULL || self->single == panel);
}

void
mtw_panel_grid_remove (MtwPanelGrid *self,
                       GtkWidget    *panel)
{
  if (self->single == panel)
    mtw_panel_grid_set_single (self, NULL);
  gtk_widget_unparent (panel);
}

guint
mtw_panel_grid_n_columns (MtwPanelGrid *self)
{
  return self->n_columns;
}

void
mtw_panel_grid_set_single (MtwPanelGrid *self,
                           GtkWidget    *panel)
{
  self->single = panel;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_widget_set_visible (child, panel == NULL || panel == child);
}

GtkWidget *
mtw_panel_grid_get_single (MtwPanelGrid *self)
{
  return self->single;
}
