/* mtw-plots-page.c — the panels of an observatory
 *
 * All panels look at one MtwPlotData, so that a curve is copied once and one
 * cursor stands in all of them. When there is something new, PANELS_A_FRAME of
 * them are drawn in each frame, in turn: many panels then cost a frame no more
 * than a few, and are drawn a little less often.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plots-page.h"

#include <math.h>

#include "mtw-panel-grid.h"
#include "mtw-panel.h"

#define DEFAULT_LAYOUT "losses,conflict,landscape"
#define MOST_PANELS    12
#define PANELS_A_FRAME 2

struct _MtwPlotsPage
{
  AdwBin        parent_instance;

  MtwPlotData  *data;
  GPtrArray    *panels;  /* of MtwPanel, in their order; owned by the grid */
  guint         next;    /* panel that is drawn next */
  guint         n_stale; /* from there on, round the end: panels that do not show what is new */
  guint         tick;    /* lives while there are any */
  char         *layout;
  MtwPanelGrid *grid;
};

enum
{
  PROP_LAYOUT = 1,
  PROP_SINGLE,
  N_PROPERTIES
};

enum
{
  MEASURE,
  CANCEL,
  MESSAGE,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPERTIES];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MtwPlotsPage, mtw_plots_page, ADW_TYPE_BIN)

/* The words of events stand once in a row of panels. */
static void
refresh_panel (MtwPlotsPage *self,
               guint         place)
{
  MtwPanel *panel = g_ptr_array_index (self->panels, place);
  guint columns = mtw_panel_grid_n_columns (self->grid);

  mtw_plot_set_words (mtw_panel_get_plot (panel),
                      place % columns == 0
                      || mtw_panel_grid_get_single (self->grid) == GTK_WIDGET (panel));
  mtw_panel_refresh (panel);
}

static void
refresh_next (MtwPlotsPage *self)
{
  for (guint i = 0; i < PANELS_A_FRAME && self->n_stale > 0; i++)
    {
      refresh_panel (self, self->next % self->panels->len);
      self->next = (self->next + 1) % self->panels->len;
      self->n_stale--;
    }
}

static gboolean
tick_cb (GtkWidget     *widget,
         GdkFrameClock *clock,
         gpointer       data)
{
  MtwPlotsPage *self = MTW_PLOTS_PAGE (widget);

  refresh_next (self);
  if (self->n_stale > 0)
    return G_SOURCE_CONTINUE;

  self->tick = 0;
  return G_SOURCE_REMOVE;
}

void
mtw_plots_page_refresh (MtwPlotsPage *self)
{
  self->n_stale = self->panels->len;
  if (self->tick == 0)
    refresh_next (self);
  if (self->tick == 0 && self->n_stale > 0)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
}

void
mtw_plots_page_set_cursor (MtwPlotsPage *self,
                           double        epoch)
{
  if (self->data->cursor == epoch || (isnan (self->data->cursor) && isnan (epoch)))
    return;

  self->data->cursor = epoch;
  for (guint i = 0; i < self->panels->len; i++)
    gtk_widget_queue_draw (GTK_WIDGET (mtw_panel_get_plot (g_ptr_array_index (self->panels, i))));
}

/* What the panels show, as it would be set again. */
static void
renew_layout (MtwPlotsPage *self)
{
  GString *layout = g_string_new (NULL);

  for (guint i = 0; i < self->panels->len; i++)
    g_string_append_printf (layout, "%s%s", i > 0 ? "," : "",
                            mtw_panel_get_kind (g_ptr_array_index (self->panels, i)));
  if (g_strcmp0 (layout->str, self->layout) != 0)
    {
      g_free (self->layout);
      self->layout = g_strdup (layout->str);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAYOUT]);
    }
  g_string_free (layout, TRUE);
}

/* NULL: all panels. */
static void
set_single (MtwPlotsPage *self,
            GtkWidget    *single)
{
  if (mtw_panel_grid_get_single (self->grid) == single)
    return;

  mtw_panel_grid_set_single (self->grid, single);
  for (guint i = 0; i < self->panels->len; i++)
    mtw_panel_set_maximised (g_ptr_array_index (self->panels, i),
                             g_ptr_array_index (self->panels, i) == (gpointer) single);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SINGLE]);
}

