/* mtl-plan-fuse.c — hidden ops in place of chains of blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-plan-fuse.h"

#include <string.h>

/* The one node that reads @node; −1: none, or several wires. */
static int
only_reader (const MtlNetwork *network,
             guint             node)
{
  if (network->nodes[node].n_readers != 1)
    return -1;

  for (guint n = 0; n < network->n_nodes; n++)
    for (guint l = 0; l < network->nodes[n].links->len; l++)
      if (mtl_node_link (&network->nodes[n], l)->node == node)
        return (int) n;

  return -1;
}

/* How many nodes from @first on @op can stand for; fills @chain. */
static guint
match_fused (const MtlNetwork *network,
             const MtlOp      *op,
             guint             first,
             guint            *chain)
{
  MtlOpShape parts[MTL_OP_MAX_FUSES];
  guint n = 0;
  int node = (int) first;

  for (; op->fuses[n] != NULL; n++)
    {
      if (node < 0 || network->nodes[node].op == NULL
          || strcmp (network->nodes[node].op->method.id, op->fuses[n]) != 0)
        return 0;
      chain[n] = (guint) node;
      parts[n] = network->nodes[node].shape;
      node = only_reader (network, (guint) node);
    }

  return op->accepts (parts, n) ? n : 0;
}

const MtlOp *
mtl_plan_find_fused (const MtlNetwork *network,
                     guint             first,
                     guint            *chain,
                     guint            *n_chain)
{
  for (const MtlMethod *const *m = mtl_catalogue_list (MTL_KIND_OP); *m != NULL; m++)
    {
      const MtlOp *op = (const MtlOp *) *m;

      if (op->fuses == NULL)
        continue;
      *n_chain = match_fused (network, op, first, chain);
      if (*n_chain > 0)
        return op;
    }

  return NULL;
}
