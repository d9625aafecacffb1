/* mtl-json.c — reading hostile JSON, and writing it in a stable form
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "mtl-json.h"

#include <math.h>
#include <string.h>

#include "mtl-error.h"

#define MAX_DIGITS 18   /* of an integer: any of them fits 64 bits */
#define MOST_SHOWN 60   /* characters of a wrong value in a message */

/* --- before the parser --- */

typedef struct
{
  guint line;
  guint depth;
  guint values;
  guint digits;       /* of the run that is being read */
  gboolean fraction;  /* the number has a point or an exponent */
} Scan;

static gboolean
refuse (guint        line,
        const char  *what,
        GError     **error)
{
  g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "line %u: %s", line, what);
  return FALSE;
}

static gboolean
scan_number_byte (Scan    *scan,
                  char     c,
                  GError **error)
{
  gboolean in_number = g_ascii_isdigit (c) || (scan->digits > 0 && strchr (".eE+-", c) != NULL);

  if (!in_number)
    {
      if (scan->digits > MAX_DIGITS && !scan->fraction)
        return refuse (scan->line, "a whole number has more than 18 digits", error);
      scan->digits = 0;
      scan->fraction = FALSE;
      return TRUE;
    }

  if (g_ascii_isdigit (c))
    scan->digits++;
  else
    scan->fraction = TRUE;

  return TRUE;
}

static gboolean
scan_byte (Scan    *scan,
           char     c,
           GError **error)
{
  if (!scan_number_byte (scan, c, error))
    return FALSE;

  switch (c)
    {
    case '\n':
      scan->line++;
      break;
    case '[':
    case '{':
      scan->values++;
      if (++scan->depth > MTL_JSON_MAX_DEPTH)
        return refuse (scan->line, "values are nested deeper than 64", error);
      break;
    case ']':
    case '}':
      if (scan->depth > 0)
        scan->depth--;
      break;
    case ',':
      if (++scan->values > MTL_JSON_MAX_VALUES)
        return refuse (scan->line, "there are more than a million values", error);
      break;
    default:
      break;
    }

  return TRUE;
}

/* The four hexadecimal digits of \uXXXX, which begins at @escape; -1: it is
 * something else. */
static int
read_unit (const char *escape,
           gsize       left)
{
  int unit = 0;

  if (left < 6 || escape[0] != '\\' || escape[1] != 'u')
    return -1;

  for (guint i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (escape[i]))
        return -1;
      unit = unit * 16 + g_ascii_xdigit_value (escape[i]);
    }

  return unit;
}

/* How many bytes the escape takes; 0 where it is half of a surrogate pair. */
static gsize
measure_escape (const char *escape,
                gsize       left)
{
  int unit = read_unit (escape, left);
  int next;

  if (unit < 0xd800 || unit > 0xdfff)
    return 2;

  next = unit < 0xdc00 ? read_unit (escape + 6, left - 6) : -1;
  return next >= 0xdc00 && next <= 0xdfff ? 12 : 0;
}

/* Brackets within texts do not count. A quote that is never closed is left
 * for the parser to refuse. */
static gboolean
scan_text (const char  *text,
           gsize        length,
           GError     **error)
{
  Scan scan = { .line = 1 };
  gboolean in_text = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      char c = text[i];

      if (in_text)
        {
          gsize escape = c == '\\' ? measure_escape (text + i, length - i) : 1;

          if (escape == 0)
            return refuse (scan.line, "a text has half of a surrogate pair", error);
          i += escape - 1;
          if (c == '"')
            in_text = FALSE;
          else if (c == '\n')
            scan.line++;
        }
      else if (c == '\'')
        return refuse (scan.line, "texts stand in double quotes, but here is a single one", error);
      else if (c == '"')
        in_text = TRUE;
      else if (!scan_byte (&scan, c, error))
        return FALSE;
    }

  return TRUE;
}

/* --- after the parser --- */

static gboolean check_node (JsonNode  *node,
                            GError   **error);

static gboolean
check_value (JsonNode  *node,
             GError   **error)
{
  if (json_node_get_value_type (node) == G_TYPE_DOUBLE && !isfinite (json_node_get_double (node)))
    {
      g_set_error_literal (error, MTL_ERROR, MTL_ERROR_DESIGN,
                           "a number is larger than 1.8e308");
      return FALSE;
    }

  return TRUE;
}

static gboolean
check_object (JsonObject  *object,
              GError     **error)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    if (!check_node (node, error))
      return FALSE;

  return TRUE;
}

static gboolean
check_node (JsonNode  *node,
            GError   **error)
{
  JsonArray *array;

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_VALUE:
      return check_value (node, error);
    case JSON_NODE_OBJECT:
      return check_object (json_node_get_object (node), error);
    case JSON_NODE_ARRAY:
      array = json_node_get_array (node);
      for (guint i = 0; i < json_array_get_length (array); i++)
        if (!check_node (json_array_get_element (array, i), error))
          return FALSE;
      return TRUE;
    default:
      return TRUE;
    }
}

static void
parser_error_cb (JsonParser   *parser,
                 const GError *error,
                 gpointer      data)
{
  guint *line = data;

  *line = json_parser_get_current_line (parser);
}

