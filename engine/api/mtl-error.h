/* mtl-error.h — the one error domain of the engine
 *
 * A code exists only where a caller acts on it; what went wrong, where, what
 * was expected and what to do stands in the message.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#pragma once

#include <glib.h>

#define MTL_ERROR (mtl_error_quark ())

typedef enum
{
  MTL_ERROR_UNKNOWN_METHOD,  /* no such id in the catalogue */
  MTL_ERROR_SETTING,         /* a setting is missing, misspelt or out of range */
  MTL_ERROR_DESIGN,          /* the design breaks a rule, or its file is not a design */
  MTL_ERROR_SHAPE,           /* sizes that do not fit together */
  MTL_ERROR_DATA,            /* a data file is missing or damaged */
  MTL_ERROR_RUN,             /* no such run, or it has no checkpoint */
  MTL_ERROR_MEMORY,          /* the plan does not fit the budget */
  MTL_ERROR_NOT_FINITE,      /* a NaN or an infinity went in or came out */
  MTL_ERROR_NO_CONVERGENCE,  /* an inner solver ran out of steps */
  MTL_ERROR_STORE,           /* the database or a checkpoint cannot be used */
  MTL_ERROR_EXPORT,          /* the design cannot be written in this format */
} MtlError;

GQuark mtl_error_quark (void);
