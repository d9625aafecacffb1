/* mtw-tidy.c — a design laid out from left to right by Graphviz's program dot
 *
 * dot gets the graph on its standard input and answers in its format “plain”,
 * a line a node: https://graphviz.org/docs/outputs/plain. Blocks go by number,
 * so no text of the design reaches it; its answer is bounded in size and
 * believed in nothing but numbers in range. It measures in inches of 72 px,
 * from the middle of a node, with y upwards.
 *
 * A node is a block with the string of beads on its out-port, and with the
 * diamond where the trunk forks behind it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#define _GNU_SOURCE   /* memfd_create */

#include "mtw-tidy.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mtw-bounded.h"
#include "mtw-scene.h"

#define INCH        72.0
#define GRID        8.0
#define GAP_X       40       /* px between a node and the next to the right, which the
                                shape on the wire just fits */
#define GAP_Y       64       /* px to the next below: room for two regions; with a
                                block, twice a whole number of the grid */
#define FORK_ROOM   24       /* px for a diamond */
#define MAX_PLACE   1e6      /* px, as far as a design goes */
#define MAX_ANSWER  (4 << 20)   /* bytes; the largest design needs a tenth */

typedef struct
{
  MtwScene    *scene;
  GString     *graph;
  GSubprocess *dot;
  GBytes      *answer;
  double      *widths;   /* px of the nodes, by item; of a bead: 0 */
  double      *places;   /* x, y of all items, px */
} Tidy;

static void
tidy_free (gpointer data)
{
  Tidy *self = data;

  mtw_scene_free (self->scene);
  g_string_free (self->graph, TRUE);
  g_clear_object (&self->dot);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_free (self->widths);
  g_free (self->places);
  g_free (self);
}

/* --- the graph --- */

typedef struct
{
  guint from, to;   /* items */
  int   task;       /* first that is reached by it */
} Edge;

static guint
carrier_of (const MtwScene *scene,
            guint           item)
{
  int host = mtw_scene_item (scene, item)->host;

  return host >= 0 ? (guint) host : item;
}

static void
measure_nodes (Tidy *self)
{
  const MtwScene *scene = self->scene;

  for (guint i = 0; i < scene->items->len; i++)
    {
      const MtwItem *item = mtw_scene_item (scene, i);
      double end = item->box.origin.x + item->box.size.width;

      if (item->host >= 0)
        continue;
      if (item->tail >= 0)
        {
          const graphene_rect_t *last = &mtw_scene_item (scene, item->tail)->box;

          end = last->origin.x + last->size.width;
        }
      self->widths[i] = round ((end - item->box.origin.x) / GRID) * GRID;
    }
  for (guint i = 0; i < scene->forks->len; i++)
    self->widths[carrier_of (scene, mtw_scene_fork (scene, i)->item)] += FORK_ROOM;
}

static int
compare_edges (gconstpointer a,
               gconstpointer b)
{
  const Edge *one = a, *other = b;

  if (one->from != other->from)
    return one->from < other->from ? -1 : 1;
  if (one->task != other->task)
    return one->task < other->task ? -1 : 1;
  return (one->to > other->to) - (one->to < other->to);
}

/* In the order from top to bottom in which they are to leave a node. */
static GArray *
sort_edges (const MtwScene *scene)
{
  GArray *edges = g_array_new (FALSE, FALSE, sizeof (Edge));

  for (guint i = 0; i < scene->links->len; i++)
    {
      const MtwLink *link = mtw_scene_link (scene, i);
      Edge edge = { carrier_of (scene, link->from), carrier_of (scene, link->to), G_MAXINT };

      for (int task = 63; task >= 0; task--)
        if (link->tasks >> task & 1)
          edge.task = task;
      if (!link->inside && edge.from != edge.to)
        g_array_append_val (edges, edge);
    }

  g_array_sort (edges, compare_edges);
  return edges;
}

