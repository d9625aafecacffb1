/* mtw-plot-write.h — a plot as a file: SVG, PDF, PNG or CSV
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <gio/gio.h>

#include "mtw-plot-kind.h"

#define MTW_PRINT_NARROW 84    /* mm: one column of a page */
#define MTW_PRINT_WIDE   174   /* mm: both */

typedef enum
{
  MTW_FORMAT_SVG,
  MTW_FORMAT_PDF,
  MTW_FORMAT_PNG,
  MTW_FORMAT_CSV,
  MTW_N_FORMATS
} MtwFormat;

/* "svg"; also the ending of a file */
const char *mtw_format_name (MtwFormat           format);
/* By the ending of a file's name, in any case of letters; or by the ending alone. */
gboolean    mtw_format_find (const char         *name,
                             MtwFormat          *format);
/* (transfer full) (nullable): @input as a file of @format in the style of
 * print, @width in mm, the height by the plot; a PNG has 300 dots an inch.
 * NULL: G_IO_ERROR_FAILED when there is nothing to draw, or when it cannot be
 * written. */
GBytes     *mtw_plot_write  (const MtwPlotKind  *kind,
                             const MtwPlotInput *input,
                             MtwFormat           format,
                             double              width,
                             GError            **error);
