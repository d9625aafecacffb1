#!/bin/sh
# check-style.sh ROOT — what a machine can see of the house style
#
# The compiler sees the rest: warnings are errors.
#
# SPDX-License-Identifier: Apache-2.0

set -u
. "$(dirname "$0")/files.sh"
cd "$1" || exit 2
status=0

# Bytes, so that a line is the same to every awk; the second and later bytes
# of a character are taken out before a line is measured.
export LC_ALL=C

# check_text FILES TAGGED MEASURED — blanks in FILES, the licence in those
# that match TAGGED, the width of those that match MEASURED
check_text ()
{
  files "$1" | xargs -r awk -v tagged="$2" -v measured="$3" '
    function refuse (place, why) { print place ": " why; bad = 1 }
    function end_file () {
      if (file ~ tagged && !has_tag)
        refuse(file, "no SPDX tag")
    }

    FNR == 1        { end_file(); file = FILENAME; has_tag = 0 }
    /SPDX-License-Identifier: Apache-2\.0/ { has_tag = 1 }
    /\t/            { refuse(file ":" FNR, "a tab") }
    /[ \t\r]$/      { refuse(file ":" FNR, "a blank at the end of the line") }
    /(^|[^A-Za-z_])(TODO|FIXME|XXX)([^A-Za-z_]|$)/ && file !~ /check-style\.sh$/ {
                      refuse(file ":" FNR, "a note to oneself; open an issue") }
    file ~ measured { line = $0
                      gsub(/[\200-\277]/, "", line)
                      if (length(line) > 100)
                        refuse(file ":" FNR, length(line) " columns, at most 100") }
    END             { end_file(); exit bad }' || status=1
}

# check_code FILES — what C may not say outside comments
check_code ()
{
  files "$1" | xargs -r awk '
    function refuse (place, why) { print place ": " why; bad = 1 }

    # The line without comments; sets inside when one goes on.
    function code_of (line,    end) {
      if (inside) {
        end = index(line, "*/")
        if (!end) return ""
        line = substr(line, end + 2)
        inside = 0
      }
      gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
      if (match(line, /\/\*/)) {
        line = substr(line, 1, RSTART - 1)
        inside = 1
      }
      return line
    }

    FNR == 1 {
      inside = 0
      name = FILENAME
      sub(/.*\//, "", name)
      if (index($0, "/* " name " — ") != 1)
        refuse(FILENAME, "does not open with “/* " name " — ”")
    }
    { code = code_of($0) }
    code ~ /(^|[^A-Za-z_])goto +[A-Za-z_]+ *;/ {
      refuse(FILENAME ":" FNR, "goto")
    }
    code ~ /^ *# *define +[A-Za-z_0-9]+\(/ && code !~ /define +X\(/ &&
    FILENAME !~ /^engine\/kernels\// {
      refuse(FILENAME ":" FNR, "a macro with arguments; write a function")
    }
    FILENAME ~ /^engine\// &&
    (code ~ /(^|[^A-Za-z_])G(Mutex|RecMutex|RWLock|Cond|Thread)/ ||
     code ~ /(^|[^A-Za-z_])g_(mutex|rec_mutex|rw_lock|cond|thread)_/) {
      refuse(FILENAME ":" FNR, "a lock or thread that ThreadSanitizer does not see; use pthread")
    }
    END { exit bad }' || status=1
}

check_text '\.(c|h|sh|py|css|glsl|ui|xml|md)$|(^|/)meson\.build$' \
  '\.(c|h|sh|py|css|glsl)$' '\.(c|h|sh|py)$|(^|/)meson\.build$'
check_code '\.[ch]$'

exit $status
