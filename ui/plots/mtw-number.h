/* mtw-number.h — figures as people read them
 *
 * Minus is U+2212, thin spaces group thousands, a no-break space stands
 * before % and units. All functions return a new string.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

/* With @digits significant digits; a dash when it is not finite. */
char *mtw_number         (double  value,
                          guint   digits);
/* As few digits as @value needs, at most @decimals after the point. */
char *mtw_number_short   (double  value,
                          guint   decimals);
/* With @decimals digits after the point. */
char *mtw_number_fixed   (double  value,
                          guint   decimals);
/* 0.948 as “94.8 %”. */
char *mtw_number_percent (double  share,
                          guint   digits);
/* 10 with @exponent raised. */
char *mtw_number_power   (int     exponent);
/* “2 min 34 s” */
char *mtw_number_time    (double  seconds);