static void
panel_maximise_cb (MtwPlotsPage *self,
                   GtkWidget    *panel)
{
  gboolean was_single = mtw_panel_grid_get_single (self->grid) == panel;

  set_single (self, was_single ? NULL : panel);
  gtk_widget_grab_focus (GTK_WIDGET (mtw_panel_get_plot (MTW_PANEL (panel))));
}

/* Focus goes to the panel that takes the place. */
static void
panel_remove_cb (MtwPlotsPage *self,
                 GtkWidget    *panel)
{
  guint place;

  if (self->panels->len < 2 || !g_ptr_array_find (self->panels, panel, &place))
    return;

  set_single (self, NULL);
  g_ptr_array_remove_index (self->panels, place);
  mtw_panel_grid_remove (self->grid, panel);
  self->n_stale = MIN (self->n_stale, self->panels->len);
  place = MIN (place, self->panels->len - 1);
  gtk_widget_grab_focus (
    GTK_WIDGET (mtw_panel_get_plot (g_ptr_array_index (self->panels, place))));
  renew_layout (self);
}

static void
panel_measure_cb (MtwPlotsPage *self,
                  const char   *what)
{
  g_signal_emit (self, signals[MEASURE], 0, what);
}

static void
panel_cancel_cb (MtwPlotsPage *self)
{
  g_signal_emit (self, signals[CANCEL], 0);
}

static void
panel_message_cb (MtwPlotsPage *self,
                  const char   *words)
{
  g_signal_emit (self, signals[MESSAGE], 0, words);
}

