#!/bin/sh
# check-size.sh ROOT [FUNCTION FILE] — the most lines of a function (40), from
# brace to brace, and of a file (500)
#
# A function has its braces in the first column, and so has a type; a type is
# a list of fields and may be as long as it needs.
#
# SPDX-License-Identifier: Apache-2.0

set -u
. "$(dirname "$0")/files.sh"
cd "$1" || exit 2

files '\.[ch]$' | xargs -r awk -v most_function="${2:-40}" -v most_file="${3:-500}" '
  function refuse (place, what, n, most) {
    print place ": " what " of " n " lines, at most " most
    bad = 1
  }
  function end_file () {
    if (length_of_file > most_file)
      refuse(file, "a file", length_of_file, most_file)
  }

  FNR == 1      { end_file(); file = FILENAME; start = 0; before = "" }
                { length_of_file = FNR }
  /^{/          { start = before ~ /^(typedef|struct|enum|union)/ ? 0 : FNR }
  /^}/ && start { if (FNR - start + 1 > most_function)
                    refuse(file ":" start, "a function", FNR - start + 1, most_function)
                  start = 0 }
                { before = $0 }
  END           { end_file(); exit bad }' || exit 1
