/* mtw-field-private.h — what the kinds of rows have in common
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtw-field.h"

#define MTW_MIXED "—"   /* shown where several blocks differ */

/* How one type of parameter is shown and edited. */
typedef struct
{
  void (*build) (MtwField   *field);   /* makes row */
  /* @text: as mtl_chosen_with() takes it; NULL: values differ. */
  void (*show)  (MtwField   *field,
                 const char *text);
} MtwFieldLook;

struct _MtwField
{
  GObject             parent_instance;

  MtwDocument        *document;
  MtwProbes          *probes;    /* whose settings are edited; NULL: the design’s are */
  const MtlParam     *param;
  GStrv               keys;
  char               *task;      /* NULL: all */
  char               *title;
  char               *line;      /* under the title; NULL: none */
  const MtwFieldLook *look;

  GtkWidget          *row;
  GtkWidget          *control;   /* within the row; what that is, the look knows */
  char               *shown;     /* NULL: nothing yet, or values that differ */
  gboolean            fresh;     /* shown is what the row shows */
  gboolean            showing;   /* changes come from us */
  double              held;      /* of a number: what the spin button was given */
  GPtrArray          *words;     /* of a combo: what each of its lines stands for */
  GtkFileChooserNative *chooser; /* of a path; NULL: closed */
};

extern const MtwFieldLook mtw_field_number;
extern const MtwFieldLook mtw_field_flag;
extern const MtwFieldLook mtw_field_combo;
extern const MtwFieldLook mtw_field_method;   /* one of many: with headings and a search */
extern const MtwFieldLook mtw_field_text;
extern const MtwFieldLook mtw_field_path;

/* Whether there are so many methods of @kind that one is searched for. */
gboolean mtw_field_has_many  (MtlKind     kind);
/* Whether the text is one of the targets that the data offers. */
gboolean mtw_field_is_target (MtwField   *self);
/* Edits the document; a refusal is told and the row restored. */
void     mtw_field_commit    (MtwField   *self,
                              const char *value);
/* An AdwActionRow with @control at its end. */
void     mtw_field_put       (MtwField   *self,
                              GtkWidget  *control);
