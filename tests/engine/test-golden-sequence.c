/* test-golden-sequence.c — normalisation and sequence blocks against PyTorch's numbers
 *
 * golden/sequence.py made the cases.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "golden-cases.h"

#define TOLERANCE 2e-5  /* relative to 1 + |value|: both sides are of float */

int
main (int   argc,
      char *argv[])
{
  g_autoptr(JsonParser) cases = NULL;

  g_test_init (&argc, &argv, NULL);
  cases = add_golden_cases ("sequence.json", "/golden-sequence", TOLERANCE);

  return g_test_run ();
}
