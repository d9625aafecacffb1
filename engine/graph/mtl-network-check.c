/* mtl-network-check.c — the rules that a design has to meet to train
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include <glib/gi18n-lib.h>
#include <string.h>

#include "mtl-design-flatten.h"
#include "mtl-network.h"
#include "mtl-step-refusal.h"
#include "mtl-target.h"

/* “conv2 needs …, but dense1 gives 50 values.” of “needs …, but gets 50 values” */
char *
mtl_network_name_parties (const MtlNetwork *self,
                          const MtlNode    *node,
                          const char       *message)
{
  const char *gets = strstr (message, "but gets ");
  const char *end = g_str_has_suffix (message, ".") ? "" : ".";

  if (gets == NULL || node->links->len == 0)
    return g_strdup_printf ("%s %s%s", mtl_block_id (node->block), message, end);

  return g_strdup_printf ("%s %.*sbut %s gives %s%s", mtl_block_id (node->block),
                          (int) (gets - message), message,
                          mtl_block_id (self->nodes[mtl_node_link (node, 0)->node].block),
                          gets + strlen ("but gets "), end);
}

const MtlTarget *
mtl_network_target (const MtlNetwork  *self,
                    guint              node,
                    GError           **error)
{
  const MtlBlock *block = self->nodes[node].block;
  const char *name = mtl_chosen_get (mtl_block_what (block), "target")->text;
  const char *wanted = name[0] != '\0' ? name : mtl_block_id (block);
  g_autoptr(GString) names = g_string_new (NULL);

  for (guint n = 0; n < self->info.n_targets; n++)
    {
      if (strcmp (self->info.targets[n].name, wanted) == 0)
        return &self->info.targets[n];
      g_string_append_printf (names, "%s%s", n > 0 ? ", " : "", self->info.targets[n].name);
    }

  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN,
               _("%s is to learn “%s”, which the data does not have. It has: %s."),
               mtl_block_id (block), wanted, names->len > 0 ? names->str : _("no targets"));
  return NULL;
}

static gboolean
fits (const MtlChosen  *chosen,
      const MtlTarget  *target,
      const MtlShape   *shape,
      GError          **error)
{
  const MtlLoss *loss = (const MtlLoss *) mtl_chosen_method (chosen);
  const MtlSetting *set = mtl_chosen_settings (chosen);
  MtlItems items = mtl_loss_items (loss, set, &target->type, shape);

  return loss->fits (&target->type, &items, set, error);
}

/* Which dimension of @shape the setting @key of its block is; −1: none. */
static int
find_dimension (const MtlBlock *block,
                const char     *key,
                const MtlShape *shape)
{
  const MtlSetting *set = mtl_chosen_get (mtl_block_what (block), key);
  int dimension = strcmp (key, "units") == 0 ? (int) shape->rank - 1 : 0;

  return set != NULL && set->number == shape->size[dimension] ? dimension : -1;
}

/* Another width of the head's last block, where one is all that is missing. */
static gboolean
advise_width (MtlNetwork      *self,
              MtlProblem      *problem,
              const MtlNode   *node,
              const MtlTarget *target)
{
  const MtlBlock *producer = self->nodes[mtl_node_link (node, 0)->node].block;
  const MtlChosen *chosen = mtl_chosen_get (mtl_block_what (node->block), "loss")->method;
  MtlShape shape = node->shape.in[0];
  int units = mtl_block_is_source (producer) ? -1 : find_dimension (producer, "units", &shape);
  int channels = mtl_block_is_source (producer) ? -1
                                                : find_dimension (producer, "channels", &shape);
  gsize *width = &shape.size[MAX (MAX (units, channels), 0)];
  gsize rest = mtl_shape_size (&shape) / MAX (*width, 1);
  const gsize widths[] = { target->type.n_classes, target->type.size / MAX (rest, 1), 1 };

  if (units < 0 && channels < 0)
    return FALSE;

  for (guint n = 0; n < G_N_ELEMENTS (widths); n++)
    {
      *width = widths[n];
      if (widths[n] == 0 || !fits (chosen, target, &shape, NULL))
        continue;

      problem->advice = g_strdup_printf (units >= 0 ? _("Give %s %u Units")
                                                    : _("Give %s %u Channels"),
                                         mtl_block_id (producer), (guint) widths[n]);
      problem->fix_key = mtl_design_setting_key (self->whole, mtl_block_id (producer),
                                                 units >= 0 ? "units" : "channels");
      problem->fix_value = g_strdup_printf ("%u", (guint) widths[n]);
      return TRUE;
    }

  return FALSE;
}