JsonNode *
mtl_json_parse (const char  *text,
                gsize        length,
                GError     **error)
{
  g_autoptr(JsonParser) parser = json_parser_new_immutable ();
  g_autoptr(GError) wrong = NULL;
  JsonNode *root;
  guint line = 1;

  if (length > G_MAXINT || !g_utf8_validate (text, length, NULL))
    {
      refuse (1, "the text is not UTF-8", error);
      return NULL;
    }
  if (!scan_text (text, length, error))
    return NULL;

  g_signal_connect (parser, "error", G_CALLBACK (parser_error_cb), &line);
  if (!json_parser_load_from_data (parser, text, length, &wrong))
    {
      const char *reason = strstr (wrong->message, "error: ");

      reason = reason != NULL ? reason + strlen ("error: ") : wrong->message;
      g_set_error (error, MTL_ERROR, MTL_ERROR_DESIGN, "line %u: this is not JSON: %s", line,
                   reason);
      return NULL;
    }

  root = json_parser_get_root (parser);
  if (root == NULL)
    {
      refuse (1, "the text is empty", error);
      return NULL;
    }

  return check_node (root, error) ? json_node_ref (root) : NULL;
}

/* --- writing --- */

char *
mtl_json_number (double number)
{
  char digits[G_ASCII_DTOSTR_BUF_SIZE];
  char format[] = "%.15g";

  g_ascii_formatd (digits, sizeof digits, format, number);
  for (char last = '6'; last <= '7' && g_ascii_strtod (digits, NULL) != number; last++)
    {
      format[3] = last;
      g_ascii_formatd (digits, sizeof digits, format, number);
    }

  return g_strdup (digits);
}

void
mtl_json_append_number (GString *to,
                        double   number)
{
  g_autofree char *digits = mtl_json_number (number);

  g_string_append (to, digits);
}

void
mtl_json_append_text (GString    *to,
                      const char *text)
{
  g_string_append_c (to, '"');
  for (const char *c = text; *c != '\0'; c++)
    {
      if (*c == '"' || *c == '\\')
        g_string_append_printf (to, "\\%c", *c);
      else if (*c == '\n')
        g_string_append (to, "\\n");
      else if ((guchar) *c < 0x20 || *c == 0x7f)
        g_string_append_printf (to, "\\u%04x", *c);
      else
        g_string_append_c (to, *c);
    }
  g_string_append_c (to, '"');
}

static void
append_object (GString    *to,
               JsonObject *object)
{
  JsonObjectIter iter;
  const char *key;
  JsonNode *node;
  const char *separator = "";

  g_string_append_c (to, '{');
  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &key, &node))
    {
      g_string_append (to, separator);
      mtl_json_append_text (to, key);
      g_string_append (to, ": ");
      mtl_json_append_node (to, node);
      separator = ", ";
    }
  g_string_append_c (to, '}');
}

static void
append_value (GString  *to,
              JsonNode *node)
{
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      mtl_json_append_text (to, json_node_get_string (node));
      break;
    case G_TYPE_BOOLEAN:
      g_string_append (to, json_node_get_boolean (node) ? "true" : "false");
      break;
    case G_TYPE_INT64:
      g_string_append_printf (to, "%" G_GINT64_FORMAT, json_node_get_int (node));
      break;
    default:
      mtl_json_append_number (to, json_node_get_double (node));
      break;
    }
}

void
mtl_json_append_node (GString  *to,
                      JsonNode *node)
{
  JsonArray *array;

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      append_object (to, json_node_get_object (node));
      break;
    case JSON_NODE_ARRAY:
      array = json_node_get_array (node);
      g_string_append_c (to, '[');
      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          g_string_append (to, i > 0 ? ", " : "");
          mtl_json_append_node (to, json_array_get_element (array, i));
        }
      g_string_append_c (to, ']');
      break;
    case JSON_NODE_VALUE:
      append_value (to, node);
      break;
    default:
      g_string_append (to, "null");
      break;
    }
}

char *
mtl_json_quote_found (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *start = NULL;
  gboolean cut = g_utf8_strlen (valid, -1) > MOST_SHOWN;

  start = g_utf8_substring (valid, 0, cut ? MOST_SHOWN : -1);
  for (char *c = start; *c != '\0'; c++)
    if ((guchar) *c < 0x20)
      *c = ' ';

  return g_strdup_printf ("“%s%s”", start, cut ? "…" : "");
}

char *
mtl_json_quote_node (JsonNode *node)
{
  g_autoptr(GString) text = NULL;
  const char *word;

  if (mtl_json_get_text (node, &word))
    return mtl_json_quote_found (word);

  text = g_string_new (NULL);
  mtl_json_append_node (text, node);
  return mtl_json_quote_found (text->str);
}

gboolean
mtl_json_get_text (JsonNode    *node,
                   const char **text)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || json_node_get_value_type (node) != G_TYPE_STRING)
    return FALSE;

  *text = json_node_get_string (node);
  return TRUE;
}

gboolean
mtl_json_get_number (JsonNode *node,
                     double   *number)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64
          && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;

  *number = json_node_get_double (node);
  return TRUE;
}
