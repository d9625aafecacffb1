/* test-golden-basic.c — the blocks that most networks are made of, against PyTorch's numbers
 *
 * golden/basic.py made the cases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-cases.h"

#define TOLERANCE 4e-6  /* relative to 1 + |value|: sums of up to 300 terms in float */

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) cases = NULL;

  g_test_init (&argc, &argv, NULL);
  cases = add_golden_cases ("basic.json", "/golden-basic", TOLERANCE);

  return g_test_run ();
}