static void
append_inches (GString    *graph,
               const char *name,
               double      px)
{
  char inches[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (graph, "%s=%s ", name,
                          g_ascii_formatd (inches, sizeof inches, "%.4f", px / INCH));
}

static void
write_graph (Tidy *self)
{
  g_autoptr(GArray) edges = sort_edges (self->scene);
  GString *graph = self->graph;

  g_string_append (graph, "digraph {\ngraph [rankdir=LR ordering=out splines=false ");
  append_inches (graph, "ranksep", GAP_X);
  append_inches (graph, "nodesep", GAP_Y);
  g_string_append (graph, "]\nnode [shape=box fixedsize=true label=\"\" ");
  append_inches (graph, "height", MTW_BLOCK_HEIGHT);
  g_string_append (graph, "]\n");

  /* Of parts that no wire joins, dot puts the one that it knows first lowest. */
  for (guint i = self->scene->items->len; i-- > 0;)
    if (self->widths[i] > 0)
      {
        g_string_append_printf (graph, "n%u [", i);
        append_inches (graph, "width", self->widths[i]);
        g_string_append (graph, "]\n");
      }
  for (guint i = 0; i < edges->len; i++)
    g_string_append_printf (graph, "n%u -> n%u\n", g_array_index (edges, Edge, i).from,
                            g_array_index (edges, Edge, i).to);
  g_string_append (graph, "}\n");
}

/* --- the answer --- */

/* “ 3.25”; moves on behind it. */
static gboolean
read_place (const char **text,
            double      *px)
{
  char *end;
  double inches = g_ascii_strtod (*text, &end);

  if (end == *text || *end != ' ')
    return FALSE;

  *text = end;
  *px = inches * INCH;
  return fabs (*px) <= MAX_PLACE;   /* and not >, so that a NaN is refused */
}

/* “node n3 1.25 0.66667 …”: where the upper left corner of the node is. */
static gboolean
read_node (Tidy       *self,
           const char *line,
           guint64    *item)
{
  const char *text = line + strlen ("node n");
  char *end;
  double x, y;

  if (!g_str_has_prefix (line, "node n") || !g_ascii_isdigit (*text))
    return FALSE;
  *item = g_ascii_strtoull (text, &end, 10);
  text = end;
  if (*item >= self->scene->items->len || self->widths[*item] <= 0
      || *text != ' ' || !read_place (&text, &x) || !read_place (&text, &y))
    return FALSE;

  self->places[2 * *item] = x - self->widths[*item] / 2;
  self->places[2 * *item + 1] = -y - MTW_BLOCK_HEIGHT / 2;
  return TRUE;
}

static gboolean
read_answer (Tidy    *self,
             GError **error)
{
  gsize length = g_bytes_get_size (self->answer);
  g_autofree char *text = g_strndup (length > 0 ? g_bytes_get_data (self->answer, NULL) : "",
                                     length);
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree gboolean *seen = g_new0 (gboolean, self->scene->items->len + 1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      guint64 item;

      if (!g_str_has_prefix (lines[i], "node"))
        continue;
      if (!read_node (self, lines[i], &item) || seen[item])
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                       _("Tidy Up failed: line %u of what dot answered places no block."), i + 1);
          return FALSE;
        }
      seen[item] = TRUE;
    }

  for (guint i = 0; i < self->scene->items->len; i++)
    if (self->widths[i] > 0 && !seen[i])
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                     _("Tidy Up failed: dot answered without a place for %s."),
                     mtw_scene_item (self->scene, i)->id);
        return FALSE;
      }

  return TRUE;
}

/* Least x and y of the nodes, as they are (@places NULL) or as they shall be. */
static graphene_point_t
find_corner (const Tidy   *self,
             const double *places)
{
  graphene_point_t corner = GRAPHENE_POINT_INIT (G_MAXFLOAT, G_MAXFLOAT);

  for (guint i = 0; i < self->scene->items->len; i++)
    if (self->widths[i] > 0)
      {
        const graphene_point_t *at = &mtw_scene_item (self->scene, i)->box.origin;

        corner.x = MIN (corner.x, places != NULL ? places[2 * i] : at->x);
        corner.y = MIN (corner.y, places != NULL ? places[2 * i + 1] : at->y);
      }

  return corner;
}

/* Onto the grid, and to where the old corner was; beads go with their carrier. */
static MtlDesign *
place_blocks (Tidy *self)
{
  const MtwScene *scene = self->scene;
  graphene_point_t old = find_corner (self, NULL), corner = find_corner (self, self->places);

  for (guint i = 0; i < scene->items->len; i++)
    if (self->widths[i] > 0)
      {
        double *at = self->places + 2 * i;

        at[0] = (round (old.x / GRID) + round ((at[0] - corner.x) / GRID)) * GRID;
        at[1] = (round (old.y / GRID) + round ((at[1] - corner.y) / GRID)) * GRID;
      }
  for (guint i = 0; i < scene->items->len; i++)
    if (self->widths[i] <= 0)
      {
        guint n = carrier_of (scene, i);
        const MtlBlock *bead = mtw_scene_item (scene, i)->block;
        const MtlBlock *carrier = mtw_scene_item (scene, n)->block;

        self->places[2 * i] = self->places[2 * n] + mtl_block_x (bead) - mtl_block_x (carrier);
        self->places[2 * i + 1] = self->places[2 * n + 1] + mtl_block_y (bead)
                                  - mtl_block_y (carrier);
      }

  return mtl_design_with_places (scene->design, self->places);
}

