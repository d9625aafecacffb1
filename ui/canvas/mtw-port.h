/* mtw-port.h — one end that a wire can have, at the edge of a block
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gtk/gtk.h>

#define MTW_PORT_TARGET 24    /* px that the pointer may hit */

#define MTW_TYPE_PORT (mtw_port_get_type ())

G_DECLARE_FINAL_TYPE (MtwPort, mtw_port, MTW, PORT, GtkWidget)

GtkWidget *mtw_port_new       (gboolean    output,
                               guint       number);
gboolean   mtw_port_is_output (MtwPort    *self);
guint      mtw_port_number    (MtwPort    *self);
/* Whether a dot is drawn: not under a bead. */
void       mtw_port_set_shown (MtwPort    *self,
                               gboolean    shown);
/* As long as a wire is held over it. */
void       mtw_port_set_taking (MtwPort   *self,
                                gboolean   taking);