static void
add_panel (MtwPlotsPage *self,
           const char   *kind)
{
  GtkWidget *panel = mtw_panel_new (self->data, kind);

  g_ptr_array_add (self->panels, panel);
  mtw_panel_grid_append (self->grid, panel);
  g_signal_connect_object (panel, "maximise", G_CALLBACK (panel_maximise_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "remove", G_CALLBACK (panel_remove_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "measure", G_CALLBACK (panel_measure_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "cancel", G_CALLBACK (panel_cancel_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "message", G_CALLBACK (panel_message_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "notify::kind", G_CALLBACK (renew_layout), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (mtw_panel_get_plot (MTW_PANEL (panel)), "cursor",
                           G_CALLBACK (mtw_plots_page_set_cursor), self, G_CONNECT_SWAPPED);
}

void
mtw_plots_page_set_layout (MtwPlotsPage *self,
                           const char   *layout)
{
  g_auto(GStrv) ids = g_strsplit (layout != NULL ? layout : "", ",", -1);

  g_return_if_fail (MTW_IS_PLOTS_PAGE (self));

  if (self->panels->len > 0 && g_strcmp0 (layout, self->layout) == 0)
    return;

  set_single (self, NULL);
  for (guint i = 0; i < self->panels->len; i++)
    mtw_panel_grid_remove (self->grid, g_ptr_array_index (self->panels, i));
  g_ptr_array_set_size (self->panels, 0);
  self->n_stale = 0;
  for (guint i = 0; ids[i] != NULL && self->panels->len < MOST_PANELS; i++)
    if (mtw_plot_kind_find (ids[i]) != NULL)
      add_panel (self, ids[i]);
  if (self->panels->len == 0)
    {
      mtw_plots_page_set_layout (self, DEFAULT_LAYOUT);
      return;
    }

  renew_layout (self);
  mtw_plots_page_refresh (self);
}

const char *
mtw_plots_page_get_layout (MtwPlotsPage *self)
{
  return self->layout;
}

/* (nullable) */
static MtwPanel *
find_panel (MtwPlotsPage *self,
            const char   *id)
{
  for (guint i = 0; i < self->panels->len; i++)
    if (g_str_equal (mtw_panel_get_kind (g_ptr_array_index (self->panels, i)), id))
      return g_ptr_array_index (self->panels, i);

  return NULL;
}

void
mtw_plots_page_show_plot (MtwPlotsPage *self,
                          const char   *id)
{
  MtwPanel *panel;

  g_return_if_fail (MTW_IS_PLOTS_PAGE (self));

  panel = find_panel (self, id);
  if (panel == NULL)
    {
      panel = g_ptr_array_index (self->panels, self->panels->len - 1);
      g_object_set (panel, "kind", id, NULL);
    }
  if (mtw_panel_grid_get_single (self->grid) != NULL)
    set_single (self, GTK_WIDGET (panel));
  gtk_widget_grab_focus (GTK_WIDGET (mtw_panel_get_plot (panel)));
}

/**
 * mtw_plots_page_add:
 *
 * Adds the first plot that is not shown yet, or else the first of all.
 */
void
mtw_plots_page_add (MtwPlotsPage *self)
{
  const MtwPlotKind *const *kind = mtw_plot_kinds ();

  g_return_if_fail (MTW_IS_PLOTS_PAGE (self));

  if (self->panels->len == MOST_PANELS)
    return;
  while (*kind != NULL && find_panel (self, (*kind)->id) != NULL)
    kind++;
  set_single (self, NULL);
  add_panel (self, *kind != NULL ? (*kind)->id : NULL);
  renew_layout (self);
  mtw_plots_page_refresh (self);
}

void
mtw_plots_page_refresh_plot (MtwPlotsPage *self,
                             const char   *id)
{
  for (guint i = 0; i < self->panels->len; i++)
    if (g_str_equal (mtw_panel_get_kind (g_ptr_array_index (self->panels, i)), id))
      mtw_panel_refresh (g_ptr_array_index (self->panels, i));
}

void
mtw_plots_page_renew (MtwPlotsPage *self)
{
  for (guint i = 0; i < self->panels->len; i++)
    mtw_panel_renew_tasks (g_ptr_array_index (self->panels, i));
}

void
mtw_plots_page_show_all (MtwPlotsPage *self)
{
  set_single (self, NULL);
}

gboolean
mtw_plots_page_has_single (MtwPlotsPage *self)
{
  return mtw_panel_grid_get_single (self->grid) != NULL;
}

MtwPlotData *
mtw_plots_page_get_data (MtwPlotsPage *self)
{
  return self->data;
}

/* --- the object --- */

static void
mtw_plots_page_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MtwPlotsPage *self = MTW_PLOTS_PAGE (object);

  if (id == PROP_LAYOUT)
    g_value_set_string (value, self->layout);
  else
    g_value_set_boolean (value, mtw_plots_page_has_single (self));
}

static void
mtw_plots_page_finalize (GObject *object)
{
  MtwPlotsPage *self = MTW_PLOTS_PAGE (object);

  g_ptr_array_unref (self->panels);
  g_free (self->layout);
  mtw_plot_data_unref (self->data);

  G_OBJECT_CLASS (mtw_plots_page_parent_class)->finalize (object);
}

static void
mtw_plots_page_class_init (MtwPlotsPageClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->get_property = mtw_plots_page_get_property;
  object_class->finalize = mtw_plots_page_finalize;
  properties[PROP_LAYOUT] = g_param_spec_string ("layout", NULL, NULL, NULL, flags);
  properties[PROP_SINGLE] = g_param_spec_boolean ("single", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);

  signals[MEASURE] = g_signal_new ("measure", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CANCEL] = g_signal_new ("cancel", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 0);
  signals[MESSAGE] = g_signal_new ("message", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 1, G_TYPE_STRING);

  g_type_ensure (MTW_TYPE_PANEL_GRID);
  gtk_widget_class_set_template_from_resource (
    widget_class, "/io/github/basin_studio/Basin/plots/mtw-plots-page.ui");
  gtk_widget_class_bind_template_child (widget_class, MtwPlotsPage, grid);
}

static void
mtw_plots_page_init (MtwPlotsPage *self)
{
  self->data = mtw_plot_data_new ();
  self->panels = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  mtw_plots_page_set_layout (self, DEFAULT_LAYOUT);
}