/* --- the program --- */

static void
ended_cb (GObject      *dot,
          GAsyncResult *result,
          gpointer      data)
{
  g_autoptr(GTask) task = data;
  Tidy *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_subprocess_wait_finish (self->dot, result, &error))
    {
      g_subprocess_force_exit (self->dot);
      g_task_return_error (task, error);
    }
  else if (!g_subprocess_get_successful (self->dot))
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_FAILED, "%s",
                             _("Tidy Up failed: dot ended with an error."));
  else if (!read_answer (self, &error))
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task, place_blocks (self), (GDestroyNotify) mtl_design_unref);
}

static void
answered_cb (GObject      *stream,
             GAsyncResult *result,
             gpointer      data)
{
  g_autoptr(GTask) task = data;
  Tidy *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->answer = mtw_bounded_read_finish (result, &error);
  if (self->answer != NULL)
    {
      g_subprocess_wait_async (self->dot, g_task_get_cancellable (task), ended_cb,
                               g_object_ref (task));
      return;
    }

  g_subprocess_force_exit (self->dot);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    /* Translators: what is wrong with it follows. */
    g_prefix_error (&error, "%s ", _("Tidy Up failed: the answer of dot:"));
  g_task_return_error (task, error);
}

/* A file in memory and no pipe: writing to a dot that has ended before it has
 * read all would raise SIGPIPE. -1 with an error. */
static int
make_input (const GString  *graph,
            GError        **error)
{
  int input = memfd_create ("basin-tidy", MFD_CLOEXEC);

  if (input >= 0 && write (input, graph->str, graph->len) == (gssize) graph->len
      && lseek (input, 0, SEEK_SET) == 0)
    return input;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _("Tidy Up failed: %s"),
               g_strerror (errno));
  if (input >= 0)
    close (input);
  return -1;
}

static GSubprocess *
start_dot (const GString  *graph,
           GError        **error)
{
  g_autoptr(GSubprocessLauncher) launcher
    = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE
                                 | G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  int input = make_input (graph, error);
  GSubprocess *dot;

  if (input < 0)
    return NULL;

  g_subprocess_launcher_take_stdin_fd (launcher, input);
  /* Numbers with a point, whatever the language. */
  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C", TRUE);
  dot = g_subprocess_launcher_spawn (launcher, error, "dot", "-Tplain", NULL);
  if (dot == NULL && g_error_matches (*error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT))
    {
      g_clear_error (error);
      g_set_error_literal (error, G_SPAWN_ERROR, G_SPAWN_ERROR_NOENT,
                           _("Tidy Up needs Graphviz: install the package graphviz."));
    }

  return dot;
}

void
mtw_tidy_async (MtlDesign           *design,
                MtlSurvey           *survey,
                GCancellable        *cancel,
                GAsyncReadyCallback  callback,
                gpointer             data)
{
  g_autoptr(GTask) task = g_task_new (NULL, cancel, callback, data);
  Tidy *self = g_new0 (Tidy, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, mtw_tidy_async);
  g_task_set_task_data (task, self, tidy_free);
  self->scene = mtw_scene_new (design, survey, NULL, NULL);
  self->graph = g_string_new (NULL);
  self->widths = g_new0 (double, self->scene->items->len + 1);
  self->places = g_new0 (double, 2 * self->scene->items->len + 1);
  measure_nodes (self);
  write_graph (self);

  self->dot = start_dot (self->graph, &error);
  if (self->dot != NULL)
    mtw_bounded_read_async (g_subprocess_get_stdout_pipe (self->dot), MAX_ANSWER, cancel,
                            answered_cb, g_object_ref (task));
  else
    g_task_return_error (task, error);
}

MtlDesign *
mtw_tidy_finish (GAsyncResult  *result,
                 GError       **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