/* Another loss, the first that fits the head as it is. */
static void
advise_loss (MtlProblem      *problem,
             const MtlNode   *node,
             const MtlTarget *target)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_LOSS); *m != NULL; m++)
    {
      g_autoptr(MtlChosen) chosen = mtl_chosen_new (MTL_KIND_LOSS, *m);

      if (!fits (chosen, target, &node->shape.in[0], NULL))
        continue;

      problem->advice = g_strdup_printf (_("Use %s"), _((*m)->title));
      problem->fix_key = g_strdup_printf ("blocks.%s.loss", mtl_block_id (node->block));
      problem->fix_value = g_strdup ((*m)->id);
      return;
    }
}

static void
check_task (MtlNetwork *self,
            guint       n)
{
  MtlNode *node = &self->nodes[n];
  const MtlChosen *chosen = mtl_chosen_get (mtl_block_what (node->block), "loss")->method;
  g_autoptr(GError) error = NULL;
  const MtlTarget *target;

  if (!self->has_info)
    return;

  target = mtl_network_target (self, n, &error);
  if (target == NULL)
    {
      mtl_network_complain (self, node->block, NULL, g_strdup (error->message));
      return;
    }

  if (node->known && !fits (chosen, target, &node->shape.in[0], &error))
    {
      char *message = mtl_network_name_parties (self, node, error->message);
      MtlProblem *problem = mtl_network_complain (self, node->block, NULL, message);

      if (!advise_width (self, problem, node, target))
        advise_loss (problem, node, target);
    }
}

/* The use that a block is within, where nothing of it leads to a task. */
static const MtlBlock *
find_idle_use (const MtlNetwork *self,
               const char       *id)
{
  gsize length = strcspn (id, "/");
  g_autofree char *use = g_strndup (id, length);

  for (guint n = 0; n < self->n_nodes; n++)
    {
      const char *other = mtl_block_id (self->nodes[n].block);

      if (self->nodes[n].tasks != 0 && strncmp (other, id, length) == 0 && other[length] == '/')
        return NULL;
    }

  return mtl_design_find (self->whole, use);
}

static void
check_use (MtlNetwork *self)
{
  g_autoptr(GHashTable) idle = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint n = 0; n < self->n_nodes; n++)
    {
      MtlNode *node = &self->nodes[n];
      gboolean learns = node->known && node->needs.tensors[0].name != NULL;
      const MtlBlock *block = node->block;
      MtlProblem *problem;

      if (node->tasks != 0 || self->n_tasks == 0 || (int) n == self->source)
        continue;

      if (strchr (mtl_block_id (block), '/') != NULL)
        {
          const MtlBlock *use = find_idle_use (self, mtl_block_id (block));

          block = use != NULL ? use : block;
        }
      problem = g_hash_table_lookup (idle, mtl_block_id (block));
      if (problem == NULL)
        {
          problem = mtl_network_complain (self, block, NULL, g_strdup_printf (
            _("%s leads to no task. Connect it on, or delete it."), mtl_block_id (block)));
          problem->warning = TRUE;
          g_hash_table_insert (idle, (gpointer) mtl_block_id (block), problem);
        }
      problem->warning = problem->warning && !learns;
    }
}

/* Methods that do not go together, or not with the scopes of balancers. */
static void
check_step (MtlNetwork *self)
{
  const char *scope;
  char *refusal = mtl_step_refusal (self->whole, &scope);
  MtlProblem *problem;

  if (refusal == NULL)
    return;

  problem = mtl_network_complain (self, NULL, NULL, refusal);
  if (scope == NULL)
    return;

  problem->advice = g_strdup (_("Balance the Whole Trunk"));
  problem->fix_key = g_strdup (scope);
  problem->fix_value = g_strdup ("trunk");
}

void
mtl_network_check (MtlNetwork *self)
{
  for (guint n = 0; n < self->n_tasks; n++)
    check_task (self, self->task_nodes[n]);
  if (self->n_tasks == 0)
    mtl_network_complain (self, NULL, NULL,
                          g_strdup (_("No task: add a task block to end a head.")));
  check_use (self);
  check_step (self);
}
