/* mtw-plot-write.c — a plot as a file: SVG, PDF, PNG or CSV
 *
 * The plot is drawn in px, 96 to the inch, and scaled to the points of a page
 * or the dots of a picture.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtw-plot-write.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MM_PER_INCH 25.4
#define PX_PER_INCH 96.0
#define PT_PER_INCH 72.0
#define DOTS        300.0  /* of a PNG, per inch */
#define HEIGHT      0.62   /* of the width */
#define MARGIN      4      /* px */

static const char *const names[MTW_N_FORMATS] = { "svg", "pdf", "png", "csv" };

const char *
mtw_format_name (MtwFormat format)
{
  return names[format];
}

gboolean
mtw_format_find (const char *name,
                 MtwFormat  *format)
{
  const char *dot = strrchr (name, '.');
  const char *ending = dot != NULL ? dot + 1 : name;

  for (guint f = 0; f < MTW_N_FORMATS; f++)
    if (g_ascii_strcasecmp (ending, names[f]) == 0)
      {
        *format = (MtwFormat) f;
        return TRUE;
      }

  return FALSE;
}

static cairo_status_t
append_cb (void                *data,
           const unsigned char *bytes,
           unsigned int         n)
{
  g_byte_array_append (data, bytes, n);

  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
make_surface (MtwFormat   format,
              GByteArray *file,
              double      width,    /* inches */
              double      height)
{
  cairo_surface_t *surface;

  if (format == MTW_FORMAT_PNG)
    return cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) round (width * DOTS),
                                       (int) round (height * DOTS));
  if (format == MTW_FORMAT_PDF)
    return cairo_pdf_surface_create_for_stream (append_cb, file, width * PT_PER_INCH,
                                                height * PT_PER_INCH);

  surface = cairo_svg_surface_create_for_stream (append_cb, file, width * PT_PER_INCH,
                                                 height * PT_PER_INCH);
  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PT);
  return surface;
}

static void
draw_page (const MtwPlotKind  *kind,
           const MtwPlotInput *input,
           cairo_surface_t    *surface,
           double              scale,
           double              width,    /* px */
           double              height)
{
  MtwPlotInput print = *input;
  cairo_t *cr = cairo_create (surface);

  print.print = TRUE;
  print.dark = FALSE;
  print.high_contrast = FALSE;
  print.cursor = NAN;
  print.card = FALSE;
  print.event_words = TRUE;
  print.text_scale = 1;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_paint (cr);
  cairo_scale (cr, scale, scale);
  cairo_translate (cr, MARGIN, MARGIN);
  mtw_plot_draw (kind, &print, cr, width - 2 * MARGIN, height - 2 * MARGIN, NULL);
  cairo_destroy (cr);
}

static GBytes *
write_picture (const MtwPlotKind  *kind,
               const MtwPlotInput *input,
               MtwFormat           format,
               double              width,    /* inches */
               GError            **error)
{
  g_autoptr(GByteArray) file = g_byte_array_new ();
  double height = width * HEIGHT;
  double scale = (format == MTW_FORMAT_PNG ? DOTS : PT_PER_INCH) / PX_PER_INCH;
  cairo_surface_t *surface = make_surface (format, file, width, height);
  cairo_status_t status;

  draw_page (kind, input, surface, scale, width * PX_PER_INCH, height * PX_PER_INCH);
  if (format == MTW_FORMAT_PNG)
    cairo_surface_write_to_png_stream (surface, append_cb, file);
  cairo_surface_finish (surface);
  status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (status != CAIRO_STATUS_SUCCESS || file->len == 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   /* Translators: id of a plot, format of a file, reason. */
                   _("The plot “%s” cannot be drawn as %s: %s"), kind->id, names[format],
                   cairo_status_to_string (status));
      return NULL;
    }

  return g_byte_array_free_to_bytes (g_steal_pointer (&file));
}

GBytes *
mtw_plot_write (const MtwPlotKind  *kind,
                const MtwPlotInput *input,
                MtwFormat           format,
                double              width,
                GError            **error)
{
  g_autofree char *words = mtw_plot_waiting (kind, input);

  g_return_val_if_fail (width > 0, NULL);

  if (words != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                   /* Translators: id of a plot, then why it is empty. */
                   _("The plot “%s” has nothing to show: %s"), kind->id, words);
      return NULL;
    }

  if (format == MTW_FORMAT_CSV)
    {
      g_autoptr(MtwTable) table = mtw_plot_table (kind, input, TRUE);
      char *csv = mtw_table_to_csv (table);

      return g_bytes_new_take (csv, strlen (csv));
    }

  return write_picture (kind, input, format, width / MM_PER_INCH, error);
}
