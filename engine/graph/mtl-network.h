/* mtl-network.h — the blocks of a design joined, ordered, with shapes and tasks
 *
 * What survey and plan share. A network is made of any design, however
 * incomplete; what is wrong is collected as problems, and what depends on it
 * stays unknown.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-data.h"
#include "mtl-op.h"
#include "mtl-survey.h"

typedef struct
{
  guint node;   /* producer */
  guint port;   /* its output */
  guint input;  /* port of the reader */
} MtlLink;

typedef struct
{
  const MtlBlock  *block;
  const MtlOp     *op;        /* NULL for a source */
  const MtlSource *source;    /* NULL for an op */
  GArray          *links;     /* of MtlLink, by input port, then as in the document */
  guint            n_readers; /* wires that leave its outputs */
  MtlOpShape       shape;     /* valid when known */
  MtlOpNeeds       needs;     /* valid when known */
  gboolean         known;     /* inputs complete, shapes inferred */
  guint64          tasks;     /* that it reaches */
  int              task;      /* its number; −1: not a task */
} MtlNode;

typedef struct
{
  const MtlDesign *whole;     /* as it was given */
  const MtlDesign *design;    /* flat: without groups */
  guint            n_nodes;
  MtlNode         *nodes;     /* in document order */
  guint           *order;     /* topological, stable; only nodes on no loop */
  guint            n_order;
  guint            n_tasks;
  guint           *task_nodes;
  int              source;    /* node, −1: none */
  gboolean         has_info;
  MtlSourceInfo    info;
  GPtrArray       *problems;  /* of MtlProblem */
} MtlNetwork;

/* @data: nullable; when given, its info is used and no file is read. */
MtlNetwork *mtl_network_new      (const MtlDesign *design,
                                  MtlData         *data);
void        mtl_network_free     (MtlNetwork      *self);
int         mtl_network_find     (const MtlNetwork *self,
                                  const char      *id);
/* Index of an output port by name; −1: none or not known. */
int         mtl_network_output   (const MtlNetwork *self,
                                  guint            node,
                                  const char      *port);
/* The target of task node @node in the source's info; NULL with an error. */
const MtlTarget *mtl_network_target (const MtlNetwork *self,
                                     guint             node,
                                     GError          **error);
/* Adds a problem; texts are taken (transfer full). Of a block within a group its
 * use is named as the block, and no port. */
MtlProblem *mtl_network_complain (MtlNetwork      *self,
                                  const MtlBlock  *block,
                                  const char      *port,
                                  char            *message);
/* Complains of what keeps it from training; shapes are known by then. */
void        mtl_network_check    (MtlNetwork      *self);
/* (transfer full): an op's message with its block and the one before it named. */
char       *mtl_network_name_parties (const MtlNetwork *self,
                                      const MtlNode  *node,
                                      const char     *message);
void        mtl_problem_free     (MtlProblem      *problem);

static inline const MtlLink *
mtl_node_link (const MtlNode *node, guint n)
{
  return &g_array_index (node->links, MtlLink, n);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MtlNetwork, mtl_network_free)
