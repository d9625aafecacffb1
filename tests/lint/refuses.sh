#!/bin/sh
# refuses.sh EXPECTED LINT ARGUMENT... — whether LINT fails with exactly the
# complaints that the file EXPECTED holds
#
# A lint that has gone blind in one rule passes the tree as before; it does
# not pass this.
#
# SPDX-License-Identifier: Apache-2.0

set -u
expected=$1; shift

complaints=$("$@")
status=$?
if [ $status -ne 1 ]; then
  echo "status $status, expected 1"
  exit 1
fi
if [ "$complaints" != "$(cat "$expected")" ]; then
  printf 'complaints:\n%s\nexpected:\n%s\n' "$complaints" "$(cat "$expected")"
  exit 1
fi
