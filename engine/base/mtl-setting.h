/* mtl-setting.h — filling one MtlSetting, with the checks of its MtlParam
 *
 * A setting owns its arrays, texts and method, whatever the const in its type
 * says; the word of a CHOICE is static. Each put replaces the value, or fails
 * with MTL_ERROR_SETTING and leaves it as it was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include "mtl-chosen.h"

void     mtl_setting_init         (MtlSetting        *self,
                                   const MtlParam    *param);
void     mtl_setting_copy         (MtlSetting        *self,     /* not initialised */
                                   const MtlSetting  *from,
                                   const MtlParam    *param);
void     mtl_setting_clear        (MtlSetting        *self,
                                   const MtlParam    *param);
gboolean mtl_setting_equal        (const MtlSetting  *a,
                                   const MtlSetting  *b,
                                   const MtlParam    *param);

gboolean mtl_setting_put_number   (MtlSetting        *self,     /* NUMBER, WHOLE, PER_TASK */
                                   const MtlParam    *param,
                                   double             number,
                                   GError           **error);
void     mtl_setting_put_flag     (MtlSetting        *self,
                                   const MtlParam    *param,
                                   gboolean           flag);
gboolean mtl_setting_put_word     (MtlSetting        *self,     /* CHOICE, TEXT, PATH */
                                   const MtlParam    *param,
                                   const char        *word,
                                   GError           **error);
gboolean mtl_setting_put_numbers  (MtlSetting        *self,
                                   const MtlParam    *param,
                                   const double      *numbers,
                                   gsize              n,
                                   GError           **error);
/* Entries at the initial value are dropped: they say nothing. */
gboolean mtl_setting_put_per_task (MtlSetting        *self,
                                   const MtlParam    *param,
                                   const char *const *names,
                                   const double      *numbers,
                                   gsize              n,
                                   GError           **error);
void     mtl_setting_put_method   (MtlSetting        *self,
                                   const MtlParam    *param,
                                   MtlChosen         *method);  /* (transfer full) (nullable) */

/* (transfer full): “a whole number from 1 to 64” */
char    *mtl_param_expected       (const MtlParam    *param);
/* Always FALSE: sets “lr: expected a number of at least 0, found ” and @found,
 * which stands as it is. */
gboolean mtl_param_refuse         (const MtlParam    *param,
                                   const char        *found,
                                   GError           **error);
